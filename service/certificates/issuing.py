"""Issuing a digital certificate (数字证照) when a green document enters the library, and revoking it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.light import Light
from certlight.text import Text
from service.accounts.access import Kind, Operation, Resource, demand
from service.certificates.codes import new_code
from service.certificates.content import Grounds, content_hash, content_of
from service.database.documents import DocumentVersion
from service.database.evidence import Check, DigitalCertificate, Seal
from service.database.operations import record
from service.database.subjects import Subject
from service.domain.actors import SYSTEM
from service.domain.documents import DocumentState
from service.domain.principal import Principal
from service.events.emitting import Event, emit


def issue(session: Session, version: DocumentVersion, *, at: datetime) -> DigitalCertificate | None:
    """The certificate of a version that has just entered the library green; None for one that is yellow.

    Called in the transaction of the submission, after it. The platform issues, whoever submits. That a reviewer
    approves a yellow document later does not make it green, and issues nothing: people vouch for it, the check does
    not. Raises UsageError ``template.unknown``.
    """
    if version.state is not DocumentState.SUBMITTED_GREEN:
        return None
    code = new_code(version.document.doc_type, version.number)
    content = content_of(code, _grounds(session, version), at=at)
    made = DigitalCertificate(
        subject_id=version.subject_id,
        document_id=version.document_id,
        version_id=version.id,
        unique_code=code,
        content=content,
        sha256=content_hash(content),
        issued_at=at,
    )
    session.add(made)
    session.flush()
    # The hash in the chained log holds what was issued, whoever changes the row later.
    record(
        session,
        SYSTEM,
        "certificate.issue",
        "digital_certificate",
        made.id,
        at=at,
        subject_id=made.subject_id,
        after="valid",
        details={"document": made.document_id, "version": made.version_id, "content": made.sha256},
    )
    told = {"certificate": made.id, "unique_code": code, "document": made.document_id, "version": version.number}
    emit(session, Event.CERTIFICATE_ISSUED, at=at, subject_id=made.subject_id, payload=told)
    return made


def revoke(
    session: Session, by: Principal, made: DigitalCertificate, reason: str, *, at: datetime
) -> DigitalCertificate:
    """Take a certificate back for good: an enterprise's administrator, for one of the enterprise.

    The reason is for the enterprise and its reviewers; the public is told that and when. Raises NotFound,
    AccessRefused ``access.*``, UsageError ``state.certificate_revoked``.
    """
    demand(by, Operation.WRITE, Resource(Kind.DIGITAL_CERTIFICATE, made.subject_id))
    if made.revoked_at is not None:
        raise UsageError(
            "state.certificate_revoked",
            Text("该数字证照已注销。", "This certificate has been revoked already."),
            Text("无需重复操作。", "There is nothing left to do."),
        )
    made.revoked_at, made.revocation_reason = at, reason.strip()
    session.flush()
    record(
        session,
        by.actor,
        "certificate.revoke",
        "digital_certificate",
        made.id,
        at=at,
        subject_id=made.subject_id,
        before="issued",
        after="revoked",
        details={"document": made.document_id, "version": made.version_id},
    )
    told = {"certificate": made.id, "unique_code": made.unique_code, "document": made.document_id}
    emit(session, Event.CERTIFICATE_REVOKED, at=at, subject_id=made.subject_id, payload=told)
    return made


def _grounds(session: Session, version: DocumentVersion) -> Grounds:
    """The newest seal and check: entering the library has just held both against the version."""
    seal = select(Seal).where(Seal.version_id == version.id).order_by(Seal.id.desc()).limit(1)
    check = select(Check).where(Check.version_id == version.id, Check.light == Light.GREEN)
    return Grounds(
        session.get_one(Subject, version.subject_id),
        version,
        session.scalars(seal).one(),
        session.scalars(check.order_by(Check.id.desc()).limit(1)).one(),
    )
