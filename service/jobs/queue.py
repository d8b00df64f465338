"""Enqueuing: the job's row in the transaction of whatever asks for it, and whom to tell after the commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from service.database.jobs import Job
from service.domain.jobs import JobKind, JobPriority
from service.telemetry.traces import PAYLOAD_KEY, carrier

_ENQUEUED: Final = "jobs enqueued"
DEADLINES: Final[Mapping[JobKind, timedelta]] = {
    JobKind.READ: timedelta(minutes=30),
    JobKind.CHECK: timedelta(minutes=30),
    JobKind.SEAL: timedelta(minutes=30),
    JobKind.VALIDATE: timedelta(minutes=15),
    JobKind.REPORT: timedelta(minutes=15),
    JobKind.BATCH: timedelta(hours=24),
}
"""When a job must have ended, from being enqueued; jobs of a batch have the time of a batch."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What the broker carries of a job."""

    id: str
    priority: int


def enqueue(
    session: Session,
    kind: JobKind,
    *,
    at: datetime,
    subject_id: str | None,
    created_by: str | None = None,
    object_kind: str | None = None,
    object_id: str | None = None,
    payload: Mapping[str, Any] | None = None,
    priority: JobPriority = JobPriority.PERSON,
    batch_id: str | None = None,
    deadline: timedelta | None = None,
) -> Job:
    """A queued job, kept if and only if the session's transaction is; workers are told after its commit.

    ``payload`` holds identifiers, hashes and settings, never content, secrets or people's data. May the caller start
    it is the caller's business.
    """
    carried = carrier()
    job = Job(
        subject_id=subject_id,
        kind=kind,
        priority=int(priority),
        object_kind=object_kind,
        object_id=object_id,
        payload={**(payload or {}), **({PAYLOAD_KEY: carried} if carried else {})},
        batch_id=batch_id,
        created_at=at,
        created_by=created_by,
        not_before=at,
        deadline_at=at + (deadline or DEADLINES[JobKind.BATCH if batch_id else kind]),
    )
    session.add(job)
    session.flush()
    tell(session, job)
    return job


def tell(session: Session, job: Job) -> None:
    """Have workers told of ``job`` once the session's transaction is committed."""
    session.info.setdefault(_ENQUEUED, []).append(Announced(job.id, job.priority))


def announced(session: Session) -> list[Announced]:
    """The jobs enqueued in ``session`` since it was last asked, for whoever has just committed it."""
    found: list[Announced] = session.info.pop(_ENQUEUED, [])
    return found
