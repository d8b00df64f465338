"""``certlight admin``: backup, restore, rotation of the secret, enterprises and domains, as commands."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from certlight.errors import CertlightError
from service.cli.app import app
from service.database.subjects import Person
from service.database.webhooks import Webhook
from service.events.webhook_secrets import decrypted, encrypted
from service.installation import Installation
from service.opening import opened
from service.secret_rotation import REST, forget_old, rotate
from service.settings import Settings, load
from service.settings.keys import read_secrets

AT = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
CODE, NAME = "91420106748871252L", "武汉华通园林绿化有限公司"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on a data directory of the test's own."""
    monkeypatch.setenv("CERTLIGHT_DATA_DIR", str(tmp_path / "data"))
    for name in [name for name in os.environ if name.startswith("CERTLIGHT_") and name != "CERTLIGHT_DATA_DIR"]:
        monkeypatch.delenv(name)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["admin", *arguments])

    return invoke


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, (result.output, result.exception)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(result: Result) -> str:
    assert isinstance(result.exception, CertlightError), result.output
    return result.exception.code


def test_tenants_are_set_up_on_the_command_line(run: Run) -> None:
    made = told(run("enterprise", "create", CODE, "--name", NAME, "--capacity", "tenderer", "--json"))
    assert made["enterprise"]["credit_code"] == CODE
    assert [each["name"] for each in told(run("enterprise", "list", "--json"))["enterprises"]] == [NAME]
    assert told(run("domain", "create", "housing", "--name", "房建", "--json"))["domain"]["code"] == "housing"
    assert [each["code"] for each in told(run("domain", "list", "--json"))["domains"]] == ["housing"]
    assert NAME in run("enterprise", "list").output
    assert "housing" in run("domain", "list").output
    assert refused(run("enterprise", "create", CODE, "--name", NAME)) == "subject.exists"
    assert refused(run("enterprise", "create", CODE[:-1] + "M", "--name", NAME)) == "subject.credit_code"
    assert run("enterprise", "create", CODE, "--name", NAME, "--capacity", "king").exit_code == 2
    clerk = told(
        run("user", "create", "clerk.one", "--name", "王工", "--role", "clerk", "--enterprise", CODE, "--json")
    )
    assert clerk["user"]["role"] == "clerk"


def test_backup_verify_and_restore_are_a_command_each(run: Run, tmp_path: Path) -> None:
    run("enterprise", "create", CODE, "--name", NAME)
    file, target = str(tmp_path / "backup.tar"), tmp_path / "target"
    told(run("backup", file, "--json"))
    assert told(run("backup-verify", file, "--json"))["backup"]["tables"]["subjects"] == 1
    done = told(run("restore", file, "--into", str(target), "--json"))
    assert done["log"] == {"intact": 1, "broken": False}
    assert load(target).database_url.get_secret_value().endswith("target/certlight.sqlite")
    with opened(load(target)) as found, found.reading() as session:
        assert session.connection().exec_driver_sql("SELECT name FROM subjects").scalar() == NAME
    assert refused(run("restore", file, "--into", str(target))) == "backup.target_taken"
    for words in (("zh", "备份不含"), ("en", "not in the backup")):
        shown = run("backup", str(tmp_path / f"{words[0]}.tar"), "--lang", words[0])
        assert shown.exit_code == 0
        assert words[1] in shown.output


def test_a_database_of_another_version_is_not_backed_up(run: Run, tmp_path: Path) -> None:
    assert refused(run("backup", str(tmp_path / "backup.tar"))) == "database.missing"
    assert not (tmp_path / "backup.tar").exists()


def add_webhook(found: Installation, secret: bytes) -> str:
    with found.transaction() as session:
        row = Webhook(
            url="https://a.example/hook", events=["push.approved"], created_at=AT, subject_id=None,
            secret_encrypted=encrypted(found, secret), created_by=None, domain_id=None, gone_at=None, removed_at=None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def webhook_secret(found: Installation, row: str) -> bytes:
    with found.reading() as session:
        return decrypted(found, session.get_one(Webhook, row).secret_encrypted)


def test_a_new_secret_makes_and_old_ones_verify(database_url: str, tmp_path: Path) -> None:
    with opened(Settings(data_dir=tmp_path, database_url=database_url)) as found:  # type: ignore[arg-type]
        found = replace(found, clock=lambda: datetime.now(UTC))
        hook = add_webhook(found, b"key of a webhook")
        (old,) = found.keys("session/1")
        assert rotate(found).webhooks == 1
        assert found.keys("session/1")[1:] == (old,)
        assert found.keys("session/1")[0] != old
        assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
        assert webhook_secret(found, hook) == b"key of a webhook"
        with pytest.raises(CertlightError) as soon:
            forget_old(found)
        assert soon.value.code == "secret.too_soon"
        later = replace(found, clock=lambda: datetime.now(UTC) + REST + timedelta(days=1))
        assert forget_old(later).secrets == 1
        assert len(read_secrets(tmp_path)) == 1
        assert found.keys("session/1")[0] != old
        assert webhook_secret(found, hook) == b"key of a webhook", "encrypted anew before the old one went"
        assert forget_old(later).secrets == 1, "nothing to forget is no mistake"


def test_a_secret_that_people_are_known_by_is_kept(database_url: str, tmp_path: Path) -> None:
    with opened(Settings(data_dir=tmp_path, database_url=database_url)) as found:  # type: ignore[arg-type]
        with found.transaction() as session:
            session.add(Person(name="某人", identity_last_four="0011", identity_digest="0" * 64, created_at=AT))
        found.keys("identity/1")
        rotate(found)
        later = replace(found, clock=lambda: datetime.now(UTC) + REST + timedelta(days=1))
        with pytest.raises(CertlightError) as bound:
            forget_old(later)
        assert bound.value.code == "secret.people_bound"
        assert len(read_secrets(tmp_path)) == 2
        assert forget_old(found, compromised=True).secrets == 1
        with found.reading() as session:
            from service.database.operations import Operation

            actions = session.scalars(select(Operation.action).order_by(Operation.seq)).all()
        assert actions[-2:] == ["secret.rotate", "secret.forget_old"]


def test_rotation_on_the_command_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("enterprise", "create", CODE, "--name", NAME)
    load(tmp_path / "data")
    assert told(run("rotate-secret", "--json"))["secrets"] == 1
    assert told(run("rotate-secret", "--json"))["secrets"] == 2
    assert refused(run("rotate-secret", "--forget-old")) == "secret.too_soon"
    assert told(run("rotate-secret", "--forget-old", "--compromised", "--json"))["secrets"] == 1
    assert run("rotate-secret", "--compromised").exit_code == 2
    monkeypatch.setenv("CERTLIGHT_SECRET_KEY", "k3Jd8-Qm2x_Zr7Tb5Wn9Lc4Vh6Yp1Sg0Fa")
    assert refused(run("rotate-secret")) == "secret.elsewhere"
