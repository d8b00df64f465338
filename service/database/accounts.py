"""Tables of accounts: users, their certificates, sessions, API tokens, login challenges, counted attempts.

Secrets are kept as hashes only. What ties a role to its tenant is held by CHECKs, whatever the code believes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base, Id, OwnId, Sha256
from service.domain.principal import Via
from service.domain.roles import Role


class User(Base):
    """Somebody who may sign in, or a station. Never deleted: the operation log speaks of users for ever."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('clerk', 'enterprise_admin', 'station')) = (subject_id IS NOT NULL)", name="role_and_enterprise"
        ),
        CheckConstraint("(role = 'reviewer') = (domain_id IS NOT NULL)", name="role_and_domain"),
        CheckConstraint("role <> 'system'", name="system_never_logs_in"),
        CheckConstraint("role <> 'station' OR password_hash IS NULL", name="stations_have_no_password"),
    )

    id: Mapped[OwnId]
    login_name: Mapped[str] = mapped_column(String(64), unique=True)
    """As :func:`service.accounts.users.normal_login_name` writes it; a phone number, for most."""
    display_name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role]
    subject_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("subjects.id"), index=True)
    domain_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("domains.id"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """argon2id with its salt and parameters; None: enters by certificate or token only."""
    must_change_password: Mapped[bool] = mapped_column(default=False)
    one_time_until: Mapped[datetime | None]
    """When a password handed over by an administrator stops to count; None for one the user has chosen."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class UserCertificate(Base):
    """A certificate that was used to sign in, and the user it enters as."""

    __tablename__ = "user_certificates"

    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    """Fingerprint of the DER."""
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    bound_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]
    """A lost token is blocked here at once; its CA's revocation list takes its time."""


class LoginSession(Base):
    """One browser signed in. Ended by being deleted."""

    __tablename__ = "login_sessions"

    digest: Mapped[Sha256] = mapped_column(primary_key=True)
    """SHA-256 of the id in the cookie, which is nowhere else."""
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    via: Mapped[Via]
    certificate_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    """The certificate it was opened with."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """Exact to a minute: seeing somebody must not cost a write each time."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """The absolute end, however busy the user is."""
    user_agent_digest: Mapped[str | None] = mapped_column(String(64))
    """Tells a user's browsers apart in the list of sessions; it decides nothing."""
    csrf_secret: Mapped[bytes] = mapped_column(LargeBinary(32))


class ApiToken(Base):
    """A secret that lets a program act as a user, within scopes. Kept when revoked."""

    __tablename__ = "api_tokens"

    id: Mapped[OwnId]
    prefix: Mapped[str] = mapped_column(String(10), unique=True)
    """The part that is shown in lists and logs."""
    secret_digest: Mapped[Sha256]
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[Any]]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """Exact to a minute."""


class LoginChallenge(Base):
    """A challenge of signing.login that waits for its one answer."""

    __tablename__ = "login_challenges"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    message: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LoginAttempts(Base):
    """Failures counted against one login name or address, which stands here as a digest only."""

    __tablename__ = "login_attempts"

    key: Mapped[Sha256] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_attempt_at: Mapped[datetime] = mapped_column(index=True)
    last_failed_at: Mapped[datetime]
    waits_until: Mapped[datetime | None]
