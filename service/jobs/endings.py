"""The end of a job: its last state, what came of it, and telling whoever wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.database.jobs import Job, advance
from service.domain.actors import SYSTEM, Actor
from service.domain.jobs import JobAction, JobState
from service.events.emitting import Event, emit


def end(
    session: Session,
    job: Job,
    action: JobAction,
    at: datetime,
    *,
    by: Actor = SYSTEM,
    error: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
) -> JobState:
    """Do ``action``, which ends the job, to a row that the caller has locked.

    Jobs of a batch are told of by the batch's end. Raises UsageError ``state.*``.
    """
    state = advance(job, action, by, at=at)
    if result is not None:
        job.result = dict(result)
    if error is not None:
        job.error = dict(error)
    elif state is JobState.DONE:
        job.error = None
        job.progress_done = job.progress_total
    if job.batch_id is None:
        payload = {
            "job": job.id,
            "kind": job.kind.value,
            "state": state.value,
            "object_kind": job.object_kind,
            "object_id": job.object_id,
        }
        emit(session, Event.JOB_ENDED, at=at, subject_id=job.subject_id, payload=payload)
    return state
