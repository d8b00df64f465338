"""Real workers for tests: programs with short leases over a database and a broker of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psutil
import redis
from sqlalchemy import func, select

from service.database.jobs import Job
from service.domain.jobs import ENDED, JobKind, JobPriority, JobState
from service.installation import Installation
from service.jobs.queue import enqueue
from service.settings import Settings
from service.worker.broker import make_app
from service.worker.program import connected
from tests.components import RABBITMQ, REDIS, require
from tests.service.api_client import SECRET

ROOT: Final = Path(__file__).resolve().parents[2]
QUICK: Final[dict[str, float | int]] = {
    # Not less: on a machine with more to do than it can, a heartbeat is late.
    "lease_seconds": 4,
    "heartbeat_seconds": 0.5,
    "sweep_seconds": 0.3,
    "retry_seconds": 0.1,
    "attempts": 5,
    "grace_seconds": 10,
}


def until(held: Callable[[], Any], seconds: float = 90, what: str = "") -> Any:
    """What ``held`` gives, once it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := held()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return found


@dataclass
class Site:
    """An installation of a test, as seen by the test's own process, and the programs that work for it."""

    settings: Settings
    installation: Installation
    folder: Path
    programs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        jobs = {f"CERTLIGHT_JOBS_{key.upper()}": str(value) for key, value in self.settings.jobs.model_dump().items()}
        broker = self.settings.broker_url
        return {
            **os.environ,
            **jobs,
            "CERTLIGHT_DATA_DIR": str(self.settings.data_dir),
            "CERTLIGHT_DATABASE_URL": self.settings.database_url.get_secret_value(),
            "CERTLIGHT_SECRET_KEY": SECRET,
            "CERTLIGHT_BROKER_URL": broker.get_secret_value() if broker else "",
            **more,
        }

    def start(self, slots: int = 1, **more: str) -> subprocess.Popen[bytes]:
        """A supervisor; its messages go to a file."""
        with (self.folder / "workers.log").open("ab") as log:
            program = subprocess.Popen(
                [sys.executable, "-m", "tests.service.worker_program", str(slots)],
                env=self.environment(**more),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.programs.append(program)
        return program

    def enqueuing(self) -> subprocess.Popen[bytes]:
        """A process that makes work until it ends, and tells of every job that it has made."""
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.service.worker_enqueuer"],
            env=self.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.programs.append(program)
        return program

    def listening(self, workers: int) -> None:
        """Return once so many have begun to listen."""
        log = self.folder / "workers.log"
        until(lambda: log.read_text(encoding="utf-8").count(" ready.") >= workers, 60, "workers that listen")

    def slots(self, program: subprocess.Popen[bytes]) -> list[psutil.Process]:
        """The worker processes of a supervisor."""
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(program.pid).children()
            return [child for child in children if "tests.service.worker_slot" in _line(child)]
        return []

    def put(self, number: int = 1, kind: JobKind = JobKind.READ, **more: Any) -> list[str]:
        priority = more.pop("priority", JobPriority.NORMAL)
        with self.installation.transaction() as session:
            at = self.installation.clock()
            return [enqueue(session, kind, at=at, subject_id=None, priority=priority, **more).id for _ in range(number)]

    def rows(self) -> dict[str, Job]:
        with self.installation.reading() as session:
            return {job.id: job for job in session.scalars(select(Job))}

    def count(self, *states: JobState) -> int:
        with self.installation.reading() as session:
            return session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(states))) or 0

    def all_ended(self) -> bool:
        return self.count(*(set(JobState) - ENDED)) == 0

    def effects(self) -> list[str]:
        from service.database.operations import Operation

        with self.installation.reading() as session:
            found = select(Operation.object_id).where(Operation.action == "test.effect").order_by(Operation.seq)
            return list(session.scalars(found))

    def close(self) -> None:
        for program in self.programs:
            program.send_signal(signal.SIGKILL)
            program.wait()
            if program.stdout is not None:
                program.stdout.close()


def _line(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@contextmanager
def a_site(database_url: str, folder: Path, broker: str | None, **jobs: Any) -> Iterator[Site]:
    """``broker``: an address, or None for the folder."""
    queue = f"t{uuid4().hex}"
    settings = Settings(
        data_dir=folder / "data",
        database_url=database_url,
        broker_url=broker,
        secret_key=SECRET,
        jobs={**QUICK, "queue": queue, **jobs},
    )
    with connected(settings) as (installation, _):
        site = Site(settings, installation, folder)
        try:
            yield site
        finally:
            site.close()
            _clean(settings, queue)


def _clean(settings: Settings, queue: str) -> None:
    url = settings.broker_url.get_secret_value() if settings.broker_url else ""
    with suppress(Exception):
        if url.startswith("redis"):
            client = redis.Redis.from_url(url)
            for key in client.scan_iter(f"{queue}*"):
                client.delete(key)
            client.close()
        elif url:
            with make_app(settings).connection_for_write() as connection:
                connection.default_channel.queue_delete(queue)


def address(broker: str) -> str | None:
    """Of a broker of the machine; the test is skipped where there is none."""
    if broker == "folder":
        return None
    require(broker)
    return {"redis": REDIS, "rabbitmq": RABBITMQ}[broker]
