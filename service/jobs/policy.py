"""The numbers of jobs, from the settings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from service.settings import Settings

_LONGEST_PAUSE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class JobPolicy:
    """How long a worker may be silent, how often a job is tried, and how patient a shutdown is."""

    lease: timedelta = timedelta(seconds=30)
    heartbeat: timedelta = timedelta(seconds=5)
    tick: timedelta = timedelta(seconds=1)
    """How often progress is written at most, and a request to cancel looked for at least while there is any."""
    attempts: int = 5
    retry: timedelta = timedelta(seconds=2)
    """Before the second try; doubled each time, up to five minutes."""
    grace: timedelta = timedelta(seconds=20)
    """For a job to notice that it has to stop, and for running jobs when a worker is told to end."""

    @classmethod
    def of(cls, settings: Settings) -> JobPolicy:
        """As the settings have it."""
        jobs = settings.jobs
        return cls(
            lease=timedelta(seconds=jobs.lease_seconds),
            heartbeat=timedelta(seconds=jobs.heartbeat_seconds),
            tick=timedelta(seconds=min(1.0, jobs.heartbeat_seconds)),
            attempts=jobs.attempts,
            retry=timedelta(seconds=jobs.retry_seconds),
            grace=timedelta(seconds=jobs.grace_seconds),
        )

    def pause(self, attempts: int) -> timedelta:
        """Before the next try after ``attempts`` of them; at random within a factor of two, so that jobs that failed
        together do not come back together."""
        whole: timedelta = min(self.retry * 2 ** min(attempts - 1, 20), _LONGEST_PAUSE)
        return timedelta(seconds=whole.total_seconds() * random.uniform(0.5, 1.0))
