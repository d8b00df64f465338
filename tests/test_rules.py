"""Rules about the whole document, and how the light of a verdict comes about."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import pytest

from certlight.light import Light
from certlight.text import Text
from extractors.geometry import Box, Region
from extractors.page import Quality, QualityIssue
from extractors.reading import Canonical, FieldReading, Notice, Reading
from extractors.template import KindName
from tests.readings import line, reading, template, valid_id, valid_uscc
from verifier.check import check
from verifier.thresholds import Thresholds
from verifier.verdict import Claim, Verdict

TODAY = datetime.date(2026, 11, 3)
USCC = valid_uscc("91210100MA0XYT4K8")
OTHER = valid_uscc("91210200MA0PRTW47")
MAN = valid_id("21010119800229013")
KINDS: dict[str, KindName] = {code: spec.kind for code, spec in template().fields.items()}
GOOD = Quality(30.0, 0.9, 0.0, 0.0, 1.0, False)


def read(**printed: str | float) -> dict[str, FieldReading]:
    return {
        code: reading(KINDS[code], str(text), code=code, words=template().fields[code].words)
        for code, text in printed.items()
    }


def verdict(
    entered: Mapping[str, Canonical],
    fields: Mapping[str, FieldReading],
    *,
    marked: Mapping[str, FieldReading | None] | None = None,
    qualities: Sequence[Quality] = (GOOD,),
    qr: Sequence[str] = (),
    doc_type: str | None = "sample_license",
    confidence: float = 0.95,
    notices: tuple[Notice, ...] = (),
) -> Verdict:
    marks = {code: (Region(0, Box(0, 0, 9, 9)),) for code in marked or {}}
    claim = Claim("sample_license", entered, marks)
    found = Reading(doc_type, confidence, fields, notices)
    return check(template(), claim, found, marked or {}, qualities, qr, TODAY, Thresholds())


BASE = {"uscc": USCC, "name": "样张建设有限公司"}


def with_base(**more: str) -> tuple[dict[str, Canonical], dict[str, FieldReading]]:
    return {**BASE, **more}, read(**BASE, **more)


def codes(found: Verdict) -> list[tuple[str, Light]]:
    return [(finding.code, finding.light) for finding in found.findings]


def test_everything_right_is_green() -> None:
    found = verdict(
        *with_base(valid="2025-01-01至2028-01-01", issued_on="2024-12-30"), qr=[f"https://example.org/{USCC}"]
    )
    assert found.findings == ()
    assert found.light is Light.GREEN


@pytest.mark.parametrize(
    ("valid", "expired"),
    [
        ("2020-01-01至2026-11-02", True),
        ("2020-01-01至2026-11-03", False),
        ("2020.01-2026.10", True),
        ("2020.01-2026.11", False),
        ("2020-01-01至长期", False),
    ],
)
def test_an_expired_document_cannot_be_green(valid: str, expired: bool) -> None:
    found = verdict(*with_base(valid=valid))
    assert codes(found) == ([("rule.expired", Light.YELLOW)] if expired else [])


def test_an_entry_that_says_expired_counts_where_the_page_cannot_be_read() -> None:
    found = verdict({**BASE, "valid": "2020-01-01至2021-01-01"}, read(**BASE))
    assert ("rule.expired", Light.YELLOW) in codes(found)


def test_the_identity_number_must_agree_with_birth_date_and_sex() -> None:
    assert codes(verdict(*with_base(number=MAN, born_on="1980年2月29日", sex="男"))) == []
    wrong = verdict(*with_base(number=MAN, born_on="1980年2月28日", sex="女"))
    assert codes(wrong) == [("rule.identity_number", Light.RED)] * 2
    assert "1980-02-29" in wrong.findings[0].message.zh


def test_a_faint_birth_date_is_only_a_warning() -> None:
    entered, fields = with_base(number=MAN, sex="男")
    fields["born_on"] = reading("date", line("1980年2月28日", 0.4), code="born_on")
    assert ("rule.identity_number", Light.YELLOW) in codes(verdict(entered, fields))


def test_figures_and_words_must_agree() -> None:
    printed = "大写：壹佰万元整（小写：¥1,000,001.00）"
    found = verdict({**BASE, "price": "1000001"}, read(**BASE, price=printed))
    assert ("rule.amount_in_words", Light.RED) in codes(found)
    assert "小写 1000001，大写 1000000" in found.findings[0].message.zh
    assert codes(verdict(*with_base(price="大写：壹佰万元整（小写：¥1,000,000.00）"))) == []


def test_words_that_were_perhaps_not_read_to_their_end_only_warn() -> None:
    printed = "¥58,456,108.79（大写：伍仟捌佰肆拾伍万陆仟壹佰零捌"
    found = verdict({**BASE, "price": "58456108.79"}, read(**BASE, price=printed))
    assert codes(found) == [("rule.amount_in_words", Light.YELLOW)]
    assert found.light is Light.YELLOW


def test_dates_must_not_run_backwards() -> None:
    found = verdict(*with_base(issued_on="2025-02-01", valid="2025-01-01至2028-01-01"))
    assert codes(found) == [("rule.date_order", Light.YELLOW)]
    assert codes(verdict(*with_base(issued_on="2025-01", valid="2025-01-01至2028-01-01"))) == []


def test_a_qr_code_of_another_company_is_found() -> None:
    found = verdict(*with_base(), qr=["https://example.org/no-code/123456789012345678", f"code={OTHER};x"])
    assert codes(found) == [("rule.code_in_qr", Light.RED)]


def test_an_impossible_number_is_red_when_the_entry_repeats_it_and_yellow_when_it_does_not() -> None:
    impossible = USCC[:-1] + ("A" if USCC[-1] != "A" else "B")
    found = verdict({**BASE, "uscc": impossible}, read(**{**BASE, "uscc": impossible}))
    assert found.checks[0].outcome == "match"
    assert codes(found) == [("rule.check_digit", Light.RED)]
    assert ("rule.check_digit", Light.YELLOW) in codes(verdict(BASE, read(**{**BASE, "uscc": impossible})))


def test_poor_pages_and_lying_text_layers_bar_a_green_light() -> None:
    blurred = Quality(9.0, 0.1, 0.0, 0.0, 1.0, False, (QualityIssue("quality.blur", Text("模糊", "blurred"), True),))
    assert codes(verdict(*with_base(), qualities=(GOOD, blurred))) == [("rule.poor_quality", Light.YELLOW)]
    notice = Notice("layer.mismatch", Text("文字层不符", "layer"))
    found = verdict(*with_base(), notices=(notice,))
    assert codes(found) == [("rule.text_layer", Light.YELLOW)]
    assert found.notices == (notice,)


@pytest.mark.parametrize(
    ("doc_type", "confidence", "expected"),
    [
        ("contract", 0.9, ("rule.wrong_type", Light.RED)),
        ("contract", 0.2, ("rule.unknown_type", Light.YELLOW)),
        (None, 0.0, ("rule.unknown_type", Light.YELLOW)),
    ],
)
def test_wrong_and_unknown_types(doc_type: str | None, confidence: float, expected: tuple[str, Light]) -> None:
    assert codes(verdict(*with_base(), doc_type=doc_type, confidence=confidence)) == [expected]


def test_a_verdict_without_one_agreeing_field_is_not_green() -> None:
    found = verdict({}, {})
    assert found.light is Light.RED
    assert ("rule.nothing_checked", Light.YELLOW) in codes(found)


def test_name_and_grade_are_looked_up_together() -> None:
    fields = {**read(**BASE), "grades": reading("list", "房屋建筑工程壹级", "市政公用工程贰级", code="grades")}
    right = verdict({**BASE, "qualification": "市政公用工程", "grade": "贰级"}, fields)
    assert right.light is Light.GREEN
    assert {c.field: c.entered for c in right.checks}["grade"] == "贰级"
    crossed = verdict({**BASE, "qualification": "市政公用工程", "grade": "壹级"}, fields)
    assert crossed.light is Light.RED


def test_a_marked_field_without_legible_text_is_unreadable_whatever_was_extracted() -> None:
    found = verdict(*with_base(), marked={"uscc": None})
    assert {c.field: c.outcome for c in found.checks}["uscc"] == "unreadable"


def test_the_light_of_a_verdict_is_the_worst() -> None:
    entered, fields = with_base(issued_on="2025-02-01")
    found = verdict({**entered, "issued_on": "2025-02-02"}, fields)
    assert [c.light for c in found.checks] == [Light.GREEN, Light.GREEN, Light.YELLOW]
    assert found.light is Light.YELLOW
