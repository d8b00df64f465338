"""One worker process: hears of work and does it, one job at a time.

Started by :mod:`service.worker.supervisor` as ``python -m service.worker.slot OWNER PARENT THREADS``; ends by itself,
to be replaced, after so many jobs or with so much memory.
"""

from __future__ import annotations

import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from celery import signals
from celery.exceptions import WorkerShutdown
from celery.platforms import SecurityWarning
from celery.worker import state

from certlight.errors import CertlightError
from service.jobs.policy import JobPolicy
from service.jobs.task import Tools
from service.opening import opened
from service.settings import Settings, load
from service.telemetry.logs import configure_logging
from service.telemetry.traces import tracing
from service.worker.broker import WAKE, make_app
from service.worker.dispatcher import BrokerDispatcher
from service.worker.lookout import Lookout
from service.worker.orphans import end_with
from service.worker.registry import Handlers, handler_of
from service.worker.running import Runner

_LOG = logging.getLogger(__name__)
_AS_ROOT: Final = "You're running the worker with superuser privileges"
_AWAY_SECONDS: Final = 1.0
"""Pause where the database gave no job because it is away."""


class Closed(Protocol):
    """Tools that hold processes of their own."""

    def close(self) -> None:
        """End them."""
        ...


def default_tools(threads: int) -> Tools:
    """Those of the product."""
    from service.handlers.tools import open_tools

    return open_tools(threads)


def work(
    settings: Settings,
    owner: str,
    parent: int,
    threads: int,
    *,
    handlers: Handlers = handler_of,
    tools: Callable[[int], Tools] = default_tools,
) -> int:
    """Do jobs until told to end (SIGTERM: after the job at hand) or due to be replaced; the exit code.

    ``threads`` is how many its tools shall work with. Raises as :func:`service.opening.opened`.
    """
    end_with(parent)
    configure_logging(settings.log_level)
    signals.setup_logging.connect(lambda **_: _configure_logging(settings), weak=False)
    app = make_app(settings)
    dispatcher = BrokerDispatcher(app)
    with opened(settings, dispatcher) as installation, tracing(settings, installation.engine, process="worker"):
        kept: list[Tools] = []

        def loaded() -> Tools:
            if not kept:
                kept.append(tools(threads))
            return kept[0]

        runner = Runner(installation, owner, JobPolicy.of(settings), handlers, loaded)
        done = 0

        def run_next() -> bool:
            nonlocal done
            if state.should_stop is not None:
                return False
            ran = runner.run_next()
            done += ran
            if done >= settings.jobs.per_process or resident_mib() > settings.jobs.memory_mib:
                _LOG.info("to be replaced after %d jobs", done)
                state.should_stop = 0
            return ran

        lookout = Lookout(installation, run_next, settings.jobs.sweep_seconds)

        def wake(_: str) -> None:
            try:
                lookout.hear()
            except CertlightError as error:
                _LOG.warning("no job could be claimed: %s", error.code)
                time.sleep(_AWAY_SECONDS)

        def told_to_end(**_: object) -> None:
            # Celery itself would look up from waiting only every few seconds.
            if not lookout.busy:
                raise WorkerShutdown(0)

        app.task(wake, name=WAKE)
        signals.worker_shutting_down.connect(told_to_end, weak=False)
        lookout.start()
        try:
            return _listen(app, owner, settings)
        finally:
            lookout.stop()
            dispatcher.close()
            for each in kept:
                with suppress(AttributeError):
                    each.close()  # type: ignore[attr-defined]


def _configure_logging(settings: Settings) -> None:
    configure_logging(settings.log_level)
    # Every wake-up twice; what was done, the runner says.
    for name in ("celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _listen(app: Any, owner: str, settings: Settings) -> int:
    # Celery says so of every process anew. It is meant for those who take pickle from their broker; here it is JSON.
    warnings.filterwarnings("ignore", _AS_ROOT, SecurityWarning)
    worker = app.Worker(
        # In this very process: nothing is forked, so libraries with threads and locks of their own are never copied
        # in mid-work, and a busy worker takes no message that an idle one could have.
        pool="solo",
        concurrency=1,
        hostname=f"certlight@{owner}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel=settings.log_level,
    )
    worker.start()
    return int(worker.exitcode or 0)


def resident_mib() -> int:
    """Resident memory of this process; where the system does not tell, the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() >> 20
    except OSError:
        # Bytes on macOS, the only other system this runs on.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20


def main(arguments: list[str], **parts: Any) -> int:
    """``OWNER PARENT THREADS``; ``parts`` as of :func:`work`. The exit code."""
    owner, parent, threads = arguments
    return work(load(), owner, int(parent), int(threads), **parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
