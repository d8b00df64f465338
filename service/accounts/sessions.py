"""Sessions of browsers: opened, recognised, renewed, ended.

The id in the cookie is 256 random bits; the database holds its hash, so that whoever reads the database can be nobody.
A new id is made at every sign-in and whenever what the session may do changes: an id planted before never gains by it.
Changing requests carry a CSRF token in a header and in a second cookie; both must be the same and be one that only
this session's secret makes (double submit, signed: a cookie planted by a neighbouring host does not pass).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CursorResult, Engine, delete, or_, select, update
from sqlalchemy.orm import Session

from service.accounts.policy import SessionPolicy
from service.accounts.records import AccountAction, record_user
from service.accounts.refusals import refusal
from service.database.accounts import LoginSession, User, UserCertificate
from service.database.base import reading, transaction
from service.domain.principal import EVERYTHING, NOTHING, Principal, Via
from signing.login.encoding import base64url

ID_BYTES: Final = 32
SEEN_EVERY: Final = timedelta(minutes=1)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_CSRF: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})")
_CSRF_LABEL: Final = b"certlight-csrf/1\n"


@dataclass(frozen=True, slots=True)
class ActiveSession:
    """A session recognised by its id."""

    principal: Principal
    digest: str
    """Its name in the database; tells nothing about the id."""
    user: User
    csrf_secret: bytes
    created_at: datetime
    expires_at: datetime
    must_change_password: bool
    """Until then the principal has no scope at all."""

    def __repr__(self) -> str:
        return f"ActiveSession({self.principal}, {self.digest[:8]})"


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: the only time its id exists outside the browser."""

    session_id: str
    csrf_token: str
    active: ActiveSession

    def __repr__(self) -> str:
        return f"Opened({self.active})"


def open_session(
    session: Session,
    user: User,
    via: Via,
    policy: SessionPolicy,
    at: datetime,
    *,
    user_agent: str | None = None,
    certificate_sha256: str | None = None,
) -> Opened:
    """A new session of ``user``, who has just proved to be there."""
    session_id = base64url(secrets.token_bytes(ID_BYTES))
    row = LoginSession(
        digest=digest_of(session_id),
        user_id=user.id,
        via=via,
        certificate_sha256=certificate_sha256,
        created_at=at,
        last_seen_at=at,
        expires_at=at + policy.lifetime,
        user_agent_digest=digest_of(user_agent) if user_agent else None,
        csrf_secret=secrets.token_bytes(32),
    )
    session.add(row)
    session.flush()
    active = _active(row, user)
    return Opened(session_id, csrf_token(active), active)


def resume_session(engine: Engine, session_id: str, policy: SessionPolicy, at: datetime) -> ActiveSession:
    """The session whose id a request carries; that it was seen is noted at most once a minute.

    Raises SignInRefused ``account.session``.
    """
    if not _ID.fullmatch(session_id):
        raise refusal("account.session", "not the form of an id")
    with reading(engine) as session:
        found = session.execute(
            select(LoginSession, User, UserCertificate.blocked_at)
            .join(User, User.id == LoginSession.user_id)
            .outerjoin(UserCertificate, UserCertificate.sha256 == LoginSession.certificate_sha256)
            .where(LoginSession.digest == digest_of(session_id))
        ).one_or_none()
    if found is None:
        raise refusal("account.session", "unknown or ended")
    row, user, blocked_at = found
    if at >= row.expires_at or at - row.last_seen_at >= policy.idle:
        raise refusal("account.session", "expired")
    if user.disabled_at is not None or blocked_at is not None:
        raise refusal("account.session", "user disabled or certificate blocked")
    if at - row.last_seen_at >= SEEN_EVERY:
        with transaction(engine) as session:
            session.execute(
                update(LoginSession)
                .where(LoginSession.digest == row.digest, LoginSession.last_seen_at < at)
                .values(last_seen_at=at)
            )
    return _active(row, user)


def renew_session(session: Session, active: ActiveSession, at: datetime) -> Opened:
    """The same session under a new id and CSRF secret, when what it may do changes; its end stays where it was.

    Raises SignInRefused ``account.session`` where it has ended meanwhile.
    """
    session_id = base64url(secrets.token_bytes(ID_BYTES))
    new = session.execute(
        update(LoginSession)
        .where(LoginSession.digest == active.digest)
        .values(digest=digest_of(session_id), csrf_secret=secrets.token_bytes(32), last_seen_at=at)
        .returning(LoginSession)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if new is None:
        raise refusal("account.session", "ended meanwhile")
    user = session.get_one(User, active.user.id)
    renewed = _active(new, user)
    return Opened(session_id, csrf_token(renewed), renewed)


def sign_out(engine: Engine, active: ActiveSession, at: datetime) -> None:
    """End this session."""
    with transaction(engine) as session:
        session.execute(delete(LoginSession).where(LoginSession.digest == active.digest))
        record_user(session, active.principal, AccountAction.SIGNED_OUT, active.user, at)


def sign_out_everywhere(engine: Engine, active: ActiveSession, at: datetime) -> int:
    """End all sessions of the user, this one too; how many."""
    with transaction(engine) as session:
        ended = end_sessions(session, active.user.id)
        record_user(session, active.principal, AccountAction.SIGNED_OUT_EVERYWHERE, active.user, at, sessions=ended)
    return ended


def end_sessions(session: Session, user_id: str, *, keep: str | None = None) -> int:
    """End the user's sessions except the one whose digest is ``keep``; how many."""
    chosen = [LoginSession.user_id == user_id]
    if keep is not None:
        chosen.append(LoginSession.digest != keep)
    return _count(session.execute(delete(LoginSession).where(*chosen)))


def forget_sessions(session: Session, policy: SessionPolicy, at: datetime) -> int:
    """Delete sessions that have expired; how many. For the sweeper."""
    ended = or_(LoginSession.expires_at <= at, LoginSession.last_seen_at <= at - policy.idle)
    return _count(session.execute(delete(LoginSession).where(ended)))


def csrf_token(active: ActiveSession) -> str:
    """A fresh token of the session; every one is good as long as the session's id is."""
    nonce = base64url(secrets.token_bytes(16))
    return f"{nonce}.{_csrf_mac(active, nonce)}"


def demand_csrf(active: ActiveSession, cookie: str | None, header: str | None) -> None:
    """Return where the request comes from a page of this session. Raises AccessRefused ``account.csrf``."""
    form = _CSRF.fullmatch(header or "")
    if form is None or cookie is None or not hmac.compare_digest(cookie.encode("utf-8", "replace"), form[0].encode()):
        raise refusal("account.csrf", "absent, malformed or unequal")
    nonce, mac = form.groups()
    if not hmac.compare_digest(mac, _csrf_mac(active, nonce)):
        raise refusal("account.csrf", "of another session")


def _csrf_mac(active: ActiveSession, nonce: str) -> str:
    message = _CSRF_LABEL + f"{active.digest}\n{nonce}".encode()
    return base64url(hmac.new(active.csrf_secret, message, hashlib.sha256).digest())


def digest_of(text: str) -> str:
    """SHA-256, hexadecimal. Of 256 random bits a plain hash tells nothing; only what people choose needs a slow one."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _active(row: LoginSession, user: User) -> ActiveSession:
    # Who enters with the enterprise's key has proved more than a password; it need not be changed for that.
    waits = row.via is Via.PASSWORD and user.must_change_password
    scopes = NOTHING if waits else EVERYTHING
    principal = Principal(user.id, user.role, user.subject_id, user.domain_id, scopes, row.via)
    return ActiveSession(principal, row.digest, user, row.csrf_secret, row.created_at, row.expires_at, waits)


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
