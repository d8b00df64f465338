"""The claim file: read when right, refused with a code and a hint when not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certlight.errors import UsageError
from extractors.geometry import Box, Region
from tests.readings import template
from verifier.claim import parse_claim

TEMPLATES = {"sample_license": template()}


def parsed(**changes: Any) -> Any:
    base: dict[str, Any] = {"doc_type": "sample_license", "entered": {"uscc": "X"}}
    return parse_claim(json.dumps({**base, **changes}), TEMPLATES, page_count=2)


def test_a_whole_claim() -> None:
    claim = parsed(
        entered={"uscc": "x1", "grades": ["a", "b"], "name": None}, marks={"uscc": [{"page": 1, "box": [1, 2, 3, 4.5]}]}
    )
    assert claim.doc_type == "sample_license"
    assert claim.entered == {"uscc": "x1", "grades": ("a", "b")}
    assert claim.marks == {"uscc": (Region(1, Box(1, 2, 3, 4.5)),)}


@pytest.mark.parametrize(
    ("changes", "code", "hint"),
    [
        ({"extra": 1}, "claim.unknown_key", ""),
        ({"enterd": {}}, "claim.unknown_key", "entered"),
        ({"doc_type": "sample_licence"}, "claim.unknown_type", "sample_license"),
        ({"doc_type": 3}, "claim.invalid", "doc_type"),
        ({"entered": {"ussc": "x"}}, "claim.unknown_field", "uscc"),
        ({"marks": {"nmae": []}}, "claim.unknown_field", "name"),
        ({"entered": {"uscc": 91210100}}, "claim.invalid", ""),
        ({"entered": {"uscc": "9" * 20_001}}, "claim.invalid", ""),
        ({"entered": []}, "claim.invalid", ""),
        ({"marks": {"uscc": [{"page": 0, "box": [5, 0, 5, 9]}]}}, "claim.bad_box", ""),
        ({"marks": {"uscc": [{"page": 0, "box": [-1, 0, 5, 9]}]}}, "claim.bad_box", ""),
        ({"marks": {"uscc": [{"page": 0, "box": [0, 0, 5]}]}}, "claim.bad_box", ""),
        ({"marks": {"uscc": [{"page": -1, "box": [0, 0, 5, 5]}]}}, "claim.bad_box", ""),
        ({"marks": {"uscc": [{"page": 0, "box": [0, 0, float("nan"), 5]}]}}, "claim.bad_box", ""),
        ({"marks": {"uscc": [{"page": 0, "box": [0, 0, 5, 5], "colour": 1}]}}, "claim.unknown_key", ""),
        ({"marks": {"uscc": [{"page": 2, "box": [0, 0, 5, 5]}]}}, "claim.no_such_page", ""),
    ],
)
def test_refusals_carry_a_stable_code_and_a_hint(changes: dict[str, Any], code: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        parsed(**changes)
    assert refused.value.code == code
    assert refused.value.exit_code == 2
    assert hint in refused.value.message.en + refused.value.remedy.en


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[1]", b'"x"', b"[" * 100_000, b" " * 2_000_000])
def test_what_is_no_claim_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        parse_claim(data, TEMPLATES)


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(UsageError) as refused:
        parsed(entered={"uscc": {"secret": "张三"}})
    assert "张三" not in str(refused.value.message) + str(refused.value.remedy)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_bytes_end_in_a_claim_or_a_usage_error(data: str | bytes) -> None:
    with pytest.raises(UsageError):
        parse_claim(data, TEMPLATES)
