"""Worker processes, started, watched, replaced and ended; and the housekeeping that goes on beside them."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import DBAPIError

from certlight.errors import CertlightError
from service.installation import Installation
from service.jobs.leases import give_back, take_back_from
from service.jobs.policy import JobPolicy

_LOG = logging.getLogger(__name__)
COMMAND: Final = (sys.executable, "-m", "service.worker.slot")
_LOOK_SECONDS: Final = 0.1
_FAILING: Final = 3
"""Deaths in a row after which a place is not taken for working."""
_THREADS: Final = "OMP_NUM_THREADS"
_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a process that died is started anew, the more the more often in a row."""
_SOUND_SECONDS: Final = 60.0
"""One that lived so long has not died in a row."""


@dataclass
class Slot:
    """One place for a worker process."""

    owner: str = ""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0


class Supervisor:
    """Keeps ``slots`` worker processes alive from a thread of its own, until :meth:`stop`.

    A worker that dies loses its job at once, not when its lease ends: its supervisor knows its name.
    """

    def __init__(
        self,
        installation: Installation,
        slots: int,
        *,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._installation, self._policy = installation, JobPolicy.of(installation.settings)
        self._command, self._environment = list(command), {**os.environ, **(environment or {})}
        self._threads = str(share(slots, processors(), self._environment.get(_THREADS)))
        # Libraries that multiply matrices each take all processors otherwise.
        for name in (_THREADS, "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            self._environment.setdefault(name, self._threads)
        self._slots = [Slot() for _ in range(slots)]
        self._stopping = threading.Event()
        self._killing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def pids(self) -> list[int]:
        """Of the processes that run."""
        return [slot.process.pid for slot in self._slots if slot.process is not None and slot.process.poll() is None]

    @property
    def working(self) -> bool:
        """Whether there is a place whose processes do not die one after the other; stays true between two of them."""
        return self._thread.is_alive() and any(_is_sound(slot) for slot in self._slots)

    def begin_stop(self) -> None:
        """Have every worker end after the job at hand; does not wait, and may be called from a signal's handler."""
        self._stopping.set()

    def hurry(self, *_: object) -> None:
        """Give jobs under way no more time; for a signal's handler, too."""
        self._killing.set()

    def stop(self) -> None:
        """End the workers: jobs under way have the grace time, those of the rest are given back."""
        self.begin_stop()
        self._thread.join()

    def _run(self) -> None:
        # The kernel ends the workers together with the thread that started them, so only this one starts any.
        while not self._stopping.is_set():
            for slot in self._slots:
                self._look_after(slot)
            self._stopping.wait(_LOOK_SECONDS)
        self._end_all()

    def _look_after(self, slot: Slot) -> None:
        if slot.process is not None:
            code = slot.process.poll()
            if code is None:
                return
            self._buried(slot, code)
        if time.monotonic() >= slot.start_at:
            self._begin(slot)

    def _begin(self, slot: Slot) -> None:
        slot.owner = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"
        slot.started = time.monotonic()
        try:
            slot.process = subprocess.Popen(
                [*self._command, slot.owner, str(os.getpid()), self._threads],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                # Ctrl-C at a terminal is for the supervisor alone.
                start_new_session=True,
            )
        except OSError as error:
            # No memory or no process left, for a while. This thread must go on: the workers end with it.
            slot.deaths += 1
            slot.start_at = slot.started + _pause(slot)
            _LOG.error("no worker could be started: %s", type(error).__name__)

    def _buried(self, slot: Slot, code: int) -> None:
        """A worker has ended by itself: replaced at once if it meant to, after a while if it died."""
        lived = time.monotonic() - slot.started
        slot.process = None
        if code == 0:
            slot.deaths = 0
        else:
            slot.deaths = 1 if lived >= _SOUND_SECONDS else slot.deaths + 1
            _LOG.error("worker %s died (%d) after %.0f s", slot.owner, code, lived)
        slot.start_at = time.monotonic() + _pause(slot)
        try:
            with self._installation.transaction() as session:
                take_back_from(session, slot.owner, self._policy, self._installation.clock())
        except (CertlightError, DBAPIError) as error:
            _LOG.warning("the jobs of %s wait for their leases to end: %s", slot.owner, type(error).__name__)

    def _end_all(self) -> None:
        running = [slot for slot in self._slots if slot.process is not None and slot.process.poll() is None]
        for slot in running:
            if slot.process is not None:
                slot.process.terminate()
        until = time.monotonic() + self._policy.grace.total_seconds()
        while time.monotonic() < until and not self._killing.is_set() and any(_alive(slot) for slot in running):
            self._killing.wait(_LOOK_SECONDS)
        for slot in self._slots:
            if slot.process is not None:
                slot.process.kill()
                slot.process.wait()
        try:
            with self._installation.transaction() as session:
                given = sum(give_back(session, slot.owner, self._installation.clock()) for slot in self._slots)
        except (CertlightError, DBAPIError) as error:
            _LOG.warning("jobs under way wait for their leases to end: %s", type(error).__name__)
        else:
            _LOG.info("workers ended; %d jobs given back", given)


def _pause(slot: Slot) -> float:
    return _PAUSES[min(slot.deaths - 1, len(_PAUSES) - 1)] if slot.deaths else 0.0


def _is_sound(slot: Slot) -> bool:
    return slot.deaths < _FAILING or (_alive(slot) and time.monotonic() - slot.started >= _SOUND_SECONDS)


def processors() -> int:
    """Those this process may use: fewer than the machine has where it was told so (``taskset``, ``--cpuset-cpus``)."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share(slots: int, processors: int, told: str | None = None) -> int:
    """Threads for each of ``slots`` worker processes, so that together they use every processor once; ``told`` is
    what an administrator has set by OMP_NUM_THREADS, which wins."""
    if told is not None and told.isdecimal() and int(told) > 0:
        return int(told)
    return max(1, processors // slots)


def _alive(slot: Slot) -> bool:
    return slot.process is not None and slot.process.poll() is None
