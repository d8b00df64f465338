"""Jobs for people: finding, cancelling and retrying them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal
from service.database.jobs import Job, advance
from service.database.operations import record
from service.domain.jobs import JobAction, JobKind, JobState
from service.domain.principal import Principal
from service.jobs import batches
from service.jobs.queue import DEADLINES, tell


def find_job(session: Session, by: Principal, job_id: str, operation: Operation, *, lock: bool = False) -> Job:
    """The job, where ``by`` may do ``operation`` with it. Raises NotFound ``access.not_found``, AccessRefused."""
    job = session.get(Job, job_id, with_for_update=lock)
    # A job that is not there is refused like one that may not be seen.
    demand(by, operation, Resource(Kind.JOB, job.subject_id if job else None))
    if job is None:
        raise refusal("access.not_found")
    return job


def list_jobs(
    session: Session,
    by: Principal,
    *,
    limit: int,
    before: str | None = None,
    kind: JobKind | None = None,
    state: JobState | None = None,
    object_id: str | None = None,
    batch_id: str | None = None,
) -> Sequence[Job]:
    """Jobs that ``by`` may see, the newest first, those before the job ``before``. Raises AccessRefused."""
    seen = sight(by, Kind.JOB)
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if not seen.everything:
        bounds = [Job.subject_id.is_(None)] if seen.unowned else []
        query = query.where(or_(Job.subject_id == seen.subject_id if seen.subject_id else Job.id.is_(None), *bounds))
    filters = ((Job.kind, kind), (Job.state, state), (Job.object_id, object_id), (Job.batch_id, batch_id))
    query = query.where(*(column == value for column, value in filters if value is not None))
    if before is not None:
        query = query.where(Job.id < before)
    return session.scalars(query).all()


def cancel(session: Session, by: Principal, job_id: str, *, at: datetime) -> Job:
    """Cancel a job and the jobs it started: at once, or as soon as the worker notices.

    Raises as :func:`find_job`, UsageError ``state.action_impossible`` for one that has ended.
    """
    job = find_job(session, by, job_id, Operation.WRITE, lock=True)
    before = job.state
    batches.cancel_one(session, job, at, by.actor)
    _record(session, by, job, "job.cancel", before, at)
    return job


def retry(session: Session, by: Principal, job_id: str, *, at: datetime) -> Job:
    """Have a parked job tried again, as often as a new one and in as much time.

    Raises as :func:`find_job`, UsageError ``state.action_impossible`` for one that is not parked.
    """
    job = find_job(session, by, job_id, Operation.WRITE, lock=True)
    before = job.state
    advance(job, JobAction.RETRY, by.actor, at=at)
    job.attempts, job.not_before, job.cancel_requested_at = 0, at, None
    job.deadline_at = at + DEADLINES[job.kind]
    _record(session, by, job, "job.retry", before, at)
    tell(session, job)
    return job


def _record(session: Session, by: Principal, job: Job, action: str, before: JobState, at: datetime) -> None:
    record(
        session,
        by.actor,
        action,
        "job",
        job.id,
        at=at,
        subject_id=job.subject_id,
        before=before,
        after=job.state,
        details={"kind": job.kind.value},
    )
