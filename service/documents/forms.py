"""What a document's form says: entries and marks held against the template, and what follows from the entries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from certlight.china import CHINA
from extractors.catalogue import named, templates
from extractors.kinds import canonical
from extractors.template import Expiry, Template
from service.database.documents import DocumentVersion
from verifier.claim import claim_document, parse_claim
from verifier.rules import last_valid_day

_TITLES: Final = frozenset({"org_name", "person", "text"})
"""Kinds of fields that say whom or what a document is about."""
_NUMBERS: Final = frozenset({"uscc", "cert_no"})
"""Kinds of a document's own number. Identity numbers are none: lists must not show them."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What lists and searches need, taken from the entries."""

    title: str | None
    number: str | None
    valid_until: date | None


def template_of(version: DocumentVersion) -> Template:
    """The template that the version's form follows now. Raises UsageError ``template.unknown``."""
    return named(version.document.doc_type)


def checked_form(
    doc_type: str, entries: Mapping[str, Any], marks: Mapping[str, Any], page_count: int | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Entries and marks in the one writing that is kept, empty ones left out.

    Raises UsageError ``claim.*`` as :func:`verifier.claim.parse_claim` does.
    """
    written = json.dumps({"doc_type": doc_type, "entered": entries, "marks": marks}, ensure_ascii=False)
    claim = claim_document(parse_claim(written, templates(), page_count))
    return claim["entered"], claim["marks"]


def derived(template: Template, entries: Mapping[str, Any]) -> Derived:
    """The name, number and last day of validity that entries give.

    The name is the first key field that tells whom or what the document is about, the number its first key field of
    a number's kind, and the last day that of the field whose expiry the template has checked.
    """
    keys = {code: spec for code, spec in template.fields.items() if spec.field_class == "key"}
    named_by = (entries.get(code) for code, spec in keys.items() if spec.kind in _TITLES)
    numbered_by = (
        canonical(spec.kind, entries[code])
        for code, spec in keys.items()
        if spec.kind in _NUMBERS and isinstance(entries.get(code), str)
    )
    title = next((value.strip() for value in named_by if isinstance(value, str) and value.strip()), None)
    number = next((value for value in numbered_by if isinstance(value, str) and value), None)
    ends = [_last_day(template, rule.field, entries) for rule in template.rules if isinstance(rule, Expiry)]
    return Derived(
        title[:200] if title else None, number[:100] if number else None, min(filter(None, ends), default=None)
    )


def _last_day(template: Template, code: str, entries: Mapping[str, Any]) -> date | None:
    entry = entries.get(code)
    return last_valid_day(canonical(template.fields[code].kind, entry)) if isinstance(entry, str) else None


def marks_complete(template: Template, entries: Mapping[str, Any], marks: Mapping[str, Any]) -> bool:
    """Whether every key field that is required or entered has a mark: what a person vouches for by hand.

    Regions that smart mode found count once a person has confirmed them, which makes them marks.
    """
    keys = {
        code
        for code, spec in template.fields.items()
        if spec.field_class == "key" and (spec.required or code in entries)
    }
    return keys <= marks.keys()


def today(at: datetime) -> date:
    """The day by which documents expire: that of China."""
    return at.astimezone(CHINA).date()
