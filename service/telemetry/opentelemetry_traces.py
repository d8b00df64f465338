"""Traces by OpenTelemetry over OTLP/HTTP. Loaded by :mod:`service.telemetry.traces` alone, and only when wanted.

What the libraries put into spans is looked through before it leaves: addresses with their queries, clients, messages of
exceptions and of databases may hold values. Only attributes that are known to hold none pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from certlight import __version__
from certlight.errors import CertlightError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy import Engine

_PASSING: Final = frozenset(
    {
        "http.method",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "http.status_code",
        "db.operation",
        "db.operation.name",
        "db.statement",
        "db.query.text",
        "db.system",
        "db.system.name",
        "error.type",
        "exception.type",
    }
)
"""Besides our own (``certlight.*``). Statements have placeholders where values go."""
_OURS: Final = "certlight."
_UNTRACED: Final = "healthz,readyz,metrics"
_SECONDS: Final = 5
"""How long the end of a process waits for the receiver."""


class OpenTelemetryTracing:
    """See :class:`service.telemetry.traces.Tracing`. One a process."""

    def __init__(self, endpoint: str, engine: Engine, process: str, app: FastAPI | None) -> None:
        resource = Resource.create(
            {"service.name": "certlight", "service.version": __version__, "certlight.process": process}
        )
        self._provider = TracerProvider(resource=resource)
        exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(WithoutValues(exporter)))
        self._tracer = self._provider.get_tracer("certlight", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._database = SQLAlchemyInstrumentor()
        # Its declared bounds lag behind SQLAlchemy's versions; the tests prove that it works with the locked one.
        self._database.instrument(
            engine=engine, tracer_provider=self._provider, enable_commenter=False, skip_dep_check=True
        )
        self._app = app
        if app is not None:
            FastAPIInstrumentor.instrument_app(
                app, tracer_provider=self._provider, excluded_urls=_UNTRACED, exclude_spans=["receive", "send"]
            )

    def carrier(self) -> dict[str, str]:
        """See :class:`service.telemetry.traces.Tracing`."""
        carried: dict[str, str] = {}
        self._propagator.inject(carried)
        return carried

    @contextmanager
    def span(self, name: str, carrier: Mapping[str, str], attributes: Mapping[str, str | int]) -> Iterator[None]:
        """See :class:`service.telemetry.traces.Tracing`."""
        context = self._propagator.extract(carrier) if carrier else None
        with self._tracer.start_as_current_span(
            name,
            context,
            SpanKind.CONSUMER,
            {_OURS + key: value for key, value in attributes.items()},
            record_exception=False,
            set_status_on_exception=True,
        ) as current:
            try:
                yield
            except CertlightError as error:
                current.set_attribute(_OURS + "code", error.code)
                raise

    def request_named(self, method: str, route: str) -> None:
        """See :class:`service.telemetry.traces.Tracing`."""
        current = get_current_span()
        current.update_name(f"{method} {route}")
        current.set_attribute("http.route", route)

    def close(self) -> None:
        """Send what is left, and let go of engine and application."""
        self._database.uninstrument()
        if self._app is not None:
            FastAPIInstrumentor.uninstrument_app(self._app)
        self._provider.shutdown()


class WithoutValues(SpanExporter):
    """Hands spans on with nothing in them but what is known to hold no values."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them on."""
        return self._exporter.export([bare(span) for span in spans])

    def shutdown(self) -> None:
        """The last call."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Send what waits."""
        return self._exporter.force_flush(timeout_millis)


def bare(span: ReadableSpan) -> ReadableSpan:
    """A copy of ``span`` without values."""
    return ReadableSpan(
        _name(span),
        span.context,
        span.parent,
        span.resource,
        {key: value for key, value in (span.attributes or {}).items() if _passes(key)},
        [
            Event(
                event.name,
                {key: value for key, value in (event.attributes or {}).items() if _passes(key)},
                event.timestamp,
            )
            for event in span.events
        ],
        span.links,
        span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _passes(key: str) -> bool:
    return key in _PASSING or key.startswith(_OURS)


def _name(span: ReadableSpan) -> str:
    """Of a span about the database, the operation without the database's name; others have names of ours."""
    attributes = span.attributes or {}
    if "db.system" in attributes or "db.system.name" in attributes:
        return span.name.partition(" ")[0]
    return span.name
