"""What entries lead to: name, number and last day; and when marks are complete."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractors.catalogue import named, templates
from service.documents.form_schema import GROUPS, HELP
from service.documents.forms import Derived, derived, marks_complete


@pytest.mark.parametrize(
    ("doc_type", "entries", "expected"),
    [
        (
            "business_license",
            {"uscc": "91210100MA2A3B4C5D", "name": " 甲公司 ", "term": "2020-01-01至2030-12-31"},
            Derived("甲公司", "91210100MA2A3B4C5D", date(2030, 12, 31)),
        ),
        ("business_license", {"name": "甲公司", "term": "长期"}, Derived("甲公司", None, None)),
        (
            "construction_qualification",
            {"company": "乙公司", "uscc": "91210100MA2A3B4C5D", "cert_no": "d221 012345", "valid_until": "2027年2月"},
            Derived("乙公司", "D221012345", date(2027, 2, 28)),
        ),
        # Identity numbers stand in no list.
        (
            "id_card",
            {"name": "张三", "id_number": "11010519491231002X", "valid": "2016.05.03-2036.05.03"},
            Derived("张三", None, date(2036, 5, 3)),
        ),
        ("contract", {"section_name": "一标段", "contractor": ["甲", "乙"]}, Derived("一标段", None, None)),
        ("safety_production_license", {"valid": "不清楚"}, Derived(None, None, None)),
        ("business_license", {}, Derived(None, None, None)),
    ],
)
def test_lists_show_what_was_entered(doc_type: str, entries: dict[str, Any], expected: Derived) -> None:
    assert derived(named(doc_type), entries) == expected


def test_titles_and_numbers_are_never_overlong() -> None:
    found = derived(named("business_license"), {"name": "甲" * 9000, "uscc": "9" * 9000})
    assert found.title == "甲" * 200
    assert found.number is None or len(found.number) <= 100


def test_marks_are_complete_with_every_key_field() -> None:
    template = named("id_card")
    marks = {"name": [{}], "id_number": [{}]}
    assert marks_complete(template, {"name": "张三", "id_number": "1"}, marks)
    assert not marks_complete(template, {}, {"name": [{}]})
    # ``valid`` is a key field that need not be entered; once it is, it has to be marked.
    assert not marks_complete(template, {"valid": "长期"}, marks)
    assert marks_complete(template, {"valid": "长期"}, {**marks, "valid": [{}]})


def test_every_kind_of_field_has_its_help_and_every_group_its_name() -> None:
    for template in templates().values():
        assert template.group in GROUPS
        for spec in template.fields.values():
            assert HELP[spec.kind].hint.zh
            assert HELP[spec.kind].example or spec.words
