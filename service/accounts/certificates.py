"""Signing in with an enterprise's CA key, and which user that is.

A certificate names an enterprise, not a person. Every enterprise has therefore one account of its own, whose login
name is its credit code (an ``enterprise_admin``, without a password until an administrator gives it one): the first
login with a certificate of that code makes it, unless it exists, and every further certificate of the code, a renewed
one or a second token, enters as it. An administrator may give a certificate to another user of the same enterprise, so
that the operation log tells the holders of several tokens apart, and may block a lost one at once.

The ticket is tied to the browser that asked for it by a cookie: without it an attacker could answer a challenge with
a key of their own and have somebody else's browser carry the answer, who would then work in the attacker's account.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from service.accounts.access import Operation, demand, demand_grantable
from service.accounts.challenges import DatabaseChallengeStore
from service.accounts.policy import SessionPolicy
from service.accounts.records import AccountAction, record_user
from service.accounts.refusals import NotFound, refusal
from service.accounts.sessions import Opened, open_session
from service.accounts.users import add_user, resource_of
from service.database.accounts import LoginSession, User, UserCertificate
from service.database.base import transaction
from service.database.engine import is_unique_violation
from service.database.subjects import Subject
from service.domain.principal import EVERYTHING, Principal, Via
from service.domain.roles import Role
from signing.login.challenge import Challenge
from signing.login.check import Identity, check_response
from signing.login.encoding import base64url
from signing.login.issue import SECRET_BYTES, issue
from signing.login.response import Response
from signing.trust.material import TrustMaterial

_COOKIE: Final = b"certlight-login-browser/1\n"


@dataclass(frozen=True, slots=True)
class Begun:
    """What goes to the browser that wants to sign in."""

    challenge: Challenge
    ticket: str
    cookie: str = field(repr=False)
    """To be set for this host alone (``__Host-``, HttpOnly, SameSite=Strict), and to come back with the answer."""


@dataclass(frozen=True, slots=True)
class CertificateLogin:
    """Issues challenges and checks answers. One a process, shared by its threads."""

    engine: Engine
    sessions: SessionPolicy
    service: str
    """The service's name, as users are shown it before they type the PIN."""
    origin: str
    """The service's own web origin."""
    trust: Callable[[], TrustMaterial]
    """What certificates are judged by, as it stands now."""
    secret: bytes = field(repr=False)
    """At least 32 bytes, the same on every server of the service, for nothing else."""

    def __post_init__(self) -> None:
        if len(self.secret) < SECRET_BYTES:
            raise ValueError(f"a secret has at least {SECRET_BYTES} bytes")

    def begin(self, at: datetime) -> Begun:
        """A fresh challenge. Raises UsageError ``login.bad_origin``, ``login.bad_service_name``."""
        store = DatabaseChallengeStore(self.engine)
        issued = issue(store, origin=self.origin, service=self.service, at=at, secret=self.secret)
        return Begun(issued.challenge, issued.ticket, self._cookie(issued.ticket))

    def finish(
        self, response: Response, ticket: str, cookie: str, *, origin: str, at: datetime, user_agent: str | None = None
    ) -> Opened:
        """A session of the user that the certificate enters as.

        ``origin`` is the Origin header of the request. Raises SignInRefused ``account.certificate_*`` (``browser``,
        ``enterprise``, ``blocked``, ``account``), LoginRefused ``login.*``, InputRefused ``certificate.*``.
        """
        if not hmac.compare_digest(cookie.encode("utf-8", "replace"), self._cookie(ticket).encode()):
            raise refusal("account.certificate_browser")
        identity = check_response(
            response,
            ticket,
            store=DatabaseChallengeStore(self.engine),
            origin=origin,
            service=self.service,
            material=self.trust(),
            at=at,
            secret=self.secret,
        )
        with transaction(self.engine) as session:
            user = _user_of(session, identity, at)
            opened = open_session(
                session,
                user,
                Via.CERTIFICATE,
                self.sessions,
                at,
                user_agent=user_agent,
                certificate_sha256=identity.certificate.sha256,
            )
            record_user(
                session,
                opened.active.principal,
                AccountAction.SIGNED_IN,
                user,
                at,
                via=Via.CERTIFICATE.value,
                certificate=identity.certificate.sha256,
            )
        return opened

    def _cookie(self, ticket: str) -> str:
        message = _COOKIE + ticket.encode("utf-8", "replace")
        return base64url(hmac.new(self.secret, message, hashlib.sha256).digest())


def give_certificate(session: Session, by: Principal, sha256: str, user: User, at: datetime) -> None:
    """Have a certificate that was used before enter as another user of the same enterprise; its sessions end.

    Raises NotFound ``account.certificate_unknown``, UsageError ``account.role``, ``account.disabled``, AccessRefused
    and NotFound ``access.*``.
    """
    certificate, before = _known(session, by, sha256)
    demand(by, Operation.WRITE, resource_of(user))
    demand_grantable(by, user.role)
    if user.subject_id is None or user.subject_id != before.subject_id or user.role is Role.STATION:
        raise refusal("account.role")
    if user.disabled_at is not None:
        raise refusal("account.disabled")
    if user.id != before.id:
        certificate.user_id = user.id
        _end_sessions(session, sha256)
        record_user(
            session, by, AccountAction.CERTIFICATE_BOUND, user, at, before=before.id, after=user.id, certificate=sha256
        )


def block_certificate(session: Session, by: Principal, sha256: str, at: datetime, *, blocked: bool = True) -> None:
    """Refuse a certificate from now on, and end its sessions; or, with ``blocked=False``, take it again.

    Raises NotFound ``account.certificate_unknown``, AccessRefused and NotFound ``access.*``.
    """
    certificate, user = _known(session, by, sha256)
    demand(by, Operation.WRITE, resource_of(user))
    if (certificate.blocked_at is not None) is blocked:
        return
    certificate.blocked_at = at if blocked else None
    if blocked:
        _end_sessions(session, sha256)
    action = AccountAction.CERTIFICATE_BLOCKED if blocked else AccountAction.CERTIFICATE_UNBLOCKED
    record_user(session, by, action, user, at, certificate=sha256)


def _user_of(session: Session, identity: Identity, at: datetime) -> User:
    code, sha256 = identity.holder.credit_code, identity.certificate.sha256
    subject = session.scalars(select(Subject).where(Subject.credit_code == code)).one_or_none()
    if subject is None or not subject.active:
        raise refusal("account.certificate_enterprise", code)
    certificate = session.get(UserCertificate, sha256, with_for_update=True)
    if certificate is None:
        certificate = _bind(session, sha256, _own_account(session, subject, at), at)
    if certificate.blocked_at is not None:
        raise refusal("account.certificate_blocked", sha256)
    user = session.get_one(User, certificate.user_id, with_for_update=True)
    if user.subject_id != subject.id or user.disabled_at is not None:
        raise refusal("account.certificate_account", user.id)
    certificate.last_used_at = at
    return user


def _own_account(session: Session, subject: Subject, at: datetime) -> User:
    """The enterprise's own account, made where it is missing."""
    named = select(User).where(User.login_name == subject.credit_code.casefold())
    user = session.scalars(named).one_or_none()
    if user is None:
        user = User(
            login_name=subject.credit_code.casefold(),
            display_name=subject.name[:100],
            role=Role.ENTERPRISE_ADMIN,
            subject_id=subject.id,
            domain_id=None,
            password_hash=None,
            must_change_password=False,
            one_time_until=None,
            disabled_at=None,
            created_at=at,
        )
        try:
            add_user(session, user)
        except UsageError as error:
            if error.code != "account.login_name_taken":
                raise
            return session.scalars(named).one()  # made by another login at the same moment
        record_user(session, _as(user), AccountAction.USER_CREATED, user, at, after=user.role.value)
    return user


def _bind(session: Session, sha256: str, user: User, at: datetime) -> UserCertificate:
    if user.disabled_at is not None:
        raise refusal("account.certificate_account", user.id)
    certificate = UserCertificate(sha256=sha256, user_id=user.id, bound_at=at, last_used_at=at, blocked_at=None)
    try:
        with session.begin_nested():
            session.add(certificate)
    except IntegrityError as error:
        if not is_unique_violation(error):
            raise
        return session.get_one(UserCertificate, sha256, with_for_update=True)
    record_user(session, _as(user), AccountAction.CERTIFICATE_BOUND, user, at, after=user.id, certificate=sha256)
    return certificate


def _as(user: User) -> Principal:
    return Principal(user.id, user.role, user.subject_id, user.domain_id, EVERYTHING, Via.CERTIFICATE)


def _known(session: Session, by: Principal, sha256: str) -> tuple[UserCertificate, User]:
    certificate = session.get(UserCertificate, sha256, with_for_update=True)
    if certificate is None:
        raise refusal("account.certificate_unknown")
    user = session.get_one(User, certificate.user_id)
    try:
        demand(by, Operation.READ, resource_of(user))
    except NotFound as error:
        raise refusal("account.certificate_unknown") from error
    return certificate, user


def _end_sessions(session: Session, sha256: str) -> None:
    session.execute(delete(LoginSession).where(LoginSession.certificate_sha256 == sha256))
