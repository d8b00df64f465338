"""One field: what was entered, what stands inside the marks, what stands on the page, and the light that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rapidfuzz import fuzz

from certlight.light import Light
from certlight.text import Text
from extractors.kinds import canonical, repair
from extractors.reading import Canonical, FieldReading
from extractors.template import FieldClass, FieldSpec
from extractors.values import value_of
from verifier import reasons
from verifier.diff import diff, joined, similarity
from verifier.ink import part_of
from verifier.judgement import Judgement, judge, judge_garbled
from verifier.thresholds import Thresholds
from verifier.verdict import FieldCheck, Outcome

_COVERED = 0.5
"""Share of a mark's text that must lie inside another field's text to be taken for that field's."""


def light_of(outcome: Outcome, field_class: FieldClass) -> Light:
    """The light table: informational fields never warn, digital fields warn, key fields stop."""
    if outcome == "match" or field_class == "info":
        return Light.GREEN
    return Light.YELLOW if outcome == "near" or field_class == "digital" else Light.RED


def canonical_entry(spec: FieldSpec, entered: Canonical | None) -> Canonical | None:
    """A typed value in the canonical form of its field; None where it is blank or cannot be one."""
    text = entered if isinstance(entered, str) else ";".join(entered or ())
    return value_of(spec, text)


def compare_field(
    code: str,
    spec: FieldSpec,
    entered: Canonical | None,
    marked: FieldReading | None,
    extracted: FieldReading | None,
    has_mark: bool,
    thresholds: Thresholds,
    others: Mapping[str, FieldReading],
    names: Mapping[str, Text] | None = None,
) -> FieldCheck | None:
    """Check one field.

    ``marked`` is what stands inside the user's marks (None: nothing legible), ``extracted`` what the template found;
    a mark, where there is one, decides. ``others`` are the extracted readings of all fields, to tell whose text a
    misplaced mark holds, and ``names`` their names. A field that is not required, not entered and not marked is not
    checked: None.
    """
    typed = None if entered is None or not joined(entered).strip() else entered
    reading = marked if has_mark else extracted
    if reading is not None and not reading.raw.strip() and reading.value is None:
        reading = None
    if spec.member_of is not None and not has_mark:
        # Looked up as a whole entry of the list, whatever part of it the field itself is.
        spec = spec.model_copy(update={"kind": "text"})
    value = canonical_entry(spec, typed)
    if spec.member_of is not None:
        extracted = _member(value, extracted)
        reading = _member(value, reading)
    if typed is None:
        if not (spec.required or has_mark):
            return None
        text = reasons.missing(spec.name.text, _shown(reading))
        return _result(code, spec, None, None, reading, has_mark, Judgement("mismatch", "missing"), "missing", text)
    if value is None:
        text = reasons.unparsable(spec.name.text, spec.kind, typed, _shown(reading))
        decided = Judgement("mismatch", "entry_unparsable")
        return _result(code, spec, typed, None, reading, has_mark, decided, "mismatch", text)
    if reading is None:
        elsewhere = has_mark and extracted is not None and value is not None and extracted.value == value
        text = reasons.unreadable(spec.name.text, typed, has_mark, elsewhere)
        return _result(code, spec, typed, value, None, has_mark, Judgement("unreadable", "absent"), "unreadable", text)
    judged, reading = _judged(spec, value, reading, thresholds)
    if has_mark and (judged.outcome == "mismatch" or judged.rule == "misread"):
        owner, misplaced = _owner(code, value, reading, extracted, others)
        if owner is not None or (misplaced and judged.outcome == "mismatch"):
            named = (names or {}).get(owner, Text(owner, owner)) if owner else None
            text = reasons.misplaced(spec.name.text, typed, _shown(reading) or "", named)
            decided = Judgement("mismatch", f"mark_of:{owner}" if owner else "mark_elsewhere")
            return _result(code, spec, typed, value, reading, has_mark, decided, "misplaced", text)
    if has_mark and judged.outcome == "match" and _contradicted(spec, value, reading, extracted, thresholds):
        owner, _ = _owner(code, value, reading, extracted, others)
        named = (names or {}).get(owner, Text(owner, owner)) if owner else None
        text = reasons.contradicted(spec.name.text, typed, _shown(extracted) or "", named)
        decided = Judgement("near", f"mark_of:{owner}" if owner else "mark_elsewhere")
        return _result(code, spec, typed, value, reading, has_mark, decided, "near", text)
    return _result(
        code, spec, typed, value, reading, has_mark, judged, judged.outcome, _why(spec, typed, judged, reading)
    )


def _contradicted(
    spec: FieldSpec, value: Canonical, held: FieldReading, own: FieldReading | None, limits: Thresholds
) -> bool:
    """Whether the page clearly says something else where the field's label stands.

    A mark may be laid on any text of the page; that it reads as entered proves nothing when the labelled place reads
    differently. Only a clear reading of another place counts: where both are the same ink, the mark was read better.
    """
    if own is None or own.value is None or _agrees(spec, value, own.value) or _covers(own, held):
        return False
    return own.confidence >= limits.equality_confidence(spec.kind)


def _agrees(spec: FieldSpec, value: Canonical, other: Canonical) -> bool:
    if isinstance(other, tuple) and isinstance(value, str):
        return value in other
    return value == other or (
        spec.kind in ("long_text", "text", "address") and similarity(joined(value), joined(other)) > 0.9
    )


def _judged(
    spec: FieldSpec, value: Canonical, reading: FieldReading, limits: Thresholds
) -> tuple[Judgement, FieldReading]:
    """The judgement, and the reading with its repaired value where illegal glyphs had to be resolved."""
    fixed = repair(spec.kind, reading.raw) if spec.kind in ("uscc", "cn_id") else None
    if fixed is not None and reading.value in (None, fixed.value):
        repaired = replace(reading, value=fixed.value)
        if value != fixed.value:
            return judge(spec, value, repaired, limits), repaired
        sure = fixed.certain and reading.confidence >= limits.equality_confidence(spec.kind)
        return Judgement("match" if sure else "near", "repaired"), repaired
    if reading.value is None:
        return judge_garbled(spec.kind, joined(value), reading, limits), reading
    return judge(spec, value, reading, limits), reading


def _member(value: Canonical | None, reading: FieldReading | None) -> FieldReading | None:
    """Of a list that was read, the entry that is (or comes closest to) the entered one."""
    if reading is None or not isinstance(reading.value, tuple) or not reading.value:
        return reading
    wanted = joined(value)
    best = wanted if wanted in reading.value else max(reading.value, key=lambda entry: fuzz.ratio(entry, wanted))
    return part_of(reading, best)


def _owner(
    code: str, value: Canonical, held: FieldReading, own: FieldReading | None, others: Mapping[str, FieldReading]
) -> tuple[str | None, bool]:
    """Whose text a mark holds, and whether that is not this field's own.

    The mark is misplaced when the page says elsewhere what was entered, or when it holds another field's value while
    this field's own value was read differently or not at all.
    """
    if own is not None and own.value is not None and _same_text(own, held):
        return None, False
    owners = [c for c, other in others.items() if c != code and (_same_text(other, held) or _covers(other, held))]
    owner = owners[0] if owners else None
    return owner, owner is not None or (own is not None and own.value == value)


def _same_text(one: FieldReading, other: FieldReading) -> bool:
    if one.value is not None and one.value == other.value:
        return True
    text = canonical("text", other.raw)
    return text is not None and text == canonical("text", one.raw)


def _covers(other: FieldReading, held: FieldReading) -> bool:
    boxes = [(mine, theirs) for mine in held.regions for theirs in other.regions if mine.page == theirs.page]
    area = sum(region.box.area for region in held.regions)
    return area > 0 and sum(mine.box.intersection(theirs.box) for mine, theirs in boxes) / area > _COVERED


def _shown(reading: FieldReading | None) -> Canonical | None:
    if reading is None:
        return None
    return reading.value if reading.value is not None else " ".join(reading.raw.split()) or None


def _why(spec: FieldSpec, typed: Canonical, judged: Judgement, reading: FieldReading) -> Text:
    name, shown = spec.name.text, _shown(reading)
    if judged.outcome == "match":
        return reasons.match(name, judged.rule, typed, shown)
    if judged.outcome == "near":
        return reasons.near(name, judged.rule, typed, shown, reading.confidence, judged.changes)
    if judged.outcome == "unreadable":
        return reasons.unreadable(name, typed, reading.source == "marked", False)
    return reasons.mismatch(name, judged.rule, typed, shown)


def _result(
    code: str, spec: FieldSpec, typed: Canonical | None, value: Canonical | None, reading: FieldReading | None,
    has_mark: bool, judged: Judgement, outcome: Outcome, reason: Text,
) -> FieldCheck:  # fmt: skip
    shown = _shown(reading)
    mine, theirs = joined(value if value is not None else typed), joined(shown)
    source = reading.source if reading is not None else ("marked" if has_mark else "extracted")
    return FieldCheck(
        field=code,
        name=spec.name.text,
        field_class=spec.field_class,
        entered=typed,
        recognised=shown,
        source=source,
        outcome=outcome,
        light=light_of(outcome, spec.field_class),
        score=round(similarity(mine, theirs), 4) if mine and theirs else 0.0,
        confidence=reading.confidence if reading is not None else 0.0,
        reason=reason,
        rule=judged.rule,
        diff=diff(mine, theirs) if mine and theirs else (),
        regions=reading.regions if reading is not None else (),
    )
