"""Promises of the comparison that hold for any value: no false green, lights that follow the class."""

from __future__ import annotations

import datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from certlight.light import Light
from extractors.kinds import canonical
from extractors.kinds.canonical import KINDS
from extractors.reading import FieldReading
from extractors.template import KindName
from tests.readings import line, reading, spec, valid_id, valid_uscc
from verifier.compare import compare_field, light_of
from verifier.diff import diff
from verifier.thresholds import Thresholds
from verifier.verdict import FieldCheck, Verdict

LIMITS = Thresholds()
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CONFIDENCES = st.floats(0.0, 1.0)
RATIOS = st.floats(-12.0, 0.5)


def days() -> st.SearchStrategy[datetime.date]:
    return st.dates(datetime.date(1950, 1, 1), datetime.date(2099, 12, 31))


def printed_date(day: datetime.date) -> str:
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


@st.composite
def strict_values(draw: st.DrawFn) -> tuple[KindName, str]:
    """A code, date or amount as it may be printed."""
    choice = draw(
        st.sampled_from(["uscc", "cn_id", "digits15", "cert_no", "digits", "date", "date_range", "money", "days"])
    )
    if choice == "uscc":
        return "uscc", valid_uscc(
            f"91{draw(st.integers(110000, 659999))}{draw(st.text(ALPHABET, min_size=9, max_size=9))}"
        )
    if choice == "cn_id":
        day = draw(days())
        return "cn_id", valid_id(f"210101{day:%Y%m%d}{draw(st.integers(100, 999))}")
    if choice == "cert_no":
        return "cert_no", f"（辽）JZ安许证字〔{draw(st.integers(2010, 2026))}〕{draw(st.integers(10000, 99999)):06d}"
    if choice == "date":
        return "date", printed_date(draw(days()))
    if choice == "date_range":
        return "date_range", f"{printed_date(draw(days()))}至{printed_date(draw(days()))}"
    if choice == "money":
        cents = draw(st.integers(100, 10**11))
        return "money", draw(st.sampled_from([f"¥{cents / 100:,.2f}", f"{cents}.000000万元", f"人民币{cents}元整"]))
    if choice == "days":
        return "days", f"{draw(st.integers(1, 3000))}日历天"
    size = 15 if choice == "digits15" else draw(st.integers(8, 22))
    return choice, draw(st.text("0123456789", min_size=size, max_size=size))  # type: ignore[return-value]


def compared(kind: KindName, entered: str, read: FieldReading, field_class: str = "key") -> FieldCheck:
    found = compare_field("f", spec(kind, field_class), entered, None, read, False, LIMITS, {})  # type: ignore[arg-type]
    assert found is not None
    return found


@given(value=strict_values(), data=st.data(), confidence=CONFIDENCES, ratio=RATIOS)
def test_no_mutated_identifier_date_or_amount_is_green(
    value: tuple[KindName, str], data: st.DataObject, confidence: float, ratio: float
) -> None:
    """Whatever the recogniser thinks, and whichever side is the misread one."""
    kind, printed = value
    index = data.draw(st.integers(0, len(printed) - 1))
    how = data.draw(st.sampled_from(["replace", "drop", "insert", "swap"]))
    char = data.draw(st.sampled_from("0123456789ABDQX一"))
    mutated = {
        "replace": printed[:index] + char + printed[index + 1 :],
        "drop": printed[:index] + printed[index + 1 :],
        "insert": printed[:index] + char + printed[index:],
        "swap": printed[:index] + printed[index + 1 : index + 2] + printed[index : index + 1] + printed[index + 2 :],
    }[how]
    assume(canonical(kind, mutated) != canonical(kind, printed))
    for entered, read in ((mutated, printed), (printed, mutated)):
        assume(read != "")
        found = compared(kind, entered, reading(kind, line(read, confidence, others={entered: ratio}, per_edit=ratio)))
        # A glyph the code cannot hold at all (O in a credit code) is the one legal repair, and it is reported.
        assert found.light is not Light.GREEN or found.rule == "repaired"


@given(value=strict_values(), confidence=CONFIDENCES)
def test_the_true_value_is_never_red(value: tuple[KindName, str], confidence: float) -> None:
    kind, printed = value
    found = compared(kind, printed, reading(kind, line(printed, confidence)))
    assert found.outcome == ("match" if confidence >= LIMITS.code_confidence else "near")


@given(
    kind=st.sampled_from(KINDS),
    entered=st.text(max_size=40),
    raw=st.text(min_size=1, max_size=40),
    confidence=CONFIDENCES,
    ratio=RATIOS,
    has_mark=st.booleans(),
)
def test_lights_are_monotone_in_the_class_and_nothing_raises(
    kind: KindName, entered: str, raw: str, confidence: float, ratio: float, has_mark: bool
) -> None:
    read = reading(kind, line(raw, confidence, per_edit=ratio), words=("男", "女"))
    lights = []
    for field_class in ("info", "digital", "key"):
        of = spec(kind, field_class, words=("男", "女"))  # type: ignore[arg-type]
        found = compare_field("f", of, entered, read, read, has_mark, LIMITS, {"g": read})
        assert found is not None
        lights.append(found.light)
        assert found.light is light_of(found.outcome, found.field_class)
        assert Verdict("t", (found,), (), ()).light is found.light
        assert found.reason.zh
        assert found.reason.en
        assert 0.0 <= found.score <= 1.0
    assert lights == sorted(lights)


@given(one=st.text(max_size=60), other=st.text(max_size=60))
def test_a_diff_gives_both_values_back(one: str, other: str) -> None:
    parts = diff(one, other)
    assert "".join(p.entered for p in parts) == one
    assert "".join(p.recognised for p in parts) == other
    assert all(p.same == (p.entered == p.recognised) for p in parts)
