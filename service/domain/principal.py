"""Who acts, as every request carries it: one user in one role, with what the way of signing in allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.domain.actors import OF_A_SUBJECT, Actor
from service.domain.roles import Role


class Via(StrEnum):
    """How somebody came in."""

    PASSWORD = "password"
    CERTIFICATE = "certificate"
    """The enterprise's CA key."""
    OIDC = "oidc"
    """An OpenID Connect provider the installation trusts."""
    TOKEN = "token"
    """An API token: a program, not a person."""
    SYSTEM = "system"
    """The platform itself: jobs, clocks, the command line beside the database."""


class Scope(StrEnum):
    """What a way of signing in is good for; always within what the role may do."""

    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"
    BATCH = "batch"
    """Start, watch and cancel jobs."""
    STATION_UPLOAD = "station:upload"
    """Add scans, and nothing else."""
    SESSION = "session"
    """What only a person at a page does: users, people, tokens, review, the platform. No token has it."""


EVERYTHING: Final = frozenset(Scope)
"""The scopes of a session; its role is the only bound."""
NOTHING: Final[frozenset[Scope]] = frozenset()
"""The scopes of a session whose password has to be changed first."""

_PROGRAMS: Final = frozenset({Scope.DOCUMENTS_READ, Scope.DOCUMENTS_WRITE, Scope.BATCH})
TOKEN_SCOPES: Final[dict[Role, frozenset[Scope]]] = {
    Role.CLERK: _PROGRAMS | {Scope.STATION_UPLOAD},
    Role.ENTERPRISE_ADMIN: _PROGRAMS | {Scope.STATION_UPLOAD},
    Role.REVIEWER: frozenset({Scope.DOCUMENTS_READ}),
    Role.AUDITOR: frozenset({Scope.DOCUMENTS_READ}),
    Role.PLATFORM_ADMIN: frozenset({Scope.BATCH}),
    Role.STATION: frozenset({Scope.STATION_UPLOAD}),
    Role.SYSTEM: NOTHING,
}
"""The most a token of a user in this role may carry; asked when it is made and again whenever it is used."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever acts. Raises ValueError where role, enterprise and domain do not fit together."""

    user_id: str | None
    """None for the platform itself."""
    role: Role
    subject_id: str | None
    """The enterprise, for roles within one."""
    domain_id: str | None
    """The regulator domain, for reviewers."""
    scopes: frozenset[Scope]
    via: Via

    def __post_init__(self) -> None:
        # The database holds the same by CHECKs; a principal without its tenant would match rows without one.
        if not fits(self.role, self.subject_id, self.domain_id):
            raise ValueError(f"role {self.role} does not fit its tenant")
        if not (self.role is Role.SYSTEM) == (self.via is Via.SYSTEM) == (not self.user_id):
            raise ValueError("the platform itself does not sign in, and nobody else is it")

    @property
    def actor(self) -> Actor:
        """Who this is to the state machines and the operation log."""
        return Actor(self.role, self.user_id, self.subject_id, self.domain_id)


def fits(role: Role, subject_id: str | None, domain_id: str | None) -> bool:
    """Whether a user of ``role`` may have just this enterprise and this domain, or none."""
    return (role in OF_A_SUBJECT) == bool(subject_id) and (role is Role.REVIEWER) == bool(domain_id)


SYSTEM: Final = Principal(None, Role.SYSTEM, None, None, EVERYTHING, Via.SYSTEM)
"""The platform itself; jobs and ``certlight admin`` act as it."""
