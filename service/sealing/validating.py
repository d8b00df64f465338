"""Asking whether seals hold: a version's own, again today; or any PDF, by anybody (公开验章)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.accounts.access import Operation
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.documents import DocumentVersion
from service.database.evidence import Seal
from service.database.jobs import Job
from service.database.sealings import Validation
from service.documents.finding import find_document, find_version
from service.domain.jobs import JobKind, JobPriority
from service.domain.principal import Principal
from service.jobs.queue import enqueue
from service.sealing.refusals import refusal

PUBLIC: Final = "public"
"""The tenant of files that anybody handed in; no enterprise's identifier is such a word."""
KEPT: Final = timedelta(hours=2)
"""How long the public's answers and files are kept."""
_WINDOW: Final = timedelta(minutes=10)
_FROM_ONE: Final = 10
"""Files of one network within the window."""
_WAITING: Final = 100
"""Files of the public that wait to be validated: more would hold up enterprises for minutes."""
_PRESENT: Final = 500
"""Files of the public that are kept at one time, whoever sent them: what they may take on the disk has an end."""
_DEADLINE: Final = timedelta(minutes=10)


def find_seal(session: Session, by: Principal, document_id: str, seal_id: str) -> Seal:
    """A seal of any version of the document that ``by`` may see; for reviewers of one that was pushed to them.

    Raises NotFound ``access.not_found``, AccessRefused.
    """
    find_document(session, by, document_id, Operation.READ)
    found = session.get(Seal, seal_id)
    version = None if found is None else session.get(DocumentVersion, found.version_id)
    if found is None or version is None or version.document_id != document_id:
        raise refused_access("access.not_found")
    find_version(session, by, document_id, Operation.READ, number=version.number)
    return found


def seals_of(session: Session, version: DocumentVersion) -> list[Seal]:
    """The version's seals, newest first."""
    found = select(Seal).where(Seal.subject_id == version.subject_id, Seal.version_id == version.id)
    return list(session.scalars(found.order_by(Seal.id.desc())))


def ask_for_validation(session: Session, by: Principal, document_id: str, seal_id: str, *, at: datetime) -> Job:
    """Have a sealed file validated today. Raises as :func:`find_seal`."""
    for operation in (Operation.READ, Operation.WRITE):
        find_document(session, by, document_id, operation)
    seal = find_seal(session, by, document_id, seal_id)
    return enqueue_validation(session, seal, document_id, created_by=by.user_id, at=at)


def enqueue_validation(
    session: Session,
    seal: Seal,
    document_id: str,
    *,
    created_by: str | None,
    at: datetime,
    priority: JobPriority = JobPriority.PERSON,
    batch_id: str | None = None,
) -> Job:
    """The job, and the row for its answer."""
    row = Validation(id=new_id(), subject_id=seal.subject_id, seal_id=seal.id, sha256=seal.sealed_sha256, asked_at=at)
    job = enqueue(
        session,
        JobKind.VALIDATE,
        at=at,
        subject_id=seal.subject_id,
        created_by=created_by,
        object_kind="document",
        object_id=document_id,
        payload={"validation_id": row.id},
        priority=priority,
        batch_id=batch_id,
    )
    row.job_id = job.id
    session.add(row)
    session.flush()
    return job


def newest_validation(session: Session, seal: Seal) -> Validation | None:
    """The last answer about a seal, where there is one."""
    found = select(Validation).where(
        Validation.subject_id == seal.subject_id, Validation.seal_id == seal.id, Validation.report.is_not(None)
    )
    return session.scalars(found.order_by(Validation.id.desc()).limit(1)).first()


def demand_room(session: Session, network: str, at: datetime) -> None:
    """Whether anybody's next file can be taken. Raises UsageError ``request.too_many``."""
    public = Validation.subject_id.is_(None)
    bounds = [
        ((Validation.asked_from == network, Validation.asked_at > at - _WINDOW), _FROM_ONE),
        ((public, Validation.validated_at.is_(None), Validation.asked_at > at - _DEADLINE), _WAITING),
        ((public,), _PRESENT),
    ]
    for conditions, most in bounds:
        if (session.scalar(select(func.count()).select_from(Validation).where(*conditions)) or 0) >= most:
            raise refusal("request.too_many")


def ask_in_public(session: Session, sha256: str, network: str, *, at: datetime) -> Validation:
    """Have a file of the public validated; whoever knows the row's number may see the answer, nobody else.

    Raises as :func:`demand_room`.
    """
    demand_room(session, network, at)
    row = Validation(
        # 122 random bits: it is the only key to the answer.
        id=str(uuid.uuid4()),
        sha256=sha256,
        asked_at=at,
        asked_from=network,
        expires_at=at + KEPT,
    )
    job = enqueue(
        session,
        JobKind.VALIDATE,
        at=at,
        subject_id=None,
        payload={"validation_id": row.id},
        priority=JobPriority.NORMAL,
        deadline=_DEADLINE,
    )
    row.job_id = job.id
    session.add(row)
    session.flush()
    return row


def public_validation(session: Session, validation_id: str, *, at: datetime) -> Validation:
    """Raises NotFound ``access.not_found``, also for what has been forgotten."""
    found = session.get(Validation, validation_id)
    if found is None or found.subject_id is not None or found.expires_at is None or found.expires_at <= at:
        raise refused_access("access.not_found")
    return found


def forget_public(session: Session, at: datetime) -> int:
    """Forget what the public asked long enough ago; how many. A chore of the clock; files go with the collection."""
    gone = session.execute(delete(Validation).where(Validation.expires_at <= at).returning(Validation.id))
    return len(gone.all())
