"""From the text of a document to its fields, as its template says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from certlight.text import Text
from extractors.beside import Sheet
from extractors.finders import Candidate, Seals, candidates
from extractors.kinds import check_digit_ok
from extractors.labels import find_labels
from extractors.layout import PageLayout
from extractors.reading import Canonical, FieldReading, Notice, Reading, Span
from extractors.template import FieldSpec, Template
from extractors.values import value_of

SURE = 0.45
"""Score of a candidate from which no other way of finding the field is tried. Ring text of seals scores half its
confidence, values after a label 0.6 and more, unlikely ones 0.6 less."""


def extract(template: Template, pages: Sequence[PageLayout], type_confidence: float, seals: Seals) -> Reading:
    """Find every field of the template. A field that stands nowhere is absent from ``Reading.fields``."""
    sheets = [Sheet(page, find_labels(page, template)) for page in pages]
    fields: dict[str, FieldReading] = {}
    for code, spec in template.fields.items():
        found = find_field(code, spec, sheets, seals)
        if found is not None:
            fields[code] = found
    return Reading(template.type, type_confidence, fields, tuple(_notices(template, fields)))


def find_field(code: str, spec: FieldSpec, sheets: Sequence[Sheet], seals: Seals) -> FieldReading | None:
    """The first way of looking that yields a value the kind accepts; else the best text found, without a value."""
    unparsed: Candidate | None = None
    doubtful: Candidate | None = None
    others: list[Canonical] = []
    for finder in spec.find:
        for candidate in candidates(finder, code, spec, sheets, seals):
            value = value_of(spec, raw_of(spec, candidate.spans))
            if value is None:
                unparsed = unparsed or candidate
            elif candidate.score < SURE or (isinstance(value, str) and check_digit_ok(spec.kind, value) is False):
                # Another place or way may give a better one; a code that fails its check digit is the last resort.
                doubtful = candidate if doubtful is None or candidate.score > doubtful.score else doubtful
            else:
                return _reading(code, spec, candidate, value, others)
            if value is not None and value not in others:
                others.append(value)
    found = doubtful or unparsed
    if found is None:
        return None
    return _reading(code, spec, found, value_of(spec, raw_of(spec, found.spans)), others)


def raw_of(spec: FieldSpec, spans: Sequence[Span]) -> str:
    """The printed text of spans: lines joined, entries of a list one a line."""
    if spec.kind != "list":
        return "".join(span.text for span in spans)
    entries: list[str] = []
    open_entry = False
    for span in spans:
        text = span.text.strip()
        if open_entry:
            entries[-1] += text
        else:
            entries.append(text)
        open_entry = bool(spec.entry_ends) and re.search(f"(?:{spec.entry_ends})[、,，;；]?$", text) is None
    return "\n".join(entries)


def _reading(
    code: str, spec: FieldSpec, candidate: Candidate, value: Canonical | None, others: Sequence[Canonical]
) -> FieldReading:
    source = candidate.spans[0].line.source
    raw = raw_of(spec, candidate.spans)
    return FieldReading(
        field=code,
        raw=raw,
        value=value,
        confidence=min(span.confidence for span in candidate.spans),
        spans=candidate.spans,
        source="seal" if source == "seal" else "text_layer" if source == "text_layer" else "extracted",
        alternatives=tuple(other for other in others if isinstance(other, str) and other != value),
    )


def _notices(template: Template, fields: dict[str, FieldReading]) -> list[Notice]:
    absent = [spec.name for code, spec in template.fields.items() if spec.required and code not in fields]
    if not absent:
        return []
    return [
        Notice(
            "extract.required_absent",
            Text(
                "必填字段未在证照上找到：" + "、".join(name.zh for name in absent),
                "Required fields not found on the document: " + ", ".join(name.en for name in absent),
            ),
        )
    ]
