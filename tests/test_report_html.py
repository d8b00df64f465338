"""The HTML report: hostile text stays text, pictures sit where they belong, both languages are complete."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certlight.light import Light
from certlight.text import Language
from certlight.visible import visible
from extractors.geometry import Box, Region
from extractors.page import Page
from tests.html_document import ATTACKS, Document
from tests.report_examples import (
    BLURRED,
    CHECKED_AT,
    LINES,
    check,
    drawn_page,
    example_result,
    example_verdict,
    hostile_result,
)
from verifier.report import DocumentResult, html_report
from verifier.report.pictures import PAGE_LONG_SIDE, crop_pictures, page_picture
from verifier.report.view import PAGES_SHOWN, document_view, percent
from verifier.verdict import Verdict

TINY = Page(0, np.full((60, 40, 3), 200, np.uint8), np.full((60, 40, 3), 200, np.uint8), None, np.eye(3), 0, BLURRED)


def report(verdict: Verdict | None = None, pages: tuple[Page, ...] = (), language: Language = "zh") -> str:
    result = example_result(verdict or example_verdict(), pages=pages)
    return html_report([(result, pages)], checked_at=CHECKED_AT, language=language)


def test_report_stands_alone() -> None:
    html = report(pages=(drawn_page(),))
    document = Document(html)
    assert not re.search(r"https?:|//[a-z]", re.sub(r"data:image/jpeg;base64,[A-Za-z0-9+/=]+", "", html))
    for tag, attributes in document.elements:
        assert tag not in {"link", "iframe", "object", "embed", "base", "form"}
        assert not [a for a in attributes if a.startswith("on") or a == "style"], (tag, attributes)
        for name in ("src", "href", "data", "action"):
            assert (attributes.get(name) or "#").startswith(("data:image/jpeg;base64,", "#"))


def test_policy_names_exactly_the_inline_style_and_script() -> None:
    html = report(pages=(drawn_page(),))
    policy = next(a["content"] for t, a in Document(html).elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        bodies = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(bodies) == 1
        digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_values_add_no_element(attack: str) -> None:
    harmless = Document(html_report([(hostile_result("harmless", TINY), [TINY])], checked_at=CHECKED_AT))
    hostile = Document(html_report([(hostile_result(attack, TINY), [TINY])], checked_at=CHECKED_AT))
    assert [t for t, _ in hostile.elements] == [t for t, _ in harmless.elements]
    assert [set(a) for _, a in hostile.elements] == [set(a) for _, a in harmless.elements]
    assert "".join(hostile.text).count(attack) >= 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(), max_size=30))
def test_any_text_stays_text(text: str) -> None:
    html = html_report([(hostile_result("x" + text, TINY), [])], checked_at=CHECKED_AT)
    html.encode()
    expected = Document(html_report([(hostile_result("harmless", TINY), [])], checked_at=CHECKED_AT))
    found = Document(html)
    assert {t for t, _ in found.elements} <= {t for t, _ in expected.elements}
    assert "x" + visible(text).split("\n")[0].split("\r")[0] in "".join(found.text).replace("␣", " ").replace("↵", "")


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("A\u202e021", "A[U+202E]021"),
        ("9\u200b1", "9[U+200B]1"),
        ("\x1b[31mred", "[U+001B][31mred"),
        ("\x9b2J", "[U+009B]2J"),
        ("a\x00b", "a[U+0000]b"),
        ("\ud800", "[U+D800]"),
        ("辻\U000e0100", "辻[U+E0100]"),
        ("名\u3000称\n二", "名\u3000称\n二"),
        ("沈阳·样例（集团）有限公司", "沈阳·样例（集团）有限公司"),
    ],
)
def test_invisible_characters_are_written_out(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown
    html = html_report([(hostile_result(hidden, TINY), [])], checked_at=CHECKED_AT)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)
    assert shown in html


@given(st.text(st.characters()))
def test_visible_is_encodable_and_idempotent(text: str) -> None:
    once = visible(text)
    once.encode()
    assert visible(once) == once


def test_every_text_stands_in_both_languages() -> None:
    pages = tuple(drawn_page(i, quality=BLURRED) for i in range(2))
    document = Document(report(pages=pages))
    assert len(document.languages) > 60
    languages = [language for language, _ in document.languages]
    assert languages == ["zh-CN", "en"] * (len(languages) // 2)
    for language, text in document.languages:
        assert text.strip(), language
        if language == "en":
            assert not re.search("[\u4e00-\u9fff]", text), text


@pytest.mark.parametrize(("language", "expected"), [("zh", "zh-CN"), ("en", "en")])
def test_language_shown_first(language: Language, expected: str) -> None:
    document = Document(report(language=language))
    assert next(a for t, a in document.elements if t == "html")["lang"] == expected
    pressed = [a for _, a in document.elements if "data-language" in a and a.get("aria-pressed") == "true"]
    assert [a["data-language"] for a in pressed] == [expected]


def test_differing_characters_are_marked() -> None:
    html = report()
    assert '91210100MA0EXAMPL<mark class="diff">8</mark>' in html
    assert '91210100MA0EXAMPL<mark class="diff">3</mark>' in html


def test_diff_of_canonical_values_does_not_touch_what_was_typed() -> None:
    html = report()
    assert "2016年3月8日</bdi>" in html
    assert '2016-03-<mark class="diff">0</mark>8' in html
    assert '2016-03-<mark class="diff">1</mark>8' in html


def test_same_input_gives_the_same_bytes() -> None:
    assert report(pages=(drawn_page(),)) == report(pages=(drawn_page(),))


def test_every_located_field_has_its_crop_and_box() -> None:
    document = Document(report(pages=(drawn_page(),)))
    crops = document.having("crop")
    assert len(crops) == 5, "one cut a field with a region"
    boxes = document.having("box")
    assert [b["data-row"] for b in boxes] == ["1", "2", "3", "4", "5"]
    assert [b["data-locate"] for b in document.having("locate")] == ["1", "2", "3", "4", "5"]


def test_crop_is_cut_from_full_resolution() -> None:
    page = drawn_page(scale=3)
    assert max(page.image.shape) > 3 * PAGE_LONG_SIDE
    box = Box(*(3 * v for v in (420, 660, 720, 700)))
    (crop,) = crop_pictures(page.image, [box])
    data = base64.b64decode(crop.uri.partition(",")[2])
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[:2] == (crop.height, crop.width)
    assert box.width < crop.width <= box.width + 120
    assert box.height < crop.height <= box.height + 120
    assert image.min() < 90, "the printed date is in the cut"


def test_neighbouring_lines_share_a_cut_and_distant_ones_do_not() -> None:
    image = drawn_page().image
    lines = [Box(100, 300, 900, 330), Box(100, 340, 900, 370), Box(100, 380, 500, 410), Box(100, 1500, 400, 1530)]
    assert len(crop_pictures(image, lines)) == 2


@pytest.mark.parametrize(
    "box", [Box(-50, -50, -10, -10), Box(5000, 10, 6000, 20), Box(10, 10, 10, 400), Box(float("nan"), 0, 10, 10)]
)
def test_boxes_off_the_page_show_nothing(box: Box) -> None:
    verdict = replace(
        example_verdict(),
        checks=(
            check("uscc", Light.GREEN, "match", entered="1", recognised="1", regions=(Region(0, box), Region(7, box))),
        ),
    )
    document = Document(report(verdict, (drawn_page(),)))
    assert not document.having("box")
    assert not document.having("crop")
    assert not document.having("locate")


def test_boxes_are_shares_of_the_page() -> None:
    page = drawn_page(scale=2)
    box = Box(620, 877, 1240, 1754)
    verdict = replace(
        example_verdict(),
        checks=(check("uscc", Light.RED, "near", entered="1", recognised="2", regions=(Region(0, box),)),),
    )
    html = report(verdict, (page,))
    assert "#d1-p1-b1{left:25.0%;top:25.0%;width:25.0%;height:25.0%}" in html
    picture = page_picture(page.image)
    assert max(picture.width, picture.height) == PAGE_LONG_SIDE
    assert picture.width / picture.height == pytest.approx(page.width / page.height, rel=1e-3)


def test_long_documents_show_the_first_page_and_those_with_boxes() -> None:
    small = [replace(TINY, index=i) for i in range(100)]
    verdict = replace(
        example_verdict(),
        checks=tuple(
            check(f, Light.GREEN, "match", entered="1", recognised="1", regions=(Region(p, Box(5, 5, 30, 20)),))
            for f, p in (("uscc", 41), ("name", 7))
        ),
    )
    view = document_view(1, example_result(verdict, pages=small), small)
    assert [page.number for page in view.pages] == [1, 8, 42]
    assert view.pages_left_out == 97


def test_too_many_marked_pages_keep_the_worst_lights() -> None:
    small = [replace(TINY, index=i) for i in range(PAGES_SHOWN + 30)]
    everywhere = tuple(Region(p.index, Box(5, 5, 30, 20)) for p in small)
    red = check("name", Light.RED, "near", entered="1", recognised="2", regions=(everywhere[-1],))
    green = check("uscc", Light.GREEN, "match", entered="1", recognised="1", regions=everywhere)
    result = example_result(replace(example_verdict(), checks=(green, red)), pages=small)
    shown = [page.number for page in document_view(1, result, small).pages]
    assert len(shown) == PAGES_SHOWN
    assert shown[-1] == len(small)
    assert shown == sorted(shown)


def test_several_documents_have_an_index() -> None:
    pages = (drawn_page(),)
    results = [example_result(example_verdict(), pages=pages, files=(name,)) for name in ("a.jpg", "b.jpg")]
    document = Document(html_report([(r, pages) for r in results], checked_at=CHECKED_AT))
    links = [a["href"] for t, a in document.elements if t == "a"]
    identifiers = [a["id"] for _, a in document.elements if "id" in a]
    assert links == ["#d1", "#d2"]
    assert len(identifiers) == len(set(identifiers))
    assert set(links) <= {f"#{i}" for i in identifiers}


def test_a_read_document_is_shown_without_lights() -> None:
    pages = (drawn_page(),)
    html = html_report([(example_result(None, pages=pages), pages)], checked_at=CHECKED_AT)
    document = Document(html)
    assert "未核验" in "".join(document.text)
    assert not document.having("red")
    assert "2016-03-18" in html


def test_an_empty_document_still_makes_a_page() -> None:
    empty = replace(example_result(Verdict("x", (), (), ())), doc_type=None, type_name=None, files=())
    assert isinstance(empty, DocumentResult)
    Document(html_report([(empty, [])], checked_at=CHECKED_AT))
    Document(html_report([], checked_at=CHECKED_AT))


@pytest.mark.parametrize(
    ("share", "shown"), [(0.9996, 99.9), (1.0, 100.0), (0.0, 0.0), (float("nan"), 0.0), (7.0, 100.0), (0.29, 29.0)]
)
def test_confidence_is_never_rounded_up(share: float, shown: float) -> None:
    assert percent(share) == shown


def test_field_names_of_findings_are_words() -> None:
    assert "成立日期" in report()
    assert LINES.keys() >= {"established_on"}
