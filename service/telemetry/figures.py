"""The figures that Prometheus collects: of this process's requests, and of everybody's work out of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.pool import QueuePool

from certlight import __version__
from service.database.webhooks import DeliveryState, WebhookDelivery
from service.domain.jobs import JobKind, JobState
from service.installation import Installation
from service.telemetry.bounded import Bounded
from service.telemetry.job_figures import BUCKETS, JobFigures, JobPicture

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_LATENCIES: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_KEPT: Final = 10.0
"""Seconds that figures of the database count as fresh: several who ask cost it no more than one."""
_PATIENCE: Final = 5.0
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Picture:
    """What the database tells at one moment."""

    jobs: JobPicture
    deliveries: dict[str, int]
    """State → webhook deliveries."""


class Figures:
    """One an application."""

    def __init__(self, installation: Installation) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "certlight_http_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "certlight_http_request_seconds",
            "From the request's first byte to the answer's last; of a stream of events, to its first.",
            ("route", "method"),
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self._received = Counter(
            "certlight_http_received_bytes", "Bytes of request bodies: uploads.", ("route",), registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_OfDatabase(installation))

    def request(self, route: str, method: str, status: int, seconds: float, received: int) -> None:
        """A request was answered; ``route`` is a template, ``received`` the bytes of its body."""
        # A method nobody knows is whatever somebody typed: it must not make a series of its own.
        method = method if method in _METHODS else "-"
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)
        if received:
            self._received.labels(route).inc(received)

    def exposition(self) -> bytes:
        """Everything, in Prometheus's text format 0.0.4."""
        return generate_latest(self.registry)


class _OfDatabase(Collector):
    """Gauges and counters that are looked up when they are asked for."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._jobs = JobFigures()
        self._picture: Callable[[], Picture] = Bounded(self._look, kept=_KEPT, patience=_PATIENCE)

    def describe(self) -> Iterator[Metric]:
        """Nothing: asking the database on registration would make start-up depend on it."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """See :class:`_OfDatabase`. A database that does not answer leaves its figures out, and says so."""
        info = GaugeMetricFamily("certlight_info", "The program.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        yield from self._pool()
        try:
            picture: Picture | None = self._picture()
        except Exception:
            picture = None
        yield GaugeMetricFamily(
            "certlight_database_up", "Whether the database answered this collection.", value=picture is not None
        )
        if picture is not None:
            yield from self._of_jobs(picture.jobs)
            deliveries = GaugeMetricFamily("certlight_webhook_deliveries", "By state.", labels=["state"])
            for state in DeliveryState:
                deliveries.add_metric([state.value], picture.deliveries.get(state.value, 0))
            yield deliveries

    def _look(self) -> Picture:
        with self._installation.reading() as session:
            told = select(WebhookDelivery.state, func.count()).group_by(WebhookDelivery.state)
            deliveries = {state.value: count for state, count in session.execute(told)}
            return Picture(self._jobs.look(session, self._installation.clock()), deliveries)

    def _pool(self) -> Iterator[Metric]:
        pool = self._installation.engine.pool
        if isinstance(pool, QueuePool):
            busy = GaugeMetricFamily("certlight_database_connections_busy", "Connections of this process in use.")
            busy.add_metric([], pool.checkedout())
            yield busy

    def _of_jobs(self, jobs: JobPicture) -> Iterator[Metric]:
        # Every series exists from the start, or an alert on its rise would miss the first one.
        present = GaugeMetricFamily(
            "certlight_jobs", "Jobs that have not ended, or are parked.", labels=["kind", "state"]
        )
        for kind in JobKind:
            for state in (JobState.QUEUED, JobState.RUNNING, JobState.WAITING, JobState.PARKED):
                present.add_metric([kind.value, state.value], jobs.open.get((kind, state), 0))
        yield present
        ended = CounterMetricFamily("certlight_jobs_ended", "Jobs that have ended.", labels=["kind", "state"])
        seconds = HistogramMetricFamily(
            "certlight_job_seconds", "From a job's start to its end.", labels=["kind", "state"]
        )
        for kind in JobKind:
            for state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
                durations = jobs.ended.get((kind, state))
                ended.add_metric([kind.value, state.value], durations.jobs if durations else 0)
                if durations:
                    within = [(str(bound), float(n)) for bound, n in zip(BUCKETS, durations.within, strict=True)]
                    buckets = [*within, ("+Inf", float(durations.measured))]
                    seconds.add_metric([kind.value, state.value], buckets, durations.seconds)
        yield ended
        yield seconds
        depth = GaugeMetricFamily("certlight_queue_jobs", "Jobs that could start now.", labels=["priority"])
        age = GaugeMetricFamily(
            "certlight_queue_oldest_seconds", "How long the first of them has waited.", labels=["priority"]
        )
        now = self._installation.clock()
        for priority in sorted({0, 5, 9} | set(jobs.queued)):
            depth.add_metric([str(priority)], jobs.queued.get(priority, 0))
            since = jobs.oldest.get(priority)
            age.add_metric([str(priority)], max(0.0, (now - since).total_seconds()) if since else 0.0)
        yield depth
        yield age
        yield GaugeMetricFamily(
            "certlight_jobs_stalled", "Running jobs whose worker let its lease end.", value=jobs.stalled
        )
