"""What surrounds every request: its number, the headers of its answer, and an answer whatever happens.

Also refused here, before any route: requests that a browser sends for somebody else's page, and characters that no
address has.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.accounts.refusals import refusal
from service.api.problems import http_problem, refused, unexpected

REQUEST_ID: Final = "X-Request-ID"
POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of answers that are no pages; a page sends one of its own."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOG: Final = logging.getLogger(__name__)
_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise. What is said here concerns people, so nobody keeps it."""


class Surroundings:
    """ASGI: the outermost layer. ``public_url`` is the origin under which browsers reach the service."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app, self._public = app, public_url
        # Browsers keep to https for a year once they have seen it; a loopback trial must not teach them that.
        secure = public_url.startswith("https:")
        self._headers = {**_HEADERS, **({"Strict-Transport-Security": "max-age=31536000"} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See :class:`Surroundings`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        number = _number(headers.get(REQUEST_ID))
        scope.setdefault("state", {})["request_id"] = number
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                told = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    told.setdefault(name, value)
                told[REQUEST_ID] = number
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        try:
            request = Request(scope)
            if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
                await http_problem(request, HTTPException(400))(scope, receive, answer)
            elif scope["method"] not in _SAFE and not from_own_page(headers, self._public):
                await refused(request, refusal("access.origin"))(scope, receive, answer)
            else:
                await _answered(self._app, scope, receive, answer)
        except ClientDisconnect:
            _LOG.info("the client of %s went away", number)
        except Exception as error:
            response = unexpected(Request(scope), error)
            if not begun:
                await response(scope, receive, answer)
            else:
                # Half an answer must not look like a whole one: the server breaks the connection.
                raise BrokenAnswer(number) from None


class BrokenAnswer(RuntimeError):
    """An answer failed after it had begun; it holds the request's number only."""


def from_own_page(headers: Headers, public_url: str) -> bool:
    """Whether a changing request may come from where the browser says it does; programs say nothing.

    The Origin header (RFC 6454) is on every changing request of a browser; older ones leave it to Sec-Fetch-Site.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") not in ("cross-site", "same-site")
    if origin == public_url:
        return True
    # A trial on one's own machine is reached by several names.
    try:
        ours, theirs = urlsplit(public_url), urlsplit(origin)
        return (ours.hostname, theirs.hostname) in {(a, b) for a in _LOOPBACK for b in _LOOPBACK} and (
            ours.scheme,
            ours.port,
        ) == (theirs.scheme, theirs.port)
    except ValueError:
        return False


async def _answered(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """HEAD is GET without the body (RFC 9110 §9.3.2)."""
    if scope["method"] != "HEAD":
        await app(scope, receive, send)
        return
    begun = False

    async def only_head(message: Message) -> None:
        nonlocal begun
        if message["type"] == "http.response.start":
            begun = True
            await send(message)
        elif not message.get("more_body", False):
            await send({"type": "http.response.body", "body": b""})

    async def no_listener() -> Message:
        # A stream of events would go on for ever: nobody listens to it.
        return {"type": "http.disconnect"} if begun else await receive()

    as_get = {**scope, "method": "GET"}
    try:
        await app(as_get, no_listener, only_head)
    finally:
        # Which route it was is of interest further out.
        scope.update({key: as_get[key] for key in ("route", "endpoint") if key in as_get})


def _number(asked: str | None) -> str:
    """The number a proxy in front gave the request, or one of ours."""
    return asked if asked is not None and _ID.fullmatch(asked) else secrets.token_hex(8)
