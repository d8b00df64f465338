"""Every refusal as ``application/problem+json`` (RFC 9457): stable code, what happened, what to do about it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from certlight.errors import CertlightError, InputRefused, SetupError, UsageError
from certlight.text import Language, Text
from service.accounts.refusals import AccessRefused, NotFound, SignInRefused
from service.api.invalid import InvalidPart, invalid_parts
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
    "document.expired_since_check": 409,
    "document.renamed_since_seal": 409,
    "document.no_such_page": 404,
    "document.red": 409,
    "document.renewal_open": 409,
    "upload.malformed": 400,
    "upload.interrupted": 400,
    "upload.busy": 503,
    "intake.too_large": 413,
    "intake.document_too_large": 413,
    "intake.not_a_scan": 415,
    "idempotency.spent": 409,
    "idempotency.other_request": 422,
    "request.too_many": 429,
    "person.bound_elsewhere": 409,
    "person.bound_already": 409,
    "person.not_bound": 409,
    "person.too_many": 429,
    "subject.exists": 409,
    "subject.inactive": 409,
    "amendment.not_a_contract": 409,
    "attachment.none": 404,
    "attachment.not_a_pdf": 415,
    "domain.code_taken": 409,
    "webhook.inactive": 409,
    "webhook.too_many": 409,
    # The installation is not set up for it: nothing failed, and trying again changes nothing.
    "trust.none": 409,
    "report.not_made": 409,
    "report.not_ready": 409,
    "report.unreadable": 409,
    "report.forgotten": 410,
    "storage.full": 507,
    "database.busy": 503,
    "database.unavailable": 503,
    "storage.unavailable": 503,
}
"""Codes whose status does not follow from their kind."""
_FAMILIES: Final[Mapping[str, int]] = {"state": 409, "push": 409, "job": 409, "performance": 409, "attachment": 409}
"""First words of codes that tell of the state something is in."""


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
    own = {
        "Content-Language": "en" if language == "en" else "zh-CN",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    if status == 401:
        own["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        own["Retry-After"] = "5"
    return JSONResponse(jsonable_encoder(body), status, {**own, **(headers or {})}, media_type=MEDIA_TYPE)


def refused(request: Request, error: CertlightError) -> JSONResponse:
    """A refusal of the product's own."""
    status = status_of(error, conditional="if-match" in request.headers)
    if status >= 500:
        _LOG.error("%s %s", error.code, whereabouts(error))
    return problem(request, status, error.code, error.message, error.remedy)


def http_problem(request: Request, error: HTTPException) -> JSONResponse:
    """What the framework refuses: no such address, no such method, a body that cannot be read."""
    code, message, remedy = _HTTP.get(error.status_code, _HTTP[400])
    return problem(request, error.status_code, code, message, remedy, headers=error.headers)


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """A defect of ours."""
    _LOG.error("unexpected %s", whereabouts(error))
    return problem(
        request,
        500,
        "internal",
        Text("系统内部错误，本次操作未完成。", "Something went wrong inside; nothing was done."),
        Text("请稍后重试；若持续出现，请将请求编号告知管理员。", "Try again; if it persists, tell the administrator."),
    )


def whereabouts(error: BaseException) -> str:
    """Kinds and places of an error and its causes, for the log. Messages stay out: they may quote people's data."""
    lines: list[str] = []
    found: BaseException | None = error
    while found is not None and len(lines) < 10:
        frames = traceback.extract_tb(found.__traceback__)
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-8:]))
        notes = "; ".join(getattr(found, "__notes__", ()))
        lines.append(f"{type(found).__module__}.{type(found).__qualname__} {notes} {places}")
        found = found.__cause__ or found.__context__
    return "\n".join(lines)


def install(app: FastAPI) -> None:
    """Have every way of failing answered like this; what nobody expected reaches :mod:`service.api.surroundings`."""

    @app.exception_handler(CertlightError)
    def _certlight(request: Request, error: CertlightError) -> JSONResponse:
        return refused(request, error)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(
            request,
            422,
            "request.invalid",
            Text("请求的内容不符合要求。", "The request is not as it should be."),
            Text("请对照接口说明修改标出的部分。", "Put right the parts named, as the API's description says."),
            invalid_parts(error.errors(), language_of(request.headers.get("accept-language"))),
        )

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        return http_problem(request, error)

    @app.exception_handler(ClientDisconnect)
    def _gone(request: Request, error: ClientDisconnect) -> JSONResponse:
        # Nobody is there to read it.
        return http_problem(request, HTTPException(408))


_HTTP: Final[dict[int, tuple[str, Text, Text]]] = {
    400: (
        "request.malformed",
        Text("请求无法解析。", "The request cannot be understood."),
        Text(
            "请对照接口说明检查请求：正文须为有效的 JSON，不含空字符、过大的数值和过深的嵌套。",
            "Hold it against the API's description: valid JSON, no U+0000, no number beyond 64 bits, no deep nesting.",
        ),
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
    408: (
        "request.timeout",
        Text("请求没有在规定时间内传完。", "The request did not arrive in time."),
        Text("请检查网络后重试。", "Check the connection and try again."),
    ),
    413: (
        "request.too_large",
        Text("请求内容过大。", "The request is too large."),
        Text("请减少内容后重试。", "Send less at a time."),
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
    "http_problem",
    "install",
    "problem",
    "refused",
    "status_of",
    "unexpected",
    "whereabouts",
]
