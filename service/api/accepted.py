"""Long work over HTTP: 202 with the job, and where to ask how it goes."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ConfigDict, Field

from service.api.idempotency import Made
from service.api.shapes import Answer, Moment, Words
from service.database.jobs import Job
from service.domain.jobs import JobKind, JobState

JOB_EXAMPLE: Final[dict[str, Any]] = {
    "id": "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "kind": "check",
    "state": "running",
    "object_kind": "document",
    "object_id": "019aa1b2-0000-7e4f-8a5b-6c7d8e9f0a1b",
    "batch_id": None,
    "created_at": "2026-03-01T08:30:00.123Z",
    "created_by": "019aa1b1-1111-7e4f-8a5b-6c7d8e9f0a1b",
    "started_at": "2026-03-01T08:30:00.412Z",
    "ended_at": None,
    "deadline_at": "2026-03-01T09:00:00.123Z",
    "progress": {"stage": "read", "done": 1, "total": 3},
    "attempts": 1,
    "cancel_requested": False,
    "error": None,
    "result": None,
}


class JobProgress(Answer):
    """How far it is, in pieces (pages, files, jobs of a batch)."""

    stage: str | None = Field(examples=["read"])
    done: int
    total: int = Field(description="0 while it is not known.")


class JobError(Answer):
    """The last failure."""

    code: str = Field(examples=["intake.encrypted"])
    message: Words
    remedy: Words


class JobAnswer(Answer):
    """Long work: how it stands, and what came of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [JOB_EXAMPLE]})

    id: str
    kind: JobKind
    state: JobState = Field(
        description="``queued``, ``running``, ``waiting`` (for the jobs it started) go on; the others are ends. "
        "A ``parked`` job failed too often and can be retried."
    )
    object_kind: str | None = Field(description="What it works on.")
    object_id: str | None
    batch_id: str | None = Field(description="The job that enqueued it.")
    created_at: Moment
    created_by: str | None
    started_at: Moment | None
    ended_at: Moment | None
    deadline_at: Moment | None = Field(description="It ends by then, one way or another.")
    progress: JobProgress
    attempts: int
    cancel_requested: bool
    error: JobError | None
    result: dict[str, Any] | None = Field(description="Identifiers, hashes and lights; its form depends on the kind.")

    @classmethod
    def of(cls, job: Job) -> JobAnswer:
        """A row as clients see it."""
        return cls(
            **{name: getattr(job, name) for name in _TAKEN},
            progress=JobProgress(stage=job.progress_stage, done=job.progress_done, total=job.progress_total),
            cancel_requested=job.cancel_requested_at is not None,
            error=None if job.error is None else JobError.model_validate(job.error),
        )


_TAKEN: Final = tuple(set(JobAnswer.model_fields) - {"progress", "cancel_requested", "error"})

ACCEPTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "model": JobAnswer,
        "description": "Begun. The job says how it goes, and what came of it.",
        "headers": {"Location": {"description": "The job.", "schema": {"type": "string"}}},
    }
}
"""For ``responses=`` of routes that begin long work."""


def location(job_id: str) -> str:
    """Where to ask about a job."""
    return f"/api/v1/jobs/{job_id}"


def accepted(job: Job) -> Made:
    """The answer to a request that began long work; for ``call.create``."""
    return Made(202, JobAnswer.of(job), {"Location": location(job.id)})
