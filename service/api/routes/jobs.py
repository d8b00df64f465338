"""``/jobs``: long work, how it goes, and stopping or retrying it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from anyio import sleep
from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from certlight.errors import CertlightError
from service.accounts.access import Operation
from service.api.accepted import JOB_EXAMPLE, JobAnswer
from service.api.calls import Authorised, SignedIn
from service.api.pages import Windowed
from service.api.shapes import Page, RowId
from service.domain.jobs import ENDED, JobKind, JobState
from service.jobs import control

router = APIRouter(tags=["jobs"])
LOOK_SECONDS: Final = 0.5
"""Between two looks at a job that somebody watches."""
LONGEST_SECONDS: Final = 600
"""A stream ends then; browsers come back by themselves, and show anew who they are."""
_PING_SECONDS: Final = 15
_SEND_SECONDS: Final = 30
_EVENT: Final = f"id: 6f1c2a3b4d5e6f70\nevent: job\ndata: {json.dumps(JOB_EXAMPLE)}\n\n"


@router.get("/jobs", summary="任务列表  List jobs")
def get_jobs(
    call: SignedIn,
    window: Windowed,
    kind: JobKind | None = None,
    state: JobState | None = None,
    object_id: Annotated[RowId | None, Query(description="What the job works on.")] = None,
    batch_id: Annotated[RowId | None, Query(description="The job that enqueued it.")] = None,
) -> Page[JobAnswer]:
    """The newest first."""
    place = window.place(str)
    with call.reading() as session:
        rows = control.list_jobs(
            session,
            call.principal,
            limit=window.wanted,
            before=str(place[0]) if place else None,
            kind=kind,
            state=state,
            object_id=object_id,
            batch_id=batch_id,
        )
    shown, following = window.cut(rows, lambda job: (job.id,))
    return Page(items=[JobAnswer.of(job) for job in shown], next=following)


@router.get("/jobs/{job_id}", summary="任务状态  A job")
def get_job(call: SignedIn, job_id: RowId) -> JobAnswer:
    """How it stands, and what came of it."""
    return _look(call, job_id)


@router.get(
    "/jobs/{job_id}/events",
    summary="任务进度（实时）  Watch a job",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Server-sent events: ``job``, whose data is the job, whenever it changed. The stream ends "
            "with the job, and after ten minutes; with ``Last-Event-ID`` it goes on where it was.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENT}},
        },
        204: {"description": "It has ended, and its end was told: do not come back."},
    },
)
async def get_job_events(
    call: SignedIn, job_id: RowId, last_event_id: Annotated[str | None, Header(max_length=64)] = None
) -> Response:
    """A comment every 15 seconds keeps the connection."""
    # The refusals of whoever may not see it, before anything is sent.
    first = await run_sync(_look, call, job_id)
    if first.state in ENDED and last_event_id == _tag(first):
        return Response(status_code=204)
    stream = _events(call, first, last_event_id)
    return EventSourceResponse(stream, ping=_PING_SECONDS, send_timeout=_SEND_SECONDS)


@router.post("/jobs/{job_id}/cancellation", summary="取消任务  Cancel a job")
def post_job_cancellation(call: SignedIn, job_id: RowId) -> JobAnswer:
    """At once where nobody works on it, else as soon as the worker notices; what it started is cancelled with it."""
    with call.transaction() as session:
        return JobAnswer.of(control.cancel(session, call.principal, job_id, at=call.at))


@router.post("/jobs/{job_id}/retry", summary="重试已搁置的任务  Retry a parked job")
def post_job_retry(call: SignedIn, job_id: RowId) -> JobAnswer:
    """As if it were new."""
    with call.transaction() as session:
        return JobAnswer.of(control.retry(session, call.principal, job_id, at=call.at))


def _look(call: Authorised, job_id: str) -> JobAnswer:
    with call.reading() as session:
        return JobAnswer.of(control.find_job(session, call.principal, job_id, Operation.READ))


def _tag(answer: JobAnswer) -> str:
    """Of what is told: the same as long as nothing changes, on whichever server."""
    return hashlib.sha256(answer.model_dump_json().encode()).hexdigest()[:16]


async def _events(call: Authorised, answer: JobAnswer, told: str | None) -> AsyncIterator[ServerSentEvent]:
    """Every look takes a thread and a connection for as long as one query lasts, and leaves them while it waits."""
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        tag = _tag(answer)
        if tag != told:
            yield ServerSentEvent(answer.model_dump_json(), event="job", id=tag, retry=3000)
            told = tag
        if answer.state in ENDED or time.monotonic() >= until:
            return
        await sleep(LOOK_SECONDS)
        try:
            answer = await run_sync(_look, call, answer.id)
        except CertlightError:
            # No longer to be seen, or the database is away: whoever comes back is told.
            return
