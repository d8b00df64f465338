"""A worker that hears nothing looks for itself.

A broker may be away, and a connection to one that came back may be dead without anybody noticing (seen with Redis
killed while a message was being acknowledged: the consumer waits for ever). Jobs that stay ready although workers are
idle are therefore done anyway; and a process that had to look several times in a row is replaced, which connects anew.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from certlight.errors import CertlightError
from service.database.jobs import Job
from service.installation import Installation
from service.jobs.leases import ready

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 5.0
_DEAF: Final = 3
"""Times that work was found without a word, after which the process is replaced."""


class Lookout:
    """One job at a time, whoever found it: the messages (:meth:`hear`) or the look-out, every ``every`` seconds."""

    def __init__(
        self,
        installation: Installation,
        run_next: Callable[[], bool],
        every: float,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self._installation, self._run_next, self._every, self._leave = installation, run_next, every, leave
        self._working = threading.Lock()
        self._stopping = threading.Event()
        self._unheard = 0
        self._idle_since = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self._working.locked()

    def start(self) -> None:
        """Begin to look out."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns once the job at hand is done."""
        self._stopping.set()
        with self._working:
            pass
        # In mid-look it holds a connection, which is to be given back before the pool is closed.
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_LOOK_SECONDS)

    def hear(self) -> bool:
        """Do the most urgent job; False where there was none, or no more is to be begun. Raises as ``run_next``."""
        self._unheard = 0
        with self._working:
            try:
                return not self._stopping.is_set() and self._run_next()
            finally:
                self._idle_since = time.monotonic()

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                self._look()
            except CertlightError as error:
                _LOG.warning("no look at the queue: %s", error.code)

    def _look(self) -> None:
        if self.busy or time.monotonic() - self._idle_since < 2 * self._every:
            return
        # The sweeper has told of these by now, and somebody idle would have heard it.
        overdue = self._installation.clock() - timedelta(seconds=2 * self._every)
        with self._installation.reading() as session:
            if session.scalars(select(Job.id).where(ready(overdue)).limit(1)).first() is None:
                return
        if not self._working.acquire(blocking=False):
            return
        try:
            begun, done = time.monotonic(), 0
            while not self._stopping.is_set() and self._run_next():
                done += 1
            if not done:
                return
            self._unheard += 1
            _LOG.warning("%d jobs found without a word from the broker, in %.0f s", done, time.monotonic() - begun)
            if self._unheard >= _DEAF:
                _LOG.warning("deaf; to be replaced")
                self._leave(0)
        finally:
            self._working.release()
