"""Long work (jobs): the row is the truth about it, the broker only carries its identifier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base, Id, OwnId, Versioned
from service.domain.jobs import JobKind, JobPriority, JobState


class Job(Versioned, Base):
    """Something a worker does. A running job is leased; when the lease ends, it is given out anew."""

    __tablename__ = "jobs"

    id: Mapped[OwnId]
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subjects.id"))
    """None for the platform's own work."""
    kind: Mapped[JobKind]
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
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
