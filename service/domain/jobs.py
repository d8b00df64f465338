"""Long work: what kinds there are, and how it stands."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class JobKind(StrEnum):
    """What is to be done."""

    READ = "read"
    CHECK = "check"
    SEAL = "seal"
    VALIDATE = "validate"
    REPORT = "report"
    BATCH = "batch"


class JobState(StrEnum):
    """How it stands; the job's row is the truth, the broker only carries its identifier."""

    QUEUED = "queued"
    RUNNING = "running"
    """Somebody holds its lease."""
    DONE = "done"
    FAILED = "failed"
    """Ended with an error of its input; trying again would end the same way."""
    PARKED = "parked"
    """Failed too often, with its error, for people to look at."""
    CANCELLED = "cancelled"


class JobPriority(IntEnum):
    """Lower comes first."""

    PERSON = 0
    """Somebody waits in front of a page."""
    NORMAL = 5
    BATCH = 9
