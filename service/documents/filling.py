"""Filling in: entries and marks of the version that is worked on, each replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certlight.text import Text
from extractors.template import Template
from service.accounts.access import Operation
from service.database.documents import DocumentVersion, advance
from service.documents.finding import working
from service.documents.forms import checked_form, derived, marks_complete, template_of
from service.documents.refusals import refusal
from service.domain.documents import DocumentAction, DocumentState
from service.domain.principal import Principal


def fill(
    session: Session,
    by: Principal,
    document_id: str,
    entries: Mapping[str, Any],
    *,
    expected: tuple[int, int],
    at: datetime,
) -> DocumentVersion:
    """Replace the entries, and with them what lists show of the document; ``expected`` as for removing a scan.

    Raises NotFound ``access.not_found``, AccessRefused, UsageError ``claim.*``, ``state.*``,
    ``document.key_field_locked`` where a supplement would change what may not be supplemented.
    """
    version = working(session, by, document_id, Operation.WRITE, expected=expected)
    template = template_of(version)
    kept, _ = checked_form(template.type, entries, {}, None)
    if version.key_fields_locked:
        _demand_same_keys(template, version.entries, kept)
    found = derived(template, kept)
    version.entries, version.template = kept, template.ref
    version.title, version.valid_until = found.title, found.valid_until
    version.document.number = found.number
    advance(session, version, DocumentAction.FILL, by.actor, at=at)
    return version


def _demand_same_keys(template: Template, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    changed = [
        spec.name.text
        for code, spec in template.fields.items()
        if spec.field_class == "key" and before.get(code) != after.get(code)
    ]
    if changed:
        names = Text("、".join(name.zh for name in changed), ", ".join(name.en for name in changed))
        raise refusal("document.key_field_locked", names)


def mark(
    session: Session,
    by: Principal,
    document_id: str,
    marks: Mapping[str, Any],
    *,
    expected: tuple[int, int],
    at: datetime,
) -> DocumentVersion:
    """Replace the marks; in a supplement, too, where marks of key fields may move though their entries stay.

    Raises as :func:`fill` does; UsageError ``claim.no_such_page`` for a page the scans do not have.
    """
    version = working(session, by, document_id, Operation.WRITE, expected=expected)
    template = template_of(version)
    _, kept = checked_form(template.type, {}, marks, page_count(version))
    complete = marks_complete(template, version.entries, kept)
    target = DocumentState.MARKED if complete else DocumentState.FILLED
    version.marks = kept
    advance(session, version, DocumentAction.MARK, by.actor, at=at, target=target)
    return version


def page_count(version: DocumentVersion) -> int | None:
    """Pages of all scans together; None where one has not been counted."""
    counts = [scan.pages for scan in version.scans]
    return None if None in counts else sum(count or 0 for count in counts)
