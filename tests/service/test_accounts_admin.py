"""``certlight admin``: from an empty folder to a user who signs in, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from certlight.errors import CertlightError
from service.accounts.refusals import SignInRefused
from service.accounts.tokens import recognise_token
from service.cli.admin import app
from service.database.base import open_database
from service.domain.principal import Scope
from service.domain.roles import Role
from tests.service.account_examples import ADDRESS, Accounts
from tests.signing.pki import COMPANY_CODE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CERTLIGHT_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    return Accounts(engine)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def said(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.exception or result.output
    return json.loads(result.output)


def code_of(result: Result) -> str:
    assert isinstance(result.exception, CertlightError), result.output
    return result.exception.code


def now() -> datetime:
    return datetime.now(UTC)


def test_a_life_on_the_command_line(accounts: Accounts, database_url: str) -> None:
    at = ("--database", database_url)
    created = said(
        *("user", "create", "１３８12345678", "--name", "王工"),
        *("--role", "enterprise_admin", "--enterprise", COMPANY_CODE.lower(), *at),
    )
    assert created["user"]["role"] == "enterprise_admin"
    opened = accounts.login.sign_in("13812345678", created["one_time_password"], address=ADDRESS, at=now())
    assert opened.active.must_change_password
    again = said("user", "reset-password", "13812345678", *at)
    accounts.login.sign_in("13812345678", again["one_time_password"], address=ADDRESS, at=now())
    assert run("user", "disable", "13812345678", *at).exit_code == 0
    with pytest.raises(SignInRefused):
        accounts.login.sign_in("13812345678", again["one_time_password"], address=ADDRESS, at=now())
    (listed,) = said("user", "list", *at)["users"]
    assert (listed["login_name"], listed["disabled"]) == ("13812345678", True)
    assert run("user", "enable", "13812345678", *at).exit_code == 0
    accounts.login.sign_in("13812345678", again["one_time_password"], address=ADDRESS, at=now())
    entries = [
        entry for name in ("create", "reset_password", "disable", "enable") for entry in accounts.log(f"user.{name}")
    ]
    assert [(entry.actor_role, entry.actor_id) for entry in entries] == [(Role.SYSTEM, None)] * 4


def test_a_stations_token(accounts: Accounts, database_url: str) -> None:
    at = ("--database", database_url)
    made = run(
        "user", "create", "station1", "--name", "一号窗口", "--role", "station", "--enterprise", COMPANY_CODE, *at
    )
    assert made.exit_code == 0
    assert "密码" not in made.output
    token = said("token", "create", "station1", "--name", "一号窗口", "--scope", "station:upload", "--days", "30", *at)
    found = recognise_token(accounts.engine, token["token"], now())
    assert (found.role, found.scopes) == (Role.STATION, {Scope.STATION_UPLOAD})
    with pytest.raises(SignInRefused):
        recognise_token(accounts.engine, token["token"], now() + timedelta(days=30))
    rotated = said("token", "rotate", token["prefix"], *at)
    recognise_token(accounts.engine, rotated["token"], now())
    assert run("token", "revoke", rotated["prefix"], *at).exit_code == 0
    for text in (token["token"], rotated["token"]):
        with pytest.raises(SignInRefused):
            recognise_token(accounts.engine, text, now())
    listed = run("token", "list", *at)
    assert listed.output.count("○") == 2
    for text in (token["token"], rotated["token"]):
        assert text not in listed.output + json.dumps(said("token", "list", *at))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("user", "disable", "nobody"), "account.unknown"),
        (("user", "reset-password", "x"), "account.login_name"),
        (("user", "create", "new", "--name", "x", "--role", "clerk"), "account.role"),
        (("user", "create", "new", "--name", "", "--role", "auditor"), "account.display_name"),
        (
            ("user", "create", "new", "--name", "x", "--role", "clerk", "--enterprise", "91210100MA00000000"),
            "account.enterprise_unknown",
        ),
        (("user", "create", "new", "--name", "x", "--role", "reviewer", "--domain", "no"), "account.domain_unknown"),
        (("token", "create", "auditor", "--name", "x", "--scope", "batch"), "account.token_scopes"),
        (
            ("token", "create", "auditor", "--name", "x", "--scope", "documents:read", "--days", "900"),
            "account.token_lifetime",
        ),
        (("token", "revoke", "0123456789"), "account.token_unknown"),
    ],
)
def test_refusals(accounts: Accounts, database_url: str, arguments: tuple[str, ...], code: str) -> None:
    accounts.user("auditor", Role.AUDITOR)
    assert code_of(run(*arguments, "--database", database_url)) == code


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "create", "new", "--name", "x", "--role", "system"),
        ("user", "create", "new", "--name", "x", "--role", "king"),
        ("token", "create", "new", "--name", "x", "--scope", "everything"),
    ],
)
def test_words_that_do_not_exist(arguments: tuple[str, ...], folder: Path) -> None:
    assert run(*arguments).exit_code == 2
    assert not folder.exists()


def test_the_first_administrator_of_a_new_installation(folder: Path) -> None:
    assert code_of(run("user", "list")) == "database.missing"
    assert not (folder / "certlight.sqlite").exists()
    made = run("user", "create", "admin", "--name", "平台管理员", "--role", "platform_admin")
    assert made.exit_code == 0, made.exception
    assert "一次性密码" in made.output
    assert "good for 7 days" in run("user", "reset-password", "admin", "--lang", "en").output
    assert "● " in run("user", "list").output
    engine = open_database(f"sqlite:///{folder / 'certlight.sqlite'}")
    assert "admin" in run("user", "list", "--database", str(engine.url)).output


def test_a_database_of_another_version_is_left_alone(empty_url: str) -> None:
    engine = open_database(empty_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
    engine.dispose()
    made = run("user", "create", "admin", "--name", "x", "--role", "platform_admin", "--database", empty_url)
    assert code_of(made) == "database.missing"
