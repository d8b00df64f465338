"""Digital certificates for those who may see them, and for anybody who has a code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal
from service.certificates.codes import read_code
from service.database.documents import Document, DocumentVersion
from service.database.evidence import DigitalCertificate
from service.database.pushes import Push
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role

Found = tuple[DigitalCertificate, DocumentVersion]
"""A certificate with the version it was issued for, which says how it stands."""


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """Which certificates are asked for; what is None does not matter."""

    document_id: str | None = None
    doc_type: str | None = None
    unique_code: str | None = None
    """As somebody typed it."""


def find_certificate(
    session: Session, by: Principal, certificate_id: str, operation: Operation, *, lock: bool = False
) -> Found:
    """The certificate, where ``by`` may do ``operation`` with it; ``lock`` it to change it.

    Raises NotFound ``access.not_found``, AccessRefused.
    """
    made = session.get(DigitalCertificate, certificate_id, with_for_update=True if lock else None)
    resource = Resource(Kind.DIGITAL_CERTIFICATE)
    if made is not None:
        pushed = select(Push.domain_id).where(Push.version_id == made.version_id, Push.state != PushState.WITHDRAWN)
        domains = frozenset(session.scalars(pushed)) if by.role is Role.REVIEWER else frozenset()
        resource = Resource(Kind.DIGITAL_CERTIFICATE, made.subject_id, domain_ids=domains)
    demand(by, operation, resource)
    if made is None:
        raise refusal("access.not_found")
    return made, session.get_one(DocumentVersion, made.version_id)


def list_certificates(
    session: Session, by: Principal, wanted: CertificateFilter, *, after: str | None, limit: int
) -> list[Found]:
    """Certificates from the newest to the oldest, from behind ``after``. Raises AccessRefused ``access.*``."""
    query = (
        select(DigitalCertificate, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.id == DigitalCertificate.version_id)
        .where(_seen(by))
        .order_by(DigitalCertificate.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(DigitalCertificate.id < after)
    if wanted.document_id is not None:
        query = query.where(DigitalCertificate.document_id == wanted.document_id)
    if wanted.doc_type is not None:
        of_type = select(Document.id).where(Document.doc_type == wanted.doc_type)
        query = query.where(DigitalCertificate.document_id.in_(of_type))
    if wanted.unique_code is not None:
        # What cannot be a code is none.
        query = query.where(DigitalCertificate.unique_code == (read_code(wanted.unique_code) or ""))
    return [(made, version) for made, version in session.execute(query)]


def look_up(session: Session, code: str) -> Found:
    """The certificate of a code that anybody may have typed: one statement, whatever comes of it.

    A code that was mistyped, never issued or belongs to nobody is answered alike. Raises NotFound
    ``access.not_found``.
    """
    query = (
        select(DigitalCertificate, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.id == DigitalCertificate.version_id)
        .where(DigitalCertificate.unique_code == (read_code(code) or ""))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise refusal("access.not_found")
    return row[0], row[1]


def _seen(by: Principal) -> ColumnElement[bool]:
    bound = sight(by, Kind.DIGITAL_CERTIFICATE)
    if bound.everything:
        return DigitalCertificate.id.is_not(None)
    if bound.subject_id is not None:
        return DigitalCertificate.subject_id == bound.subject_id
    pushed = select(Push.version_id).where(Push.domain_id == bound.domain_id, Push.state != PushState.WITHDRAWN)
    return DigitalCertificate.version_id.in_(pushed)
