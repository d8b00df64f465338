"""Reading a whole page: order, what is no text, the second look, QR codes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
import segno

from extractors.engines.null import NullEngine, ScriptedLine
from extractors.engines.protocol import Effort, Recognition
from extractors.geometry import Box, Quad
from extractors.page import BgrImage, Page, Quality
from extractors.page_reader import COARSE_SIDE, MIN_CONFIDENCE, in_reading_order, look_again, read_page, read_qr_codes
from tests.readings import line
from tests.scripted_scans import words


def page(width: int = 800, height: int = 600, image: BgrImage | None = None) -> Page:
    image = np.full((height, width, 3), 255, np.uint8) if image is None else image
    return Page(0, image, image, None, np.eye(3), 0, Quality(None, 1.0, 0.0, 0.0, 1.0, False))


def texts(found: Sequence[object]) -> list[str]:
    return [one.text for one in found]  # type: ignore[attr-defined]


def test_lines_come_in_reading_order() -> None:
    script = [words(400, 101, "右上"), words(50, 200, "左下"), words(50, 95, "左上"), words(400, 204, "右下")]
    found = read_page(NullEngine(script), page())
    assert texts(found.lines) == ["左上", "右上", "左下", "右下"]
    assert (found.page, found.width, found.height, found.effort) == (0, 800, 600, "full")


def test_a_slightly_falling_row_stays_one_row() -> None:
    row = [
        line(text, box=Box(x, 100 + x / 40, x + 60, 130 + x / 40)) for x, text in ((500, "丙"), (0, "甲"), (250, "乙"))
    ]
    below = line("丁", box=Box(0, 150, 60, 180))
    assert texts(in_reading_order([below, *row])) == ["甲", "乙", "丙", "丁"]


def test_ornaments_and_blanks_are_no_lines() -> None:
    script = [words(50, 100, "营业执照"), words(50, 200, "※※", confidence=MIN_CONFIDENCE - 0.05), words(50, 300, "  ")]
    assert texts(read_page(NullEngine(script), page()).lines) == ["营业执照"]


def test_a_line_that_runs_downwards_knows_its_direction() -> None:
    (found,) = read_page(NullEngine([ScriptedLine("名称", Box(100, 100, 130, 220))]), page()).lines
    assert found.angle == pytest.approx(90)
    assert found.box == Box(100, 100, 130, 220)


class Coarse(NullEngine):
    """Sees some lines only when the page is small, where its boxes are scaled with it."""

    def __init__(self, full: Sequence[ScriptedLine], coarse: Sequence[ScriptedLine], scale: float) -> None:
        super().__init__([*full, *coarse])
        self._full, self._coarse, self._scale = full, coarse, scale
        self.read: list[Box] = []

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        if max(image.shape[:2]) > COARSE_SIDE:
            return [one.box.quad for one in self._full]
        s = self._scale
        boxes = [one.box for one in (*self._full, *self._coarse)]
        return [Box(b.x0 * s, b.y0 * s, b.x1 * s, b.y1 * s).quad for b in boxes]

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        self.read.extend(Box.of_quad(quad) for quad in quads)
        return super().recognise(image, quads, effort)


class TestSecondLook:
    FIRM, DOUBTFUL = words(100, 100, "名称"), words(100, 200, "类型", confidence=0.5)
    LOST = words(100, 300, "住所")

    def test_what_only_shows_at_a_coarser_scale_is_added(self) -> None:
        engine = Coarse([self.FIRM], [self.LOST], COARSE_SIDE / 2400)
        whole = page(2400, 1600)
        first = read_page(engine, whole)
        engine.read.clear()
        second = look_again(engine, whole, first)
        assert texts(first.lines) == ["名称"]
        assert texts(second.lines) == ["名称", "住所"]
        assert len(engine.read) == 1, "what was read with confidence is not read again"
        assert second.lines[1].box.covered_by(self.LOST.box.grown(2, 2)) == pytest.approx(1.0, abs=0.01)

    def test_a_doubtful_line_is_replaced_not_doubled(self) -> None:
        engine = Coarse([self.FIRM, self.DOUBTFUL], [], COARSE_SIDE / 2400)
        whole = page(2400, 1600)
        second = look_again(engine, whole, read_page(engine, whole))
        assert texts(second.lines) == ["名称", "类型"]

    def test_a_small_page_has_been_seen_at_that_scale(self) -> None:
        engine = Coarse([], [self.LOST], 1.0)
        text = read_page(NullEngine([self.FIRM]), page())
        assert look_again(engine, page(), text) is text


def with_qr(content: str, x: int, y: int, *, scale: int = 4, size: tuple[int, int] = (800, 600)) -> BgrImage:
    buffer = io.BytesIO()
    segno.make_qr(content).save(buffer, kind="png", scale=scale, border=4)
    code = cv2.imdecode(np.frombuffer(buffer.getvalue(), np.uint8), cv2.IMREAD_COLOR)
    assert code is not None
    image = np.full((size[1], size[0], 3), 255, np.uint8)
    image[y : y + code.shape[0], x : x + code.shape[1]] = code
    return image


class TestQr:
    CONTENT = "https://example.invalid/?id=样张"

    def test_a_code_and_where_it_stands(self) -> None:
        (found,) = read_qr_codes(with_qr(self.CONTENT, 300, 200))
        assert found.text == self.CONTENT
        assert Box(300, 200, 800, 600).intersection(found.box) == pytest.approx(found.box.area)
        assert found.box.width > 80

    def test_on_a_large_page_boxes_are_in_its_pixels(self) -> None:
        (found,) = read_qr_codes(with_qr(self.CONTENT, 3000, 2000, scale=12, size=(4000, 3000)))
        assert 3000 <= found.box.x0 < 3100
        assert 2000 <= found.box.y0 < 2100

    def test_a_page_without_a_code_has_none(self) -> None:
        assert read_qr_codes(page().image) == ()

    def test_skimming_leaves_codes_alone(self) -> None:
        whole = page(image=with_qr(self.CONTENT, 300, 200))
        assert texts(read_page(NullEngine(), whole).qr_codes) == [self.CONTENT]
        assert read_page(NullEngine(), whole, "skim").qr_codes == ()
