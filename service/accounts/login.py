"""Signing in with a password, and changing it.

An unknown name, a wrong password, a locked account and a disabled one are one refusal, and cost the same: the same
statements in one transaction, then one argon2 verification, outside of any transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from service.accounts.passwords import Passwords, demand_strong, password_refused
from service.accounts.policy import AccountPolicy
from service.accounts.records import AccountAction, record_user
from service.accounts.refusals import refusal
from service.accounts.sessions import ActiveSession, Opened, end_sessions, open_session, renew_session
from service.accounts.throttle import AttemptLimiter, Throttle, network_of
from service.accounts.users import normal_login_name
from service.database.accounts import User
from service.database.base import reading, transaction
from service.database.subjects import Subject
from service.domain.principal import Via


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """Checks login names and passwords. One a process, shared by its threads."""

    engine: Engine
    passwords: Passwords
    policy: AccountPolicy
    by_account: AttemptLimiter
    by_address: AttemptLimiter

    @classmethod
    def of(cls, engine: Engine, passwords: Passwords, policy: AccountPolicy) -> PasswordLogin:
        """With both limiters in the database."""
        return cls(
            engine,
            passwords,
            policy,
            Throttle("account", policy.account_lockout),
            Throttle("address", policy.address_lockout, clears=False),
        )

    def sign_in(
        self, login_name: str, password: str, *, address: str, at: datetime, user_agent: str | None = None
    ) -> Opened:
        """A session of the user with that login name. Raises SignInRefused ``account.sign_in``.

        ``address`` is the client's, as the service knows it for sure, never as a header claims it.
        """
        name, network = _tried(login_name), network_of(address)
        user, admitted = self._count(name, network, at)
        kept = user.password_hash if user is not None else None
        matched = self.passwords.matches(kept, password)
        if not (matched and admitted and user is not None and kept is not None and _may_enter(user, at)):
            raise refusal("account.sign_in", _reason(user, matched=matched, admitted=admitted))
        fresh = self.passwords.hash(password) if self.passwords.is_outdated(kept) else kept
        with transaction(self.engine) as session:
            self._succeeded(session, name, network, at)
            user = session.get_one(User, user.id, with_for_update=True)
            # While the password was looked at, an administrator may have reset it.
            if user.password_hash != kept or not _may_enter(user, at):
                raise refusal("account.sign_in", "changed meanwhile")
            user.password_hash = fresh
            opened = open_session(session, user, Via.PASSWORD, self.policy.sessions, at, user_agent=user_agent)
            record_user(session, opened.active.principal, AccountAction.SIGNED_IN, user, at, via=Via.PASSWORD.value)
        return opened

    def change_password(self, active: ActiveSession, current: str, new: str, *, address: str, at: datetime) -> Opened:
        """Set a password of the user's own choice; returns this session under a new id, all others end.

        Raises PasswordRefused ``password.*``; SignInRefused ``account.sign_in`` where ``current`` is not the password,
        or was guessed wrong too often, ``account.session`` where the session ended meanwhile.
        """
        # Before the attempt is counted: a weak choice is no wrong password.
        demand_strong(new, about=self._about(active.user))
        name, network = active.user.login_name, network_of(address)
        user, admitted = self._count(name, network, at)
        kept = user.password_hash if user is not None else None
        matched = self.passwords.matches(kept, current)
        if not (matched and admitted and user is not None and _may_enter(user, at)):
            raise refusal("account.sign_in", _reason(user, matched=matched, admitted=admitted))
        if self.passwords.matches(kept, new):
            with transaction(self.engine) as session:
                self._succeeded(session, name, network, at)
            raise password_refused("password.unchanged")
        fresh = self.passwords.hash(new)
        with transaction(self.engine) as session:
            self._succeeded(session, name, network, at)
            user = session.get_one(User, user.id, with_for_update=True)
            if user.password_hash != kept or not _may_enter(user, at):
                raise refusal("account.sign_in", "changed meanwhile")
            user.password_hash, user.must_change_password, user.one_time_until = fresh, False, None
            session.flush()
            ended = end_sessions(session, user.id, keep=active.digest)
            opened = renew_session(session, active, at)
            record_user(session, opened.active.principal, AccountAction.PASSWORD_CHANGED, user, at, sessions=ended)
        return opened

    def _count(self, name: str, network: str, at: datetime) -> tuple[User | None, bool]:
        with transaction(self.engine) as session:
            by_account = self.by_account.begin(session, name, at)
            by_address = self.by_address.begin(session, network, at)
            user = session.scalars(select(User).where(User.login_name == name)).one_or_none()
        return user, by_account and by_address

    def _succeeded(self, session: Session, name: str, network: str, at: datetime) -> None:
        # Counters before users, and in the order they were counted: two requests must not wait for each other.
        self.by_account.succeeded(session, name, at)
        self.by_address.succeeded(session, network, at)

    def _about(self, user: User) -> tuple[str, ...]:
        with reading(self.engine) as session:
            subject = session.get(Subject, user.subject_id) if user.subject_id else None
        return (user.login_name, user.display_name, *((subject.credit_code, subject.name) if subject else ()))


def _tried(login_name: str) -> str:
    """The name to look for and to count; one that nobody can have is counted as well."""
    try:
        return normal_login_name(login_name)
    except UsageError:
        return login_name[:200].encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _may_enter(user: User, at: datetime) -> bool:
    return user.disabled_at is None and (user.one_time_until is None or at < user.one_time_until)


def _reason(user: User | None, *, matched: bool, admitted: bool) -> str:
    """For the server's log; the login name stays out of it, people type passwords there."""
    if user is None:
        return "unknown login name"
    if not admitted:
        return f"user {user.id} or the address has to wait"
    return f"user {user.id} disabled or one-time password expired" if matched else f"wrong password of user {user.id}"
