"""The documents of a performance as they stand now, as the comparison takes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from extractors.catalogue import named
from extractors.reading import Canonical
from service.database.documents import DocumentVersion
from service.database.evidence import Check
from service.database.performances import Amendment, Performance
from service.domain.documents import FINAL, IN_LIBRARY
from verifier.cross_result import ACCEPTANCE, BID_NOTICE, CONTRACT, Paper, Stated
from verifier.verdict import Outcome

SLOTS: Final[Mapping[str, str]] = {
    "bid_notice_id": BID_NOTICE,
    "contract_id": CONTRACT,
    "acceptance_id": ACCEPTANCE,
}
"""Columns of a performance, and the type of document each holds."""
FORMAT: Final = "certlight.cross-check/1"
_OUTCOMES: Final = frozenset(get_args(Outcome))


@dataclass(frozen=True, slots=True)
class Present:
    """One document as it stands: its version, what was checked of it, what amends it."""

    version: DocumentVersion
    check: Check | None
    """The newest, where it speaks of the version as it is."""
    amendments: tuple[Amendment, ...] = ()
    """Of a contract: those that are sealed and were not withdrawn, in their order."""

    @property
    def in_library(self) -> bool:
        """Whether it was submitted and not replaced since."""
        return self.version.state in IN_LIBRARY


def present_documents(session: Session, performance: Performance) -> dict[str, Present]:
    """What is attached, by type of document."""
    found: dict[str, Present] = {}
    for column, doc_type in SLOTS.items():
        document_id = getattr(performance, column)
        if document_id is not None:
            version = present_version(session, performance.subject_id, document_id)
            amendments = _sealed_amendments(session, version) if doc_type == CONTRACT else ()
            found[doc_type] = Present(version, _fresh_check(session, version), amendments)
    return found


def present_version(session: Session, subject_id: str, document_id: str) -> DocumentVersion:
    """The version in the library; before there is one, the one that is worked on; after, the last that was there.

    A supplement that is being written changes nothing for others until it is in the library itself.
    """
    rows = session.scalars(
        select(DocumentVersion)
        .where(DocumentVersion.subject_id == subject_id, DocumentVersion.document_id == document_id)
        .order_by(DocumentVersion.number.desc())
    ).all()
    best = [row for row in rows if row.state in IN_LIBRARY] or [row for row in rows if row.state not in FINAL]
    return best[0] if best else rows[0]


def paper(present: Present) -> Paper:
    """What the version says: as entered, and as its check read it."""
    template = named(present.version.document.doc_type)
    stated = {code: Stated(_canonical(value)) for code, value in present.version.entries.items()}
    for found in _checks(present.check):
        code = str(found.get("field"))
        outcome = found.get("outcome")
        if code in template.fields and outcome in _OUTCOMES:
            entered = stated[code].entered if code in stated else None
            stated[code] = Stated(entered, _canonical(found.get("recognised")), outcome)
    amended: dict[str, tuple[str, ...]] = {}
    for amendment in present.amendments:
        if amendment.after is not None:
            amended[amendment.item] = (*amended.get(amendment.item, ()), amendment.after)
    return Paper(template, stated, amended)


def covers(documents: Mapping[str, Present]) -> str:
    """SHA-256 over everything the comparison looks at; another hash means that something changed since.

    The versions' own hashes of pages, entries and marks, whether they were replaced, the checks that read them, and
    the amendments that count. Entering the library changes nothing.
    """
    written = {
        "format": FORMAT,
        "documents": {
            doc_type: {
                "version": present.version.id,
                "covers": present.version.coverage(),
                "replaced": present.version.state in FINAL,
                "check": present.check.id if present.check else None,
                "amendments": [amendment.id for amendment in present.amendments],
            }
            for doc_type, present in documents.items()
        },
    }
    text = json.dumps(written, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _fresh_check(session: Session, version: DocumentVersion) -> Check | None:
    query = select(Check).where(Check.subject_id == version.subject_id, Check.version_id == version.id)
    newest = session.scalars(query.order_by(Check.id.desc()).limit(1)).first()
    return newest if newest is not None and newest.covers == version.coverage() else None


def _sealed_amendments(session: Session, contract: DocumentVersion) -> tuple[Amendment, ...]:
    query = select(Amendment).where(
        Amendment.subject_id == contract.subject_id,
        Amendment.contract_id == contract.document_id,
        Amendment.withdrawn_at.is_(None),
        Amendment.sealed_sha256.is_not(None),
    )
    return tuple(session.scalars(query.order_by(Amendment.number)))


def _checks(check: Check | None) -> Iterable[Mapping[str, Any]]:
    """The field checks of a stored verdict, which is one document of ``certlight.verify/1`` or the whole of it."""
    if check is None:
        return ()
    documents = check.verdict.get("documents") or [check.verdict]
    return [found for found in documents[0].get("checks", ()) if isinstance(found, Mapping)]


def _canonical(value: Any) -> Canonical | None:
    if isinstance(value, list):
        return tuple(str(entry) for entry in value)
    return value if isinstance(value, str) else None
