"""Equal, near or different: the decision for one entered and one recognised value.

Codes, numbers, dates and amounts match on equality alone. Everything else may also match on the recogniser's evidence.
Between *near* and *mismatch* the order is: what a check digit proves, what the evidence excludes, then whether every
differing character is a look-alike, was read in doubt, or is mere punctuation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz

from extractors.kinds import amounts, check_digit_ok, clauses, simplified
from extractors.kinds.canonical import STRICT_KINDS
from extractors.kinds.money import plain_decimal
from extractors.kinds.numerals import NUMERALS, plain
from extractors.reading import Canonical, FieldReading
from extractors.template import FieldSpec, KindName
from verifier.diff import edit_share, joined, similarity
from verifier.edits import Edit, edits
from verifier.evidence import log_ratio
from verifier.ink import ink_of
from verifier.thresholds import Thresholds

_NAMES: tuple[KindName, ...] = ("person", "org_name")
_MAX_SINGLE_QUESTIONS = 6
"""Differing characters the recogniser is asked about one by one; each question costs a pass over its line."""
_PUNCTUATION = re.compile(r"[,;:。.·、，；：]")
_ADMINISTRATIVE = re.compile(r"(?:[^\d()]{2,8}?(?:省|市|自治区|特别行政区|区|县))+")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, the rule that decided (for the record), and the differing characters it rests on."""

    outcome: Literal["match", "near", "mismatch", "unreadable"]
    rule: str
    changes: tuple[Edit, ...] = field(default=())


def judge(spec: FieldSpec, entered: Canonical, reading: FieldReading, limits: Thresholds) -> Judgement:
    """Compare a canonical entry with the canonical value of ``reading`` (which must not be None)."""
    recognised = reading.value
    if recognised is None:
        raise ValueError("nothing to judge: the reading has no canonical value")
    if _same(spec, entered, recognised):
        sure = legibility(spec.kind, reading) >= limits.equality_confidence(spec.kind)
        return Judgement("match", "equal") if sure else Judgement("near", "low_confidence")
    mine, theirs = _aligned(spec, entered, recognised), joined(recognised)
    ink = ink_of(reading)
    changes = edits(spec.kind, mine, theirs, ink, reading.confidence)
    if not changes:  # the printed forms coincide although the values differ: leave it to a person
        return Judgement("near", "notation")
    proof = _check_digits(spec.kind, mine, theirs)
    if proof == "entry_impossible":
        return Judgement("mismatch", "check_digit", changes)
    total = log_ratio(reading, ink, changes)
    limit = limits.evidence_match(spec.kind)
    # Evidence may replace or add a glyph; ink that was read as a character does not become nothing.
    few = len(changes) <= limits.evidence_match_differences and all(change.entered for change in changes)
    if limit is not None and any(change.look_alike for change in changes):
        limit = max(limit, limits.evidence_match_look_alike)
    if limit is not None and total is not None and few and total >= limit:
        return Judgement("match", "evidence", changes)
    if variant := _variant(spec.kind, mine, theirs):
        return Judgement("near", variant, changes)
    return _near_or_not(spec.kind, mine, theirs, reading, changes, proof, limits)


def legibility(kind: KindName, reading: FieldReading) -> float:
    """Lowest confidence of the characters that carry the value, 0 to 1.

    Punctuation does not (except a decimal point), nor do the words between the numbers of a date or after a quantity:
    canonical equality has already told that they are what they should be.
    """
    carrying = [mark.confidence for mark in ink_of(reading) if _carries(kind, mark.char)]
    return min(carrying, default=reading.confidence)


def _carries(kind: KindName, char: str) -> bool:
    if kind in ("money", "quantity") and char in ".．":
        return True
    if kind in ("date", "date_range", "month", "quantity", "days"):
        return char.isdigit() or plain(char) in NUMERALS
    return char.isalnum()


def judge_garbled(kind: KindName, entered: str, reading: FieldReading, limits: Thresholds) -> Judgement:
    """Compare with a reading that is no value of the kind at all: it is misread, never equal, and near at best."""
    ink = ink_of(reading)
    if kind == "money" and _one_of_two_amounts(entered, reading.raw):
        return Judgement("near", "contradiction")
    changes = edits(kind, entered, reading.raw, ink, reading.confidence, garbled=True)
    alike = similarity(entered.upper(), "".join(reading.raw.split()).upper())
    # A code or date that cannot exist was misread somewhere; an amount may be garbled beside its well-read digits.
    doubted = kind not in ("money", "quantity", "days") or all(
        _weigh(kind, reading, change, len(changes), None, limits) for change in changes
    )
    if doubted and _few(kind, entered, reading.raw, changes, limits):
        return Judgement("near", "misread", changes)
    if reading.confidence < limits.illegible_character:
        outcome: Literal["near", "unreadable"] = "near" if alike >= limits.legible_similarity else "unreadable"
        return Judgement(outcome, "illegible", changes)
    return Judgement("mismatch", "different", changes)


def _one_of_two_amounts(entered: str, raw: str) -> bool:
    """Whether the entry is the figures or the words of a print whose figures and words differ (or were misread)."""
    printed = amounts(raw)
    if printed is None or printed.agrees:
        return False
    unit = "" if printed.currency == "CNY" else f" {printed.currency}"
    return entered in {plain_decimal(a) + unit for a in (printed.figures, printed.words) if a is not None}


def _same(spec: FieldSpec, entered: Canonical, recognised: Canonical) -> bool:
    if isinstance(entered, tuple) or isinstance(recognised, tuple):
        return set(_entries(entered)) == set(_entries(recognised))
    if entered == recognised:
        return True
    if spec.kind != "long_text":
        return False
    if _PUNCTUATION.sub("", entered) == _PUNCTUATION.sub("", recognised):
        # Commas and stops of a paragraph carry nothing a decision rests on, and copies lose them first.
        return True
    return not spec.ordered and set(clauses(entered)) == set(clauses(recognised))


def _entries(value: Canonical) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)


def _aligned(spec: FieldSpec, entered: Canonical, recognised: Canonical) -> str:
    """The entry as one string, its entries or clauses in the order of the page where their order means nothing."""
    if isinstance(entered, tuple) or isinstance(recognised, tuple):
        return "、".join(_reordered(_entries(entered), _entries(recognised)))
    if spec.kind == "long_text" and not spec.ordered:
        return ";".join(_reordered(clauses(entered), clauses(recognised)))
    return entered


def _reordered(mine: tuple[str, ...], theirs: tuple[str, ...]) -> list[str]:
    rest = list(dict.fromkeys(mine))
    order: list[str] = []
    for wanted in theirs:
        if not rest:
            break
        best = wanted if wanted in rest else max(rest, key=lambda entry: fuzz.ratio(entry, wanted))
        if best == wanted or (fuzz.ratio(best, wanted) >= 60 and best not in theirs):
            order.append(best)
            rest.remove(best)
    return [*order, *rest]


def _check_digits(
    kind: KindName, entered: str, recognised: str
) -> Literal["entry_impossible", "misread", "both"] | None:
    """What the check digits of two different codes prove; None where they prove nothing.

    Only 18-character codes count: 15-digit registration numbers may predate their check digit.
    """
    if kind not in ("uscc", "cn_id") or len(entered) != 18 or len(recognised) != 18:
        return None
    mine, theirs = check_digit_ok(kind, entered), check_digit_ok(kind, recognised)
    if theirs:
        return "both" if mine else "entry_impossible"
    return "misread" if mine else None


def _near_or_not(
    kind: KindName, mine: str, theirs: str, reading: FieldReading, changes: tuple[Edit, ...], proof: str | None,
    limits: Thresholds,
) -> Judgement:  # fmt: skip
    weighed = [_weigh(kind, reading, change, len(changes), proof, limits) for change in changes]
    if all(weighed) and _few(kind, mine, theirs, changes, limits):
        order = ("confusable", "evidence", "low_confidence", "formatting")
        return Judgement("near", min((rule for rule in weighed if rule), key=order.index), changes)
    if all(weighed) and reading.confidence < limits.illegible_character:
        if similarity(mine, theirs) >= limits.legible_similarity:
            return Judgement("near", "low_confidence", changes)
        return Judgement("unreadable", "illegible", changes)
    return Judgement("mismatch", "different", changes)


def _weigh(
    kind: KindName, reading: FieldReading, change: Edit, count: int, proof: str | None, limits: Thresholds
) -> str | None:
    """Why one differing character may be a misreading, or None where it is confidently different."""
    if (change.punctuation and (kind not in STRICT_KINDS or kind == "cert_no")) or (
        change.case_only and kind not in STRICT_KINDS
    ):
        return "formatting"
    ratio = log_ratio(reading, ink_of(reading), [change]) if count <= _MAX_SINGLE_QUESTIONS else None
    if ratio is not None and ratio >= limits.evidence_near:
        return "evidence"
    excluded = ratio is not None and ratio <= limits.evidence_mismatch
    # Two codes that both pass their check digit differ by more than a look-alike glyph.
    if change.look_alike and not excluded and proof != "both":
        return "confusable"
    return "low_confidence" if change.confidence < limits.sure_character and not excluded else None


def _few(kind: KindName, mine: str, theirs: str, changes: tuple[Edit, ...], limits: Thresholds) -> bool:
    if kind in ("long_text", "list"):
        return edit_share(mine, theirs) <= 1 - limits.near_similarity or len(changes) <= limits.near_differences
    # Half a short name is another name, whatever its characters look like.
    most = max(limits.near_differences, int(limits.near_share * len(theirs)))
    return len(changes) <= min(most, max(1, len(theirs) // 2))


def _variant(kind: KindName, mine: str, theirs: str) -> str | None:
    """The name of a way of writing that makes two different values mean the same, for a person to confirm."""
    if kind not in STRICT_KINDS and simplified(mine) == simplified(theirs):
        return "traditional"
    if kind != "address":
        return None
    shorter, longer = sorted((_address_core(mine), _address_core(theirs)), key=len)
    if (
        shorter
        and longer.endswith(shorter)
        and (longer == shorter or _ADMINISTRATIVE.fullmatch(longer[: len(longer) - len(shorter)]))
    ):
        return "formatting"
    return None


def _address_core(value: str) -> str:
    """An address without remarks in brackets and with the words for building, floor and room made one."""
    value = re.sub(r"\([^()]*\)", "", value)
    value = re.sub(r"号楼|[幢栋座]|#楼?|号院", "号", value)
    value = re.sub(r"(?<=\d)(?:室|号房|房间|房|号)|[,.·-]", "-", value)
    value = re.sub(r"(?<=\d)(?:层|楼|F|f)", "层", value)
    return re.sub(r"-+", "-", value).strip("-").upper()
