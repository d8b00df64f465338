"""Outside the API: whether the process lives, whether it can work, and its figures for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.api.calls import installation_of
from service.settings import Settings
from service.telemetry.figures import CONTENT_TYPE, Figures
from service.telemetry.readiness import Readiness

root = APIRouter(include_in_schema=False)

_FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What proxies add: somebody far away may be behind a request from this machine."""


@root.get("/healthz")
def healthz() -> JSONResponse:
    """The process lives and takes requests; nothing else is looked at, or a lost database would restart it."""
    return JSONResponse({"status": "ok"})


@root.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """Each part it needs: 200 when all are well, 503 otherwise."""
    readiness: Readiness = request.app.state.readiness
    parts = readiness.parts()
    ready = all(part.ok for part in parts.values())
    shown = {
        name: {"status": "ok" if part.ok else "failed"} | ({"code": part.code} if part.code else {})
        for name, part in parts.items()
    }
    return JSONResponse({"status": "ok" if ready else "failed", "parts": shown}, 200 if ready else 503)


@root.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures in Prometheus's text format, for whom the settings let see them; for others there is no such page."""
    if not _may_see(request, installation_of(request).settings):
        raise HTTPException(404)
    figures: Figures = request.app.state.figures
    return Response(figures.exposition(), media_type=CONTENT_TYPE)


def _may_see(request: Request, settings: Settings) -> bool:
    if not settings.metrics:
        return False
    if settings.metrics_token is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        wanted = settings.metrics_token.get_secret_value()
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), wanted.encode())
    return _is_this_machine(request) and not any(name in request.headers for name in _FORWARDED)


def _is_this_machine(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
