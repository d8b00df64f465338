"""/healthz, /readyz and /metrics over HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from certlight.errors import SetupError
from certlight.text import Text
from service.accounts.passwords import Passwords
from service.api.application import create_app
from service.database.base import transaction
from service.database.jobs import Job
from service.domain.jobs import JobKind, JobPriority, JobState
from service.installation import Installation
from service.jobs.queue import enqueue
from service.opening import opened
from service.settings import Settings
from service.telemetry.bounded import Bounded
from service.telemetry.job_figures import JobFigures
from service.telemetry.readiness import BEHIND
from tests.components import REDIS, require
from tests.service.account_examples import CHEAP

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
TOKEN = "m3Jd8-Qm2x_Zr7Tb5Wn9Lc4Vh6Yp1Sg0Fa"
LOCAL = ("127.0.0.1", 50000)


@contextmanager
def served(url: str, folder: Path, client: tuple[str, int] = LOCAL, **settings: Any) -> Iterator[TestClient]:
    with opened(Settings(data_dir=folder / "data", database_url=SecretStr(url), **settings)) as found:
        found = replace(found, clock=lambda: NOW)
        app = create_app(found, Passwords(CHEAP))
        yield TestClient(app, base_url="http://127.0.0.1:8000", client=client, raise_server_exceptions=False)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/service.db"


def parts(client: TestClient) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = client.get("/readyz").json()["parts"]
    return found


def value(client: TestClient, name: str, **labels: str) -> float:
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    raise AssertionError(f"no {name} {labels}")


def test_a_process_lives_whatever_its_parts_do(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path) as client:
        client.app.state.installation.engine.dispose()  # type: ignore[attr-defined]
        (tmp_path / "service.db").unlink()
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


def test_ready_names_every_part(database_url: str, tmp_path: Path) -> None:
    require("models")
    with served(database_url, tmp_path) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {name: part["status"] for name, part in answer.json()["parts"].items()} == dict.fromkeys(
        ("database", "storage", "broker", "trust", "models", "workers"), "ok"
    )
    # A fresh installation has no authorities yet; it says so, and works.
    assert answer.json()["parts"]["trust"]["code"] == "trust.none"


def test_not_ready_when_the_database_is_of_another_version(database_url: str, tmp_path: Path) -> None:
    with served(database_url, tmp_path) as client:
        with client.app.state.installation.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == {"status": "failed", "code": "database.missing"}


def test_not_ready_without_storage_trust_and_broker_and_nothing_told_of_where(sqlite: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    broker = SecretStr(f"redis://user:hidden-word@127.0.0.1:{port}/0")
    with served(sqlite, tmp_path, broker_url=broker) as client:
        anchors = tmp_path / "data" / "trust" / "anchors"
        anchors.mkdir(parents=True)
        (anchors / "broken.pem").write_text("no certificate")
        (tmp_path / "data" / "files").rename(tmp_path / "away")
        (tmp_path / "data" / "files").write_text("a file where a folder should be")
        answer = client.get("/readyz")
    assert answer.status_code == 503
    found = answer.json()["parts"]
    assert found["broker"] == {"status": "failed", "code": "broker.unavailable"}
    assert found["storage"] == {"status": "failed", "code": "storage.unavailable"}
    assert found["trust"]["status"] == "failed"
    assert found["trust"]["code"].startswith("trust.")
    assert found["database"] == {"status": "ok"}
    assert not [word for word in ("hidden-word", str(port), str(tmp_path)) if word in answer.text]


def test_ready_with_a_broker_that_answers(sqlite: str, tmp_path: Path) -> None:
    require("redis")
    with served(sqlite, tmp_path, broker_url=SecretStr(REDIS)) as client:
        assert parts(client)["broker"] == {"status": "ok"}


def test_work_that_nobody_begins_is_told_and_turns_nobody_away(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path) as client:
        installation = client.app.state.installation  # type: ignore[attr-defined]
        with installation.transaction() as session:
            at = installation.clock() - 2 * BEHIND
            enqueue(session, JobKind.READ, at=at, subject_id=None, priority=JobPriority.BATCH)
        assert parts(client)["workers"] == {"status": "ok"}
        with installation.transaction() as session:
            enqueue(session, JobKind.READ, at=at, subject_id=None, priority=JobPriority.PERSON)
    # Another application: answers count for a second.
    with served(sqlite, tmp_path) as client:
        assert parts(client)["workers"] == {"status": "ok", "code": "workers.behind"}


def test_workers_that_do_not_work_make_not_ready(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path) as client:
        working = [True]
        client.app.state.readiness.supervise(lambda: working[0])  # type: ignore[attr-defined]
        assert parts(client)["workers"] == {"status": "ok"}
        working.clear()
        working.append(False)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["workers"] == {"status": "failed", "code": "workers.failing"}


def test_a_stopping_process_is_not_ready_but_lives(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path) as client:
        client.app.state.readiness.stop()  # type: ignore[attr-defined]
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["process"] == {"status": "failed", "code": "health.stopping"}
        assert client.get("/healthz").status_code == 200


def test_what_never_answers_is_asked_once_and_not_waited_for() -> None:
    gate, asked = threading.Event(), []

    def hangs() -> int:
        asked.append(1)
        gate.wait(20)
        return 7

    bounded = Bounded(hangs, kept=60, patience=0.05)
    begun = time.monotonic()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            bounded()
    assert time.monotonic() - begun < 5
    assert len(asked) == 1
    gate.set()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            assert bounded() == 7
            break
        except TimeoutError:
            continue
    else:
        raise AssertionError("never answered")
    assert bounded() == 7
    assert len(asked) == 1, "an answer is kept"


def test_what_fails_is_told_and_asked_again() -> None:
    asked = []

    def fails() -> int:
        asked.append(1)
        raise SetupError("storage.full", Text("满", "full"), Text("清理", "clear"))

    bounded = Bounded(fails, kept=0, patience=5)
    for _ in range(2):
        with pytest.raises(SetupError):
            bounded()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        (("203.0.113.9", 1), {}),
        (LOCAL, {"X-Forwarded-For": "203.0.113.9"}),
        (LOCAL, {"Forwarded": "for=203.0.113.9"}),
        (("testclient", 1), {}),
    ],
)
def test_figures_are_for_this_machine(
    sqlite: str, tmp_path: Path, client: tuple[str, int], headers: dict[str, str]
) -> None:
    with served(sqlite, tmp_path, client) as found:
        answer = found.get("/metrics", headers=headers)
    assert answer.status_code == 404
    assert answer.json()["code"] == "access.not_found"


def test_figures_by_token_from_anywhere_and_by_nothing_else(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path, ("203.0.113.9", 1), metrics_token=SecretStr(TOKEN)) as client:
        assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        for wrong in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
            assert client.get("/metrics", headers=wrong).status_code == 404
    with served(sqlite, tmp_path, metrics_token=SecretStr(TOKEN)) as client:
        assert client.get("/metrics").status_code == 404, "with a token, the place counts no more"


def test_no_figures_when_switched_off(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path, metrics=False) as client:
        assert client.get("/metrics").status_code == 404


def test_requests_count_by_template_and_strangers_words_make_no_series(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path) as client:
        client.get("/healthz")
        client.get("/张三/110101199003070011?name=李四")
        client.request("BREW", "/healthz")
        assert value(client, "certlight_http_requests_total", route="/healthz", method="GET", status="200") == 1
        assert value(client, "certlight_http_requests_total", route="-", method="GET", status="404") == 1
        text = client.get("/metrics").text
    assert not [word for word in ("张三", "110101", "李四", "BREW", "%E5") if word in text]
    assert 'certlight_http_request_seconds_bucket{le="+Inf",method="GET",route="/healthz"} 1.0' in text


def put(session: Session, job: Job, state: JobState, **values: Any) -> None:
    """A job as it would be later on."""
    session.execute(update(Job.__table__).where(Job.id == job.id).values(state=state, **values))  # type: ignore[arg-type]


def ended(session: Session, state: JobState) -> str:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    job = enqueue(session, JobKind.READ, at=at, subject_id=None)
    put(session, job, state, started_at=at, ended_at=at + timedelta(seconds=1))
    return job.id


def add_jobs(found: Installation) -> None:
    with found.transaction() as session:
        for number in range(3):
            job = enqueue(session, JobKind.CHECK, at=NOW - timedelta(seconds=90 - number), subject_id=None)
            begun = NOW - timedelta(seconds=80)
            if number > 0:
                put(session, job, JobState.DONE, started_at=begun, ended_at=begun + timedelta(seconds=1.5 * number))
        parked = enqueue(session, JobKind.SEAL, at=NOW, subject_id=None, priority=JobPriority.BATCH)
        put(session, parked, JobState.PARKED, ended_at=NOW)
        stalled = enqueue(session, JobKind.READ, at=NOW, subject_id=None)
        put(session, stalled, JobState.RUNNING, lease_owner="w", lease_until=NOW - timedelta(seconds=1))


def test_jobs_are_counted_in_the_database(database_url: str, tmp_path: Path) -> None:
    with served(database_url, tmp_path) as client:
        add_jobs(client.app.state.installation)  # type: ignore[attr-defined]
        assert value(client, "certlight_database_up") == 1
        assert value(client, "certlight_jobs", kind="check", state="queued") == 1
        assert value(client, "certlight_jobs", kind="seal", state="parked") == 1
        assert value(client, "certlight_jobs", kind="read", state="queued") == 0
        assert value(client, "certlight_jobs_ended_total", kind="check", state="done") == 2
        assert value(client, "certlight_queue_jobs", priority="0") == 1
        assert value(client, "certlight_queue_oldest_seconds", priority="0") == pytest.approx(90)
        assert value(client, "certlight_jobs_stalled") == 1
        assert value(client, "certlight_job_seconds_sum", kind="check") == pytest.approx(4.5, abs=0.01)
        assert value(client, "certlight_job_seconds_bucket", kind="check", le="2.0") == 1
        assert value(client, "certlight_job_seconds_bucket", kind="check", le="+Inf") == 2
        assert value(client, "certlight_webhook_deliveries", state="waiting") == 0


def test_a_database_that_is_gone_costs_its_figures_only(sqlite: str, tmp_path: Path) -> None:
    with served(sqlite, tmp_path) as client:
        with client.app.state.installation.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("ALTER TABLE webhook_deliveries RENAME TO elsewhere")
        assert value(client, "certlight_database_up") == 0
        assert "certlight_jobs{" not in client.get("/metrics").text


def test_ended_jobs_are_added_up_once_and_a_retried_one_is_not_lost(engine: Any) -> None:
    figures, later = JobFigures(), datetime.now(UTC) + timedelta(hours=2)
    with transaction(engine) as session:
        for _ in range(4):
            ended(session, JobState.DONE)
        parked = ended(session, JobState.PARKED)
        for _ in range(2):
            ended(session, JobState.DONE)
    done = (JobKind.READ, JobState.DONE)
    for _ in range(2):
        with transaction(engine) as session:
            picture = figures.look(session, later)
        assert picture.ended[done].jobs == 6
        assert figures._settled[done].jobs == 4, "what is older than the parked one is not looked at again"
    with transaction(engine) as session:
        put(session, session.get_one(Job, parked), JobState.DONE)
    with transaction(engine) as session:
        assert figures.look(session, later).ended[done].jobs == 7
        assert figures._settled[done].jobs == 7
