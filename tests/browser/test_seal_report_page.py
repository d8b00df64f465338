"""The validation report in a real browser: both languages, folded details, any width; no fetches, no complaints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from signing.report import ValidatedFile, validate_html
from tests.browser.tabs import Visit, visit
from tests.signing import report_examples as examples

pytestmark = pytest.mark.browser

FILES = [ValidatedFile(f"{name}.pdf", make()) for name, make in examples.ALL.items()]
TITLE = "签章验证报告"


@pytest.fixture
def opened(browser: object, tmp_path: Path) -> Iterator[Visit]:
    visited = visit(browser, tmp_path, validate_html(FILES))
    yield visited
    assert visited.complaints == []
    assert len(visited.requests) == 1
    assert visited.requests[0].startswith("file:")
    visited.tab.close()


def test_language_switch(opened: Visit) -> None:
    tab = opened.tab
    zh, en = "签章无效：签章后内容被改动", "Invalid seal: the content was changed after sealing"
    assert tab.get_by_text(zh).first.is_visible()
    assert not tab.get_by_text(en).first.is_visible()
    tab.locator('[data-language="en"]').click()
    assert tab.get_by_text(en).first.is_visible()
    assert not tab.get_by_text(zh).first.is_visible()
    assert tab.title() == "Seal validation report"
    assert tab.locator("html").get_attribute("lang") == "en"
    tab.locator('[data-language="zh-CN"]').click()
    assert tab.title() == TITLE


def test_details_unfold_and_are_printed(opened: Visit) -> None:
    tab = opened.tab
    fingerprint = tab.locator(".chain dd").last
    assert not fingerprint.is_visible()
    tab.locator("summary").last.click()
    assert fingerprint.is_visible()
    folded = tab.locator("details").first
    assert folded.get_attribute("open") is None
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert folded.get_attribute("open") is not None
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert folded.get_attribute("open") is None


def test_the_index_leads_to_each_file(opened: Visit) -> None:
    tab = opened.tab
    tab.locator('.index a[href="#f4"]').click()
    box = tab.locator("#f4-title").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


def test_the_light_is_seen_and_told(opened: Visit) -> None:
    tab = opened.tab
    for number, file in enumerate(FILES, start=1):
        head = tab.locator(f"#f{number} .head")
        assert file.light.word in (head.get_attribute("class") or "")
        assert head.locator(f".lit-{file.light.word}").count() == 1
        assert head.locator("h2 .unseen").first.inner_text().strip() in ("绿灯", "黄灯", "红灯")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_sideways_scrolling(browser: object, tmp_path: Path, width: int, language: str) -> None:
    hostile = examples.hostile("W" * 90 + "<b>\u202e" + "\u0301" * 40 + "שלום")
    html = validate_html([*FILES, hostile, examples.flooded(60)], language="en" if language == "en" else "zh")
    visited = visit(browser, tmp_path, html, width)
    tab = visited.tab
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for card in tab.locator(".card").all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        # Cards hide what runs over; nothing may.
        assert card.evaluate("c => c.scrollWidth <= c.clientWidth + 1")
    assert visited.complaints == []
    tab.close()


def test_hostile_names_do_not_run(browser: object, tmp_path: Path) -> None:
    attack = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    visited = visit(browser, tmp_path, validate_html([examples.hostile(attack)]))
    assert visited.tab.title() == TITLE
    assert visited.complaints == []
    assert len(visited.requests) == 1
    visited.tab.close()


def test_a_name_written_from_the_right_moves_nothing_else(browser: object, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, validate_html([examples.hostile("שלום")]))
    who = visited.tab.locator(".seal-who h3").first
    name, tag = who.locator(".name").bounding_box(), who.locator(".tag").bounding_box()
    assert name is not None
    assert tag is not None
    assert name["x"] + name["width"] <= tag["x"] + 1, "the remark on the name stands behind it"
    visited.tab.close()
