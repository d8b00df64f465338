"""``Idempotency-Key``: a POST that creates, sent again because its answer was lost, creates nothing twice.

What was answered is kept in the same transaction as what was created, under the caller's own keys, for a day.
A refusal is not kept: it changed nothing, and may be put right and sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.text import Text
from service.api.bodies import is_json
from service.database.failures import busy
from service.database.jobs import IdempotencyKey
from service.domain.principal import Principal
from service.installation import Installation

KEPT: Final = timedelta(days=1)
REPLAYED: Final = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Creation:
    """A request as far as its being sent twice is concerned."""

    key: str | None
    principal: Principal
    method: str
    path: str
    """With its query."""
    body_sha256: str

    def fingerprint(self, content: str | None) -> str:
        """Of the whole request: the same key with another one is a mistake.

        Whoever may less than before, or carries a token that may, is not told what was answered to the rights of then.
        """
        by = self.principal
        rights = (by.role, by.subject_id or "", by.domain_id or "", *sorted(by.scopes))
        parts = (self.method, self.path, self.body_sha256, content or "", *rights)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Made:
    """What is answered to a creation."""

    status: int
    body: BaseModel
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, replayed: bool = False) -> JSONResponse:
        """As sent."""
        return _response(self.status, self.content(), self.headers, replayed)

    def content(self) -> Any:
        """The body as JSON has it."""
        return self.body.model_dump(mode="json", by_alias=True)


def idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Makes sending this request twice do it once; any text of your own, kept for a day.",
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
        ),
    ] = None,
) -> str | None:
    """The dependency."""
    return idempotency_key


async def body_sha256(request: Request) -> str:
    """Hash of a JSON body; of others the routes know the content themselves."""
    if not is_json(request.headers.get("content-type")):
        return ""
    return hashlib.sha256(await request.body()).hexdigest()


def create_once(
    installation: Installation,
    creation: Creation,
    at: datetime,
    work: Callable[[Session], Made],
    *,
    content: str | None = None,
    secret: bool = False,
) -> JSONResponse:
    """See :meth:`service.api.calls.Authorised.create`."""
    if creation.key is None:
        with installation.transaction() as session:
            return work(session).response()
    scope, key, fingerprint = creation.principal.user_id or "", creation.key, creation.fingerprint(content)
    with installation.transaction() as session:
        if not _begin(session, scope, key, fingerprint, at):
            return _again(session, scope, key, fingerprint)
        made = work(session)
        row = session.get_one(IdempotencyKey, (scope, key))
        row.status, row.headers = made.status, dict(made.headers)
        row.body = None if secret else made.content()
        # A broken bound of the answer's row must show here, inside of the transaction.
        session.flush()
        return made.response()


def _begin(session: Session, scope: str, key: str, fingerprint: str, at: datetime) -> bool:
    """Whether this is the first request with the key; whoever comes second waits here until the first has committed.

    No other row's uniqueness is in play: a conflict that the work itself meets is never taken for a second request.
    """
    mine = (IdempotencyKey.scope == scope, IdempotencyKey.key == key)
    session.execute(delete(IdempotencyKey).where(*mine, IdempotencyKey.expires_at <= at))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"scope": scope, "key": key, "request_sha256": fingerprint, "created_at": at, "expires_at": at + KEPT}
    begun = insert(IdempotencyKey).values(**row).on_conflict_do_nothing().returning(IdempotencyKey.key)
    return session.execute(begun).one_or_none() is not None


def _again(session: Session, scope: str, key: str, fingerprint: str) -> JSONResponse:
    mine = (IdempotencyKey.scope == scope, IdempotencyKey.key == key)
    kept = session.scalars(select(IdempotencyKey).where(*mine)).one_or_none()
    if kept is None or kept.status is None:
        # Swept away between two statements.
        raise busy()
    if kept.request_sha256 != fingerprint:
        raise UsageError(
            "idempotency.other_request",
            Text("该 Idempotency-Key 已用于另一个请求。", "This Idempotency-Key was used for another request."),
            Text("请为每个新请求使用新的 Idempotency-Key。", "Use a fresh key for every new request."),
        )
    if kept.body is None:
        raise UsageError(
            "idempotency.spent",
            Text("该请求已完成，其结果含保密内容，不再重复给出。", "It was done; its answer held a secret."),
            Text("如未收到，请撤销后重新创建。", "Where it was lost, revoke what was made and make it anew."),
        )
    return _response(kept.status, kept.body, kept.headers or {}, True)


def _response(status: int, body: Any, headers: Mapping[str, str], replayed: bool) -> JSONResponse:
    told = {**headers, **({REPLAYED: "true"} if replayed else {}), "Cache-Control": "no-store"}
    return JSONResponse(body, status, told)
