"""``certlight audit``: what it says and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from certlight.errors import CertlightError
from service.audit.chain import Head
from service.cli.audit import app
from service.database.base import open_database, transaction
from service.database.operations import record
from service.domain.actors import SYSTEM
from tests.service.rows import NOW


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def log(engine: Engine) -> Engine:
    with transaction(engine) as session:
        for number in range(3):
            record(session, SYSTEM, "test.note", "thing", str(number), at=NOW)
    return engine


def _code(result: Result) -> str:
    assert isinstance(result.exception, CertlightError), result.output
    return result.exception.code


def test_a_whole_log_ends_well_and_shows_its_head(log: Engine, database_url: str) -> None:
    head = run("head", "--database", database_url)
    assert head.exit_code == 0
    kept = Head.parse(head.output)
    assert kept.seq == 3
    said = run("verify", "--database", database_url, "--head", str(kept))
    assert said.exit_code == 0
    assert "操作记录完整：共 3 条" in said.output
    assert str(kept) in said.output
    assert "is whole: 3 entries" in run("verify", "--database", database_url, "--lang", "en").output


def test_a_broken_log_ends_with_4_and_tells_where(log: Engine, database_url: str) -> None:
    kept = run("head", "--database", database_url).output.strip()
    with log.begin() as connection:
        table = "operation_log"
        drop = f"DROP TRIGGER keep_{table}_delete" + (f" ON {table}" if log.dialect.name == "postgresql" else "")
        connection.execute(text(drop))
        connection.execute(text("DELETE FROM operation_log WHERE seq = 3"))
    said = run("verify", "--database", database_url)
    assert said.exit_code == 4
    assert "第 3 条中断：末尾的记录被删除" in said.output
    report: dict[str, Any] = json.loads(run("verify", "--database", database_url, "--json", "--head", kept).stdout)
    assert report["schema"] == "certlight.audit/1"
    assert (report["whole"], report["intact"], report["present"]) == (False, 2, 2)
    assert report["broken"] == {"seq": 3, "fault": "not_the_known_chain"}
    assert re.fullmatch("[0-9a-f]{64}", report["head"]["hash"])


def test_a_database_that_was_never_migrated_is_refused(empty_url: str) -> None:
    for command in ("verify", "head"):
        assert _code(run(command, "--database", empty_url)) == "database.missing"


def test_no_database_is_made_where_none_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTLIGHT_DATA_DIR", str(tmp_path / "data"))
    assert _code(run("verify")) == "database.missing"
    assert _code(run("verify", "--database", f"sqlite:///{tmp_path / 'x' / 'y.db'}")) == "database.missing"
    assert list(tmp_path.iterdir()) == []


def test_the_database_of_the_settings_is_taken_by_default(
    log: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CERTLIGHT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CERTLIGHT_DATABASE_URL", database_url)
    assert "共 3 条" in run("verify").output


def test_a_head_that_is_none_is_refused(database_url: str) -> None:
    assert _code(run("verify", "--database", database_url, "--head", "abc")) == "audit.head_malformed"


def test_a_server_that_is_not_there_is_told_so() -> None:
    result = run("verify", "--database", "postgresql://nobody@127.0.0.1:9/nothing")
    assert _code(result) == "database.unavailable"
    engine = open_database("postgresql://nobody:secret@127.0.0.1:9/nothing")
    assert "secret" not in repr(engine)
