"""Who works on what: a lease for a while, renewed by heartbeats, and what becomes of a job whose lease ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from service.database.jobs import Job, advance
from service.domain.actors import SYSTEM
from service.domain.jobs import JobAction, JobKind, JobState
from service.jobs import failures
from service.jobs.endings import end
from service.jobs.policy import JobPolicy

_AT_ONCE: Final = 100
"""Rows that one transaction of the sweeper takes on."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A job as the worker that holds its lease knows it."""

    id: str
    kind: JobKind
    subject_id: str | None
    object_kind: str | None
    object_id: str | None
    payload: Mapping[str, Any]
    batch_id: str | None
    created_by: str | None
    attempt: int
    deadline_at: datetime | None
    owner: str
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """How far the work is: stage, pieces done, pieces in all."""

    stage: str
    done: int
    total: int


def ready(at: datetime) -> ColumnElement[bool]:
    """What may be begun."""
    in_time = or_(Job.deadline_at.is_(None), Job.deadline_at > at)
    return and_(Job.state == JobState.QUEUED, Job.not_before <= at, in_time)


def claim(session: Session, owner: str, policy: JobPolicy, at: datetime) -> Leased | None:
    """The most urgent job that is ready, leased to ``owner``; None when there is none.

    People first, then in order of arrival. Workers that ask at the same time get different jobs.
    """
    best = select(Job).where(ready(at)).order_by(Job.priority, Job.not_before, Job.id).limit(1)
    job = session.scalars(best.with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    advance(job, JobAction.CLAIM, SYSTEM, at=at)
    until = at + policy.lease
    job.lease_owner, job.lease_until, job.heartbeat_at = owner, until, at
    job.attempts += 1
    job.started_at = job.started_at or at
    job.progress_stage, job.progress_done, job.progress_total = None, 0, 0
    session.flush()
    names = ("id", "kind", "subject_id", "object_kind", "object_id", "payload", "batch_id", "created_by", "deadline_at")
    return Leased(**{name: getattr(job, name) for name in names}, attempt=job.attempts, owner=owner, lease_until=until)


def extend(session: Session, leased: Leased, policy: JobPolicy, told: Told | None, at: datetime) -> bool | None:
    """Renew the lease and write the progress. Whether the job is to be cancelled; None when the lease is lost."""
    values: dict[str, Any] = {"lease_until": at + policy.lease, "heartbeat_at": at}
    if told is not None:
        values |= {"progress_stage": told.stage, "progress_done": told.done, "progress_total": told.total}
    # Not through the row: its version is for changes that people see.
    change = update(Job).where(_held(leased)).values(values).returning(Job.cancel_requested_at)
    row = session.execute(change.execution_options(synchronize_session=False)).one_or_none()
    return None if row is None else row[0] is not None


def hold(session: Session, leased: Leased) -> Job | None:
    """The job, locked to the end of the transaction, if the lease still holds."""
    return session.scalars(select(Job).where(_held(leased)).with_for_update()).one_or_none()


def _held(leased: Leased) -> ColumnElement[bool]:
    return and_(Job.id == leased.id, Job.state == JobState.RUNNING, Job.lease_owner == leased.owner)


def take_back_expired(session: Session, policy: JobPolicy, at: datetime) -> int:
    """Jobs whose workers fell silent; how many there were."""
    return _lost(session, expired(at), policy, at)


def take_back_from(session: Session, owner: str, policy: JobPolicy, at: datetime) -> int:
    """Jobs of a worker that is known to be dead; how many there were. The try counts: the job may have killed it."""
    return _lost(session, select(Job).where(Job.state == JobState.RUNNING, Job.lease_owner == owner), policy, at)


def give_back(session: Session, owner: str, at: datetime) -> int:
    """Jobs of a worker that was told to end; how many there were. They are ready at once, and the try does not
    count."""
    found = _locked(session, select(Job).where(Job.state == JobState.RUNNING, Job.lease_owner == owner))
    for job in found:
        if job.cancel_requested_at is not None:
            end(session, job, JobAction.STOP, at)
            continue
        advance(job, JobAction.GIVE_BACK, SYSTEM, at=at)
        job.attempts -= 1
        job.not_before = at
    return len(found)


def expired(at: datetime) -> Select[Job]:
    """Running jobs whose lease ended."""
    return select(Job).where(Job.state == JobState.RUNNING, Job.lease_until <= at)


def postpone(session: Session, job: Job, policy: JobPolicy, error: Mapping[str, Any], at: datetime) -> JobState:
    """Have it tried again after a pause; park it when it was tried often enough."""
    if job.attempts >= policy.attempts:
        return end(session, job, JobAction.PARK, at, error=error)
    job.not_before = at + policy.pause(job.attempts)
    job.error = dict(error)
    return advance(job, JobAction.POSTPONE, SYSTEM, at=at)


def _lost(session: Session, query: Select[Job], policy: JobPolicy, at: datetime) -> int:
    found = _locked(session, query)
    for job in found:
        if job.cancel_requested_at is not None:
            end(session, job, JobAction.STOP, at)
        elif job.deadline_at is not None and job.deadline_at <= at:
            end(session, job, JobAction.FAIL, at, error=failures.told(failures.deadline()))
        else:
            postpone(session, job, policy, failures.told(failures.worker_lost()), at)
    return len(found)


def _locked(session: Session, query: Select[Job]) -> list[Job]:
    found: Iterable[Job] = session.scalars(query.order_by(Job.id).limit(_AT_ONCE).with_for_update(skip_locked=True))
    return list(found)
