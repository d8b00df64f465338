"""Every refusal as ``application/problem+json`` (RFC 9457): stable code, what happened, what to do about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from certlight.errors import CertlightError, InputRefused, SetupError, UsageError
from certlight.text import Language, Text
from service.accounts.refusals import AccessRefused, NotFound, SignInRefused
from service.api.languages import language_of
from signing.login.refusals import LoginRefused

MEDIA_TYPE: Final = "application/problem+json"
_LOG = logging.getLogger(__name__)

STATUSES: Final[Mapping[str, int]] = {
    "access.other_tenant": 404,
    "precondition.required": 428,
    "precondition.malformed": 400,
    "request.cursor": 400,
    "request.malformed": 400,
    "intake.too_large": 413,
    "intake.document_too_large": 413,
    "intake.not_a_scan": 415,
    "idempotency.in_progress": 409,
    "idempotency.spent": 409,
    "idempotency.other_request": 422,
    "request.too_many": 429,
    "storage.full": 507,
    "database.busy": 503,
    "database.unavailable": 503,
    "storage.unavailable": 503,
}
"""Codes whose status does not follow from their kind."""
_FAMILIES: Final[Mapping[str, int]] = {"state": 409, "push": 409, "job": 409, "performance": 409}
"""First words of codes that tell of the state something is in."""


class InvalidPart(BaseModel):
    """A part of the request that is not as it should be; its value is not repeated."""

    pointer: str = Field(examples=["body/entries/uscc"])
    message: str


class Problem(BaseModel):
    """RFC 9457. ``code`` is stable and may be relied on; the texts may change."""

    type: str = Field(examples=["urn:certlight:state.seal_stale"])
    title: str
    status: int
    code: str = Field(examples=["state.seal_stale"])
    detail: str
    remedy: str
    instance: str | None = Field(default=None, description="Number of the request, for the administrator's log.")
    errors: list[InvalidPart] = []


def status_of(error: CertlightError, *, conditional: bool = False) -> int:
    """The HTTP status of a refusal; ``conditional`` where the request carried If-Match."""
    if error.code == "state.changed_meanwhile":
        return 412 if conditional else 409
    if error.code in STATUSES:
        return STATUSES[error.code]
    if error.code.partition(".")[0] in _FAMILIES and isinstance(error, UsageError):
        return _FAMILIES[error.code.partition(".")[0]]
    match error:
        case SignInRefused() | LoginRefused():
            return 401
        case AccessRefused():
            return 403
        case NotFound():
            return 404
        case UsageError() | InputRefused():
            return 422
        case SetupError():
            return 503
    return 500


def problem(
    request: Request,
    status: int,
    code: str,
    message: Text,
    remedy: Text,
    errors: Sequence[InvalidPart] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer."""
    language: Language = language_of(request.headers.get("accept-language"))
    body = Problem(
        type=f"urn:certlight:{code}",
        title=message.of(language),
        status=status,
        code=code,
        detail=message.of(language),
        remedy=remedy.of(language),
        instance=getattr(request.state, "request_id", None),
        errors=list(errors),
    )
    own = {"Content-Language": "en" if language == "en" else "zh-CN", "Cache-Control": "no-store"}
    if status == 401:
        own["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        own["Retry-After"] = "5"
    return JSONResponse(jsonable_encoder(body), status, {**own, **(headers or {})}, media_type=MEDIA_TYPE)


def refused(request: Request, error: CertlightError) -> JSONResponse:
    """A refusal of the product's own."""
    status = status_of(error, conditional="if-match" in request.headers)
    if status >= 500:
        _LOG.error("%s", error.code, exc_info=error)
    return problem(request, status, error.code, error.message, error.remedy)


def install(app: FastAPI) -> None:
    """Have every way of failing answered like this."""

    @app.exception_handler(CertlightError)
    def _certlight(request: Request, error: CertlightError) -> JSONResponse:
        return refused(request, error)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        parts = [
            InvalidPart(pointer="/".join(str(step) for step in found["loc"]), message=str(found["msg"]))
            for found in error.errors()
        ]
        return problem(
            request,
            422,
            "request.invalid",
            Text("请求的内容不符合要求。", "The request is not as it should be."),
            Text("请对照接口说明修改标出的部分。", "Put right the parts named, as the API's description says."),
            parts[:50],
        )

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        code, message, remedy = _HTTP.get(error.status_code, _HTTP[400])
        return problem(request, error.status_code, code, message, remedy, headers=error.headers)

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("unexpected", exc_info=error)
        return problem(
            request,
            500,
            "internal",
            Text("系统内部错误，本次操作未完成。", "Something went wrong inside; nothing was done."),
            Text(
                "请稍后重试；若持续出现，请将请求编号告知管理员。", "Try again; if it persists, tell the administrator."
            ),
        )


_HTTP: Final[dict[int, tuple[str, Text, Text]]] = {
    400: (
        "request.malformed",
        Text("请求无法解析。", "The request cannot be understood."),
        Text("请对照接口说明检查请求。", "Hold it against the API's description."),
    ),
    404: (
        "access.not_found",
        Text("没有找到所请求的内容。", "There is no such thing."),
        Text("请核对地址。", "Check the address."),
    ),
    405: (
        "request.method",
        Text("该地址不支持这种请求方法。", "This address does not take that method."),
        Text("请对照接口说明检查请求方法。", "Hold it against the API's description."),
    ),
}

DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {
        "description": "Refused; see ``code``.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
    "5XX": {
        "description": "Failed; see ``code``.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}
"""For the OpenAPI document of every route."""

__all__ = [
    "DOCUMENTED",
    "InvalidPart",
    "MEDIA_TYPE",
    "Problem",
    "STATUSES",
    "install",
    "problem",
    "refused",
    "status_of",
]
