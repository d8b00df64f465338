"""Composition: what was read is found by a search, at its place, and never seen."""

from __future__ import annotations

import io
import math
import re
import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as raw
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from signing.composition.compose import compose
from signing.composition.conformance import conformance
from signing.composition.page import PageSource, Point, RecognisedLine
from tests.components import require
from tests.signing.pictures import CREATED, composed, file, in_pdfium, in_poppler, line

SIZE = (900, 600)
DPI = 150.0
WHITE = file(Image.new("L", SIZE, 255))
LINES = (
    line("营业执照", 300, 30, 300, 60),
    line("名称：江城𠮷野建工集团有限公司（武汉）", 60, 150, 620, 32),
    line("统一社会信用代码 91420106748871252L", 60, 200, 560, 28),
    line("𠀀𡈼𰻝 Ext. B–G; “quoted” ¥1,234.50", 60, 260, 500, 28),
    line("Registered in Wuhan", 60, 320, 240, 26),
)
PHRASES = (
    *("营业执照", "江城𠮷野建工集团有限公司（武汉）", "91420106748871252L", "𠀀𡈼𰻝", "¥1,234.50"),
    *("Registered in Wuhan", "统一社会信用代码 91420106748871252L"),
)


def found_by_pdfium(pdf: bytes, phrase: str) -> list[tuple[float, float, float, float]]:
    """Boxes of the characters where ``phrase`` stands first: left, top, right, bottom in points from the top left.

    Searched in the text of the page, as Chrome does; PDFium's own FPDFText_FindStart finds no character outside the
    Basic Multilingual Plane in any PDF, because it compares whole characters with halves.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        text = page.get_textpage()
        units = b"".join(
            raw.FPDFText_GetUnicode(text, n).to_bytes(2, "little") for n in range(text.count_chars())
        ).decode("utf-16-le", "surrogatepass")
        at = units.find(phrase)
        if at < 0:
            return []
        start = len(units[:at].encode("utf-16-le")) // 2
        boxes, height = [], page.get_height()
        for character in phrase:
            left, bottom, right, top = text.get_charbox(start, loose=True)
            boxes.append((left, height - top, right, height - bottom))
            start += len(character.encode("utf-16-le")) // 2
        return boxes
    finally:
        document.close()


def searched_by_pdfium(pdf: bytes, phrase: str) -> bool:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].get_textpage().search(phrase, match_case=True).get_next() is not None
    finally:
        document.close()


def read_by_poppler(pdf: bytes, tmp_path: Path, *options: str) -> str:
    program = require("pdftotext")
    (tmp_path / "in.pdf").write_bytes(pdf)
    done = subprocess.run([program, *options, tmp_path / "in.pdf", "-"], check=True, capture_output=True)
    return done.stdout.decode("utf-8")


@pytest.mark.parametrize("phrase", PHRASES)
def test_pdfium_finds_every_phrase_at_its_place(phrase: str) -> None:
    pdf = composed(WHITE, dpi=DPI, lines=LINES)
    boxes = found_by_pdfium(pdf, phrase)
    assert boxes
    assert searched_by_pdfium(pdf, phrase) or max(phrase) > "\uffff"
    (source,) = (each for each in LINES if phrase in each.text)
    (x0, y0), _, (x1, y1), _ = source.quad
    points = 72 / DPI
    for left, top, right, bottom in boxes:
        assert x0 * points - 1 <= left <= right <= x1 * points + 1
        assert y0 * points - 1 <= top <= bottom <= y1 * points + 1
    if phrase == source.text:
        assert boxes[0][0] == pytest.approx(x0 * points, abs=1)
        assert boxes[-1][2] == pytest.approx(x1 * points, abs=1)


def test_poppler_finds_every_phrase(tmp_path: Path) -> None:
    text = read_by_poppler(composed(WHITE, dpi=DPI, lines=LINES), tmp_path)
    for phrase in PHRASES:
        assert phrase in text


def test_poppler_finds_words_at_their_place(tmp_path: Path) -> None:
    found = read_by_poppler(composed(WHITE, dpi=DPI, lines=LINES), tmp_path, "-bbox")
    match = re.search(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">营业执照<', found)
    assert match is not None
    assert [float(value) for value in match.groups()] == pytest.approx([144, 14.4, 288, 43.2], abs=0.5)


def test_nothing_of_the_text_is_seen() -> None:
    pdf = composed(WHITE, dpi=DPI, lines=LINES)
    assert in_pdfium(pdf, DPI).min() == 255
    assert in_poppler(pdf, DPI).min() == 255


def turned(point: Point, rotation: int) -> Point:
    x, y = point
    width, height = SIZE
    return {0: (x, y), 90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[rotation]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("orientation", [1, 6])
def test_text_stands_upright_on_turned_pages(rotation: int, orientation: int) -> None:
    """The upload lies on its side; its lines are measured in it, and read upright once it is turned."""
    shown = SIZE if rotation in (0, 180) else (SIZE[1], SIZE[0])
    stored = shown if orientation == 1 else (shown[1], shown[0])
    data = file(Image.new("L", stored, 255), "JPEG", orientation)
    lines = [RecognisedLine(each.text, tuple(turned(point, rotation) for point in each.quad)) for each in LINES]  # type: ignore[arg-type]
    pdf = composed(data, dpi=DPI, rotation=rotation, lines=tuple(lines))
    boxes = found_by_pdfium(pdf, LINES[0].text)
    assert [round(value) for value in (boxes[0][0], boxes[0][1])] == [144, 14]
    assert [round(value) for value in (boxes[-1][2], boxes[-1][3])] == [288, 43]
    assert conformance(pdf) == ()


def test_lines_may_be_measured_in_a_raster_of_another_scale() -> None:
    half = tuple(RecognisedLine(each.text, tuple((x / 2, y / 2) for x, y in each.quad)) for each in LINES)  # type: ignore[arg-type]
    pdf = composed(WHITE, lines=half, raster=(SIZE[0] // 2, SIZE[1] // 2), dpi=DPI / 2)
    assert found_by_pdfium(pdf, "营业执照")[0][:2] == pytest.approx((144, 14.4), abs=0.5)


def test_slanting_lines_stay_slanting() -> None:
    slant = math.radians(12)
    along, down = (400 * math.cos(slant), 400 * math.sin(slant)), (-40 * math.sin(slant), 40 * math.cos(slant))
    quad = ((200, 100), (200 + along[0], 100 + along[1]))
    whole = (*quad, (quad[1][0] + down[0], quad[1][1] + down[1]), (200 + down[0], 100 + down[1]))
    boxes = found_by_pdfium(
        composed(WHITE, dpi=DPI, lines=(RecognisedLine("统一社会信用代码", whole),)), "统一社会信用代码"
    )
    first, last = ((box[0] + box[2], box[1] + box[3]) for box in (boxes[0], boxes[-1]))
    assert math.atan2(last[1] - first[1], last[0] - first[0]) == pytest.approx(slant, abs=0.01)
    middle = [sum(point[axis] for point in whole) / 4 * 72 / DPI for axis in (0, 1)]
    assert [(first[axis] + last[axis]) / 4 for axis in (0, 1)] == pytest.approx(middle, abs=0.4)


def test_latin_letters_take_half_the_width_of_chinese() -> None:
    boxes = found_by_pdfium(composed(WHITE, dpi=72.0, lines=(line("代码AB12", 0, 0, 400, 50),)), "代码AB12")
    assert [round(box[2] - box[0]) for box in boxes] == [100, 100, 50, 50, 50, 50]


@pytest.mark.parametrize(
    "bad",
    [
        line("", 10, 10, 100, 20),
        line(" \u3000\n", 10, 10, 100, 20),
        line("\x00\x1b\ufffe", 10, 10, 100, 20),
        line("无宽", 10, 10, 0, 20),
        line("无高", 10, 10, 100, 0),
        line("倒置", 10, 10, 100, -20),
        line("不是数", math.nan, 10, 100, 20),
        line("太远", 1e9, 10, 100, 20),
    ],
)
def test_lines_without_text_or_place_are_left_out(bad: RecognisedLine) -> None:
    pdf = composed(WHITE, dpi=DPI, lines=(bad,))
    assert pdf == composed(WHITE, dpi=DPI)


def test_a_variation_selector_stays_with_its_character() -> None:
    pdf = composed(WHITE, dpi=DPI, lines=(line("葛\U000e0100城市 cafe\u0301", 60, 60, 300, 30),))
    assert len(found_by_pdfium(pdf, "城市")) == 2
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        cmap = opened.pages[0].Resources.Font.F0.ToUnicode.read_bytes().decode()
    assert "845BDB40DD00".lower() in cmap.lower()


def test_widths_of_the_font_are_those_of_its_program() -> None:
    with pikepdf.open(io.BytesIO(composed(WHITE, lines=LINES))) as opened:
        font = opened.pages[0].Resources.Font.F0.DescendantFonts[0]
        program = TTFont(io.BytesIO(font.FontDescriptor.FontFile2.read_bytes()))
        glyphs = font.CIDToGIDMap.read_bytes()
        runs = [int(value) for value in font.W]
    advances = [program["hmtx"][name][0] for name in program.getGlyphOrder()]
    for first, last, width in zip(runs[::3], runs[1::3], runs[2::3], strict=True):
        for code in range(first, last + 1):
            assert advances[int.from_bytes(glyphs[2 * code : 2 * code + 2], "big")] == width


def test_one_font_serves_all_pages() -> None:
    pages = [PageSource(WHITE, lines=(each,)) for each in LINES]
    with pikepdf.open(io.BytesIO(compose(pages, None, title="", created_at=CREATED))) as opened:
        assert len({page.Resources.Font.F0.objgen for page in opened.pages}) == 1


def test_more_characters_than_a_font_has_codes_do_no_harm() -> None:
    every = [chr(code) for code in range(0x20, 0x30000) if not 0xD800 <= code < 0xE000]
    lines = tuple(line("".join(every[n : n + 1000]), 10, 10, 800, 20) for n in range(0, len(every), 1000))
    pdf = composed(WHITE, lines=lines)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages[0].Resources.Font.F0.DescendantFonts[0].CIDToGIDMap.read_bytes()) <= 2 * 65536
    assert len(found_by_pdfium(composed(WHITE, lines=(*lines, LINES[0])), "营业执照")) == 4


@settings(max_examples=40, deadline=None)
@given(
    st.text(
        st.sampled_from("江城建工集团有限公司统一社会信用代码𠮷𠀀ABCxyz0123456789（）：-/￥"), min_size=2, max_size=30
    ),
    st.floats(0, 500),
    st.floats(0, 500),
    st.floats(50, 390),
    st.floats(8, 90),
)
def test_any_line_is_found_within_its_quadrilateral(text: str, x: float, y: float, width: float, height: float) -> None:
    boxes = found_by_pdfium(composed(WHITE, dpi=72.0, lines=(line(text, x, y, width, height),)), text)
    assert len(boxes) == len(text)
    assert np.allclose([boxes[0][0], boxes[-1][2]], [x, x + width], atol=0.5)
    slack = 0.5 + 0.02 * height
    assert all(y - slack <= box[1] <= box[3] <= y + height + slack for box in boxes)
