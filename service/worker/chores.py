"""What the clock does: each chore at its own pace, in one process at a time, whichever comes first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.accounts.sessions import forget_sessions
from service.accounts.throttle import forget_attempts
from service.database.engine import is_unique_violation
from service.database.jobs import Chore, forget_idempotency_keys
from service.database.pushes import take_back_expired
from service.events.keeping import forget_deliveries
from service.installation import Installation
from service.storage.garbage import collect
from service.storage_references import referenced

_LOG = logging.getLogger(__name__)
GRACE: Final = timedelta(hours=24)
"""Files nobody refers to are kept so long: longer than any upload, any job and any transaction."""
HALF_WRITTEN: Final = timedelta(hours=24)
"""So long after its beginning an upload is taken for abandoned."""

Work = Callable[[Installation, datetime], object]


@dataclass(frozen=True, slots=True)
class ChoreKind:
    """One of them."""

    name: str
    """Of its row; never changed."""
    period: timedelta
    """From one end to the next beginning."""
    longest: timedelta
    """Nobody else begins it before so long after a beginning whose end nobody saw."""
    work: Work


def _in_transaction(work: Callable[[Session, datetime], object]) -> Work:
    def run(installation: Installation, at: datetime) -> object:
        with installation.transaction() as session:
            return work(session, at)

    return run


def _named(path: str) -> Work:
    """``module:function`` of a package that is imported when it is due."""
    module, _, name = path.partition(":")

    def run(installation: Installation, _: datetime) -> object:
        work: Any = getattr(import_module(module), name)
        return work(installation)

    return run


def _forget_sessions(installation: Installation, at: datetime) -> object:
    with installation.transaction() as session:
        return forget_sessions(session, installation.accounts.sessions, at)


def _forget_readings(session: Session, at: datetime) -> object:
    from service.readings.keeping import forget, forget_extractions

    return forget(session, at) + forget_extractions(session, at)


def _forget_seals(session: Session, at: datetime) -> int:
    """Seals nobody signed, what the public had validated, and what was validated again since."""
    from service.sealing.keeping import forget_preparations, forget_validations
    from service.sealing.validating import forget_public

    return forget_preparations(session, at) + forget_validations(session, at) + forget_public(session, at)


def _collect(installation: Installation, at: datetime) -> int:
    """Bytes given back."""
    size = 0
    for tenant in list(installation.store.tenants()):
        with installation.reading() as session:
            kept = referenced(session, tenant, at)
        size += collect(installation.store, tenant, kept, at, GRACE).bytes
    return size


def _sweep_incoming(installation: Installation, at: datetime) -> int:
    return installation.store.sweep_incoming(at - HALF_WRITTEN)


_MINUTE: Final = timedelta(minutes=1)
TIDYING: Final = (
    ChoreKind("forget sessions", 10 * _MINUTE, _MINUTE, _forget_sessions),
    ChoreKind("forget attempts", 60 * _MINUTE, _MINUTE, _in_transaction(forget_attempts)),
    ChoreKind("forget idempotency keys", 10 * _MINUTE, _MINUTE, _in_transaction(forget_idempotency_keys)),
    ChoreKind(
        "take back claims", _MINUTE, _MINUTE, _in_transaction(lambda session, at: take_back_expired(session, at=at))
    ),
    ChoreKind("forget readings", 360 * _MINUTE, 10 * _MINUTE, _in_transaction(_forget_readings)),
    ChoreKind("forget seals on their way", 10 * _MINUTE, _MINUTE, _in_transaction(_forget_seals)),
    ChoreKind("forget deliveries", 10 * _MINUTE, _MINUTE, _in_transaction(forget_deliveries)),
    ChoreKind("sweep incoming", 60 * _MINUTE, 10 * _MINUTE, _sweep_incoming),
    ChoreKind("collect garbage", 360 * _MINUTE, 60 * _MINUTE, _collect),
)
"""Whatever may take its time."""
DELIVERING: Final = (
    ChoreKind("deliver webhooks", timedelta(seconds=2), 2 * _MINUTE, _named("service.events.delivering:deliver_due")),
)
"""What waits for other people's servers, in a thread of its own."""


def run_due(installation: Installation, chores: tuple[ChoreKind, ...]) -> int:
    """Do the chores that are due and that nobody else is at; how many. One that fails is tried again when next due.

    Raises CertlightError ``database.*``.
    """
    return sum(_run(installation, chore) for chore in chores)


def _run(installation: Installation, chore: ChoreKind) -> bool:
    at = installation.clock()
    with installation.reading() as session:
        row = session.get(Chore, chore.name)
    if row is not None and row.due_at > at:
        return False
    if not _take(installation, chore, at, new=row is None):
        return False
    try:
        chore.work(installation, at)
    except Exception:
        _LOG.exception("chore %s", chore.name)
    ended = installation.clock()
    with installation.transaction() as session:
        values = {"due_at": ended + chore.period, "done_at": ended}
        session.execute(update(Chore).where(Chore.name == chore.name).values(values))
    return True


def _take(installation: Installation, chore: ChoreKind, at: datetime, *, new: bool) -> bool:
    until = at + max(chore.longest, chore.period)
    try:
        with installation.transaction() as session:
            if new:
                session.add(Chore(name=chore.name, due_at=until))
                return True
            taken = update(Chore).where(Chore.name == chore.name, Chore.due_at <= at).values(due_at=until)
            return session.execute(taken.returning(Chore.name)).one_or_none() is not None
    except IntegrityError as error:
        # Another process made the row in this moment, and does the work.
        if not is_unique_violation(error):
            raise
        return False
