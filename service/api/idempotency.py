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
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.text import Text
from service.database.engine import is_unique_violation
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
    body_sha256: str

    def fingerprint(self, content: str | None) -> str:
        """Of the whole request: the same key with another one is a mistake."""
        parts = (self.method, self.path, self.body_sha256, content or "")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Made:
    """What is answered to a creation."""

    status: int
    body: BaseModel
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, replayed: bool = False) -> JSONResponse:
        """As sent."""
        return _response(self.status, self.body.model_dump(mode="json"), self.headers, replayed)


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
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
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
    scope = creation.principal.user_id or ""
    fingerprint = creation.fingerprint(content)
    try:
        with installation.transaction() as session:
            if (kept := _kept(session, scope, creation.key, at)) is not None:
                return _again(kept, fingerprint)
            row = IdempotencyKey(
                scope=scope, key=creation.key, request_sha256=fingerprint, created_at=at, expires_at=at + KEPT
            )
            session.add(row)
            # Whoever comes second waits here until the first has committed.
            session.flush()
            made = work(session)
            row.status, row.headers = made.status, dict(made.headers)
            row.body = None if secret else made.body.model_dump(mode="json")
            return made.response()
    except IntegrityError as error:
        if not is_unique_violation(error):
            raise
    with installation.reading() as session:
        kept = _kept(session, scope, creation.key, at)
        if kept is None:
            raise _in_progress()
        return _again(kept, fingerprint)


def forget_idempotency_keys(session: Session, at: datetime) -> int:
    """Delete those that have had their day; how many. For the sweeper."""
    gone = session.execute(delete(IdempotencyKey).where(IdempotencyKey.expires_at <= at).returning(IdempotencyKey.key))
    return len(gone.all())


def _kept(session: Session, scope: str, key: str, at: datetime) -> IdempotencyKey | None:
    found = session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
    ).one_or_none()
    if found is not None and found.expires_at <= at:
        session.delete(found)
        session.flush()
        return None
    return found


def _again(kept: IdempotencyKey, fingerprint: str) -> JSONResponse:
    if kept.request_sha256 != fingerprint:
        raise UsageError(
            "idempotency.other_request",
            Text("该 Idempotency-Key 已用于另一个请求。", "This Idempotency-Key was used for another request."),
            Text("请为每个新请求使用新的 Idempotency-Key。", "Use a fresh key for every new request."),
        )
    if kept.status is None:
        raise _in_progress()
    if kept.body is None:
        raise UsageError(
            "idempotency.spent",
            Text("该请求已完成，其结果含保密内容，不再重复给出。", "It was done; its answer held a secret."),
            Text("如未收到，请撤销后重新创建。", "Where it was lost, revoke what was made and make it anew."),
        )
    return _response(kept.status, kept.body, kept.headers or {}, True)


def _in_progress() -> UsageError:
    return UsageError(
        "idempotency.in_progress",
        Text("同一请求正在处理。", "The same request is under way."),
        Text("请稍候再试。", "Try again in a moment."),
    )


def _response(status: int, body: Any, headers: Mapping[str, str], replayed: bool) -> JSONResponse:
    told = {**headers, **({REPLAYED: "true"} if replayed else {}), "Cache-Control": "no-store"}
    return JSONResponse(body, status, told)
