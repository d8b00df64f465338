"""Traces (OpenTelemetry), when the settings say where to; otherwise nothing of it is even loaded.

A job carries the trace of the request that asked for it in its payload under :data:`PAYLOAD_KEY`, so that the work of
a process on another machine stands in the same trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol

from service.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy import Engine

PAYLOAD_KEY: Final = "trace"


class Tracing(Protocol):
    """What is there when traces are on."""

    def carrier(self) -> dict[str, str]:
        """The present trace as W3C Trace Context writes it; empty outside of any."""
        ...

    def span(
        self, name: str, carrier: Mapping[str, str], attributes: Mapping[str, str | int]
    ) -> AbstractContextManager[None]:
        """A piece of work, below the one that ``carrier`` names."""
        ...

    def request_named(self, method: str, route: str) -> None:
        """What the present request turned out to be."""
        ...


_active: Tracing | None = None


@contextmanager
def tracing(settings: Settings, engine: Engine, *, process: str, app: FastAPI | None = None) -> Iterator[None]:
    """Trace this process as long as the block lasts; what is left is sent at its end.

    ``process`` is what it is (``api``, ``worker``); ``app`` is traced request by request. Nothing happens without
    ``settings.trace_endpoint``.
    """
    global _active
    if settings.trace_endpoint is None:
        yield
        return
    from service.telemetry.opentelemetry_traces import OpenTelemetryTracing

    active = OpenTelemetryTracing(settings.trace_endpoint, engine, process, app)
    _active = active
    try:
        yield
    finally:
        _active = None
        active.close()


def carrier() -> dict[str, str]:
    """What a job takes along of the present trace; empty when there is none."""
    return _active.carrier() if _active is not None else {}


def span(name: str, payload: Mapping[str, Any], **attributes: str | int) -> AbstractContextManager[None]:
    """The work of a job with that payload. ``attributes`` are kinds, states and identifiers, never values."""
    if _active is None:
        return nullcontext()
    carried = payload.get(PAYLOAD_KEY)
    return _active.span(name, carried if isinstance(carried, Mapping) else {}, attributes)


def request_named(method: str, route: str) -> None:
    """The present request was taken by the route with that template: only now its span can be named."""
    if _active is not None:
        _active.request_named(method, route)
