"""Ordering reports that take their time, and fetching them. Whoever ordered one fetches it, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.text import Language
from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal
from service.database.accounts import User
from service.database.jobs import Job
from service.database.operations import record
from service.domain.jobs import JobKind, JobPriority, JobState
from service.domain.principal import EVERYTHING, Principal, Via
from service.jobs.queue import enqueue
from service.reports.check_report import find_check_report
from service.reports.lists.wishes import DocumentsWish, OperationsWish, PerformancesWish, PushesWish
from service.reports.refusals import forgotten, not_ready
from service.reports.wishes import CheckWish, Order, SealWish, Wish
from service.sealing.validating import find_seal
from service.storage_references import RESULTS_KEPT

TENANT: Final = "platform"
"""Whose files reports of auditors, reviewers and administrators are; no enterprise's identifier is such a word."""
LISTS: Final = {
    DocumentsWish: Kind.DOCUMENT,
    PerformancesWish: Kind.PERFORMANCE,
    PushesWish: Kind.PUSH,
    OperationsWish: Kind.OPERATION_LOG,
}
"""What one has to be allowed to see."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A report that lies in the storage."""

    tenant: str
    sha256: str
    media_type: str
    name: str
    """Under which it is fetched."""


def order(session: Session, by: Principal, wanted: Order, *, at: datetime) -> Job:
    """Have it made. Raises NotFound ``access.not_found``, AccessRefused."""
    _demand(session, by, wanted.wish)
    kind, found = _about(wanted.wish)
    job = enqueue(
        session,
        JobKind.REPORT,
        at=at,
        subject_id=by.subject_id,
        created_by=by.user_id,
        object_kind=kind,
        object_id=found,
        payload=wanted.payload(),
        priority=JobPriority.PERSON if found is not None else JobPriority.NORMAL,
    )
    details = {"what": wanted.wish.what}
    record(session, by.actor, "report.order", "job", job.id, at=at, subject_id=by.subject_id, details=details)
    return job


def find_order(session: Session, by: Principal, job_id: str) -> Job:
    """What ``by`` ordered, while it may still be seen. Raises NotFound ``access.not_found``, AccessRefused."""
    job = session.get(Job, job_id)
    if job is None or job.kind is not JobKind.REPORT or job.created_by != by.user_id or by.user_id is None:
        # Refused like a document that is not there: a scope that reads nothing is told so, whoever ordered.
        demand(by, Operation.READ, Resource(Kind.DOCUMENT))
        raise refusal("access.not_found")
    _demand(session, by, Order.of(job.payload).wish)
    return job


def finished(job: Job, at: datetime) -> Finished:
    """The file of a report. Raises UsageError ``report.not_ready``, ``report.forgotten``."""
    if job.state is not JobState.DONE or job.result is None or job.ended_at is None:
        raise not_ready()
    if job.ended_at <= at - RESULTS_KEPT:
        raise forgotten()
    return _file(job, job.result)


def made_pdf(session: Session, by: Principal, check_id: str, language: Language, at: datetime) -> Finished | None:
    """The newest PDF of a check that somebody of the same house had made; that ``by`` may see it is known."""
    house = Job.subject_id.is_(None) if by.subject_id is None else Job.subject_id == by.subject_id
    jobs = session.scalars(
        select(Job)
        .where(Job.object_kind == "check", Job.object_id == check_id, Job.kind == JobKind.REPORT, house)
        .where(Job.state == JobState.DONE, Job.ended_at > at - RESULTS_KEPT)
        .order_by(Job.id.desc())
    )
    for job in jobs:
        wanted = Order.of(job.payload)
        if isinstance(wanted.wish, CheckWish) and wanted.wish.format == "pdf" and wanted.language == language:
            return finished(job, at)
    return None


def tenant_of(subject_id: str | None) -> str:
    """Under whom a report is kept."""
    return subject_id or TENANT


def acting(session: Session, user_id: str | None) -> Principal:
    """Whoever ordered, with the rights of now. Raises NotFound ``access.not_found`` for one who has none any more."""
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or user.disabled_at is not None:
        raise refusal("access.not_found")
    return Principal(user.id, user.role, user.subject_id, user.domain_id, EVERYTHING, Via.PASSWORD)


def _demand(session: Session, by: Principal, wish: Wish) -> None:
    match wish:
        case CheckWish():
            find_check_report(session, by, wish.document_id, wish.check_id)
        case SealWish():
            find_seal(session, by, wish.document_id, wish.seal_id)
        case _:
            sight(by, LISTS[type(wish)])


def _about(wish: Wish) -> tuple[str | None, str | None]:
    match wish:
        case CheckWish():
            return "check", wish.check_id
        case SealWish():
            return "seal", wish.seal_id
        case _:
            return None, None


def _file(job: Job, result: dict[str, Any]) -> Finished:
    return Finished(
        tenant_of(job.subject_id), str(result["sha256"]), str(result["media_type"]), f"{job.id}.{result['extension']}"
    )
