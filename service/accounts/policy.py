"""The numbers of accounts, together, as the settings give them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from service.accounts.passwords import PasswordParameters
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """``free`` failures cost nothing; the next delays are ``first``, twice that, and so on up to ``longest``."""

    free: int = 5
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)
    forget: timedelta = timedelta(days=1)
    """Failures are forgotten when the last one is older than this."""

    def delay(self, failures: int) -> timedelta:
        """How long to wait after that many failures."""
        if failures < self.free:
            return timedelta()
        doublings = min(failures - self.free, 30)
        return min(self.first * (1 << doublings), self.longest)


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long a browser stays signed in."""

    idle: timedelta = timedelta(minutes=30)
    lifetime: timedelta = timedelta(hours=12)
    """However busy the user is."""


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """Everything that an installation may choose about accounts."""

    sessions: SessionPolicy = SessionPolicy()
    account_lockout: LockoutPolicy = LockoutPolicy()
    """At most about a hundred guesses a day at one account, against passwords of ten characters."""
    address_lockout: LockoutPolicy = LockoutPolicy(free=50, longest=timedelta(minutes=5), forget=timedelta(hours=1))
    """A whole office may share one address."""
    token_lifetime: timedelta = timedelta(days=90)
    """The longest life of an API token."""
    passwords: PasswordParameters = field(default_factory=PasswordParameters)

    @classmethod
    def of(cls, settings: Settings) -> AccountPolicy:
        """As the installation is set up."""
        return cls(
            sessions=SessionPolicy(
                timedelta(minutes=settings.session.idle_minutes), timedelta(hours=settings.session.lifetime_hours)
            ),
            account_lockout=LockoutPolicy(
                free=settings.lockout.attempts, longest=timedelta(minutes=settings.lockout.minutes)
            ),
            token_lifetime=timedelta(days=settings.session.token_days),
        )
