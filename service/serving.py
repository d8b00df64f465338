"""``certlight serve``: the API in this process and, embedded, its workers beside it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Final

import uvicorn

from certlight.errors import SetupError
from certlight.text import Text
from service.api.application import create_app
from service.api.serving import uvicorn_options
from service.installation import Installation
from service.settings import Settings
from service.telemetry.traces import tracing
from service.worker.alone import alone
from service.worker.program import connected, staffed
from service.worker.supervisor import Supervisor

_BACKLOG: Final = 2048


def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    with_workers: bool = False,
    prepare: Callable[[Installation], object] = lambda _: None,
    started: Callable[[int], object] = lambda _: None,
) -> None:
    """Until SIGTERM or SIGINT: then requests and jobs under way have their grace times; a second signal ends both.

    Without a broker in the settings it supervises ``settings.workers`` workers and is the only one of its data
    directory; with one, only where ``with_workers`` asks for it. ``prepare`` is called once the database is there,
    ``started`` with the port once requests are answered.

    Raises SetupError ``serve.running``, ``serve.port``, and as :func:`service.opening.opened`.
    """
    embedded = settings.broker_url is None
    with ExitStack() as stack:
        if embedded:
            stack.enter_context(alone(settings.data_dir))
        listening = stack.enter_context(_listening(host, port))
        installation, app = stack.enter_context(connected(settings))
        prepare(installation)
        supervisor = None
        if embedded or with_workers:
            # Workers read the settings themselves; what this command changed of them they are told.
            told = {"CERTLIGHT_PUBLIC_URL": settings.public_url}
            supervisor = stack.enter_context(staffed(installation, app, settings.workers, environment=told))
        _run(installation, listening, supervisor, started)
        if supervisor is not None:
            # From here on; what was signalled before has been obeyed.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, supervisor.hurry)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises SetupError ``serve.port``."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG
        )
    except (OSError, OverflowError) as error:
        raise SetupError(
            "serve.port",
            Text(f"无法在 {host}:{port} 上提供服务：端口已被占用或地址不可用。", f"Cannot listen at {host}:{port}."),
            Text(
                "请停止占用该端口的程序，或用 --port 指定另一个端口。",
                "Stop the program that has the port, or choose another one with --port.",
            ),
        ) from error


def _run(
    installation: Installation,
    listening: socket.socket,
    supervisor: Supervisor | None,
    started: Callable[[int], object],
) -> None:
    application = create_app(installation)
    if supervisor is not None:
        application.state.readiness.supervise(lambda: supervisor.working)

    class Server(uvicorn.Server):
        """Workers are told to end together with the requests, not after them."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started(listening.getsockname()[1])

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            application.state.readiness.stop()
            if supervisor is not None:
                supervisor.begin_stop()
            super().handle_exit(sig, frame)

    # uvicorn raises the signals again once it has ended; the workers' grace is not over then.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(application, log_config=None, lifespan="off", **uvicorn_options(installation.settings))
    with tracing(installation.settings, installation.engine, process="api", app=application):
        Server(config).run(sockets=[listening])
