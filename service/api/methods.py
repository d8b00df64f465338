"""Which methods an address takes: told by OPTIONS, and by 405 with all of them (RFC 9110 §9.3.7, §15.5.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.problems import http_problem


class Methods:
    """ASGI: answers for addresses that exist and do not take the method; everything else goes on."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app, self._routes = app, routes
        self._known: list[tuple[re.Pattern[str], frozenset[str]]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See :class:`Methods`."""
        taken = self._taken(scope["path"]) if scope["type"] == "http" else frozenset()
        if taken and (scope["method"] == "OPTIONS" or scope["method"] not in taken):
            allow = {"Allow": ", ".join(sorted(taken))}
            if scope["method"] == "OPTIONS":
                await Response(status_code=204, headers=allow)(scope, receive, send)
            else:
                await http_problem(Request(scope), HTTPException(405, headers=allow))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _taken(self, path: str) -> frozenset[str]:
        if self._known is None:
            self._known = [
                (compile_path(route.path)[0], frozenset(route.methods))
                for route in iter_route_contexts(self._routes)
                if route.path is not None and route.methods
            ]
        methods = frozenset[str]().union(*(methods for pattern, methods in self._known if pattern.match(path)))
        if not methods:
            return methods
        return methods | ({"HEAD", "OPTIONS"} if "GET" in methods else {"OPTIONS"})
