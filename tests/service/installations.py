"""Installations as people run them: ``certlight serve`` and ``certlight worker``, in a folder of a test's own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from certlight.paths import fonts_dir, models_dir
from tests.components import require
from tests.service.worker_processes import ROOT, until

STARTS: Final = 120
"""Seconds a service may take to answer on a busy machine."""


@dataclass
class Running:
    """A service that answers."""

    url: str
    data_dir: Path
    environment: Mapping[str, str]
    api: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]
    log: Path

    @property
    def keys(self) -> Path:
        """Where the demonstration's key files lie."""
        return self.data_dir / "demonstration" / "enterprises"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """A command beside the service, over the same data."""
        return subprocess.run(
            _command(*arguments), env=self.environment, cwd=ROOT, capture_output=True, timeout=120, check=False
        )

    def stop(self) -> list[int]:
        """End everything as an administrator does; the exit codes."""
        programs = [*self.workers, self.api]
        for program in programs:
            program.send_signal(signal.SIGTERM)
        return [program.wait(60) for program in programs]


@contextmanager
def running(
    folder: Path, *, database: str | None = None, broker: str | None = None, workers: int = 0, **more: str
) -> Iterator[Running]:
    """The demonstration, served. Without a broker it has its own worker; else ``workers`` of ``certlight worker``.

    ``more`` are settings, as ``CERTLIGHT_…`` names them. What still runs at the end is killed.
    """
    require("models")
    data_dir = folder / "data"
    data_dir.mkdir(parents=True)
    # What was installed for this machine is used, not installed again.
    for installed in (models_dir(), fonts_dir()):
        (data_dir / installed.name).symlink_to(installed, target_is_directory=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CERTLIGHT_")} | {
        "CERTLIGHT_DATA_DIR": str(data_dir),
        "CERTLIGHT_WEBHOOK_PRIVATE_ADDRESSES": "true",
        **({"CERTLIGHT_DATABASE_URL": database} if database else {}),
        **({"CERTLIGHT_BROKER_URL": broker, "CERTLIGHT_JOBS_QUEUE": f"t{uuid4().hex[:20]}"} if broker else {}),
        **more,
    }
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment["CERTLIGHT_PUBLIC_URL"] = url
    log = folder / "service.log"
    with ExitStack() as stack:
        file = stack.enter_context(log.open("wb"))

        def started(*arguments: str) -> subprocess.Popen[bytes]:
            program = subprocess.Popen(_command(*arguments), env=environment, cwd=ROOT, stdout=file, stderr=file)
            stack.callback(program.wait)
            stack.callback(program.kill)
            return program

        api = started("serve", "--demo", "--port", str(port))

        def ready() -> bool:
            assert api.poll() is None, log.read_text("utf-8")[-3000:]
            try:
                return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
            except httpx.HTTPError:
                return False

        until(ready, STARTS, "the service")
        beside = [started("worker", "--concurrency", "1") for _ in range(workers)]
        yield Running(url, data_dir, environment, api, beside, log)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service.cli.app", *arguments]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as asked:
        port: int = asked.getsockname()[1]
        return port
