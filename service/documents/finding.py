"""A document and its versions, for somebody who may see them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal
from service.database.documents import Document, DocumentVersion
from service.database.failures import changed_meanwhile
from service.database.pushes import Push
from service.domain.documents import FINAL, IN_LIBRARY
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role


def find_document(session: Session, by: Principal, document_id: str, operation: Operation) -> Document:
    """The document, where ``by`` may do ``operation`` with it. Raises NotFound ``access.not_found``, AccessRefused."""
    document = session.get(Document, document_id)
    resource = Resource(Kind.DOCUMENT)
    if document is not None:
        domains = _domains(session, document.id) if by.role is Role.REVIEWER else frozenset()
        resource = Resource(Kind.DOCUMENT, document.subject_id, domain_ids=domains)
    # A document that is not there is refused like one that may not be seen.
    demand(by, operation, resource)
    if document is None:
        raise refusal("access.not_found")
    return document


def working_version(session: Session, document: Document) -> DocumentVersion:
    """The version that is worked on: the one not yet in the library, else the one lists show."""
    versions = session.scalars(
        select(DocumentVersion)
        .where(DocumentVersion.subject_id == document.subject_id, DocumentVersion.document_id == document.id)
        .order_by(DocumentVersion.number.desc())
    ).all()
    return next(
        (version for version in versions if version.state not in FINAL | IN_LIBRARY),
        next(version for version in versions if version.number == document.current),
    )


def find_version(
    session: Session, by: Principal, document_id: str, operation: Operation, *, number: int | None = None
) -> DocumentVersion:
    """A version by its number, or the one that is worked on; for reviewers the one that was pushed to them.

    Raises as :func:`find_document`.
    """
    document = find_document(session, by, document_id, operation)
    found = working_version(session, document) if number is None else None
    if by.role is Role.REVIEWER:
        seen = _pushed(session, by, document.id)
        chosen = [version for version in seen if number is None or version.number == number]
        found = max(chosen, key=lambda version: version.number) if chosen else None
    elif number is not None:
        found = session.scalars(
            select(DocumentVersion).where(
                DocumentVersion.subject_id == document.subject_id,
                DocumentVersion.document_id == document.id,
                DocumentVersion.number == number,
            )
        ).one_or_none()
    if found is None:
        raise refusal("access.not_found")
    return found


def working(
    session: Session, by: Principal, document_id: str, operation: Operation, *, expected: tuple[int, int] | None = None
) -> DocumentVersion:
    """The version that is worked on, its row locked: whoever comes at the same time waits and then sees the change.

    ``expected`` is the version's number and ``row_version`` that the user saw. Raises as :func:`find_document`,
    UsageError ``state.changed_meanwhile``.
    """
    version = find_version(session, by, document_id, operation)
    session.refresh(version, with_for_update=True)
    if expected is not None and expected != (version.number, version.row_version):
        raise changed_meanwhile()
    return version


def _domains(session: Session, document_id: str) -> frozenset[str]:
    """The domains it stands before; a push that was withdrawn gives no sight of it any more."""
    pushed = select(Push.domain_id).where(Push.document_id == document_id, Push.state != PushState.WITHDRAWN)
    return frozenset(session.scalars(pushed))


def _pushed(session: Session, by: Principal, document_id: str) -> list[DocumentVersion]:
    pushed = (
        select(DocumentVersion)
        .join(Push, Push.version_id == DocumentVersion.id)
        .where(Push.document_id == document_id, Push.domain_id == by.domain_id, Push.state != PushState.WITHDRAWN)
    )
    return list(session.scalars(pushed).unique())
