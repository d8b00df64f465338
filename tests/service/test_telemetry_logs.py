"""Logs: JSON lines that tell what happened, and nothing of the people it happened to."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import UploadFile
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from certlight.errors import SetupError
from certlight.text import Text
from service.accounts.passwords import Passwords
from service.api.application import create_app
from service.database.pushes import Domain
from service.opening import opened
from service.settings import Settings
from service.telemetry.logs import configure_logging
from tests.service.account_examples import CHEAP

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
SECRETS = ("张三丰", "110101199003070011", "hunter22secret", "营业执照-张三丰.jpg", "13900001111", "cl_tokensecret")


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    kept = root.handlers, root.level, structlog.get_config()
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "celery", "kombu", "httpx", "httpcore")
    levels = {name: (logging.getLogger(name).level, logging.getLogger(name).handlers) for name in names}
    yield
    root.handlers, root.level = kept[0], kept[1]
    structlog.configure(**kept[2])
    logging.captureWarnings(False)
    for name, (level, handlers) in levels.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).handlers = handlers


@pytest.fixture
def out(restored: None) -> io.StringIO:
    written = io.StringIO()
    configure_logging("DEBUG", written)
    return written


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def leaked(out: io.StringIO) -> list[str]:
    text = out.getvalue()
    escaped = text.encode().decode("unicode_escape", "ignore")
    return [word for word in SECRETS if word in text or word in escaped]


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_requests_with_peoples_data_leave_none_in_the_log(restored: None, tmp_path: Path, level: str) -> None:
    out = io.StringIO()
    configure_logging(level, out)
    name, number, password, file, phone, token = SECRETS
    with opened(Settings(data_dir=tmp_path, database_url=SecretStr(f"sqlite:///{tmp_path}/a.db"))) as found:
        app = create_app(replace(found, clock=lambda: NOW), Passwords(CHEAP))

        @app.post("/echo/{person}")
        def echo(person: str, scan: UploadFile) -> None:
            with Session(found.engine) as session:
                session.add_all([Domain(code=number, name=person, created_at=NOW) for _ in range(2)])
                session.commit()

        client = TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {token}"
        client.get(f"/api/v1/documents?person={name}&identity={number}")
        client.get(f"/{name}/{number}?p={password}")
        client.post("/api/v1/auth/session", json={"login_name": phone, "password": password})
        client.post("/api/v1/auth/session", content=f"{{{phone}: {password}")
        client.post(f"/echo/{name}?q={number}", files={"scan": (file, b"x", "image/jpeg")})
        client.request(password, "/api/v1/documents")
    assert leaked(out) == []
    told = [line for line in lines(out) if line["event"] == "request"]
    assert len(told) == 6
    assert [line["route"] for line in told[1:4]] == ["-", "/api/v1/auth/session", "/api/v1/auth/session"]
    assert told[-2]["route"] == "/echo/{person}"
    assert told[-2]["status"] == 500
    assert {"request_id", "route", "method", "status", "ms", "user", "timestamp", "level"} <= told[0].keys()
    unexpected = [line for line in lines(out) if line["level"] == "error" and "request_id" in line]
    assert {line["request_id"] for line in unexpected} == {told[-2]["request_id"]}


def test_health_is_told_only_when_it_is_bad(out: io.StringIO, tmp_path: Path) -> None:
    with opened(Settings(data_dir=tmp_path, database_url=SecretStr(f"sqlite:///{tmp_path}/a.db"))) as found:
        app = create_app(found, Passwords(CHEAP))
        client = TestClient(app, base_url="http://127.0.0.1:8000")
        client.get("/healthz")
        assert [line for line in lines(out) if line["event"] == "request"] == []
        app.state.readiness.stop()
        client.get("/readyz")
    assert [line["route"] for line in lines(out) if line["event"] == "request"] == ["/readyz"]


def test_exceptions_by_type_and_code_and_place_only_at_debug(restored: None) -> None:
    for level, placed in (("DEBUG", True), ("INFO", False)):
        out = io.StringIO()
        configure_logging(level, out)
        try:
            try:
                raise ValueError(SECRETS[0])
            except ValueError as error:
                raise SetupError("storage.full", Text(SECRETS[0], SECRETS[1]), Text("", "")) from error
        except SetupError:
            logging.getLogger("service.api").exception("it failed")
            structlog.get_logger("service.api").error("it failed", exc_info=True)
        for line in lines(out):
            assert (line["error"], line["code"], line["cause"]) == ("SetupError", "storage.full", "ValueError")
            assert ("stack" in line) is placed
        assert leaked(out) == []


def test_what_a_database_says_of_a_row_is_not_told(out: io.StringIO, engine: Any) -> None:
    with Session(engine) as session:
        session.add_all([Domain(code=SECRETS[1], name=SECRETS[0], created_at=NOW) for _ in range(2)])
        with pytest.raises(IntegrityError) as caught:
            session.commit()
    logging.getLogger("service.jobs").error("row refused", exc_info=caught.value)
    assert [line["error"] for line in lines(out)] == ["IntegrityError"]
    assert leaked(out) == []


def test_libraries_put_nothing_but_numbers_into_their_messages(out: io.StringIO) -> None:
    library = logging.getLogger("celery.app.trace")
    library.error("Task %s[%d] raised: %r", SECRETS[0], 7, ValueError(SECRETS[1]), exc_info=ValueError(SECRETS[2]))
    logging.getLogger("kombu").warning("at %(place)s try %(n)d", {"place": "redis://u:hunter22secret@h", "n": 2})
    logging.getLogger("httpx").info("HTTP Request: GET https://h/?name=张三丰")
    logging.getLogger("uvicorn.access").info('%s - "%s"', "203.0.113.9", "GET /?name=张三丰")
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1:8000")
    assert [line["event"] for line in lines(out)] == [
        "Task …[7] raised: 'ValueError'",
        "at … try 2",
        "Uvicorn running on http://127.0.0.1:8000",
    ]
    assert lines(out)[0]["error"] == "ValueError"
    assert leaked(out) == []


def test_what_is_bound_to_the_work_stands_on_each_line(out: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(job="018f", kind="seal"):
        logging.getLogger("service.worker").info("taken")
        structlog.get_logger("service.worker").info("taken", attempt=2)
    assert [(line["job"], line["kind"], line["event"]) for line in lines(out)] == [("018f", "seal", "taken")] * 2
    assert lines(out)[1]["attempt"] == 2


def test_a_terminal_gets_readable_lines(restored: None) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    configure_logging("INFO", out)
    logging.getLogger("service").info("ready")
    assert "ready" in out.getvalue()
    assert not out.getvalue().startswith("{")


def test_the_default_is_standard_error(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    logging.getLogger("service").info("ready")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["event"] == "ready"
    assert sys.stderr is not None
