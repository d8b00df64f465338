"""Invented values and wrong entries: valid where they should be, different where they must be."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from certlight.errors import UsageError
from extractors.kinds import canonical
from samples import claims, generate, mutations
from samples.fields import ENUM_WORDS, FIELDS
from samples.values import dates, identifiers, money, people, places
from tests.sample_fonts import font_dir

seeds = st.integers(min_value=0, max_value=2**32)


@given(seeds, st.booleans())
def test_credit_codes_check(seed: int, individual: bool) -> None:
    assert uscc.is_valid(str(identifiers.credit_code(Random(seed), "210102", individual=individual).value))


@given(seeds)
def test_registration_numbers_check(seed: int) -> None:
    assert mod_11_10.is_valid(str(identifiers.registration_number(Random(seed), "210102").value))


@given(seeds, st.dates(dt.date(1950, 1, 1), dt.date(2007, 12, 31)), st.sampled_from(people.SEXES))
def test_identity_numbers_check(seed: int, born: dt.date, sex: str) -> None:
    number = str(identifiers.identity_number(Random(seed), "210102", born, sex).value)
    # Not is_valid: the library's table of places stops before the newest districts.
    assert ric.calc_check_digit(number) == number[-1]
    assert ric.get_birth_date(number) == born
    assert (int(number[16]) % 2 == 1) == (sex == "男")


@given(st.decimals(min_value=Decimal(1), max_value=Decimal("999999999999.99"), places=2))
def test_amounts_in_words_are_read_back(yuan: Decimal) -> None:
    assert canonical("money", money.in_words(yuan)) == money.canonical(yuan)


@pytest.mark.parametrize("yuan", ["100000", "5080000", "10800000", "40453935.99", "1000000005.05", "20000000"])
def test_amounts_in_words_agree_with_cn2an(yuan: str) -> None:
    assert money.in_words(Decimal(yuan)) == cn2an.an2cn(yuan, "rmb")


@given(st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)))
def test_dates_in_characters_are_read_back(day: dt.date) -> None:
    value = dates.in_characters(day)
    assert canonical("date", value.printed) == value.value == day.isoformat()


def test_some_names_have_rare_characters() -> None:
    names = "".join(people.person(Random(k)).printed for k in range(300))
    assert set("甦翀旻") <= set(names)
    assert any(where.district.startswith("鄠") for where in places.REGIONS)


def test_mutated_values_always_differ_canonically() -> None:
    """Thousands of wrong entries, each judged by the product's own canonical forms, not by the generator's."""
    names: set[str] = set()
    made = 0
    for sample in generate.documents(21, count=4, font_dir=font_dir(), long_side=900, claim_kinds=()):
        for code, field in sample.truth.fields.items():
            kind, words = FIELDS[sample.doc_type][code].kind, ENUM_WORDS.get(code, ())
            for k in range(8):
                wrong, name = mutations.mutate(kind, field.value, Random(f"{sample.name}/{code}/{k}"))
                text = wrong if isinstance(wrong, str) else ";".join(wrong)
                assert canonical(kind, text, words=words) != field.value, (name, field.value, wrong)  # type: ignore[arg-type]
                names.add(name.removeprefix("list_"))
                made += 1
    assert made > 2000
    assert names == set(mutations.MUTATIONS)


def test_forged_codes_can_keep_a_valid_check_character() -> None:
    right = str(identifiers.credit_code(Random(1), "210102").value)
    forged = mutations.check_kept(right, Random(2))
    assert forged is not None
    assert forged != right
    assert uscc.is_valid(forged)


def test_what_cannot_be_mutated_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        mutations.mutate("enum", "不详", Random(0))
    assert caught.value.code == "samples.immutable"


def test_claims_are_right_or_wrong_in_one_field() -> None:
    for sample in generate.documents(31, count=3, font_dir=font_dir(), long_side=900):
        kinds = {c.kind for c in sample.claims}
        assert claims.CORRECT in kinds
        assert "look_alike" in kinds
        for claim in sample.claims:
            wrong = {code for code, typed in claim.entered.items() if not _right(sample, code, typed)}
            altered = {claim.altered} if claim.altered and claim.kind != "mark_wrong_field" else set()
            assert wrong == altered, (claim.kind, wrong)


def _right(sample: generate.Sample, code: str, typed: str | tuple[str, ...]) -> bool:
    kind = FIELDS[sample.doc_type][code].kind
    text = typed if isinstance(typed, str) else ";".join(typed)
    return canonical(kind, text, words=ENUM_WORDS.get(code, ())) == sample.truth.fields[code].value  # type: ignore[arg-type]


def test_misplaced_mark_lies_on_another_value() -> None:
    for sample in generate.documents(32, count=2, font_dir=font_dir(), long_side=900):
        for claim in sample.claims:
            if claim.kind == "mark_wrong_field" and claim.altered:
                assert claim.marks[claim.altered] != sample.truth.fields[claim.altered].spots
