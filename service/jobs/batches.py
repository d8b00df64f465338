"""Jobs that enqueue others: they wait for them, and end with the last one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from service.database.jobs import Job, advance
from service.domain.actors import SYSTEM, Actor
from service.domain.jobs import ENDED, JobAction, JobState
from service.jobs.endings import end


def counted(session: Session, batch_id: str) -> dict[JobState, int]:
    """The batch's jobs by their states."""
    query = select(Job.state, func.count()).where(Job.batch_id == batch_id).group_by(Job.state)
    return dict(session.execute(query).all())


def settle(session: Session, batch_id: str, at: datetime) -> str | None:
    """Write how far a waiting batch is, and end it with the last of its jobs.

    The batch that it is itself part of, if it ended; then that one may have to be settled, too. Called in a
    transaction of its own after a job's end was committed: the last one to look sees all of them.
    """
    waiting = select(Job).where(Job.id == batch_id, Job.state == JobState.WAITING)
    batch = session.scalars(waiting.with_for_update()).one_or_none()
    if batch is None:
        return None
    by_state = counted(session, batch_id)
    note(batch, by_state)
    if any(state not in ENDED for state in by_state):
        return None
    children = {state.value: number for state, number in sorted(by_state.items())}
    end(session, batch, JobAction.FINISH, at, result={**(batch.result or {}), "jobs": children})
    return batch.batch_id


def note(batch: Job, by_state: Mapping[JobState, int]) -> None:
    """The batch's progress, in jobs."""
    batch.progress_stage = "jobs"
    batch.progress_total = sum(by_state.values())
    batch.progress_done = sum(number for state, number in by_state.items() if state in ENDED)


def over(session: Session) -> list[str]:
    """Waiting batches all of whose jobs have ended: whoever ended the last one did not come to say so."""
    child = aliased(Job)
    under_way = exists().where(child.batch_id == Job.id, child.state.not_in(ENDED))
    return list(session.scalars(select(Job.id).where(Job.state == JobState.WAITING, ~under_way).limit(100)))


def stop_children(session: Session, batch_id: str, at: datetime, by: Actor = SYSTEM) -> None:
    """Cancel the batch's jobs that have not ended, and theirs."""
    going_on = select(Job).where(Job.batch_id == batch_id, Job.state.not_in(ENDED))
    for job in session.scalars(going_on.order_by(Job.id).with_for_update()):
        cancel_one(session, job, at, by)


def cancel_one(session: Session, job: Job, at: datetime, by: Actor = SYSTEM) -> None:
    """Cancel a locked job: at once, or, where somebody works on it, as soon as they notice. Its own jobs go with it.

    Raises UsageError ``state.action_impossible``, ``state.role_forbidden``.
    """
    if job.state is JobState.RUNNING:
        advance(job, JobAction.CANCEL, by, at=at)
        job.cancel_requested_at = job.cancel_requested_at or at
        return
    waited = job.state is JobState.WAITING
    job.cancel_requested_at = at
    end(session, job, JobAction.CANCEL, at, by=by)
    if waited:
        stop_children(session, job.id, at, by)
