"""A text layer is believed only where the pixels say the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certlight.paths import data_dir
from extractors.engines.null import NullEngine, ScriptedLine
from extractors.engines.protocol import Recognition
from extractors.geometry import Box, Quad
from extractors.layer_ink import snapped
from extractors.layer_text import implausible, length
from extractors.page import BgrImage, LayerWord, Page, Quality
from extractors.text_layer import SAMPLE_LINES, LayerAudit, audit, text_lines, verify_lines
from pipeline.intake.intake import take
from pipeline.intake.scan import RawPage
from tests.pdf_makers import Objects, PageSpec, encoded, outlined_font, pdf, picture, text

REAL = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "real" / "contracts"
FONT = data_dir() / "fonts" / "NotoSansSC-Regular.otf"
SENTENCES = [
    "The contractor shall complete the works within 180 days",
    "Total price 1,234,500.00 yuan including tax",
    "Payment is due on 2024-03-05 by bank transfer",
    "Quality warranty period 24 months after acceptance",
    "Any dispute goes to the arbitration commission",
    "Party B delivers three copies of the drawings",
    "Site address No. 18 South Ring Road Building 7",
    "Signed by the legal representatives of both parties",
    "This contract has 12 pages and 4 annexes",
    "Registered capital 50,000,000 yuan paid in full",
]


def body(lines: Sequence[str] = SENTENCES) -> str:
    return "".join(text(60, 760 - 40 * i, line) for i, line in enumerate(lines))


def drawn(content: str, **page: object) -> RawPage:
    with take([("x.pdf", pdf([PageSpec(content, **page)]))]) as document:  # type: ignore[arg-type]
        return document.render(0)


def as_page(raw: RawPage) -> Page:
    quality = Quality(None, 1.0, 0.0, 0.0, 1.0, False)
    return Page(raw.index, raw.image, raw.image, raw.dpi, np.eye(3), 0, quality, raw.layer)


class Reader:
    """Pretends to read: the engine sees ``visible``, scripted where the honest layer has it."""

    def __init__(self, visible: Sequence[LayerWord], confidence: float = 0.99) -> None:
        self._engine = NullEngine([ScriptedLine(w.text, Box(w.x0, w.y0, w.x1, w.y1), confidence) for w in visible])
        self.asked = 0

    def __call__(self, image: BgrImage, quads: Sequence[Quad], /) -> Sequence[Recognition]:
        self.asked += len(quads)
        return self._engine.recognise(image, quads)


def codes(found: LayerAudit) -> list[str]:
    return [reason.code for reason in found.reasons]


def audited(raw: RawPage, visible: Sequence[LayerWord]) -> LayerAudit:
    return audit(as_page(raw), raw.layer, Reader(visible))


def test_an_honest_layer_is_trusted_after_a_few_lines() -> None:
    raw = drawn(body())
    reader = Reader(raw.layer)
    found = audit(as_page(raw), raw.layer, reader)
    assert found.trusted
    assert found.complete
    assert found.reasons == ()
    assert found.agreement == 1.0
    assert reader.asked == SAMPLE_LINES


def test_the_choice_of_lines_is_repeatable_and_spread() -> None:
    raw = drawn(body())
    first, second = (audited(raw, raw.layer) for _ in range(2))
    assert [c.line for c in first.checked] == [c.line for c in second.checked]
    places = [c.line.y0 for c in first.checked]
    assert min(places) < raw.image.shape[0] * 0.2
    assert max(places) > raw.image.shape[0] * 0.4
    assert len(set(places)) == len(places)


def test_no_layer() -> None:
    raw = drawn("0 0 m 100 100 l S")
    assert codes(audited(raw, ())) == ["layer.empty"]


@pytest.mark.parametrize("how", [{"mode": 3}, {"grey": 1.0}])
def test_extra_text_that_nobody_sees_is_found(how: dict[str, int]) -> None:
    honest = drawn(body())
    forged = drawn(body() + text(60, 200, "Total price 9,999,999.00 yuan", **how))  # type: ignore[arg-type]
    found = audited(forged, honest.layer)
    assert not found.trusted
    assert "layer.hidden" in codes(found)
    assert [w.text for w in found.hidden] == ["Total price 9,999,999.00 yuan"]


def test_hidden_words_inside_a_visible_line_are_found() -> None:
    raw = drawn(text(60, 700, "Price 100") + text(125, 700, "000,000,000", mode=3) + text(200, 700, "yuan"))
    assert "layer.hidden" in codes(audited(raw, raw.layer))


def test_invisible_text_over_other_text_is_found() -> None:
    honest = drawn(body())
    forged = drawn(body() + text(60, 720, "Total price 9,999,999.00 yuan including tax", mode=3))
    assert not audited(forged, honest.layer).trusted
    assert "layer.overlap" in codes(audited(forged, honest.layer))


def test_a_layer_that_replaces_the_text_is_found() -> None:
    """The visible text is a picture or outlines; an invisible layer in its place says something else."""
    honest = drawn(body())
    forged = [LayerWord(w.text[::-1], w.x0, w.y0, w.x1, w.y1) for w in honest.layer]
    found = audit(as_page(honest), forged, Reader(honest.layer))
    assert codes(found) == ["layer.mismatch"]
    assert len(found.mismatched) == len(found.checked)


def test_a_displaced_layer_is_found() -> None:
    raw = drawn(body())
    moved = [LayerWord(w.text, w.x0, w.y0 + 55, w.x1, w.y1 + 55) for w in raw.layer]
    assert not audit(as_page(raw), moved, Reader(raw.layer)).trusted
    off_page = [LayerWord(w.text, w.x0 - 5000, w.y0, w.x1 - 5000, w.y1) for w in raw.layer]
    assert "layer.hidden" in codes(audit(as_page(raw), off_page, Reader(raw.layer)))


def test_one_wrong_digit_is_found_by_whoever_takes_the_value() -> None:
    raw = drawn(body())
    forged = [LayerWord(w.text.replace("1,234,500", "1,284,500"), w.x0, w.y0, w.x1, w.y1) for w in raw.layer]
    (line,) = [w for w in forged if "1,284" in w.text]
    (check,) = verify_lines(as_page(raw), [line], Reader(raw.layer))
    assert check.similarity > 0.9
    assert not check.agrees
    (honest,) = verify_lines(as_page(raw), [w for w in raw.layer if "1,234" in w.text], Reader(raw.layer))
    assert honest.agrees


def test_one_wrong_letter_is_found_by_whoever_takes_the_value() -> None:
    raw = drawn(body())
    (honest,) = [w for w in raw.layer if "Party B" in w.text]
    forged = LayerWord(honest.text.replace("Party B", "Party D"), honest.x0, honest.y0, honest.x1, honest.y1)
    first, second = verify_lines(as_page(raw), [honest, forged], Reader(raw.layer))
    assert first.agrees
    assert second.similarity > 0.95
    assert not second.agrees


def test_evidence_forgives_a_misread_glyph_but_not_another_digit() -> None:
    class Evidence:
        def __init__(self, nats: float) -> None:
            self._nats = nats

        def log_ratio(self, text: str) -> float:
            return self._nats

    line = LayerWord("Payment due 2006", 10, 10, 200, 30)
    page = as_page(drawn(body()))
    for nats, agrees in ((-1.5, True), (-8.0, False)):
        seen = Recognition("Payment due 2000", 0.97, (), Evidence(nats))
        (check,) = verify_lines(page, [line], lambda image, quads, seen=seen: [seen] * len(quads))  # type: ignore[misc]
        assert check.agrees is agrees


def test_a_reader_that_cannot_tell_leaves_the_layer_unverified() -> None:
    raw = drawn(body())
    blind = audit(as_page(raw), raw.layer, lambda image, quads: [Recognition("?", 0.2, ())] * len(quads))
    assert codes(blind) == ["layer.unverified"]
    assert blind.agreement is None


def test_garbage_characters_are_found_without_reading() -> None:
    raw = drawn(body())
    reader = Reader(raw.layer)
    for garbage in ("\u137f\u14b8\u18a0\u22f5", "(cid:12)(cid:9)(cid:77)", "\ufffd\ufffd\ufffd", "\ue123\ue456\ue789"):
        layer = [LayerWord(garbage * 3, w.x0, w.y0, w.x1, w.y1) for w in raw.layer]
        assert "layer.garbled" in codes(audit(as_page(raw), layer, reader))
    assert reader.asked == 0


def test_a_layer_over_part_of_the_page_is_trusted_but_not_complete() -> None:
    """A scan with a typed heading: the heading is text, the scan is not."""
    whole = drawn(body())
    half = tuple(w for w in whole.layer if w.y0 < whole.image.shape[0] * 0.2)
    found = audit(as_page(whole), half, Reader(whole.layer))
    assert found.trusted
    assert not found.complete
    assert codes(found) == ["layer.partial"]


def test_light_text_on_a_dark_header_is_ink() -> None:
    content = "0 g 40 190 500 40 re f\n" + text(60, 200, "Schedule of quantities", grey=1)
    raw = drawn(content + body(SENTENCES[4:]))
    assert audited(raw, raw.layer).trusted


def test_a_ruled_line_is_not_text() -> None:
    raw = drawn("0 G 2 w 60 705 m 300 705 l S\n" + text(62, 701, "hidden on a rule 12345", mode=3))
    assert "layer.hidden" in codes(audited(raw, raw.layer))


@pytest.mark.parametrize("rotate", [0, 90, 270])
@pytest.mark.parametrize("crop", [None, (100, 300, 500, 800)])
def test_turned_and_cropped_pages_stay_trusted(rotate: int, crop: tuple[float, ...] | None) -> None:
    turn = {0: "1 0 0 1 130 600", 90: "0 1 -1 0 300 420", 270: "0 -1 1 0 300 760"}[rotate]
    content = f"BT /F1 14 Tf {turn} Tm (Registered capital 50,000,000 yuan) Tj ET"
    raw = drawn(content, rotate=rotate, crop=crop)
    found = audited(raw, raw.layer)
    assert found.trusted, codes(found)
    assert found.complete


def test_a_box_set_too_high_is_moved_onto_its_ink() -> None:
    raw = drawn(text(60, 700, "Hxg Registered"))
    (line,) = raw.layer
    shifted = LayerWord(line.text, line.x0, line.y0 - 12, line.x1, line.y1 - 12)
    again = snapped(shifted, raw.image)
    rows = np.flatnonzero((raw.image.min(axis=2) < 128).any(axis=1))
    assert abs(again.y0 - rows.min()) <= 2
    assert abs(again.y1 - rows.max()) <= 2
    blank = LayerWord("x", 10, 10, 60, 30)
    assert snapped(blank, raw.image) == blank


def test_layer_lines_as_text_lines() -> None:
    (line,) = text_lines([LayerWord("名称ab", 0, 0, 60, 20)])
    assert line.source == "text_layer"
    assert line.box_of(0, 2) == Box(0, 0, 40, 20)
    assert line.box_of(2, 4) == Box(40, 0, 60, 20)


@given(st.text(max_size=40))
def test_no_more_characters_are_implausible_than_there_are(said: str) -> None:
    assert 0 <= implausible(said) <= len(said)
    assert length(said) <= len(said)


def test_ordinary_chinese_text_is_plausible() -> None:
    said = "《建设工程施工合同》（GF-2017-0201）第3.2条：¥1,234.50元，㎡ ℃ № ①②③ ☑ Ⅲ “甲方”—乙方…… 鄠𠮷⾦ •  ≤±×÷α"
    assert implausible(said) == 0


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="the real test files are not beside the project")
def test_the_garbled_tender_is_not_believed() -> None:
    with take([REAL / "tender_garbled_textlayer_anqing.pdf"]) as document:
        for raw in document.pages():
            found = audited(raw, raw.layer)
            assert raw.kind == "born_digital"
            assert not found.trusted
            assert "layer.garbled" in codes(found)


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="the real test files are not beside the project")
def test_the_scanned_licence_has_no_layer() -> None:
    with take([REAL / "license_scan_image_only.pdf"]) as document:
        raw = document.render(0)
    assert raw.kind == "image"
    assert raw.layer == ()
    assert raw.notices == ()
    assert raw.image.shape == (1751, 1240, 3)


@pytest.mark.skipif(not FONT.is_file(), reason="the Chinese fonts are not installed (certlight models install)")
def test_chinese_lines_with_label_and_value_apart() -> None:
    pytest.importorskip("fontTools")
    objects = Objects()
    number, glyphs = outlined_font(objects, FONT, "名称样例建设有限公司成立日期年月金额大写壹佰万元整0123456789：")
    placed = [
        (60, 700, "名称：样例建设有限公司"),
        (360, 700, "成立日期：2024年03月05日"),
        (60, 660, "金额大写：壹佰万元整"),
    ]
    content = "".join(text(x, y, encoded(words, glyphs), size=12) for x, y, words in placed)
    with take([("x.pdf", pdf([PageSpec(content)], objects, fonts=f"/F1 {number} 0 R"))]) as document:
        raw = document.render(0)
    assert [w.text for w in raw.layer] == [words for _, _, words in placed]
    found = audited(raw, raw.layer)
    assert found.trusted
    assert found.complete


def test_a_scan_with_a_wrong_recognised_layer_is_mixed_and_not_believed() -> None:
    honest = drawn(body())
    grey = honest.image[:, :, 0]
    objects = Objects()
    scan = picture(objects, grey.shape[1], grey.shape[0], grey.tobytes())
    behind = "".join(text(60, 760 - 40 * i, line[::-1], mode=3) for i, line in enumerate(SENTENCES))
    page = PageSpec("q 595 0 0 842 0 0 cm /P Do Q " + behind)
    with take([("x.pdf", pdf([page], objects, pictures=f"/P {scan} 0 R"))]) as document:
        raw = document.render(0)
    assert raw.kind == "mixed"
    assert codes(audited(raw, honest.layer)) == ["layer.mismatch"]
