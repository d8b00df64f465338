"""A queue for tests: an installation over a test's database with a clock of its own, and runners in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from service.database.jobs import Job
from service.database.operations import Operation, record
from service.domain.actors import SYSTEM
from service.domain.jobs import JobKind, JobPriority, JobState
from service.installation import Installation
from service.jobs.leases import Leased, claim
from service.jobs.policy import JobPolicy
from service.jobs.queue import enqueue
from service.jobs.task import Effect, Handler, Task
from service.settings import Settings
from service.storage import open_store
from service.worker.running import Runner
from service.worker.sweeping import sweep
from signing.trust.store import TrustStore
from tests.service.api_client import Clock
from tests.service.rows import NOW

POLICY: Final = JobPolicy(
    lease=timedelta(seconds=30),
    heartbeat=timedelta(seconds=0.02),
    tick=timedelta(seconds=0.01),
    attempts=3,
    retry=timedelta(seconds=2),
    grace=timedelta(seconds=0.2),
)


def marked(session: Session, task: Task, at: datetime) -> Mapping[str, Any]:
    """An effect that can be counted: an entry of the operation log."""
    record(session, SYSTEM, "test.effect", "job", task.job_id, at=at)
    return {"attempt": task.attempt}


def simple(task: Task) -> Effect:
    """A handler without any work."""
    return lambda session, at: marked(session, task, at)


@dataclass
class Queue:
    """What a test does with jobs."""

    installation: Installation
    clock: Clock
    left: list[int] = field(default_factory=list)
    """Exit codes of processes that would have ended."""

    def put(self, kind: JobKind = JobKind.READ, priority: JobPriority = JobPriority.PERSON, **more: Any) -> str:
        with self.installation.transaction() as session:
            more = {"subject_id": None, "at": self.clock(), **more}
            return enqueue(session, kind, priority=priority, **more).id

    def row(self, job_id: str) -> Job:
        with self.installation.reading() as session:
            return session.get_one(Job, job_id)

    def states(self) -> dict[str, JobState]:
        with self.installation.reading() as session:
            return dict(session.execute(select(Job.id, Job.state)).all())

    def claim(self, owner: str = "here:1:a") -> Leased | None:
        with self.installation.transaction() as session:
            return claim(session, owner, POLICY, self.clock())

    def runner(
        self, handler: Handler | Callable[[JobKind], Handler], owner: str = "here:1:a", **by_kind: Any
    ) -> Runner:
        def none() -> Any:
            return None

        def found(kind: JobKind) -> Handler:
            chosen: Handler = by_kind.get(kind.value, handler)
            return chosen

        return Runner(self.installation, owner, POLICY, found, none, self.left.append)

    def run(self, handler: Handler = simple, **by_kind: Any) -> int:
        """Do what is ready; how many jobs."""
        done, runner = 0, self.runner(handler, **by_kind)
        while runner.run_next():
            done += 1
        return done

    def sweep(self, waiting: int = 1) -> None:
        sweep(self.installation, POLICY, lambda: waiting)

    def effects(self) -> list[str]:
        """The jobs whose effects were made, once for each time."""
        with self.installation.reading() as session:
            found = select(Operation.object_id).where(Operation.action == "test.effect").order_by(Operation.seq)
            ours = set(session.scalars(select(Job.id)))
            return [job_id for job_id in session.scalars(found) if job_id in ours]


def a_queue(engine: Engine, folder: Path, **settings: Any) -> Queue:
    clock = Clock(NOW)
    made = Settings(
        data_dir=folder, secret_key=SecretStr("k3Vq9ZtB7xWm2LpR8sYd4HnC6jFg1TaE"), _env_file=None, **settings
    )
    trust = folder / "trust"
    installation = Installation(made, engine, open_store(made), lambda: TrustStore.load(trust), clock=clock)
    return Queue(installation, clock)
