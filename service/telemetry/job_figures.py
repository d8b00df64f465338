"""How jobs stand, out of the database: workers come and go, and are on other machines, but no figure is lost.

What has ended is added up once: jobs older than every unended one are counted at the first look and not looked at
again, so a look costs what happened lately, not what ever happened. Identifiers sort by time (see
:func:`service.database.columns.new_id`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, case, cast, extract, func, select
from sqlalchemy.orm import Session

from service.database.columns import first_id
from service.database.jobs import Job
from service.domain.jobs import ENDED, JobKind, JobState

BUCKETS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 900.0)
"""Seconds from a job's start to its end."""
_SETTLED: Final = timedelta(hours=1)
"""A transaction that is younger may still commit a job with an earlier identifier."""
_OPEN: Final = frozenset(JobState) - ENDED | {JobState.PARKED}
"""States that a job may leave."""

Key = tuple[JobKind, JobState]


@dataclass(frozen=True, slots=True)
class Durations:
    """Of the ended jobs of one kind and state."""

    jobs: int = 0
    measured: int = 0
    """Those that had begun."""
    seconds: float = 0.0
    within: tuple[int, ...] = (0,) * len(BUCKETS)
    """How many took at most so long, for each of :data:`BUCKETS`."""

    def __add__(self, other: Durations) -> Durations:
        return Durations(
            self.jobs + other.jobs,
            self.measured + other.measured,
            self.seconds + other.seconds,
            tuple(a + b for a, b in zip(self.within, other.within, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class JobPicture:
    """How jobs stand at one moment."""

    open: Mapping[Key, int]
    """Jobs that have not ended, or are parked."""
    ended: Mapping[Key, Durations]
    queued: Mapping[int, int]
    """Priority → jobs that wait and may start now."""
    oldest: Mapping[int, datetime]
    """Priority → since when the one that waits longest could have started."""
    stalled: int
    """Jobs whose worker let its lease end."""


@dataclass(slots=True)
class JobFigures:
    """One a process; not shared by threads at the same moment."""

    _below: str = ""
    """Jobs with smaller identifiers are added up."""
    _settled: dict[Key, Durations] = field(default_factory=dict)

    def look(self, session: Session, now: datetime) -> JobPicture:
        """How jobs stand ``now``."""
        bound = self._bound(session, now)
        if bound > self._below:
            self._settled = _sum(self._settled, _ended(session, Job.id >= self._below, Job.id < bound))
            self._below = bound
        counted = select(Job.kind, Job.state, func.count()).where(Job.state.in_(_OPEN)).group_by(Job.kind, Job.state)
        waiting = (
            select(Job.priority, func.count(), func.min(Job.not_before))
            .where(Job.state == JobState.QUEUED, Job.not_before <= now)
            .group_by(Job.priority)
        )
        queued = session.execute(waiting).all()
        stalled = select(func.count()).where(Job.state == JobState.RUNNING, Job.lease_until < now)
        return JobPicture(
            open={(kind, state): count for kind, state, count in session.execute(counted)},
            ended=_sum(self._settled, _ended(session, Job.id >= self._below)),
            queued={priority: count for priority, count, _ in queued},
            oldest={priority: since for priority, _, since in queued},
            stalled=session.scalar(stalled) or 0,
        )

    def _bound(self, session: Session, now: datetime) -> str:
        oldest = session.scalar(select(func.min(Job.id)).where(Job.state.in_(_OPEN)))
        old = first_id(now - _SETTLED)
        return old if oldest is None else min(old, oldest)


def _ended(session: Session, *bounds: ColumnElement[bool]) -> dict[Key, Durations]:
    seconds = _seconds(session)
    within = [func.sum(case((seconds <= bucket, 1), else_=0)) for bucket in BUCKETS]
    query = (
        select(Job.kind, Job.state, func.count(), func.count(seconds), func.coalesce(func.sum(seconds), 0.0), *within)
        # Not by state: its index would lead a planner through everything that ever ended.
        .where(Job.ended_at.is_not(None), *bounds)
        .group_by(Job.kind, Job.state)
    )
    return {
        (row[0], row[1]): Durations(row[2], row[3], float(row[4]), tuple(int(n) for n in row[5:]))
        for row in session.execute(query)
        if row[1] not in _OPEN
    }


def _seconds(session: Session) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(Job.ended_at) - func.julianday(Job.started_at)) * 86400.0
    return cast(extract("epoch", Job.ended_at - Job.started_at), Float)


def _sum(one: Mapping[Key, Durations], other: Mapping[Key, Durations]) -> dict[Key, Durations]:
    total: dict[Key, Durations] = defaultdict(Durations, one)
    for key, durations in other.items():
        total[key] = total[key] + durations
    return dict(total)
