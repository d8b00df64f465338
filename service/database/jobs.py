"""Long work (jobs): the row is the truth about it, the broker only carries its identifier; and the clock's chores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, delete
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.database.base import Base, Id, OwnId, Versioned
from service.domain.actors import Actor
from service.domain.jobs import ENDED, JOBS, JobAction, JobKind, JobPriority, JobState


class Job(Versioned, Base):
    """Something a worker does. A running job is leased; when the lease ends, it is given out anew."""

    __tablename__ = "jobs"

    id: Mapped[OwnId]
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subjects.id"))
    """None for the platform's own work."""
    kind: Mapped[JobKind]
    _state: Mapped[JobState] = mapped_column("state", default=JobState.QUEUED)
    priority: Mapped[int] = mapped_column(SmallInteger, default=JobPriority.NORMAL)
    object_kind: Mapped[str | None]
    object_id: Mapped[str | None]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """References and settings; the content itself is in the storage and in the object's own row."""
    batch_id: Mapped[Id | None] = mapped_column(ForeignKey("jobs.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    not_before: Mapped[datetime]
    """The next attempt waits until then."""
    deadline_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    progress_stage: Mapped[str | None]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_requested_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    """Stable code, message and remedy of the last failure."""
    result: Mapped[dict[str, Any] | None]

    __table_args__ = (
        Index(None, "state", "priority", "not_before", "id"),
        Index(None, "state", "lease_until"),
        Index(None, "subject_id", "id"),
        Index(None, "object_kind", "object_id", "id"),
        Index(None, "batch_id", "state"),
        CheckConstraint("(state = 'running') = (lease_owner IS NOT NULL)", name="lease_owner"),
        CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease_until"),
        CheckConstraint("attempts >= 0 AND priority BETWEEN 0 AND 9", name="numbers"),
    )

    @hybrid_property
    def state(self) -> JobState:
        """How it stands; only :func:`advance` changes it."""
        return self._state


def advance(job: Job, action: JobAction, actor: Actor, *, at: datetime) -> JobState:
    """Do ``action`` to a job that the caller has locked; nothing else in the product writes a job's state.

    Whoever leaves the state "running" gives up the lease; whoever claims sets it. Raises UsageError
    ``state.action_impossible``, ``state.role_forbidden``.
    """
    after: JobState = JOBS.step(job.state, action, actor.role)
    job._state = after
    if after is not JobState.RUNNING:
        job.lease_owner = job.lease_until = None
    job.ended_at = at if after in ENDED else None
    return after


class IdempotencyKey(Base):
    """What a request with an ``Idempotency-Key`` was answered, so that sending it twice does it once."""

    __tablename__ = "idempotency_keys"

    scope: Mapped[str] = mapped_column(primary_key=True)
    """Whose keys these are: a user or a token."""
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    """Of method, path and body: the same key with another request is a mistake."""
    status: Mapped[int | None] = mapped_column(SmallInteger)
    """None while the first request is still under way."""
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (Index(None, "expires_at"),)


class Chore(Base):
    """Work of the clock that one process does at a time: when it is due again."""

    __tablename__ = "chores"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    """Whoever takes it on moves this past the time it may need; a process that dies meanwhile only delays it."""
    done_at: Mapped[datetime | None]


def forget_idempotency_keys(session: Session, at: datetime) -> int:
    """Delete those that have had their day; how many. For the sweeper."""
    gone = session.execute(delete(IdempotencyKey).where(IdempotencyKey.expires_at <= at).returning(IdempotencyKey.key))
    return len(gone.all())
