"""Every request in the log and in the figures: by its route's template, never by what was asked."""

from __future__ import annotations

import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry.figures import Figures
from service.telemetry.traces import request_named

UNMATCHED: Final = "-"
"""Of a request that no route took: its path is whatever somebody typed."""
_OFTEN: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines; in the log only when something is wrong."""
_LOG: Final = structlog.get_logger("service.requests")


class Requests:
    """ASGI: outside everything else, so that no answer escapes it.

    A stream of events counts until it begins: how long somebody watches says nothing about the service.
    """

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app, self._figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See :class:`Requests`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        first: float | None = None
        status, received, streams = 500, 0, False

        async def taken() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            nonlocal status, first, streams
            if message["type"] == "http.response.start":
                status, first = int(message["status"]), time.perf_counter()
                kinds = [value for name, value in message.get("headers", ()) if name.lower() == b"content-type"]
                streams = any(kind.startswith(b"text/event-stream") for kind in kinds)
            await send(message)

        state = scope.setdefault("state", {})
        try:
            await self._app(scope, taken, sent)
        finally:
            ended = first if streams and first is not None else time.perf_counter()
            seconds = ended - begun
            route = template(scope)
            request_named(scope["method"] if scope["method"] in METHODS else UNMATCHED, route)
            self._figures.request(route, scope["method"], status, seconds, received)
            if route not in _OFTEN or status >= 500:
                say = _LOG.error if status >= 500 else _LOG.info
                say(
                    "request",
                    request_id=state.get("request_id"),
                    route=route,
                    method=scope["method"] if scope["method"] in METHODS else UNMATCHED,
                    status=status,
                    ms=round(seconds * 1000, 1),
                    user=state.get("user_id"),
                )


def template(scope: Scope) -> str:
    """The template of the route that took the request, with the prefixes of the routers around it."""
    around = scope.get("fastapi", {}).get("effective_route_context")
    # A route by itself knows its own part only.
    found = getattr(around, "path_format", None) or getattr(scope.get("route"), "path_format", None)
    return found or UNMATCHED


METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Whatever else somebody sends as a method is text of theirs."""
