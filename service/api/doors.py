"""The ways in, set up once for a process: each keeps nothing but its settings, keys and the cost of a hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from service.accounts.certificates import CertificateLogin
from service.accounts.login import PasswordLogin
from service.accounts.passwords import Passwords
from service.accounts.policy import LockoutPolicy
from service.accounts.throttle import Throttle
from service.installation import Installation

SERVICE: Final = "certlight 证照核验"
"""As holders of a token read it before they type its PIN."""
CHALLENGES: Final = LockoutPolicy(
    free=60, first=timedelta(seconds=30), longest=timedelta(minutes=2), forget=timedelta(minutes=10)
)
"""Challenges asked for by one address and not answered: a whole office may sign in at nine o'clock."""


@dataclass(frozen=True, slots=True)
class Doors:
    """One a process, shared by its threads."""

    passwords: Passwords
    password: PasswordLogin
    certificate: CertificateLogin
    challenges: Throttle

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
        )
