"""Traces as a receiver of the test's own gets them over OTLP/HTTP."""

from __future__ import annotations

import gzip
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from certlight.errors import UsageError
from certlight.text import Text
from service.accounts.passwords import Passwords
from service.api.application import create_app
from service.database.jobs import Job
from service.database.pushes import Domain
from service.domain.jobs import JobKind
from service.installation import Installation
from service.jobs.queue import enqueue
from service.opening import opened
from service.settings import Settings
from service.telemetry.traces import carrier, span, tracing
from tests.service.account_examples import CHEAP

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
SECRETS = ("张三丰", "110101199003070011", "hunter22secret")


class Receiver:
    """What a collector is: takes protobuf over HTTP."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        received = self.raw

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"

    def spans(self) -> list[Span]:
        found = []
        for body in self.raw:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found

    def named(self, name: str) -> Span:
        found = [each for each in self.spans() if each.name == name]
        assert len(found) == 1, [each.name for each in self.spans()]
        return found[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@contextmanager
def installation(url: str, folder: Path, **settings: Any) -> Iterator[Installation]:
    with opened(Settings(data_dir=folder / "data", database_url=SecretStr(url), **settings)) as found:
        yield found


def attributes(each: Span) -> dict[str, str]:
    return {one.key: one.value.string_value or str(one.value.int_value) for one in each.attributes}


def test_a_request_its_statements_and_its_job_are_one_trace(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    with installation(database_url, tmp_path, trace_endpoint=receiver.url) as found:
        app = create_app(found, Passwords(CHEAP))

        @app.get("/traced/{person}")
        def traced(person: str) -> dict[str, str]:
            with found.transaction() as session:
                return {"job": enqueue(session, JobKind.READ, at=NOW, subject_id=None).id}

        with tracing(found.settings, found.engine, process="api", app=app):
            client = TestClient(app, base_url="http://127.0.0.1:8000")
            name, number, password = SECRETS
            answer = client.get(f"/traced/{name}?identity={number}", headers={"User-Agent": password})
            job = answer.json()["job"]
            client.get("/healthz")
            client.get(f"/api/v1/users/{number}?name={name}")
        with found.reading() as session:
            payload = session.get_one(Job, job).payload
        with (
            tracing(found.settings, found.engine, process="worker"),
            span("job read", payload, job=job, attempt=1),
            found.reading() as session,
        ):
            session.scalars(select(Domain)).all()
    request, work = receiver.named("GET /traced/{person}"), receiver.named("job read")
    assert work.trace_id == request.trace_id
    assert attributes(work) == {"certlight.job": job, "certlight.attempt": "1"}
    assert attributes(request)["http.route"] == "/traced/{person}"
    statements = [each for each in receiver.spans() if "db.statement" in attributes(each)]
    inserts = [each for each in statements if attributes(each)["db.statement"].startswith("INSERT INTO jobs")]
    assert [each.trace_id for each in inserts] == [request.trace_id]
    selects = [each for each in statements if "FROM domains" in attributes(each)["db.statement"]]
    assert [each.parent_span_id for each in selects] == [work.span_id]
    assert attributes(receiver.named("GET /api/v1/users/{user_id}"))["http.route"] == "/api/v1/users/{user_id}"
    everything = b"".join(receiver.raw)
    assert not [word for word in SECRETS if word.encode() in everything]
    assert not [each.name for each in receiver.spans() if "healthz" in each.name]


def test_failures_are_told_without_their_words(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    name, number, password = SECRETS
    with installation(database_url, tmp_path, trace_endpoint=receiver.url) as found:
        app = create_app(found, Passwords(CHEAP))

        @app.get("/broken")
        def broken() -> None:
            raise RuntimeError(f"{name} {number}")

        with tracing(found.settings, found.engine, process="api", app=app):
            TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False).get("/broken")
            with pytest.raises(UsageError), span("job seal", {}, job="1"):
                raise UsageError("seal.refused", Text(name, number), Text(password, password))
            with Session(found.engine) as session:
                session.add_all([Domain(code=number, name=name, created_at=NOW) for _ in range(2)])
                with pytest.raises(IntegrityError):
                    session.commit()
    failed = receiver.named("job seal")
    assert failed.status.code == 2
    assert attributes(failed)["certlight.code"] == "seal.refused"
    everything = b"".join(receiver.raw)
    assert b"INSERT INTO domains" in everything
    assert not [word for word in SECRETS if word.encode() in everything]


def test_a_receiver_that_is_away_disturbs_nothing(tmp_path: Path, receiver: Receiver) -> None:
    receiver.server.shutdown()
    receiver.server.server_close()
    with (
        installation(f"sqlite:///{tmp_path}/a.db", tmp_path, trace_endpoint=receiver.url) as found,
        tracing(found.settings, found.engine, process="worker"),
        span("job read", {}, job="1"),
    ):
        assert "traceparent" in carrier()


def test_the_environment_cannot_switch_on_telemetry_of_the_framework(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url.removesuffix("/v1/traces"))
    with installation(f"sqlite:///{tmp_path}/a.db", tmp_path) as found:
        app = create_app(found, Passwords(CHEAP))
        with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
            assert client.get("/nowhere").status_code == 404
    assert receiver.raw == []


def test_without_a_receiver_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from pydantic import SecretStr
from service.opening import opened
from service.settings import Settings
from service.api.application import create_app
from service.telemetry.traces import tracing, carrier, span
import service.worker.running
settings = Settings(data_dir=Path(sys.argv[1]))
with opened(settings) as found:
    app = create_app(found)
    with tracing(settings, found.engine, process="api", app=app), span("job", {}):
        assert carrier() == {}
heavy = ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation", "google.protobuf")
print([name for name in sys.modules if name.startswith(heavy)])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "data")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
