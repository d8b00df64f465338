"""Starting documents and versions, and entering the library: the steps that touch more than one version."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.text import Text
from service.database.base import new_id
from service.database.documents import Document, DocumentVersion, advance
from service.database.evidence import Scan
from service.database.operations import record
from service.domain.actors import SYSTEM, Actor
from service.domain.documents import DOCUMENTS, FINAL, IN_LIBRARY, DocumentAction, DocumentState

_COPIED: Final = ("position", "sha256", "name", "media_type", "size", "pages", "uploaded_at", "uploaded_by")


def start(
    session: Session,
    subject_id: str,
    doc_type: str,
    template: str,
    actor: Actor,
    *,
    at: datetime,
    person_id: str | None = None,
    replaces: Document | None = None,
) -> DocumentVersion:
    """A new document with its first version, a draft.

    ``replaces`` names the document that this one supersedes once it enters the library (see :func:`renew`).
    Raises UsageError ``access.other_tenant``, and ``state.role_forbidden`` for a role that never fills in drafts.
    """
    actor.demand_subject(subject_id)
    DOCUMENTS.demand(DocumentState.DRAFT, DocumentAction.UPLOAD, actor.role)
    document = Document(
        id=new_id(),
        subject_id=subject_id,
        doc_type=doc_type,
        person_id=person_id,
        replaces_id=replaces.id if replaces else None,
        created_at=at,
        created_by=actor.id,
    )
    session.add(document)
    return _version(session, document, 1, template, actor, at)


def _version(
    session: Session, document: Document, number: int, template: str, actor: Actor, at: datetime
) -> DocumentVersion:
    version = DocumentVersion(
        id=new_id(),
        subject_id=document.subject_id,
        document=document,
        number=number,
        template=template,
        created_at=at,
        created_by=actor.id,
        changed_at=at,
    )
    session.add(version)
    session.flush()
    record(
        session,
        actor,
        "document.start",
        "document_version",
        version.id,
        at=at,
        subject_id=document.subject_id,
        after=version.state,
        details={"document": document.id, "number": number},
    )
    return version


def renew(session: Session, version: DocumentVersion, template: str, actor: Actor, *, at: datetime) -> DocumentVersion:
    """A new document of the same type that is to replace the version's document (green: 重新录入).

    Raises UsageError as :func:`service.database.documents.advance` does.
    """
    advance(session, version, DocumentAction.RENEW, actor, at=at)
    old = version.document
    return start(session, old.subject_id, old.doc_type, template, actor, at=at, person_id=old.person_id, replaces=old)


def supplement(session: Session, version: DocumentVersion, actor: Actor, *, at: datetime) -> DocumentVersion:
    """The next version of a yellow document (补充完善), with its pages, entries and marks, key fields locked.

    It has to be marked, sealed and checked like any other. Raises UsageError as ``advance`` does, and
    ``state.supplement_open`` while there is one already.
    """
    advance(session, version, DocumentAction.SUPPLEMENT, actor, at=at)
    siblings = session.execute(
        select(DocumentVersion.number, DocumentVersion.state).where(
            DocumentVersion.subject_id == version.subject_id, DocumentVersion.document_id == version.document_id
        )
    ).all()
    if any(state not in FINAL | IN_LIBRARY for _, state in siblings):
        raise UsageError(
            "state.supplement_open",
            Text("该证照已有一份正在补充的版本。", "A supplement of this document is open already."),
            Text("请继续编辑该版本，或先作废。", "Go on with that one, or discard it first."),
        )
    made = _version(session, version.document, max(number for number, _ in siblings) + 1, version.template, actor, at)
    made.key_fields_locked = True
    made.title, made.valid_until = version.title, version.valid_until
    copied = {"copied_from": version.id}
    for scan in version.scans:
        values = {name: getattr(scan, name) for name in _COPIED}
        session.add(Scan(subject_id=made.subject_id, version_id=made.id, **values))
    advance(session, made, DocumentAction.UPLOAD, actor, at=at, details=copied)
    made.entries, made.marks = dict(version.entries), dict(version.marks)
    advance(session, made, DocumentAction.FILL, actor, at=at, details=copied)
    return made


def submit(
    session: Session, version: DocumentVersion, actor: Actor, *, at: datetime, expected: int | None = None
) -> DocumentState:
    """Enter the library, and supersede what this version, or its document, replaces.

    Raises UsageError as :func:`service.database.documents.advance` does.
    """
    # What may not be submitted must not supersede anything either.
    actor.demand_subject(version.subject_id)
    DOCUMENTS.demand(version.state, DocumentAction.SUBMIT, actor.role)
    document = version.document
    replaced = [document.id] + ([document.replaces_id] if document.replaces_id else [])
    old = select(DocumentVersion).where(
        DocumentVersion.subject_id == version.subject_id,
        DocumentVersion.document_id.in_(replaced),
        DocumentVersion.state.in_(IN_LIBRARY),
    )
    for predecessor in session.scalars(old):
        advance(session, predecessor, DocumentAction.SUPERSEDE, SYSTEM, at=at, details={"by": version.id})
    return advance(session, version, DocumentAction.SUBMIT, actor, at=at, expected=expected)
