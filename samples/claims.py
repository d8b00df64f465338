"""Claims about a sample: what a clerk typed and marked, right or wrong in one known way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from samples import mutations
from samples.fields import FIELDS
from samples.truth import Spot, Truth
from samples.values import money
from samples.values.value import Canonical

CORRECT = "correct"
KINDS = (CORRECT, "one_char", "look_alike", "swapped_digits", "wrong_date", "wrong_unit", "mark_wrong_field")

_WORST = {"key": "red", "digital": "yellow", "info": "green"}


@dataclass(frozen=True, slots=True)
class SampleClaim:
    """``entered`` and ``marks`` as ``claim.json`` holds them; the marks are boxes on the clean upright page.

    ``altered`` names the field that is wrong. ``lights`` are the document lights that a sound check may show.
    """

    kind: str
    doc_type: str
    entered: Mapping[str, Canonical]
    marks: Mapping[str, tuple[Spot, ...]]
    altered: str | None
    lights: tuple[str, ...]


def claim(kind: str, truth: Truth, rng: Random) -> SampleClaim | None:
    """A claim of the kind about the document, None where the document has no field for it (no money, no date)."""
    entered = {
        code: typed(FIELDS[truth.doc_type][code].kind, field.value, field.printed)
        for code, field in truth.fields.items()
    }
    if kind == CORRECT:
        return SampleClaim(kind, truth.doc_type, entered, _marks(truth), None, ("green",))
    if kind == "mark_wrong_field":
        return _misplaced(truth, entered, rng)
    make, kinds = _WRONG[kind]
    for code in _candidates(truth, kinds, rng):
        spec, value = FIELDS[truth.doc_type][code], truth.fields[code].value
        wrong = _altered(spec.kind, value, make, rng)
        if wrong is None:
            continue
        light = _WORST[spec.field_class]
        # What readers are known to confuse may be left to a person instead of refused.
        lights = ("red", "yellow") if kind == "look_alike" and light == "red" else (light,)
        return SampleClaim(kind, truth.doc_type, {**entered, code: wrong}, {}, code, lights)
    return None


def typed(kind: str, value: Canonical, printed: str) -> Canonical:
    """The value as a clerk types it: names and texts as printed, amounts in 万元 where round, dates in ISO form."""
    if not isinstance(value, str):
        return tuple(printed.split("\n")) if "\n" in printed or len(value) == 1 else value
    if kind == "money" and " " not in value:
        return _amount(Decimal(value))
    return (
        printed
        if kind in ("person", "org_name", "address", "text", "long_text", "cert_no", "days", "quantity")
        else value
    )


def _amount(yuan: Decimal) -> str:
    return f"{money.canonical(yuan / 10000)}万元" if yuan % 10000 == 0 else f"{money.canonical(yuan)}元"


def wrong_unit(value: str, rng: Random) -> str | None:
    """The figures of the amount in 万元, with the unit taken for 元 or 亿元."""
    if " " in value or not value:
        return None
    wan = money.canonical(Decimal(value) / 10000)
    return f"{wan}{rng.choice(('元', '亿元'))}"


_TEXTS = ("org_name", "person", "text", "list")
_CODES = ("uscc", "cn_id", "cert_no")
_WRONG: Mapping[str, tuple[mutations.Mutation, tuple[str, ...]]] = {
    "one_char": (mutations.char_replaced, _TEXTS),
    "look_alike": (mutations.look_alike, (*_TEXTS, *_CODES)),
    "swapped_digits": (mutations.digits_swapped, (*_CODES, "money")),
    "wrong_date": (mutations.date_shifted, ("date", "date_range")),
    "wrong_unit": (wrong_unit, ("money",)),
}


def _candidates(truth: Truth, kinds: tuple[str, ...], rng: Random) -> list[str]:
    """Fields of these kinds, key fields first, otherwise in random order."""
    specs = FIELDS[truth.doc_type]
    codes = [code for code in truth.fields if specs[code].kind in kinds]
    rng.shuffle(codes)
    return sorted(codes, key=lambda code: ("key", "digital", "info").index(specs[code].field_class))


def _altered(kind: str, value: Canonical, make: Callable[[str, Random], str | None], rng: Random) -> Canonical | None:
    if isinstance(value, str):
        for _ in range(8):
            wrong = make(value, rng)
            if wrong is not None and (make is wrong_unit or mutations.differs(kind, value, wrong)):
                return wrong
        return None
    at = rng.randrange(len(value))
    entry = _altered("text", value[at], make, rng)
    return None if entry is None else (*value[:at], str(entry), *value[at + 1 :])


def _marks(truth: Truth) -> dict[str, tuple[Spot, ...]]:
    """Right marks on the key fields."""
    return {code: f.spots for code, f in truth.fields.items() if FIELDS[truth.doc_type][code].field_class == "key"}


def _misplaced(truth: Truth, entered: Mapping[str, Canonical], rng: Random) -> SampleClaim | None:
    """Everything typed rightly, but the mark of one key field drawn around the value of another field."""
    one_line = [code for code, f in truth.fields.items() if len(f.spots) == 1 and isinstance(f.value, str)]
    keys = [code for code in one_line if FIELDS[truth.doc_type][code].field_class == "key"]
    if not keys:
        return None
    altered = rng.choice(keys)
    kind = FIELDS[truth.doc_type][altered].kind
    others = [
        c
        for c in one_line
        if FIELDS[truth.doc_type][c].kind != kind and truth.fields[c].value != truth.fields[altered].value
    ]
    if not others:
        return None
    marks = {**_marks(truth), altered: truth.fields[rng.choice(others)].spots}
    return SampleClaim("mark_wrong_field", truth.doc_type, entered, marks, altered, ("red",))
