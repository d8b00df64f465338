"""Reading inside a user's box: how many lines it holds is told from its ink, and nothing is read twice or invented."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.engines.null import NullEngine, ScriptedLine
from extractors.engines.protocol import Effort, Recognition
from extractors.geometry import Box, Quad
from extractors.page import BgrImage
from extractors.region_reader import read_crops, read_region
from extractors.text import PageText, TextLine
from tests.readings import line

INK = (30, 30, 30)


class Watched(NullEngine):
    """Reads what is scripted, and keeps what it was asked to look at."""

    def __init__(self, *lines: ScriptedLine) -> None:
        super().__init__(lines)
        self.detected: list[tuple[int, int]] = []
        self.recognised: list[Box] = []

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        self.detected.append((int(image.shape[1]), int(image.shape[0])))
        return super().detect(image, effort)

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        self.recognised.extend(Box.of_quad(quad) for quad in quads)
        return super().recognise(image, quads, effort)


def paper() -> BgrImage:
    return np.full((400, 800, 3), 250, np.uint8)


def print_line(image: BgrImage, x: int, y: int, letters: str) -> ScriptedLine:
    """Letters of 30 pixels drawn as strokes: 二 and 三 of their horizontal ones, all others as a box with a cross."""
    for i, letter in enumerate(letters):
        left, right = x + 32 * i + 2, x + 32 * i + 24
        if letter in "二三":
            levels = (4, 26) if letter == "二" else (2, 14, 26)
            for level in levels:
                cv2.line(image, (left, y + level), (right, y + level), INK, 3)
        else:
            cv2.rectangle(image, (left, y), (right, y + 28), INK, 3)
            cv2.line(image, (left, y + 14), (right, y + 14), INK, 3)
            cv2.line(image, ((left + right) // 2, y), ((left + right) // 2, y + 28), INK, 3)
    return ScriptedLine(letters, Box(x, y, x + 32 * len(letters), y + 30))


def texts(lines: Sequence[TextLine]) -> list[str]:
    return [found.text for found in lines]


def test_one_line_is_read_without_detection() -> None:
    image = paper()
    engine = Watched(print_line(image, 100, 100, "沈阳样张公司"))
    found = read_region(engine, image, Box(90, 80, 320, 150))
    assert texts(found) == ["沈阳样张公司"]
    assert engine.detected == []
    (band,) = engine.recognised
    assert band.y0 < 100
    assert band.y1 > 128
    assert band.height < 50, "cut down to the ink and a little paper"


def test_a_page_of_pure_black_and_white() -> None:
    """A fax or a bilevel scan has no greys between paper and ink."""
    image = paper()
    script = print_line(image, 100, 100, "沈阳样张公司")
    bilevel = np.where(image > 127, 255, 0).astype(np.uint8)
    engine = Watched(script)
    assert texts(read_region(engine, bilevel, Box(90, 80, 320, 150))) == ["沈阳样张公司"]
    assert engine.detected == []


@pytest.mark.parametrize("letters", ["二三年", "三楼", "十二三"])
def test_strokes_of_one_letter_are_not_lines(letters: str) -> None:
    image = paper()
    engine = Watched(print_line(image, 100, 100, letters))
    assert texts(read_region(engine, image, Box(90, 85, 300, 145))) == [letters]
    assert engine.detected == []


def test_two_lines_are_detected() -> None:
    image = paper()
    script = [print_line(image, 20, 20, "沈阳市样张路"), print_line(image, 20, 64, "一号楼三层")]
    engine = Watched(*script)
    box = Box(0, 0, 300, 110)
    read_region(engine, image, box)
    assert len(engine.detected) == 1
    assert engine.detected[0][0] > box.width, "with paper around, for the detector"
    assert engine.detected[0][1] > box.height


class Detecting(Watched):
    """Finds dark boxes in the very crop it is given, as a detector does."""

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        self.detected.append((int(image.shape[1]), int(image.shape[0])))
        dark = (image[:, :, 0] < 128).astype(np.uint8)
        joined = cv2.dilate(dark, np.ones((3, 25), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
        return [Box(float(x), float(y), float(x + w), float(y + h)).quad for x, y, w, h, _ in stats[1:count].tolist()]


def test_detected_lines_come_back_in_pixels_of_the_page_and_in_reading_order() -> None:
    image = paper()
    script = [print_line(image, 200, 200, "沈阳市样张路"), print_line(image, 200, 244, "一号楼三层")]
    engine = Detecting(*script)
    found = read_region(engine, image, Box(190, 190, 420, 290))
    assert texts(found) == ["沈阳市样张路", "一号楼三层"]
    for seen, drawn in zip(found, script, strict=True):
        assert drawn.box.covered_by(seen.box.grown(6, 6)) > 0.95
        assert seen.box.area < 1.8 * drawn.box.area


def test_the_rule_of_a_table_is_no_line_and_joins_none() -> None:
    image = paper()
    engine = Watched(print_line(image, 100, 100, "沈阳样张"))
    cv2.line(image, (0, 140), (799, 140), INK, 2)
    assert texts(read_region(engine, image, Box(90, 85, 250, 150))) == ["沈阳样张"]
    assert engine.detected == []


def test_the_rule_right_under_a_line_is_not_a_part_of_it() -> None:
    image = paper()
    engine = Watched(print_line(image, 100, 100, "沈阳样张"))
    cv2.line(image, (0, 134), (799, 134), INK, 2)
    read_region(engine, image, Box(90, 85, 250, 150))
    (band,) = engine.recognised
    assert band.y1 < 138


def test_dots_over_letters_belong_to_their_line() -> None:
    """言言: a dot, a blank row, the rest."""
    image = paper()
    for x in range(100, 220, 40):
        cv2.rectangle(image, (x + 10, 100), (x + 14, 103), INK, -1)
        cv2.rectangle(image, (x, 108), (x + 24, 128), INK, 2)
    engine = Watched(ScriptedLine("言言言", Box(100, 100, 220, 130)))
    assert texts(read_region(engine, image, Box(90, 85, 230, 145))) == ["言言言"]
    assert engine.detected == []
    assert engine.recognised[0].y0 < 100


def test_an_upright_box_is_left_to_the_detector() -> None:
    image = paper()
    cv2.rectangle(image, (100, 100), (110, 300), INK, -1)
    engine = Watched()
    assert read_region(engine, image, Box(95, 90, 115, 310)) == []
    assert len(engine.detected) == 1


@pytest.mark.parametrize(
    "box",
    [
        Box(100, 100, 104, 200), Box(100, 100, 300, 105), Box(100, 100, 100, 100),
        Box(-500, -500, -100, -100), Box(900, 100, 1200, 140), Box(100, 500, 300, 900), Box(797, 397, 1200, 900),
    ],
)  # fmt: skip
def test_tiny_boxes_and_boxes_off_the_page_hold_nothing(box: Box) -> None:
    image = paper()
    engine = Watched(print_line(image, 100, 100, "沈阳样张"))
    assert read_region(engine, image, box) == []
    assert engine.recognised == []
    assert engine.detected == []


def test_blank_paper_holds_nothing() -> None:
    assert read_region(Watched(), paper(), Box(100, 100, 300, 140)) == []


def test_a_box_over_the_edge_is_read_as_far_as_the_page_goes() -> None:
    image = paper()
    engine = Watched(print_line(image, 600, 100, "沈阳样张"))
    assert texts(read_region(engine, image, Box(590, 85, 5000, 145))) == ["沈阳样张"]


def known(*lines: TextLine) -> PageText:
    return PageText(0, 800, 400, lines)


class TestKnownLines:
    """What reading the page told is not read again, but only where the box holds it whole."""

    def box_of(self, found: TextLine, **grown: float) -> Box:
        return found.box.grown(grown.get("dx", 4), grown.get("dy", 4))

    def test_a_line_wholly_inside_is_taken_over(self) -> None:
        inside = line("沈阳样张", box=Box(100, 100, 230, 130))
        engine = Watched()
        assert read_region(engine, paper(), self.box_of(inside), known(inside)) == [inside]
        assert engine.recognised == []

    def test_several_in_their_order(self) -> None:
        first, second = line("上", box=Box(100, 100, 130, 130)), line("下", box=Box(100, 140, 130, 170))
        assert read_region(Watched(), paper(), Box(90, 90, 200, 180), known(first, second)) == [first, second]

    def test_a_line_cut_by_the_box_is_read_from_the_pixels(self) -> None:
        """A label and its value are one line; the user boxed the value."""
        image = paper()
        script = print_line(image, 100, 100, "名称沈阳样张")
        whole = line("名称沈阳样张", box=script.box)
        engine = Watched(script)
        assert texts(read_region(engine, image, Box(162, 85, 300, 145), known(whole))) == ["沈阳样张"]

    def test_a_box_that_misses_the_last_letter_does_not_hold_it(self) -> None:
        image = paper()
        script = print_line(image, 100, 100, "沈阳样张建设有限公司")
        whole = line("沈阳样张建设有限公司", box=script.box)
        box = Box(95, 85, 100 + 32 * 9 - 2, 145)
        assert texts(read_region(Watched(script), image, box, known(whole))) == ["沈阳样张建设有限公"]

    def test_a_neighbour_that_the_box_brushed_does_not_matter(self) -> None:
        inside = line("沈阳样张", box=Box(100, 100, 230, 130))
        neighbour = line("大连样张", box=Box(100, 132, 230, 162))
        assert read_region(Watched(), paper(), Box(95, 95, 240, 134), known(inside, neighbour)) == [inside]

    def test_what_is_known_elsewhere_does_not_fill_the_box(self) -> None:
        image = paper()
        engine = Watched(print_line(image, 100, 100, "沈阳样张"))
        elsewhere = line("大连样张", box=Box(500, 300, 630, 330))
        assert texts(read_region(engine, image, Box(90, 85, 250, 145), known(elsewhere))) == ["沈阳样张"]


def test_crops_are_read_whole() -> None:
    crops = [np.full((20, 60, 3), 255, np.uint8), np.full((30, 200, 3), 255, np.uint8)]
    engine = Watched(ScriptedLine("印", Box(0, 0, 20, 20)))
    assert [reading.text for reading in read_crops(engine, crops)] == ["印", "印"]
    assert engine.recognised == [Box(0, 0, 60, 20), Box(0, 0, 200, 30)]


numbers = st.floats(-1000, 2000, allow_nan=False)


@given(numbers, numbers, numbers, numbers, st.integers(0, 3))
def test_any_box_on_any_page_is_answered(x0: float, y0: float, x1: float, y1: float, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    assert read_region(Watched(), image, box) == []
