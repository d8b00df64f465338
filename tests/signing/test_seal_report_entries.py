"""A valid seal over entries that were red is no green light."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certlight.light import Light
from certlight.text import Text
from signing.enclosure import Enclosure
from signing.report import Recheck, ValidatedFile, validate_html, validate_json
from signing.validation.report import SealReport
from tests.signing.report_examples import passed


def with_entries(light: str | None) -> SealReport:
    verdict = None if light is None else {"light": light}
    entries = Enclosure(doc_type="contract", template="contract@1", claim={}, verdict=verdict, created_at="2026-11-01")
    return replace(passed(), enclosure=entries.to_json())


@pytest.mark.parametrize(
    ("sealed", "light"), [("red", "red"), ("yellow", "yellow"), ("green", "green"), (None, "green"), ("blue", "green")]
)
def test_what_was_wrong_when_sealed_counts(sealed: str | None, light: str) -> None:
    found = validate_json(with_entries(sealed), "file.pdf")
    assert (found["indication"], found["light"]) == ("TOTAL-PASSED", light)
    assert found["enclosed_light"] == (sealed if sealed in ("red", "yellow", "green") else None)
    assert found["recheck"] is None
    assert ("与页面不符" in found["message"]) == (sealed == "red")


def test_a_recheck_counts_instead() -> None:
    again = Recheck(Light.GREEN, Text("一致。", "They agree."))
    assert ValidatedFile("file.pdf", with_entries("yellow"), again).light is Light.GREEN
    assert validate_json(with_entries("yellow"), "file.pdf", recheck=again)["light"] == "green"


def test_damaged_entries_say_nothing() -> None:
    assert ValidatedFile("file.pdf", replace(passed(), enclosure=b"{")).enclosed_light is None


def test_the_page_says_it() -> None:
    page = validate_html([ValidatedFile("file.pdf", with_entries("red"))])
    assert "随签章封存的填报数据在签章时即为红灯" in page
    assert "内嵌数据签章时的核验" in page
