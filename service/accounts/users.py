"""Users: created, found, disabled, given another role. They are never deleted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from certlight.visible import visible
from service.accounts.access import Kind, Operation, Resource, demand, demand_grantable, sight
from service.accounts.passwords import Passwords, one_time_password
from service.accounts.records import AccountAction, record_user
from service.accounts.refusals import NotFound, refusal
from service.accounts.sessions import end_sessions
from service.database.accounts import ApiToken, User
from service.database.engine import is_unique_violation
from service.database.pushes import Domain
from service.database.subjects import Subject
from service.domain.principal import Principal, fits
from service.domain.roles import Role

ONE_TIME_LIFETIME: Final = timedelta(days=7)
"""How long a password handed over by an administrator waits for its user."""
_LOGIN_NAME: Final = re.compile(r"[\w.\-@]{3,64}")


def normal_login_name(text: str) -> str:
    """``text`` as login names are kept and compared: NFKC, trimmed, without case.

    Raises UsageError ``account.login_name``.
    """
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).strip().casefold())
    if not _LOGIN_NAME.fullmatch(name) or name != visible(name):
        raise refusal("account.login_name")
    return name


def resource_of(user: User) -> Resource:
    """The user as access sees it."""
    return Resource(Kind.USER, subject_id=user.subject_id, owner_id=user.id)


def create_user(
    session: Session,
    by: Principal,
    passwords: Passwords,
    at: datetime,
    *,
    login_name: str,
    display_name: str,
    role: Role,
    subject_id: str | None = None,
    domain_id: str | None = None,
) -> tuple[User, str | None]:
    """A new user and the one-time password to hand over; stations get none.

    A credit code is the login name of that enterprise's own account and of nobody else's (see
    :mod:`service.accounts.certificates`). Raises UsageError ``account.role``, ``account.login_name``,
    ``account.login_name_taken``, ``account.login_name_reserved``, ``account.display_name``, AccessRefused and NotFound
    ``access.*``.
    """
    demand(by, Operation.WRITE, Resource(Kind.USER, subject_id=subject_id))
    demand_grantable(by, role)
    if not fits(role, subject_id, domain_id):
        raise refusal("account.role")
    password = None if role is Role.STATION else one_time_password()
    user = User(
        login_name=normal_login_name(login_name),
        display_name=_display_name(display_name),
        role=role,
        subject_id=subject_id,
        domain_id=domain_id,
        password_hash=None if password is None else passwords.hash(password),
        must_change_password=password is not None,
        one_time_until=None if password is None else at + ONE_TIME_LIFETIME,
        disabled_at=None,
        created_at=at,
    )
    add_user(session, user)
    record_user(session, by, AccountAction.USER_CREATED, user, at, after=role.value)
    return user, password


def add_user(session: Session, user: User) -> None:
    """Keep a new user. Raises as :func:`create_user` does, for its enterprise and login name."""
    subject = session.get(Subject, user.subject_id) if user.subject_id else None
    if user.subject_id and subject is None:
        raise refusal("access.not_found", "no such enterprise")
    if user.domain_id and session.get(Domain, user.domain_id) is None:
        raise refusal("account.domain_unknown")
    code = user.login_name.upper()
    if len(code) == 18 and uscc.is_valid(code):
        owned = subject is not None and subject.credit_code == code and user.role is Role.ENTERPRISE_ADMIN
        if not owned:
            raise refusal("account.login_name_reserved")
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if is_unique_violation(error):
            raise refusal("account.login_name_taken") from error
        raise


def user_named(session: Session, by: Principal, login_name: str) -> User:
    """The user with that login name. Raises NotFound ``account.unknown``, also for one ``by`` may not see."""
    sight(by, Kind.USER)
    user = session.scalars(select(User).where(User.login_name == normal_login_name(login_name))).one_or_none()
    if user is None:
        raise refusal("account.unknown")
    return _seen(by, user)


def user_by_id(session: Session, by: Principal, user_id: str, *, for_update: bool = False) -> User:
    """The user. Raises NotFound ``account.unknown``, also for one ``by`` may not see."""
    # Whoever sees no users is told so before one is looked for.
    sight(by, Kind.USER)
    user = session.get(User, user_id, with_for_update=for_update)
    if user is None:
        raise refusal("account.unknown")
    return _seen(by, user)


def list_users(
    session: Session,
    by: Principal,
    *,
    after: str = "",
    limit: int = 1000,
    role: Role | None = None,
    subject_id: str | None = None,
    disabled: bool | None = None,
) -> Sequence[User]:
    """The users that ``by`` may see, oldest first, from behind the id ``after``; of a role, an enterprise, a standing.

    Raises AccessRefused ``access.*``.
    """
    bound = sight(by, Kind.USER)
    query = select(User).where(User.id > after).order_by(User.id).limit(limit)
    if role is not None:
        query = query.where(User.role == role)
    if subject_id is not None:
        query = query.where(User.subject_id == subject_id)
    if disabled is not None:
        query = query.where(User.disabled_at.is_not(None) if disabled else User.disabled_at.is_(None))
    if not bound.everything:
        query = query.where(
            or_(
                *([User.subject_id == bound.subject_id] if bound.subject_id else []),
                *([User.id == bound.owner_id] if bound.owner_id else []),
            )
        )
    return session.scalars(query).all()


def disable_user(session: Session, by: Principal, user: User, at: datetime) -> None:
    """Nobody enters as this user any more, from now on: sessions end, tokens are refused as long as it lasts."""
    demand(by, Operation.WRITE, resource_of(user))
    demand_grantable(by, user.role)
    if user.disabled_at is None:
        user.disabled_at = at
        ended = end_sessions(session, user.id)
        record_user(session, by, AccountAction.USER_DISABLED, user, at, sessions=ended)


def enable_user(session: Session, by: Principal, user: User, at: datetime) -> None:
    """Undo :func:`disable_user`. Sessions do not come back; tokens do."""
    demand(by, Operation.WRITE, resource_of(user))
    demand_grantable(by, user.role)
    if user.disabled_at is not None:
        user.disabled_at = None
        record_user(session, by, AccountAction.USER_ENABLED, user, at)


def rename_user(session: Session, by: Principal, user: User, display_name: str, at: datetime) -> None:
    """Show the user under another name. Raises UsageError ``account.display_name``, AccessRefused ``access.*``."""
    demand(by, Operation.WRITE, resource_of(user))
    demand_grantable(by, user.role)
    name = _display_name(display_name)
    if name != user.display_name:
        user.display_name = name
        record_user(session, by, AccountAction.USER_RENAMED, user, at)


def change_role(session: Session, by: Principal, user: User, role: Role, at: datetime) -> None:
    """Give a user of an enterprise another role there. Sessions end; tokens keep what the new role may have of theirs.

    Raises UsageError ``account.role`` for any role with another sort of tenant; AccessRefused, NotFound ``access.*``.
    """
    demand(by, Operation.WRITE, resource_of(user))
    demand_grantable(by, user.role)
    demand_grantable(by, role)
    if not fits(role, user.subject_id, user.domain_id) or Role.STATION in (role, user.role):
        raise refusal("account.role")
    if role is not user.role:
        before, user.role = user.role, role
        end_sessions(session, user.id)
        record_user(session, by, AccountAction.ROLE_CHANGED, user, at, before=before.value, after=role.value)


def reset_password(
    session: Session, by: Principal, user: User, passwords: Passwords, at: datetime, *, revoke_tokens: bool = False
) -> str:
    """A one-time password to hand over, to be changed at the next sign-in; all sessions end.

    ``revoke_tokens`` where the account was in other hands: who signs in as a user can make tokens. Raises UsageError
    ``account.no_password``, ``account.disabled``, AccessRefused and NotFound ``access.*``.
    """
    demand(by, Operation.WRITE, resource_of(user))
    demand_grantable(by, user.role)
    if user.role is Role.STATION:
        raise refusal("account.no_password")
    if user.disabled_at is not None:
        raise refusal("account.disabled")
    password = one_time_password()
    user.password_hash = passwords.hash(password)
    user.must_change_password, user.one_time_until = True, at + ONE_TIME_LIFETIME
    ended = end_sessions(session, user.id)
    revoked = 0
    if revoke_tokens:
        alive = select(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        for token in session.scalars(alive):
            token.revoked_at = at
            revoked += 1
    record_user(session, by, AccountAction.PASSWORD_RESET, user, at, sessions=ended, tokens=revoked)
    return password


def _seen(by: Principal, user: User) -> User:
    try:
        demand(by, Operation.READ, resource_of(user))
    except NotFound as error:
        raise refusal("account.unknown") from error
    return user


def _display_name(text: str) -> str:
    name = text.strip()
    if not 0 < len(name) <= 100 or name != visible(name) or "\n" in name or "\t" in name:
        raise refusal("account.display_name")
    return name
