"""Bodies of requests, bounded while they arrive: JSON is taken whole, small and plain; files stream through, counted.

What no route could keep is refused here, once for all of them: U+0000 and halves of surrogate pairs (PostgreSQL has no
place for either), numbers beyond 64 bits, infinities, nesting without end.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final

import anyio
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import http_problem

JSON_BYTES: Final = 2 << 20
"""Of a JSON body, or any other that is not a file."""
OVERHEAD_BYTES: Final = 1 << 20
"""Of a multipart body, beside its files."""
SILENCE_SECONDS: Final = 30.0
"""A client that sends nothing for so long in the middle of a body has gone."""
DEEPEST: Final = 40
_SMALL: Final = 64 << 10
"""Bytes of JSON that are looked at in no time."""
_LARGEST_INTEGER: Final = 2**63 - 1
_STREAMED: Final = ("multipart/form-data", "application/pdf", "application/octet-stream", "image/")
_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)
"""A string, or one that never ends: matched in one go, since a search begun anew at every quote takes hours."""
_BRACKETS: Final = re.compile(r"[\[\]{}]")
_SUSPICIOUS: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def is_json(content_type: str | None) -> bool:
    """Whether a body of that type is JSON, as FastAPI decides it."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


class Bodies:
    """ASGI: hands on requests whose bodies are within bounds; ``largest`` bytes where files stream."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app, self._largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See :class:`Bodies`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        streamed = kind.startswith(_STREAMED)
        bounded = _Bounded(receive, self._largest if streamed else JSON_BYTES)
        given: Receive | None = bounded
        try:
            bounded.announced(headers.get("content-length"))
            if not streamed:
                body = await bounded.whole()
                given = None if body is None else _Given(body, receive)
                if body and is_json(kind):
                    if len(body) > _SMALL:
                        # Takes up to a quarter of a second, in which others of this process are answered, too.
                        await run_in_threadpool(check_json, body)
                    else:
                        check_json(body)
        except HTTPException as error:
            await http_problem(Request(scope), error)(scope, receive, send)
            return
        if given is not None:
            await self._app(scope, given, send)


class _Bounded:
    """Receives a body that may have ``largest`` bytes. Raises HTTPException 413, 408."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive, self._left, self._done = receive, largest, False

    def announced(self, length: str | None) -> None:
        """Refuse at once what says that it is too long."""
        if length is not None and length.isdecimal() and (len(length) > 18 or int(length) > self._left):
            raise HTTPException(413)

    async def __call__(self) -> Message:
        """The next piece."""
        if self._done:
            # From here on the server only tells of a client that has gone, whenever that is.
            return await self._receive()
        try:
            with anyio.fail_after(SILENCE_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        self._left -= len(message.get("body", b""))
        self._done = message["type"] != "http.request" or not message.get("more_body", False)
        if self._left < 0:
            raise HTTPException(413)
        return message

    async def whole(self) -> bytes | None:
        """All of it; None where the client went away."""
        parts = []
        while not self._done:
            message = await self()
            if message["type"] != "http.request":
                return None
            parts.append(message.get("body", b""))
        return b"".join(parts)


class _Given:
    """Hands out a body that has been received already, then what the server tells."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        """The body once."""
        message, self._message = self._message, None
        return message if message is not None else await self._receive()


def check_json(body: bytes) -> None:
    """Return where the JSON is plain, and UTF-8 (RFC 8259 §8.1): Python would also take UTF-16, and surrogates in
    either, past what is looked for here. Raises HTTPException 400."""
    try:
        text = body.decode("utf-8")
        if text.count("[") + text.count("{") > DEEPEST and _is_deep(text):
            raise HTTPException(400)
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=_bounded)
    except (ValueError, RecursionError):
        raise HTTPException(400) from None
    if _SUSPICIOUS.search(text) and not all(map(_keepable, _texts(found))):
        raise HTTPException(400)


def _is_deep(text: str) -> bool:
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            return True
    return False


def _no_number(name: str) -> float:
    raise ValueError(name)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("beyond what a number may be")
    return number


def _bounded(text: str) -> int:
    if len(text) > 20 or abs(number := int(text)) > _LARGEST_INTEGER:
        raise ValueError("beyond 64 bits")
    return number


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case list() as items:
                waiting.extend(items)
            case dict() as members:
                waiting.extend(members)
                waiting.extend(members.values())


def _keepable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
