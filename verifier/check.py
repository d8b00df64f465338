"""A claim against a reading: every field compared, every rule applied, one verdict."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.page import Quality
from extractors.reading import Canonical, FieldReading, Reading
from extractors.template import Template
from verifier.compare import canonical_entry, compare_field
from verifier.diff import joined
from verifier.rules import (
    Facts,
    finding_of_nothing,
    findings_of_check_digits,
    findings_of_pages,
    findings_of_template,
    findings_of_type,
)
from verifier.thresholds import Thresholds
from verifier.verdict import Claim, FieldCheck, Provenance, Verdict


def check(
    template: Template,
    claim: Claim,
    reading: Reading,
    marked: Mapping[str, FieldReading | None],
    qualities: Sequence[Quality],
    qr_texts: Sequence[str],
    today: datetime.date,
    thresholds: Thresholds,
    provenance: Provenance | None = None,
) -> Verdict:
    """Check a whole document.

    ``template`` is the one of the claimed type; ``marked`` holds what was read inside the marks of each marked field
    (None or absent: nothing legible); ``today`` is the day expiry is judged by.
    """
    marks = {code for code, regions in claim.marks.items() if regions}
    counts = {code: r for code, r in reading.fields.items() if code not in marks}
    counts |= {code: r for code in marks if (r := marked.get(code)) is not None}
    checks = tuple(_checks(template, claim, reading, marked, counts, marks, thresholds))
    entries = {code: canonical_entry(spec, claim.entered.get(code)) for code, spec in template.fields.items()}
    entered = {code: value for code, value in entries.items() if value is not None}
    facts = Facts(template, counts, entered, qr_texts, today, thresholds)
    findings = (
        *findings_of_type(claim.doc_type, template, reading, thresholds),
        *findings_of_template(facts),
        *findings_of_check_digits(facts),
        *findings_of_pages(qualities, reading.notices),
        *finding_of_nothing(checks),
    )
    return Verdict(claim.doc_type, checks, findings, reading.notices, provenance)


def _checks(
    template: Template,
    claim: Claim,
    reading: Reading,
    marked: Mapping[str, FieldReading | None],
    counts: Mapping[str, FieldReading],
    marks: set[str],
    thresholds: Thresholds,
) -> list[FieldCheck]:
    names = {code: spec.name.text for code, spec in template.fields.items()}
    found: list[FieldCheck] = []
    for code, spec in template.fields.items():
        typed = claim.entered.get(code)
        whole = _selection(template, claim, code) if code not in marks else typed
        extracted = counts.get(spec.member_of) if spec.member_of else reading.fields.get(code)
        result = compare_field(
            code, spec, whole, marked.get(code), extracted, code in marks, thresholds, reading.fields, names
        )
        if result is not None:
            found.append(replace(result, entered=typed) if whole != typed else result)
    return found


def _selection(template: Template, claim: Claim, code: str) -> Canonical | None:
    """What is looked up in a list: the entry itself, or with it the other entries that select from the same list.

    A clerk selects name and grade of a qualification in two fields; together they must be one printed entry, for either
    alone could stand in different ones.
    """
    typed = claim.entered.get(code)
    source = template.fields[code].member_of
    if source is None or typed is None or not joined(typed).strip():
        return typed
    partners = [c for c, spec in template.fields.items() if spec.member_of == source]
    return "".join(joined(claim.entered.get(partner)) for partner in partners)
