"""The heartbeat of one job: renews its lease, writes its progress, and notices that it has to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from types import TracebackType

from sqlalchemy.exc import DBAPIError

from certlight.errors import CertlightError
from service.installation import Installation
from service.jobs.leases import Leased, Told, extend
from service.jobs.policy import JobPolicy
from service.jobs.task import JobStopped

_LOG = logging.getLogger(__name__)


class Stop(StrEnum):
    """Why work has to stop."""

    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    LOST = "lost"
    """Another worker may have the job by now."""


class Watch:
    """Runs in a thread of its own as long as the ``with`` block lasts.

    ``abandon`` is called from that thread with work that does not stop within the grace time; it does not return
    where the process is to end.
    """

    def __init__(
        self, installation: Installation, leased: Leased, policy: JobPolicy, abandon: Callable[[Stop], None]
    ) -> None:
        self._installation, self._leased, self._policy, self._abandon = installation, leased, policy, abandon
        self._told: Told | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {leased.id}", daemon=True)
        self.stop: Stop | None = None
        """Set once the work has to stop."""

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, stage: str, done: int, total: int) -> None:
        """See :data:`service.jobs.task.Progress`; cheap, whatever the frequency. Raises JobStopped."""
        self.demand()
        # Columns hold 32 bits.
        self._told = Told(stage[:40], *(min(max(number, 0), 2**31 - 1) for number in (done, total)))

    def demand(self) -> None:
        """Return while the work is wanted. Raises JobStopped."""
        if self.stop is not None:
            raise JobStopped(self.stop)

    def _run(self) -> None:
        heard = time.monotonic()
        written: Told | None = None
        while self.stop is None:
            if self._ended.wait(self._policy.tick.total_seconds()):
                return
            now, told = time.monotonic(), self._told
            if self._leased.deadline_at is not None and self._installation.clock() >= self._leased.deadline_at:
                self.stop = Stop.DEADLINE
            elif told is not written or now - heard >= self._policy.heartbeat.total_seconds():
                if self._beat(told):
                    heard, written = now, told
                elif now - heard >= self._policy.lease.total_seconds():
                    # The database is away for longer than the lease: nobody knows any more whose the job is.
                    self.stop = Stop.LOST
        _LOG.info("stopping job %s: %s", self._leased.id, self.stop)
        if not self._ended.wait(self._patience().total_seconds()):
            self._abandon(self.stop)

    def _beat(self, told: Told | None) -> bool:
        """Whether the database answered."""
        try:
            with self._installation.transaction() as session:
                cancelled = extend(session, self._leased, self._policy, told, self._installation.clock())
        except (CertlightError, DBAPIError) as error:
            _LOG.warning("no heartbeat for job %s: %s", self._leased.id, type(error).__name__)
            return False
        if cancelled is None:
            self.stop = Stop.LOST
        elif cancelled:
            self.stop = Stop.CANCELLED
        return True

    def _patience(self) -> timedelta:
        return self._policy.grace
