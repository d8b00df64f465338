"""One installation as its processes see it: settings, database, files, trust, clock, queue. API, workers and commands
are handed this one object; nothing below reads settings or clocks of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.accounts.policy import AccountPolicy
from service.database import base
from service.jobs.queue import Announced, announced
from service.settings import Settings
from service.settings.load import derived_keys
from service.storage import BlobStore
from signing.trust.store import TrustStore


class Dispatcher(Protocol):
    """Tells workers that there is work. The job's row is the truth: what is not told is found by the sweeper."""

    def announce(self, jobs: Sequence[Announced]) -> None:
        """Tell of jobs whose rows are committed. Raises nothing: a broker that is away costs time, not work."""
        ...


class Unannounced:
    """No broker: jobs wait for the sweeper. For commands beside the service, and for tests."""

    def announce(self, jobs: Sequence[Announced]) -> None:
        """Nothing to tell."""


def utc_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Installation:
    """Shared by the threads of a process."""

    settings: Settings
    engine: Engine
    store: BlobStore
    trust: Callable[[], TrustStore]
    """The trust store as it stands now. Raises UsageError ``trust.*``, SetupError ``trust.none``."""
    dispatcher: Dispatcher = field(default_factory=Unannounced)
    clock: Callable[[], datetime] = utc_now

    @property
    def accounts(self) -> AccountPolicy:
        """The numbers of accounts."""
        return AccountPolicy.of(self.settings)

    def keys(self, purpose: str) -> tuple[bytes, ...]:
        """Keys of one purpose (``webhook/1``): the first makes, each verifies."""
        return derived_keys(self.settings, purpose)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that writes; jobs enqueued in it are announced once it is committed.

        Raises as :func:`service.database.base.transaction`.
        """
        with base.transaction(self.engine) as session:
            yield session
        self.dispatcher.announce(announced(session))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that reads one consistent state. Raises as :func:`service.database.base.reading`."""
        with base.reading(self.engine) as session:
            yield session


def trust_folder(settings: Settings) -> Path:
    """Where the installation's trust store lies."""
    return settings.data_dir / "trust"
