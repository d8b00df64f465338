"""Beginning documents and versions, and giving them up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from extractors.catalogue import named
from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal as refused_access
from service.database import library
from service.database.documents import Document, DocumentVersion, advance
from service.database.subjects import PersonBinding
from service.documents.finding import find_document, working
from service.documents.refusals import refusal
from service.domain.documents import FINAL, IN_LIBRARY, DocumentAction
from service.domain.principal import Principal
from service.subjects.enterprises import demand_active


def create_document(
    session: Session, by: Principal, doc_type: str, *, person_id: str | None = None, at: datetime
) -> DocumentVersion:
    """A new document of the caller's enterprise, a draft without anything.

    ``person_id`` says whose certificate it is; the person has to belong to the enterprise at the time.
    Raises AccessRefused, NotFound ``access.*``, UsageError ``template.unknown``, ``document.person_unexpected``,
    ``document.person_not_bound``, ``subject.inactive``.
    """
    demand(by, Operation.UPLOAD, Resource(Kind.DOCUMENT, by.subject_id))
    if by.subject_id is None:
        raise refused_access("access.forbidden")
    demand_active(session, by.subject_id)
    template = named(doc_type)
    if person_id is not None:
        if template.group != "people":
            raise refusal("document.person_unexpected")
        bound = select(PersonBinding.id).where(
            PersonBinding.subject_id == by.subject_id,
            PersonBinding.person_id == person_id,
            PersonBinding.ended_at.is_(None),
        )
        if session.scalars(bound).first() is None:
            raise refusal("document.person_not_bound")
    return library.start(session, by.subject_id, template.type, template.ref, by.actor, at=at, person_id=person_id)


def supplement(session: Session, by: Principal, document_id: str, *, at: datetime) -> DocumentVersion:
    """The next version of a yellow document of the library (补充完善), key fields locked.

    Raises NotFound, AccessRefused ``access.*``, UsageError ``state.*``.
    """
    return library.supplement(session, _in_library(session, by, document_id), by.actor, at=at)


def renew(session: Session, by: Principal, document_id: str, *, at: datetime) -> DocumentVersion:
    """A new document that replaces this one of the library once it is submitted.

    Raises NotFound, AccessRefused ``access.*``, UsageError ``state.*``, ``document.renewal_open``,
    ``subject.inactive``.
    """
    version = _in_library(session, by, document_id)
    demand_active(session, version.subject_id)
    successors = (
        select(DocumentVersion.id)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.replaces_id == document_id, DocumentVersion.state.not_in(FINAL | IN_LIBRARY))
    )
    if session.scalars(successors).first() is not None:
        raise refusal("document.renewal_open")
    template = named(version.document.doc_type)
    return library.renew(session, version, template.ref, by.actor, at=at)


def _in_library(session: Session, by: Principal, document_id: str) -> DocumentVersion:
    """The version of the library, locked; else the one that is worked on, whose state refuses what follows."""
    document = find_document(session, by, document_id, Operation.WRITE)
    found = session.scalars(
        select(DocumentVersion)
        .where(
            DocumentVersion.subject_id == document.subject_id,
            DocumentVersion.document_id == document.id,
            DocumentVersion.state.in_(IN_LIBRARY),
        )
        .with_for_update()
    ).one_or_none()
    return found or working(session, by, document_id, Operation.WRITE)


def discard(
    session: Session, by: Principal, document_id: str, *, expected: tuple[int, int], at: datetime
) -> DocumentVersion:
    """Give up the version that is worked on; it stays visible to the enterprise.

    Raises NotFound, AccessRefused ``access.*``, UsageError ``state.*``.
    """
    version = working(session, by, document_id, Operation.WRITE, expected=expected)
    advance(session, version, DocumentAction.DISCARD, by.actor, at=at)
    return version
