"""Guessing slowed down: after several failures whoever tries has to wait, each time longer.

Attempts are counted by *what was tried* (the login name as typed, the network address), not by user: a name that
nobody has is counted, delayed and written down exactly like one that somebody has, so that neither answers nor their
timing tell which is which. An attempt is counted before the password is looked at and taken back when it was right;
a hundred guesses at one moment therefore get as many answers as a hundred in a row. Attempts while waiting do not
prolong the wait.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.accounts.policy import LockoutPolicy
from service.database.accounts import LoginAttempts


class AttemptLimiter(Protocol):
    """Decides whether somebody may try now. :class:`Throttle` keeps it in the database; a service may bring another."""

    def begin(self, session: Session, who: str, at: datetime) -> bool:
        """Count an attempt as failed; whether it may go on. Called within the transaction that counts."""

    def succeeded(self, session: Session, who: str, at: datetime) -> None:
        """The attempt counted last was right."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts attempts of one sort in the database, exactly, whatever number of processes counts at once."""

    sort: str
    policy: LockoutPolicy
    clears: bool = True
    """Whether a success forgets all failures. It must not for addresses: a guesser may own one account."""

    def begin(self, session: Session, who: str, at: datetime) -> bool:
        """See :class:`AttemptLimiter`."""
        key = self._key(who)
        table = LoginAttempts.__table__
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        # The upsert changes nothing but the last attempt, and holds the row until the transaction ends.
        failures, last_failed_at, waits_until = session.execute(
            insert(LoginAttempts)
            .values(key=key, failures=0, last_attempt_at=at, last_failed_at=at)
            .on_conflict_do_update(index_elements=[table.c.key], set_={"last_attempt_at": at})
            .returning(LoginAttempts.failures, LoginAttempts.last_failed_at, LoginAttempts.waits_until)
        ).one()
        waits = waits_until is not None and at < waits_until
        if not waits:
            failures = 1 + (failures if at - last_failed_at < self.policy.forget else 0)
            last_failed_at, waits_until = at, at + self.policy.delay(failures)
        # Written either way: waiting must not be told by a missing write.
        session.execute(
            update(LoginAttempts)
            .where(LoginAttempts.key == key)
            .values(failures=failures, last_failed_at=last_failed_at, waits_until=waits_until)
        )
        return not waits

    def succeeded(self, session: Session, who: str, at: datetime) -> None:
        """See :class:`AttemptLimiter`."""
        chosen = LoginAttempts.key == self._key(who)
        if self.clears:
            session.execute(delete(LoginAttempts).where(chosen))
            return
        session.execute(
            update(LoginAttempts)
            .where(chosen, LoginAttempts.failures > 0)
            .values(failures=LoginAttempts.failures - 1, waits_until=None)
        )

    def _key(self, who: str) -> str:
        return hashlib.sha256(f"{self.sort}\n{who}".encode("utf-8", "replace")).hexdigest()


def network_of(address: str) -> str:
    """What of a network address is counted: all of IPv4, the first 64 bits of IPv6, which one customer owns."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:200]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)


def forget_attempts(session: Session, at: datetime, older_than: timedelta = timedelta(days=2)) -> int:
    """Delete counters that count no more; how many. For the sweeper."""
    return session.execute(delete(LoginAttempts).where(LoginAttempts.last_attempt_at < at - older_than)).rowcount  # type: ignore[attr-defined,no-any-return]
