"""What a handler is given, and what it gives back: all its effects in one function, applied with the job's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from extractors.engines.protocol import OcrEngine
from pipeline.seals.process import SealProcess
from service.domain.jobs import JobKind
from service.installation import Installation


class JobStopped(BaseException):
    """The work is no longer wanted: cancelled, out of time, or given to another worker. Nobody but the worker catches
    it: no ``except Exception`` of the work itself takes it for a failure."""


Progress = Callable[[str, int, int], None]
"""Stage, pieces done, pieces in all. Raises JobStopped where the job was cancelled, or is no longer this worker's."""

Effect = Callable[[Session, datetime], Mapping[str, Any]]
"""Changes the database and returns the job's result (JSON: identifiers, hashes, lights; no people's data).

It runs in the one transaction that also ends the job, once the worker's lease has been found good; so whatever
happens to workers and brokers, its changes are made once. Where that transaction fails because the database was busy,
it is called again for another one: it changes nothing but the session. Whatever is slow (reading, composing, putting
blobs) has to be done before it. It may raise CertlightError: the job then ends as failed, and nothing of it is kept.
"""


class Tools(Protocol):
    """What a worker process has loaded once."""

    @property
    def engine(self) -> OcrEngine:
        """One a process, loaded when it is first needed; :class:`service.readings.memory.Memory` asks it for what an
        enterprise's documents were not read for before."""
        ...

    @property
    def seals(self) -> SealProcess:
        """The confined process for PDFs."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """A job as its handler sees it. Nothing of it is a live row: no transaction is open while a handler works."""

    job_id: str
    kind: JobKind
    subject_id: str | None
    object_kind: str | None
    object_id: str | None
    payload: Mapping[str, Any]
    created_by: str | None
    attempt: int
    """1 the first time."""
    installation: Installation
    tools: Tools
    progress: Progress


Handler = Callable[[Task], Effect]
"""Does the work of one kind of job.

Raises CertlightError for what trying again would not change (the job fails with its code and remedy);
``database.*``, ``storage.unavailable``, ``storage.full`` and any other exception mean another try later, and after too
many of them the job is parked.
"""
