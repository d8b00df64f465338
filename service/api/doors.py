"""The ways in, set up once for a process: each keeps nothing but its settings, keys and the cost of a hash."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from fastapi import Request

from service.accounts.certificates import CertificateLogin
from service.accounts.login import PasswordLogin
from service.accounts.oidc import OidcLogin
from service.accounts.passwords import Passwords
from service.accounts.policy import LockoutPolicy
from service.accounts.throttle import Throttle
from service.api.arrivals import Arrivals, too_many
from service.installation import Installation

SERVICE: Final = "certlight 证照核验"
"""As holders of a token read it before they type its PIN."""
CHALLENGES: Final = LockoutPolicy(
    free=60, first=timedelta(seconds=30), longest=timedelta(minutes=2), forget=timedelta(minutes=10)
)
"""Challenges asked for by one address and not answered: a whole office may sign in at nine o'clock."""
AT_ONCE: Final = 20
"""Passwords looked at or waiting to be, in one process: half of its threads are left for everybody else."""


@dataclass(frozen=True, slots=True)
class Doors:
    """One a process, shared by its threads."""

    passwords: Passwords
    password: PasswordLogin
    certificate: CertificateLogin
    challenges: Throttle
    oidc: OidcLogin | None
    """None where the settings name no identity provider."""
    places: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))
    arrivals: Arrivals = field(default_factory=Arrivals)

    @classmethod
    def of(cls, installation: Installation, passwords: Passwords | None = None) -> Doors:
        """As the installation is set up. Raises SetupError ``settings.*`` for its secret."""
        policy = installation.accounts
        chosen = passwords or Passwords(policy.passwords)
        certificate = CertificateLogin(
            installation.engine,
            policy.sessions,
            SERVICE,
            installation.settings.public_url,
            lambda: installation.trust().material(),
            installation.keys("login/1")[0],
        )
        return cls(
            chosen,
            PasswordLogin.of(installation.engine, chosen, policy),
            certificate,
            Throttle("challenge", CHALLENGES, clears=False),
            _oidc(installation),
        )

    @contextmanager
    def one_of_many(self) -> Iterator[None]:
        """A place among those whose passwords are looked at. Raises UsageError ``request.too_many``."""
        if not self.places.acquire(blocking=False):
            raise too_many()
        try:
            yield
        finally:
            self.places.release()


def _oidc(installation: Installation) -> OidcLogin | None:
    settings = installation.settings
    if settings.oidc is None:
        return None
    key = installation.keys("oidc/1")[0]
    return OidcLogin(installation.engine, installation.accounts.sessions, settings.oidc, settings.public_url, key)


def doors_of(request: Request) -> Doors:
    """The dependency: those that this application serves."""
    found: Doors = request.app.state.doors
    return found


def client_address(request: Request) -> str:
    """The client's network address, as the server knows it (:mod:`service.api.serving`)."""
    return request.client.host if request.client is not None else ""
