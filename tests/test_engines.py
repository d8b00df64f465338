"""Cutting lines out of pages, the scripted engine, and how the real one bundles its work."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.engines.crop import VERTICAL_RATIO, cut
from extractors.engines.null import NullEngine, ScriptedLine
from extractors.engines.paddle import BATCH_PIXELS, RECOGNISER_HEIGHT, RECOGNISER_MIN_WIDTH, _batches
from extractors.geometry import Box, Quad
from extractors.page import BgrImage

PAPER = np.full((200, 300, 3), 255, np.uint8)


def quad(x0: float, y0: float, x1: float, y1: float) -> Quad:
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def numbered() -> BgrImage:
    """Every pixel says where it stands: blue its column, green its row."""
    rows, columns = np.mgrid[0:200, 0:300]
    return np.dstack([columns % 256, rows, np.zeros_like(rows)]).astype(np.uint8)


class TestCut:
    def test_an_upright_line_is_cut_exactly(self) -> None:
        image = numbered()
        assert np.array_equal(cut(image, quad(20, 50, 120, 80)), image[50:80, 20:120])

    def test_a_slanted_line_is_laid_level(self) -> None:
        image = PAPER.copy()
        for x in range(40, 240):
            y = 60 + (x - 40) // 5
            image[y : y + 20, x] = 0
        level = cut(image, ((40, 60), (240, 100), (240, 120), (40, 80)))
        assert level.shape[0] in (19, 20, 21)
        assert level.shape[1] in (203, 204, 205)
        assert level[3:-3, 3:-3].mean() < 10

    def test_a_line_that_runs_downwards_is_turned(self) -> None:
        image = numbered()
        turned = cut(image, quad(100, 20, 130, 180))
        assert turned.shape == (30, 160, 3)
        assert turned[0, 0, 1] == 20, "it begins at its upper end"
        assert turned[0, -1, 1] == 179
        assert turned[0, 0, 0] > turned[-1, 0, 0], "its right side is up"

    def test_barely_high_crops_stay_upright(self) -> None:
        assert cut(PAPER, quad(0, 0, 100, 100 * VERTICAL_RATIO - 3)).shape[0] > 100

    @pytest.mark.parametrize(
        "where", [quad(-500, -500, -400, -450), quad(900, 10, 950, 40), quad(10, 900, 60, 930), quad(50, 50, 50, 50)]
    )
    def test_off_the_page_is_blank_paper(self, where: Quad) -> None:
        found = cut(PAPER, where)
        assert found.size > 0
        assert found.min() == 255

    def test_over_the_edge_what_is_there_is_taken(self) -> None:
        image = numbered()
        found = cut(image, quad(-20, -10, 60, 25))
        assert np.array_equal(found, image[:25, :60])

    @given(st.lists(st.floats(-50, 350, allow_nan=False), min_size=8, max_size=8))
    def test_any_quad_gives_pixels(self, n: list[float]) -> None:
        found = cut(PAPER, ((n[0], n[1]), (n[2], n[3]), (n[4], n[5]), (n[6], n[7])))
        assert found.ndim == 3
        assert min(found.shape) >= 1
        assert found.flags["C_CONTIGUOUS"]


class TestNullEngine:
    ENGINE = NullEngine(
        [ScriptedLine("统一社会信用代码", Box(100, 100, 260, 120), 0.9), ScriptedLine("x", Box(0, 0, 9, 9))]
    )

    def test_it_sees_the_script(self) -> None:
        quads = self.ENGINE.detect(PAPER)
        assert [r.text for r in self.ENGINE.recognise(PAPER, quads)] == ["统一社会信用代码", "x"]

    def test_a_part_of_a_line_reads_as_the_characters_it_holds(self) -> None:
        (found,) = self.ENGINE.recognise(PAPER, [quad(140, 95, 262, 125)])
        assert found.text == "社会信用代码"
        assert found.confidence == pytest.approx(0.9)
        assert all(0 <= c.x0 < c.x1 <= 1 for c in found.chars)
        assert all(a.x1 <= b.x0 + 1e-9 for a, b in itertools.pairwise(found.chars))

    def test_elsewhere_it_reads_nothing(self) -> None:
        (found,) = self.ENGINE.recognise(PAPER, [quad(140, 150, 262, 180)])
        assert (found.text, found.confidence, found.chars) == ("", 0.0, ())


sizes = st.tuples(st.integers(1, 60), st.integers(1, 1500))


@given(st.lists(sizes, max_size=25))
def test_batches_hold_every_crop_once_and_stay_small(shapes: list[tuple[int, int]]) -> None:
    crops = [(i, np.zeros((high, wide, 3), np.uint8)) for i, (high, wide) in enumerate(shapes)]
    crops.sort(key=lambda item: item[1].shape[1] / item[1].shape[0])
    batches = _batches(crops)
    assert [i for batch in batches for i, _ in batch] == [i for i, _ in crops]
    for batch in batches:
        widths = [max(c.shape[1] / c.shape[0] * RECOGNISER_HEIGHT, RECOGNISER_MIN_WIDTH) for _, c in batch]
        assert len(batch) == 1 or len(batch) * max(widths) * RECOGNISER_HEIGHT <= BATCH_PIXELS * 1.001
        assert max(widths) <= 1.1 * min(widths) + 1e-6, "padding to the widest wastes little"
