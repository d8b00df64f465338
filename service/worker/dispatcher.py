"""Telling workers that there is work, without ever keeping whoever has made it waiting."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from typing import Final

from celery import Celery

from service.jobs.queue import Announced
from service.worker.broker import WAKE

_LOG = logging.getLogger(__name__)
_MOST: Final = 10_000
"""Announcements kept while the broker is slow; the sweeper tells of the rest."""
_PAUSE: Final = 5.0
"""Seconds without trying once the broker did not take a message."""


class BrokerDispatcher:
    """Announces from a thread of its own. What cannot be told is dropped: the sweeper finds it in the database."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._told: queue.Queue[str | None] = queue.Queue(_MOST)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._away_until = 0.0

    def announce(self, jobs: Sequence[Announced]) -> None:
        """See :class:`service.installation.Dispatcher`."""
        if not jobs:
            return
        self._start()
        for job in jobs:
            try:
                self._told.put_nowait(job.id)
            except queue.Full:
                return

    def close(self, seconds: float = 2.0) -> None:
        """Tell what is left, for at most ``seconds``."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            try:
                self._told.put_nowait(None)
            except queue.Full:
                return
            thread.join(seconds)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="announcing", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (job_id := self._told.get()) is not None:
            if time.monotonic() < self._away_until:
                continue
            try:
                self._app.send_task(WAKE, args=[job_id], retry=False)
            except Exception as error:
                # Whatever a driver raises: the job is safe in the database.
                _LOG.warning("broker away: %s", type(error).__name__)
                self._away_until = time.monotonic() + _PAUSE
