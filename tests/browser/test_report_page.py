"""The report in a real browser: it answers to clicks and keys, changes language, fetches nothing and logs no error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certlight.light import Light
from extractors.geometry import Box, Region
from tests.browser.tabs import Visit, visit
from tests.report_examples import CHECKED_AT, LINES, check, drawn_page, example_result, example_verdict, hostile_result
from verifier.report import html_report
from verifier.verdict import Verdict

pytestmark = pytest.mark.browser


def two_page_verdict() -> Verdict:
    far = check("address", Light.YELLOW, "near", entered="a", recognised="b", regions=(Region(1, LINES["address"][0]),))
    verdict = example_verdict()
    return Verdict(verdict.doc_type, (*verdict.checks[:4], far), verdict.findings, verdict.notices, verdict.provenance)


@pytest.fixture
def opened(browser: object, tmp_path: Path) -> Iterator[Visit]:
    pages = (drawn_page(0), drawn_page(1))
    visited = visit(
        browser,
        tmp_path,
        html_report([(example_result(two_page_verdict(), pages=pages), pages)], checked_at=CHECKED_AT),
    )
    yield visited
    assert visited.complaints == []
    asked = [url for url in visited.requests if not url.startswith("data:")]
    assert len(asked) == 1
    assert asked[0].startswith("file:")
    visited.tab.close()


def test_language_switch(opened: Visit) -> None:
    tab = opened.tab
    assert tab.get_by_text("用户填写数据").first.is_visible()
    assert not tab.get_by_text("Field by field").first.is_visible()
    tab.locator('[data-language="en"]').click()
    assert tab.get_by_text("Field by field").first.is_visible()
    assert not tab.get_by_text("用户填写数据").first.is_visible()
    assert tab.title() == "Certificate check report"
    assert tab.locator("html").get_attribute("lang") == "en"
    assert tab.locator('[data-language="zh-CN"]').is_visible()
    tab.locator('[data-language="zh-CN"]').click()
    assert tab.title() == "证照智能核验报告"


def test_row_and_box_highlight_each_other(opened: Visit) -> None:
    tab = opened.tab
    box = tab.locator('.box[data-row="3"]')
    tab.locator('tr.row[data-row="3"]').click(position={"x": 20, "y": 8})
    assert "is-selected" in (box.get_attribute("class") or "")
    assert box.get_attribute("aria-pressed") == "true"
    tab.locator('.box[data-row="1"]').click()
    assert "is-selected" in (tab.locator('tr.row[data-row="1"]').get_attribute("class") or "")
    assert "is-selected" not in (box.get_attribute("class") or "")
    tab.locator('tr.row[data-row="2"]').hover(position={"x": 20, "y": 8})
    assert "is-near" in (tab.locator('.box[data-row="2"]').get_attribute("class") or "")


def test_a_field_on_another_page_turns_the_page(opened: Visit) -> None:
    tab = opened.tab
    assert tab.locator("#d1-p1").is_visible()
    tab.locator('tr.row[data-row="5"]').click(position={"x": 20, "y": 8})
    assert tab.locator("#d1-p2").is_visible()
    assert not tab.locator("#d1-p1").is_visible()
    assert tab.locator('.box[data-row="5"]').is_visible()
    tab.locator('[data-page="prev"]').click()
    assert tab.locator("#d1-p1").is_visible()


def test_box_lies_over_the_ink(opened: Visit) -> None:
    paper = opened.tab.locator("#d1-p1 .paper img").bounding_box()
    box = opened.tab.locator('.box[data-row="1"]').bounding_box()
    assert paper is not None
    assert box is not None
    expected: Box = LINES["uscc"][0]
    scale = paper["width"] / 1240
    assert box["x"] - paper["x"] == pytest.approx(expected.x0 * scale, abs=1.5)
    assert box["y"] - paper["y"] == pytest.approx(expected.y0 * scale, abs=1.5)
    assert box["width"] == pytest.approx(expected.width * scale, abs=1.5)
    assert box["height"] == pytest.approx(expected.height * scale, abs=1.5)


def test_keyboard_reaches_a_box_from_its_row(opened: Visit) -> None:
    tab = opened.tab
    tab.locator('[data-locate="3"]').focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.getAttribute('data-row')") == "3"


def test_filter_by_light(opened: Visit) -> None:
    tab = opened.tab
    tab.locator('[data-filter="red"]').click()
    visible = [row.get_attribute("data-light") for row in tab.locator("tr.row:visible").all()]
    assert visible == ["red"]
    tab.locator('[data-filter="all"]').click()
    assert tab.locator("tr.row:visible").count() == 5


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_no_sideways_scrolling(browser: object, tmp_path: Path, width: int) -> None:
    pages = (drawn_page(),)
    result = example_result(example_verdict(), pages=pages)
    visited = visit(browser, tmp_path, html_report([(result, pages), (result, pages)], checked_at=CHECKED_AT), width)
    assert visited.tab.evaluate("document.documentElement.scrollWidth") <= width
    visited.tab.close()


def test_hostile_values_do_not_run(browser: object, tmp_path: Path) -> None:
    page = drawn_page()
    attack = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    visited = visit(browser, tmp_path, html_report([(hostile_result(attack, page), [page])], checked_at=CHECKED_AT))
    assert visited.tab.title() == "证照智能核验报告"
    assert visited.complaints == []
    assert visited.tab.evaluate("document.documentElement.scrollWidth") <= 1440
    visited.tab.close()
