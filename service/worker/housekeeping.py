"""The threads that sweep and do chores beside the workers of a supervisor."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import Final

from celery import Celery

from service.installation import Installation
from service.jobs.policy import JobPolicy
from service.worker.broker import waiting
from service.worker.chores import DELIVERING, TIDYING, run_due
from service.worker.sweeping import sweep

_LOG = logging.getLogger(__name__)
_TIDY_SECONDS: Final = 10.0
_DELIVER_SECONDS: Final = 1.0


class Housekeeping:
    """Goes on until :meth:`stop`. A thread each for what must be quick, what may take long, and what others hold up."""

    def __init__(self, installation: Installation, app: Celery) -> None:
        policy = JobPolicy.of(installation.settings)
        every = installation.settings.jobs.sweep_seconds
        self._stopping = threading.Event()
        self._threads = [
            self._thread("sweeping", every, lambda: sweep(installation, policy, lambda: waiting(app))),
            self._thread("tidying", _TIDY_SECONDS, lambda: run_due(installation, TIDYING)),
            self._thread("delivering", _DELIVER_SECONDS, lambda: run_due(installation, DELIVERING)),
        ]

    def start(self) -> None:
        """Begin, with a look at once."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End; what is under way has ``seconds``. Whatever is broken off is done again by the next one."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(seconds)

    def _thread(self, name: str, every: float, work: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            while not self._stopping.is_set():
                try:
                    work()
                except Exception as error:
                    _LOG.warning("%s: %s", name, type(error).__name__)
                # Processes that started together do not look together.
                self._stopping.wait(every * random.uniform(0.8, 1.2))

        return threading.Thread(target=run, name=name, daemon=True)
