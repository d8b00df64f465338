"""API tokens ``clt_<prefix>_<secret>``: made, shown once, recognised, revoked.

The prefix (40 bits) finds the row and is shown in lists; the secret (256 bits) proves. Of the secret a plain SHA-256
is kept: slow hashes protect what people choose and others can guess, and nobody guesses 256 random bits; a program
calls a thousand times an hour, and each call would pay for it. The form is fixed and all of it hexadecimal, so that
scanners of source code find leaked tokens and every token has one writing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from certlight.visible import visible
from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.policy import AccountPolicy
from service.accounts.records import AccountAction, record_token
from service.accounts.refusals import NotFound, refusal
from service.database.accounts import ApiToken, User
from service.database.base import reading, transaction
from service.domain.principal import TOKEN_SCOPES, Principal, Scope, Via
from service.domain.roles import Role

USED_EVERY: Final = timedelta(minutes=1)
_FORM: Final = re.compile(r"clt_([0-9a-f]{10})_([0-9a-f]{64})", re.ASCII)
_NOBODYS: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token in its two parts."""

    prefix: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        """The whole token; only for whoever is to have it."""
        return f"clt_{self.prefix}_{self.secret}"

    @property
    def digest(self) -> str:
        """What is kept of the secret."""
        return hashlib.sha256(self.secret.encode("ascii")).hexdigest()

    @classmethod
    def fresh(cls) -> TokenText:
        """A new one."""
        return cls(secrets.token_hex(5), secrets.token_hex(32))

    @classmethod
    def parse(cls, text: str) -> TokenText:
        """Reads the one writing. Raises SignInRefused ``account.token``."""
        form = _FORM.fullmatch(text)
        if form is None:
            raise refusal("account.token", "not the form of a token")
        return cls(*form.groups())


def create_token(
    session: Session,
    by: Principal,
    owner: User,
    at: datetime,
    policy: AccountPolicy,
    *,
    name: str,
    scopes: Collection[Scope],
    lifetime: timedelta | None = None,
) -> tuple[ApiToken, TokenText]:
    """A token that acts as ``owner``, and its text, which is nowhere afterwards.

    A token signs its owner's name under what it does, so people make tokens for themselves and for stations only.
    Raises UsageError ``account.token_name``, ``account.token_scopes``, ``account.token_lifetime``,
    ``account.disabled``, AccessRefused and NotFound ``access.*``.
    """
    demand(by, Operation.WRITE, Resource(Kind.API_TOKEN, owner.subject_id, owner.id))
    if owner.role is not Role.STATION and by.role is not Role.SYSTEM and by.user_id != owner.id:
        raise refusal("access.forbidden", "a token for somebody else")
    wanted = frozenset(scopes)
    if not wanted or not wanted <= TOKEN_SCOPES[owner.role]:
        raise refusal("account.token_scopes")
    name = name.strip()
    if not 0 < len(name) <= 100 or name != visible(name) or "\n" in name:
        raise refusal("account.token_name")
    lifetime = policy.token_lifetime if lifetime is None else lifetime
    if not timedelta(hours=1) <= lifetime <= policy.token_lifetime:
        raise refusal("account.token_lifetime")
    if owner.disabled_at is not None:
        raise refusal("account.disabled")
    text = TokenText.fresh()
    token = ApiToken(
        prefix=text.prefix,
        secret_digest=text.digest,
        name=name,
        scopes=sorted(scope.value for scope in wanted),
        user_id=owner.id,
        created_at=at,
        expires_at=at + lifetime,
        revoked_at=None,
        last_used_at=None,
    )
    session.add(token)
    session.flush()
    record_token(session, by, AccountAction.TOKEN_CREATED, token, owner, at)
    return token, text


def recognise_token(engine: Engine, text: str, at: datetime) -> Principal:
    """Whom a token lets act, within its scopes; that it was used is noted at most once a minute.

    Unknown, wrong, expired, revoked and its user disabled are one refusal. Raises SignInRefused ``account.token``.
    """
    parts = TokenText.parse(text)
    with reading(engine) as session:
        found = session.execute(
            select(ApiToken, User).join(User, User.id == ApiToken.user_id).where(ApiToken.prefix == parts.prefix)
        ).one_or_none()
    token, owner = found if found is not None else (None, None)
    right = hmac.compare_digest(token.secret_digest if token is not None else _NOBODYS, parts.digest)
    if token is None or owner is None or not right:
        raise refusal("account.token", "unknown")
    if token.revoked_at is not None or at >= token.expires_at or owner.disabled_at is not None:
        raise refusal("account.token", f"{parts.prefix} revoked, expired or its user disabled")
    # The role may have changed since.
    scopes = frozenset(scope for scope in TOKEN_SCOPES[owner.role] if scope.value in token.scopes)
    if not scopes:
        raise refusal("account.token", f"{parts.prefix} has no scope that its user's role may have")
    if token.last_used_at is None or at - token.last_used_at >= USED_EVERY:
        with transaction(engine) as session:
            session.execute(
                update(ApiToken)
                .where(ApiToken.id == token.id, or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < at))
                .values(last_used_at=at)
            )
    return Principal(owner.id, owner.role, owner.subject_id, owner.domain_id, scopes, Via.TOKEN)


def revoke_token(session: Session, by: Principal, prefix: str, at: datetime) -> ApiToken:
    """End a token for good. Raises NotFound ``account.token_unknown``, also for one ``by`` may not see."""
    token, owner = _found(session, by, prefix)
    demand(by, Operation.WRITE, Resource(Kind.API_TOKEN, owner.subject_id, owner.id))
    if token.revoked_at is None:
        token.revoked_at = at
        record_token(session, by, AccountAction.TOKEN_REVOKED, token, owner, at)
    return token


def rotate_token(
    session: Session, by: Principal, prefix: str, at: datetime, policy: AccountPolicy
) -> tuple[ApiToken, TokenText]:
    """A new token in place of an old one, with its name, scopes and length of life; the old one ends at once.

    Raises as :func:`create_token` and :func:`revoke_token` do.
    """
    old, owner = _found(session, by, prefix)
    made = create_token(
        session,
        by,
        owner,
        at,
        policy,
        name=old.name,
        scopes=[Scope(scope) for scope in old.scopes],
        lifetime=min(old.expires_at - old.created_at, policy.token_lifetime),
    )
    revoke_token(session, by, prefix, at)
    return made


def list_tokens(
    session: Session, by: Principal, *, after: str = "", limit: int = 1000, user_id: str | None = None
) -> Sequence[tuple[ApiToken, User]]:
    """The tokens that ``by`` may see with their users, oldest first, from behind the id ``after``; of one user.

    Raises AccessRefused ``access.*``.
    """
    bound = sight(by, Kind.API_TOKEN)
    joined = select(ApiToken, User).join(User, User.id == ApiToken.user_id).where(ApiToken.id > after)
    query = joined.order_by(ApiToken.id).limit(limit)
    if user_id is not None:
        query = query.where(ApiToken.user_id == user_id)
    if not bound.everything:
        query = query.where(
            or_(
                *([User.subject_id == bound.subject_id] if bound.subject_id else []),
                *([User.id == bound.owner_id] if bound.owner_id else []),
            )
        )
    return [(token, owner) for token, owner in session.execute(query)]


def _found(session: Session, by: Principal, prefix: str) -> tuple[ApiToken, User]:
    # Whoever sees no tokens is told so before one is looked for.
    sight(by, Kind.API_TOKEN)
    row = session.execute(
        select(ApiToken, User).join(User, User.id == ApiToken.user_id).where(ApiToken.prefix == prefix)
    ).one_or_none()
    if row is None:
        raise refusal("account.token_unknown")
    token, owner = row
    resource = Resource(Kind.API_TOKEN, owner.subject_id, owner.id)
    try:
        demand(by, Operation.READ, resource)
    except NotFound as error:
        raise refusal("account.token_unknown") from error
    return token, owner
