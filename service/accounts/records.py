"""What happens to accounts, written to the operation log: the one call site of this package.

In the transaction of what it records: both are kept, or neither. Never a secret, never a login name.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from service.database.accounts import ApiToken, User
from service.database.operations import record
from service.domain.principal import Principal


class AccountAction(StrEnum):
    """Names of what is written down."""

    USER_CREATED = "user.create"
    USER_DISABLED = "user.disable"
    USER_ENABLED = "user.enable"
    USER_RENAMED = "user.rename"
    ROLE_CHANGED = "user.change_role"
    PASSWORD_RESET = "user.reset_password"
    PASSWORD_CHANGED = "user.change_password"
    SIGNED_IN = "user.sign_in"
    SIGNED_OUT = "user.sign_out"
    SIGNED_OUT_EVERYWHERE = "user.sign_out_everywhere"
    CERTIFICATE_BOUND = "user.bind_certificate"
    CERTIFICATE_BLOCKED = "user.block_certificate"
    CERTIFICATE_UNBLOCKED = "user.unblock_certificate"
    TOKEN_CREATED = "token.create"
    TOKEN_REVOKED = "token.revoke"


def record_user(
    session: Session,
    by: Principal,
    action: AccountAction,
    user: User,
    at: datetime,
    *,
    before: str | None = None,
    after: str | None = None,
    **details: str | int,
) -> None:
    """``by`` did ``action`` to ``user``."""
    record(
        session,
        by.actor,
        action.value,
        "user",
        user.id,
        at=at,
        subject_id=user.subject_id,
        before=before,
        after=after,
        details=dict(details),
    )


def record_token(
    session: Session, by: Principal, action: AccountAction, token: ApiToken, owner: User, at: datetime
) -> None:
    """``by`` did ``action`` to a token of ``owner``."""
    details = {"user": owner.id, "prefix": token.prefix, "scopes": list(token.scopes)}
    record(session, by.actor, action.value, "api_token", token.id, at=at, subject_id=owner.subject_id, details=details)
