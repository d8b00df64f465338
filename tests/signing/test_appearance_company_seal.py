"""The round seal's lettering: in order, apart, within the ring, whatever the name."""

from __future__ import annotations

import io
import itertools
import math
import shutil
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from certlight.errors import SetupError, UsageError
from signing.appearance.company_seal import company_seal
from signing.appearance.lettering import BORDER, DIAMETER, STAR, STAR_OVER_KIND, Lettering, Shape, lay_out
from signing.appearance.name_seal import name_seal
from signing.appearance.picture import as_image
from tests.sample_fonts import font_dir
from tests.signing.rendering import by_pdfium, by_poppler, red

CODE = "2101120034567"
NAME = "辽宁建设集团有限公司"
WITHIN = DIAMETER / 2 - BORDER

HAN = "一国圆团图建筑工程有限责任公司集团股份疆赣囊鼎盟量票重里生中央沈阳大连市政路桥水利水电勘察设计监理咨询东北第八"
names = st.text(HAN, min_size=2, max_size=45)
mixed_names = st.text(HAN + "（）()ABCgyj&·0-. 1", min_size=2, max_size=45).filter(
    lambda text: any(char in HAN for char in text)
)


@pytest.fixture(autouse=True)
def _fonts() -> None:
    font_dir()


def outline(shape: Shape) -> NDArray[np.float64]:
    """Points of a drawn character, mm from the seal's centre: curves sampled, half the stroke not counted."""
    points: list[tuple[float, float]] = []
    for operator, args in shape.glyph.outline:
        if operator == "c":
            p0, (p1, p2, p3) = points[-1], args
            for t in np.linspace(0.25, 1, 4):
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x = sum(w * p[0] for w, p in zip(weights, (p0, p1, p2, p3), strict=True))
                y = sum(w * p[1] for w, p in zip(weights, (p0, p1, p2, p3), strict=True))
                points.append((x, y))
        else:
            points += args
    if not points:
        return np.zeros((0, 2))
    a, b, c, d, e, f = shape.matrix
    xy = np.asarray(points)
    return np.stack([a * xy[:, 0] + c * xy[:, 1] + e, b * xy[:, 0] + d * xy[:, 1] + f], axis=1)


def corners(shape: Shape) -> NDArray[np.float64]:
    """The ink's box, turned with the character."""
    left, bottom, right, top = shape.glyph.ink
    a, b, c, d, e, f = shape.matrix
    return np.asarray(
        [
            (a * x + c * y + e, b * x + d * y + f)
            for x, y in ((left, bottom), (right, bottom), (right, top), (left, top))
        ]
    )


def gap_between(one: Shape, other: Shape) -> float:
    """Separating-axis distance of two ink boxes, mm; negative where they overlap."""
    first, second = corners(one), corners(other)
    best = -math.inf
    for box in (first, second):
        for k in range(2):
            axis = box[k + 1] - box[k]
            axis = axis / np.linalg.norm(axis)
            p, q = first @ axis, second @ axis
            best = max(best, p.min() - q.max(), q.min() - p.max())
    return best


def clockwise(shape: Shape) -> float:
    """Angle of the ink's middle from the top of the seal, radians."""
    x, y = corners(shape).mean(axis=0)
    return math.atan2(x, y)


def name_shapes(lettering: Lettering) -> list[Shape]:
    count = len(lettering.name.places)
    return [shape for shape in lettering.shapes()[:count] if shape.glyph.outline]


def check_ring(lettering: Lettering) -> None:
    shapes = name_shapes(lettering)
    star = STAR_OVER_KIND if lettering.kind else STAR
    for shape in shapes:
        radii = np.hypot(*outline(shape).T)
        assert radii.max() + shape.stouter / 2 < WITHIN - 0.5, "touches the border"
        assert radii.min() - shape.stouter / 2 > star + 1.5, "touches the star"
    angles = [clockwise(shape) for shape in shapes]
    assert angles == sorted(angles)
    for one, other in itertools.pairwise(shapes):
        assert gap_between(one, other) > (one.stouter + other.stouter) / 2, f"{one.glyph.char}{other.glyph.char}"
    assert gap_between(shapes[0], shapes[-1]) > 1.0, "the name bites its tail"


@settings(max_examples=60, deadline=None)
@given(names, st.sampled_from(["", CODE]))
def test_any_name_runs_clockwise_evenly_and_apart(name: str, code: str) -> None:
    lettering = lay_out(name, code_line=code)
    check_ring(lettering)
    angles = [place.angle for place in lettering.name.places]
    steps = np.diff(angles)
    assert np.ptp(steps) < 1e-9, "uneven"
    assert abs(angles[0] + angles[-1]) < 1e-9, "not centred"


@settings(max_examples=40, deadline=None)
@given(mixed_names)
def test_brackets_letters_and_figures_keep_apart_too(name: str) -> None:
    check_ring(lay_out(name))


@settings(max_examples=25, deadline=None)
@given(names)
def test_every_character_is_upright_to_the_ring(name: str) -> None:
    lettering = lay_out(name, code_line=CODE)
    for place, shape in zip(lettering.name.places, lettering.shapes(), strict=False):
        _, _, c, d, _, _ = shape.matrix
        outwards = math.sin(place.angle), math.cos(place.angle)
        assert (c * outwards[0] + d * outwards[1]) / math.hypot(c, d) == pytest.approx(1)
        a, b, *_ = shape.matrix
        assert a * d - b * c > 0, "mirrored"


@settings(max_examples=25, deadline=None)
@given(names, st.sampled_from(["合同专用章", "财务专用章", "工程质量检测专用章（1）"]), st.sampled_from(["", CODE]))
def test_kind_and_code_stand_free(name: str, kind: str, code: str) -> None:
    lettering = lay_out(name, kind=kind, code_line=code)
    check_ring(lettering)
    own = np.concatenate([outline(shape) for shape in name_shapes(lettering)])
    assert lettering.kind is not None
    line = np.concatenate([outline(shape) for shape in lettering.kind.shapes()])
    assert line[:, 1].max() < -STAR_OVER_KIND * math.cos(math.radians(36)) - 1
    assert np.hypot(*line.T).max() < WITHIN - 0.5
    parts = [own, line]
    if code:
        parts.append(np.concatenate([outline(shape) for shape in lettering.code]))
    for one, other in itertools.combinations(parts, 2):
        nearest = np.sqrt(((one[:, None] - other[None]) ** 2).sum(axis=2).min())
        assert nearest > 0.7


def test_the_code_reads_from_left_to_right_below() -> None:
    code = lay_out(NAME, code_line=CODE).code
    assert "".join(shape.glyph.char for shape in code) == CODE
    middles = [corners(shape).mean(axis=0) for shape in code]
    assert [x for x, _ in middles] == sorted(x for x, _ in middles)
    assert all(y < -15 for _, y in middles)
    for shape in code:
        points = outline(shape)
        assert np.hypot(*points.T).max() < WITHIN - 0.3
        assert shape.matrix[3] > 0, "heads up"


def test_longer_names_are_lettered_lower_and_on_a_longer_arc() -> None:
    rings = [lay_out("国" * count).name for count in range(2, 58)]
    heights, spans = [ring.height for ring in rings], [ring.half_span for ring in rings]
    assert heights == sorted(heights, reverse=True)
    assert spans == sorted(spans)
    assert heights[0] > 6
    assert heights[-1] > 2.2


def test_the_whole_seal_looks_the_same_in_both_renderers() -> None:
    seal = company_seal(NAME, code_line=CODE, kind="合同专用章")
    ours, theirs = by_pdfium(seal.pdf, dpi=300), by_poppler(seal.pdf, dpi=300)
    assert ours.size == theirs.size
    a, b = red(ours), red(theirs)
    assert a.mean() == pytest.approx(b.mean(), rel=0.03)
    assert (a ^ b).mean() < 0.03, "more than the rims of strokes differ"
    assert ours.getpixel((0, 0)) == (255, 255, 255)


def test_size_and_colour_are_those_asked_for() -> None:
    seal = company_seal(NAME, diameter_mm=38, colour=(0, 0, 200))
    assert (seal.width_mm, seal.height_mm) == (38, 38)
    image = as_image(seal, 300)
    assert image.size == pytest.approx((38 / 25.4 * 300,) * 2, abs=1)
    pixels = np.asarray(image)
    assert pixels[0, 0, 3] == 0, "no ground"
    assert pixels[pixels.shape[0] // 2, pixels.shape[1] // 2].tolist() == pytest.approx([0, 0, 200, 255], abs=2)
    box = image.getchannel("A").getbbox()
    assert box == pytest.approx((0, 0, *image.size), abs=1), "touches its edges"


def test_a_demonstration_seal_has_its_word_in_place_of_the_star() -> None:
    plain, demonstration = company_seal(NAME), company_seal(NAME, demonstration=True)
    middle = (180, 180, 316, 316)
    a, b = (np.asarray(as_image(seal, 300).crop(middle))[..., 3] > 128 for seal in (plain, demonstration))
    assert a[68, 68], "star"
    assert not b[68, 68], "between 演 and 示"
    assert 0.1 < b.mean() < 0.6


def test_a_seal_needs_no_font_and_no_transparency() -> None:
    seal = company_seal(NAME, code_line=CODE)
    with pikepdf.open(io.BytesIO(seal.pdf)) as pdf:
        assert len(pdf.pages) == 1
        resources = pdf.pages[0].obj.Resources
        assert set(resources.keys()) == {"/ColorSpace"}
        operators = {str(each.operator) for each in pikepdf.parse_content_stream(pdf.pages[0])}
        assert operators <= {"q", "Q", "cm", "rg", "RG", "j", "J", "w", "m", "l", "c", "h", "f", "S", "B"}
    assert seal.pdf == company_seal(NAME, code_line=CODE).pdf


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"name": ""}, "seal.name_empty"),
        ({"name": " \u3000 "}, "seal.name_empty"),
        ({"name": "国" * 70}, "seal.name_too_long"),
        ({"name": NAME, "kind": "工程质量检测鉴定评估咨询服务合同专用章第一号甲乙丙丁戊"}, "seal.kind_too_long"),
        ({"name": NAME, "code_line": "12-34"}, "seal.code_malformed"),
        ({"name": NAME, "code_line": "1" * 19}, "seal.code_malformed"),
        ({"name": NAME, "diameter_mm": 5.0}, "seal.diameter"),
        ({"name": NAME, "diameter_mm": math.nan}, "seal.diameter"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: dict[str, str], code: str) -> None:
    with pytest.raises(UsageError) as refusal:
        company_seal(**arguments)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_a_character_that_the_font_lacks_is_named() -> None:
    with pytest.raises(UsageError) as refusal:
        company_seal("沈阳\U00030000有限公司")
    assert refusal.value.code == "seal.glyph_missing"
    assert "\U00030000" in refusal.value.message.zh
    assert "U+30000" in refusal.value.message.zh


def test_a_missing_font_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as refusal:
        company_seal(NAME, font_dir=tmp_path)
    assert refusal.value.code == "fonts.missing"
    shutil.copy(font_dir() / "NotoSerifSC-Regular.otf", tmp_path)
    company_seal(NAME, font_dir=tmp_path)
    with pytest.raises(SetupError, match="NotoSansSC"):
        company_seal(NAME, code_line=CODE, font_dir=tmp_path)


def test_a_resolution_without_sense_is_refused() -> None:
    seal = company_seal(NAME)
    for dpi in (0, -1, 1e9, math.nan, math.inf):
        with pytest.raises(UsageError) as refusal:
            as_image(seal, dpi)
        assert refusal.value.code == "seal.picture_resolution"


def test_an_image_for_a_turned_page_is_turned_against_the_clock() -> None:
    seal = company_seal("中国", kind="合同专用章")
    upright = as_image(seal, 100)
    assert as_image(seal, 100, rotation=90).tobytes() == upright.transpose(Image.Transpose.ROTATE_90).tobytes()


def test_a_name_seal_reads_in_columns_from_the_right() -> None:
    seal = name_seal("张三")
    ink = np.asarray(as_image(seal, 300))[..., 3] > 128
    half = ink.shape[0] // 2
    assert (seal.width_mm, seal.height_mm) == (20, 20)
    # 三 is three bars, at the lower right; a line down its middle meets three strokes and the frame.
    lane = ink[half:, int(half * 1.45)]
    assert np.count_nonzero(np.diff(lane.astype(int)) == 1) == 4
    for bad in ("", "王", "阿卜杜拉买买提"):
        with pytest.raises(UsageError):
            name_seal(bad)
