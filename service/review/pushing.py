"""What an enterprise does: push a document of the library to a domain, and withdraw it before anybody looks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.text import Text
from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal
from service.database import pushes
from service.database.documents import DocumentVersion
from service.database.pushes import Domain, Push
from service.documents.finding import find_document
from service.domain.documents import IN_LIBRARY
from service.domain.principal import Principal
from service.domain.pushes import PushAction, PushState
from service.events.emitting import Event, emit
from service.review.finding import find_push
from service.subjects.enterprises import demand_active


def push_document(session: Session, by: Principal, document_id: str, domain_id: str, *, at: datetime) -> Push:
    """Send the document's version in the library to a domain.

    Raises NotFound ``access.not_found``, ``account.domain_unknown``, AccessRefused ``access.*``, UsageError
    ``subject.inactive``, ``push.not_in_library``, ``push.twice``, and ``push.unchanged`` for a version that this domain
    has sent back.
    """
    document = find_document(session, by, document_id, Operation.WRITE)
    demand(by, Operation.WRITE, Resource(Kind.PUSH, document.subject_id))
    demand_active(session, document.subject_id)
    domain = session.get(Domain, domain_id)
    if domain is None:
        raise refusal("account.domain_unknown")
    in_library = select(DocumentVersion).where(
        DocumentVersion.subject_id == document.subject_id, DocumentVersion.document_id == document.id
    )
    # Locked, so that nothing supersedes it in this moment.
    versions = session.scalars(in_library.where(DocumentVersion.state.in_(IN_LIBRARY)).with_for_update()).all()
    # What is not in the library is refused by the push itself.
    version = versions[0] if versions else session.scalars(in_library.limit(1)).one()
    last = select(Push.state).where(Push.version_id == version.id, Push.domain_id == domain.id)
    if session.scalars(last.order_by(Push.id.desc()).limit(1)).first() is PushState.REVISION:
        raise UsageError(
            "push.unchanged",
            Text("该证照已被退回修改，内容尚未更新。", "It was sent back, and has not changed since."),
            Text("请先补充完善或更新证照，再重新推送。", "Supplement or renew the document, then push it again."),
        )
    made = pushes.push(session, version, domain, by.actor, at=at)
    told = {"push": made.id, "document": document.id, "version": version.number, "doc_type": document.doc_type}
    emit(session, Event.PUSH_ARRIVED, at=at, subject_id=None, domain_id=domain.id, payload=told)
    return made


def withdraw(session: Session, by: Principal, push_id: str, *, at: datetime, expected: int) -> Push:
    """Take back a push that nobody has claimed yet. Raises as :func:`find_push` and ``database.pushes.advance`` do."""
    found = find_push(session, by, push_id, Operation.WRITE)
    pushes.advance(session, found, PushAction.WITHDRAW, by.actor, at=at, expected=expected)
    return found
