"""Finding what was lost: leases of dead workers, jobs nobody was told of, ends nobody wrote.

Any number of processes may do it at once: each takes rows that no other one has locked, and looks before it writes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.database.jobs import Job
from service.domain.jobs import JobAction, JobState
from service.installation import Installation
from service.jobs import batches, failures
from service.jobs.endings import end
from service.jobs.leases import expired, ready, take_back_expired
from service.jobs.policy import JobPolicy
from service.jobs.queue import Announced

_LOG = logging.getLogger(__name__)
_AT_ONCE: Final = 100
"""Jobs dealt with in one look, and told of at once."""
_IDLE: Final = (JobState.QUEUED, JobState.WAITING)


def sweep(installation: Installation, policy: JobPolicy, waiting: Callable[[], int]) -> None:
    """Look once. ``waiting`` counts the messages that nobody has taken, and may raise anything.

    Raises CertlightError ``database.*``.
    """
    at = installation.clock()
    with installation.reading() as session:
        silent = session.scalars(expired(at).limit(1)).first() is not None
        late = session.scalars(_late(at)).all()
        over = batches.over(session)
    if silent:
        with installation.transaction() as session:
            found = take_back_expired(session, policy, at)
        _LOG.warning("%d jobs of silent workers taken back", found)
    for job_id in late:
        with installation.transaction() as session:
            _end_late(session, job_id, at)
    for batch_id in over:
        with installation.transaction() as session:
            batches.settle(session, batch_id, at)
    _announce(installation, waiting, at)


def _late(at: datetime) -> Select[str]:
    """Jobs that nobody works on and whose time is over."""
    return select(Job.id).where(Job.state.in_(_IDLE), Job.deadline_at <= at).order_by(Job.id).limit(_AT_ONCE)


def _end_late(session: Session, job_id: str, at: datetime) -> None:
    job = session.get(Job, job_id, with_for_update=True)
    # Somebody may have taken it on, or cancelled it, since it was seen.
    if job is None or job.state not in _IDLE:
        return
    waited = job.state is JobState.WAITING
    end(session, job, JobAction.FAIL, at, error=failures.told(failures.deadline()))
    if waited:
        batches.stop_children(session, job.id, at)


def _announce(installation: Installation, waiting: Callable[[], int], at: datetime) -> None:
    """Tell of jobs that are ready, if no message is on its way: theirs were lost, or it is time for another try."""
    with installation.reading() as session:
        found = session.execute(
            select(Job.id, Job.priority).where(ready(at)).order_by(Job.priority, Job.not_before, Job.id).limit(_AT_ONCE)
        ).all()
    if not found:
        return
    try:
        if waiting() > 0:
            return
    except Exception as error:
        # Whatever a driver raises. The dispatcher finds out by itself whether the broker is back.
        _LOG.warning("broker away: %s", type(error).__name__)
    installation.dispatcher.announce([Announced(job_id, priority) for job_id, priority in found])
