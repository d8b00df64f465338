"""``certlight worker``: a supervisor, its workers and the housekeeping, until told to end."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from celery import Celery

from service.installation import Installation
from service.opening import opened
from service.settings import Settings
from service.worker.broker import make_app
from service.worker.dispatcher import BrokerDispatcher
from service.worker.housekeeping import Housekeeping
from service.worker.supervisor import COMMAND, Supervisor

_LOOK_SECONDS: Final = 0.1


@contextmanager
def connected(settings: Settings) -> Iterator[tuple[Installation, Celery]]:
    """The installation whose jobs are announced at its broker. Raises as :func:`service.opening.opened`."""
    app = make_app(settings)
    dispatcher = BrokerDispatcher(app)
    try:
        with opened(settings, dispatcher) as installation:
            yield installation, app
    finally:
        dispatcher.close()


@contextmanager
def staffed(
    installation: Installation,
    app: Celery,
    slots: int,
    *,
    command: Sequence[str] = COMMAND,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Supervisor]:
    """Workers and housekeeping as long as the block lasts; its end gives jobs under way the grace time."""
    supervisor = Supervisor(installation, slots, command=command, environment=environment)
    housekeeping = Housekeeping(installation, app)
    supervisor.start()
    housekeeping.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()
        housekeeping.stop()


def run_workers(settings: Settings, slots: int, *, command: Sequence[str] = COMMAND) -> None:
    """Until SIGTERM or SIGINT; a second one ends the workers in mid-work, and their jobs are given back.

    Raises as :func:`service.opening.opened`.
    """
    signals = 0
    with connected(settings) as (installation, app), staffed(installation, app, slots, command=command) as supervisor:

        def end(*_: object) -> None:
            nonlocal signals
            signals += 1
            if signals > 1:
                supervisor.hurry()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        while not signals:
            time.sleep(_LOOK_SECONDS)
