"""A worker process whose handlers are a test's: ``python -m tests.service.worker_slot OWNER PARENT THREADS``."""

from __future__ import annotations

import os
import signal
import sys
import time

from service.domain.jobs import JobKind
from service.jobs.task import Effect, Handler, Task
from service.worker.slot import main
from tests.service.queue_examples import simple


def seconds(task: Task) -> Effect:
    """Works for so many seconds, telling how far it is."""
    total = max(1, round(float(task.payload.get("seconds", 0)) * 50))
    for done in range(total):
        task.progress("work", done, total)
        time.sleep(float(task.payload.get("seconds", 0)) / total)
    return simple(task)


def deadly(_: Task) -> Effect:
    """As a library that runs into memory it must not: the process is gone."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def deaf(task: Task) -> Effect:
    """Never looks up from its work."""
    time.sleep(float(task.payload.get("seconds", 0)))
    return simple(task)


HANDLERS: dict[JobKind, Handler] = {JobKind.READ: seconds, JobKind.SEAL: deadly, JobKind.REPORT: deaf}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], handlers=HANDLERS.__getitem__, tools=lambda _: None))
