"""The operation log of one document (操作记录): its versions, its pushes and its certificates, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal
from service.database.accounts import User
from service.database.documents import DocumentVersion
from service.database.evidence import DigitalCertificate
from service.database.operations import Operation as Entry
from service.database.pushes import Push
from service.documents.finding import find_document
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry, and the name of whoever acted where the reader may know it."""

    entry: Entry
    actor_name: str | None


def document_log(
    session: Session, by: Principal, document_id: str, *, wanted: int, before: int | None = None
) -> list[Logged]:
    """At most ``wanted`` entries before the one numbered ``before``.

    Reviewers see what happened to versions that were pushed to their domain. An enterprise is told the names of its own
    users, and of others the role alone. Raises NotFound ``access.not_found``, AccessRefused.
    """
    # A token without the scope is told so, whatever document it asks about.
    sight(by, Kind.OPERATION_LOG)
    document = find_document(session, by, document_id, Operation.READ)
    domains = frozenset({by.domain_id} if by.domain_id else ())
    demand(by, Operation.READ, Resource(Kind.OPERATION_LOG, document.subject_id, domain_ids=domains))
    pushes = select(Push.id, Push.version_id).where(Push.document_id == document.id)
    versions = select(DocumentVersion.id).where(
        DocumentVersion.subject_id == document.subject_id, DocumentVersion.document_id == document.id
    )
    if by.role is Role.REVIEWER:
        pushes = pushes.where(Push.domain_id == by.domain_id, Push.state != PushState.WITHDRAWN)
        versions = versions.where(DocumentVersion.id.in_(pushes.with_only_columns(Push.version_id)))
    certificates = select(DigitalCertificate.id).where(DigitalCertificate.document_id == document.id)
    seen = {
        "document_version": session.scalars(versions).all(),
        "push": session.scalars(pushes.with_only_columns(Push.id)).all(),
        "digital_certificate": session.scalars(certificates.where(DigitalCertificate.version_id.in_(versions))).all(),
    }
    if not seen["document_version"]:
        raise refusal("access.not_found")
    # Each object's entries are found by the index of the log on kind and identifier.
    mentions = [and_(Entry.object_kind == kind, Entry.object_id.in_(ids)) for kind, ids in seen.items() if ids]
    query = select(Entry).where(or_(*mentions)).order_by(Entry.seq.desc()).limit(wanted)
    if before is not None:
        query = query.where(Entry.seq < before)
    return _named(session, by, session.scalars(query).all())


def _named(session: Session, by: Principal, entries: Sequence[Entry]) -> list[Logged]:
    users = select(User.id, User.display_name).where(
        User.id.in_({entry.actor_id for entry in entries if entry.actor_id})
    )
    if by.role is not Role.AUDITOR:
        own = User.subject_id == by.subject_id if by.subject_id else User.id == by.user_id
        users = users.where(own)
    names = {row.id: row.display_name for row in session.execute(users)}
    return [Logged(entry, names.get(entry.actor_id or "")) for entry in entries]
