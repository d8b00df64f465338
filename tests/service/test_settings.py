"""Settings: every source, everything that is refused, and no secret ever shown."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from certlight.errors import CertlightError, SetupError, UsageError
from service.settings import Settings, load
from service.settings.addresses import without_password
from service.settings.keys import DEMONSTRATION, make_secret, new_secret, read_secrets
from service.settings.load import concerns, demand_safe, derived_keys, describe, secrets_of

SECRET = "k3Vq9ZtB7xWm2LpR8sYd4HnC6jFg1TaE"
PASSWORD = "hunter2-of-the-database"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("CERTLIGHT_") and not name.startswith("CERTLIGHT_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CERTLIGHT_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def write(data: Path, text: str, mode: int = 0o600) -> None:
    (data / "settings.toml").write_text(text, encoding="utf-8")
    (data / "settings.toml").chmod(mode)


def refused(kind: type[CertlightError] = UsageError) -> CertlightError:
    with pytest.raises(kind) as caught:
        load()
    return caught.value


def test_nothing_needs_to_be_set(data: Path) -> None:
    settings = load()
    assert settings.data_dir == data
    assert settings.database_url.get_secret_value() == f"sqlite:///{data}/certlight.sqlite"
    assert settings.storage_url == f"file://{data}/files"
    assert (settings.broker_url, settings.oidc, settings.production) == (None, None, False)
    assert list(data.iterdir()) == []


def test_a_directory_named_in_code_moves_everything(tmp_path: Path) -> None:
    settings = load(tmp_path / "elsewhere")
    assert settings.storage_url == f"file://{tmp_path}/elsewhere/files"
    assert str(tmp_path / "elsewhere") in settings.database_url.get_secret_value()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().workers = 3


def test_the_environment_wins_over_the_file_which_wins_over_defaults(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data, "workers = 2\nlog_level = 'DEBUG'\n[session]\nidle_minutes = 5\nlifetime_hours = 1\n")
    monkeypatch.setenv("CERTLIGHT_WORKERS", "3")
    monkeypatch.setenv("CERTLIGHT_SESSION_IDLE_MINUTES", "7")
    settings = load()
    assert (settings.workers, settings.log_level) == (3, "DEBUG")
    assert (settings.session.idle_minutes, settings.session.lifetime_hours, settings.session.token_days) == (7, 1, 90)
    sources = {line.key: line.source for line in describe(settings)}
    assert sources["workers"] == sources["session.idle_minutes"] == "environment"
    assert sources["log_level"] == sources["session.lifetime_hours"] == "file"
    assert sources["session.token_days"] == sources["metrics"] == "default"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTLIGHT_BROKER_URL", "")
    assert load().broker_url is None


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("CERTLIGHT_DATABSE_URL", "CERTLIGHT_DATABASE_URL"),
        ("CERTLIGHT_PRODUCTON", "CERTLIGHT_PRODUCTION"),
        ("CERTLIGHT_SESSION_IDLE_MINUTE", "CERTLIGHT_SESSION_IDLE_MINUTES"),
        ("certlight_workers", "CERTLIGHT_WORKERS"),
    ],
)
def test_unknown_variables_are_refused_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch, name: str, nearest: str
) -> None:
    monkeypatch.setenv(name, "1")
    error = refused()
    assert error.code == "settings.unknown_variable"
    assert name in error.message.en
    assert nearest in error.remedy.en


def test_variables_of_the_command_line_and_of_tests_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEBUG", "KEY_PASSWORD", "PKCS11_MODULE", "TEST_CHROMIUM"):
        monkeypatch.setenv(f"CERTLIGHT_{name}", "1")
    load()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("worker = 2", "settings.unknown_key"),
        ("[session]\nidle = 2", "settings.unknown_key"),
        ("[sessions]\nidle_minutes = 2", "settings.unknown_key"),
        ("session = 3", "settings.malformed"),
        ("workers = 2\nworkers = 3", "settings.malformed"),
        ("workers = ", "settings.malformed"),
        ("workers = 0", "settings.malformed"),
        ("data_dir = '/tmp'", "settings.misplaced"),
        ("[oidc]\nissuer = 'http://id.example'\nclient_id = 'a'\nclient_secret = 'b'", "settings.malformed"),
        ("[oidc]\nissuer = 'https://id.example'", "settings.malformed"),
    ],
)
def test_what_the_file_may_not_hold(data: Path, text: str, code: str) -> None:
    write(data, text)
    assert refused().code == code


def test_a_file_with_secrets_is_for_its_owner_alone(data: Path) -> None:
    write(data, f"secret_key = '{SECRET}'", mode=0o640)
    assert refused(SetupError).code == "settings.exposed"
    write(data, f"secret_key = '{SECRET}'")
    assert load().secret_key == SecretStr(SECRET)
    write(data, "workers = 2", mode=0o644)
    assert load().workers == 2


BAD = {
    "DATABASE_URL": [
        "mysql://u:{p}@h/d",
        "postgresql://u:{p}@h",
        "sqlite://",
        "sqlite:///{p}.db",
        "{p}",
        "postgresql://u:{p}@h:port/d",
    ],
    "BROKER_URL": ["http://u:{p}@h", "memory://", "redis//{p}", "amqp://u:{p}@h:99999999"],
    "STORAGE_URL": ["s3://key:{p}@bucket", "s3://bucket?pass={p}", "s3://", "file://host/x", "ftp://{p}", "files"],
    "SECRET_KEY": ["{p}", "a" * 64, "abcabcabcabcabcabcabcabcabcabcabcabcabc", f"{SECRET} {SECRET}"],
    "PUBLIC_URL": ["ftp://h", "https://h/path", "https://u:{p}@h", "https://h?x=1", "h"],
    "WORKERS": ["-1", "many", "{p}"],
    "PRODUCTION": ["maybe", "{p}"],
    "TRACE_ENDPOINT": ["http://u:{p}@h/"],
    "SESSION": ["{p}", "5"],
    "OIDC_CLIENT_SECRET": ["{p}"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_malformed_values_are_refused_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CERTLIGHT_{name}", value.format(p=PASSWORD))
    with pytest.raises(UsageError) as caught:
        load()
    error = caught.value
    assert error.code in ("settings.malformed", "settings.unknown_variable")
    seen = f"{error} {error!r} {error.message} {error.message.en} {error.remedy.en} {error.__cause__!r}"
    assert PASSWORD not in seen
    assert error.__suppress_context__ or error.__context__ is None


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("postgresql://u:p%40ss@h:5433/d?sslmode=require", "postgresql+psycopg://u:p%40ss@h:5433/d?sslmode=require"),
        ("postgres:///certlight", "postgresql+psycopg:///certlight"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:////srv/certlight.db", "sqlite:////srv/certlight.db"),
    ],
)
def test_postgresql_is_spoken_to_through_psycopg(monkeypatch: pytest.MonkeyPatch, given_url: str, kept: str) -> None:
    monkeypatch.setenv("CERTLIGHT_DATABASE_URL", given_url)
    assert load().database_url.get_secret_value() == kept


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://Seals.Example.CN:443/", "https://seals.example.cn"),
        ("https://seals.example.cn:8443", "https://seals.example.cn:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_public_url_is_an_origin_as_browsers_write_it(
    monkeypatch: pytest.MonkeyPatch, given_url: str, kept: str
) -> None:
    monkeypatch.setenv("CERTLIGHT_PUBLIC_URL", given_url)
    assert load().public_url == kept


@pytest.mark.parametrize(("text", "on"), [("1", True), ("true", True), ("0", False), ("false", False), ("", False)])
def test_production_is_on_or_off(monkeypatch: pytest.MonkeyPatch, text: str, on: bool) -> None:
    monkeypatch.setenv("CERTLIGHT_PRODUCTION", text)
    assert load().production is on


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": f"postgresql://user:{PASSWORD}@host/name?sslpassword={PASSWORD}",
        "BROKER_URL": f"redis://:{PASSWORD}@host:6379/0",
        "STORAGE_SECRET_KEY": PASSWORD,
        "STORAGE_ACCESS_KEY": PASSWORD,
        "SECRET_KEY": SECRET,
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "certlight",
        "OIDC_CLIENT_SECRET": PASSWORD,
    }.items():
        monkeypatch.setenv(f"CERTLIGHT_{name}", value)
    settings = load()
    lines = {line.key: line.value for line in describe(settings)}
    assert lines["database_url"] == "postgresql+psycopg://user:***@host/name?sslpassword=***"
    assert lines["broker_url"] == "redis://:***@host:6379/0"
    assert lines["oidc.client_secret"] == lines["secret_key"] == "***"
    assert lines["oidc.client_id"] == "certlight"
    for shown in (repr(settings), str(settings), repr(describe(settings)), settings.model_dump_json()):
        assert PASSWORD not in shown
        assert SECRET not in shown


@given(
    user=st.text("abc%", max_size=5), password=st.text("xyz:@?&=/", min_size=1), tail=st.sampled_from(["", "/d?a=b"])
)
def test_a_password_in_an_address_is_masked_whatever_it_holds(user: str, password: str, tail: str) -> None:
    secret = f"SECRET{password.replace('?', '')}TERCES"
    shown = without_password(f"redis://{user}:{secret}@host{tail}")
    assert "SECRET" not in shown
    assert "TERCES" not in shown
    assert shown.endswith(f"@host{tail}")


def test_an_embedded_installation_makes_its_secret_once(data: Path) -> None:
    first = secrets_of(load())
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
    assert secrets_of(load()) == first
    assert first[0].get_secret_value() not in repr(first)


def _made(folder: str) -> str:
    return make_secret(Path(folder))[0].get_secret_value()


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_made, [str(tmp_path / "new")] * 12))) == 1


def test_a_secret_that_is_set_replaces_the_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_secret(data)
    monkeypatch.setenv("CERTLIGHT_SECRET_KEY", SECRET)
    assert secrets_of(load()) == (SecretStr(SECRET),)


def test_after_a_rotation_the_new_secret_signs_and_the_old_one_still_verifies(data: Path) -> None:
    (old,) = derived_keys(load(), "session/1")
    text = (data / "secret.key").read_text()
    (data / "secret.key").write_text(f"{new_secret()}\n{text}")
    new, still = derived_keys(load(), "session/1")
    assert still == old
    assert new != old
    assert derived_keys(load(), "webhook/1")[1] != old
    assert len(new) == 32


@pytest.mark.parametrize("content", ["", "short\n", "a" * 40, "密钥" * 30])
def test_a_broken_key_file_is_never_replaced(data: Path, content: str) -> None:
    (data / "secret.key").write_text(content, encoding="utf-8")
    (data / "secret.key").chmod(0o600)
    with pytest.raises(SetupError) as caught:
        secrets_of(load())
    assert caught.value.code == "settings.secret_broken"
    assert (data / "secret.key").read_text(encoding="utf-8") == content


def test_a_key_file_that_others_can_read_is_refused(data: Path) -> None:
    make_secret(data)
    (data / "secret.key").chmod(0o644)
    with pytest.raises(SetupError) as caught:
        read_secrets(data)
    assert caught.value.code == "settings.exposed"


def production(monkeypatch: pytest.MonkeyPatch, **others: str) -> Settings:
    good = {
        "PRODUCTION": "1",
        "PUBLIC_URL": "https://seals.example.cn",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": "postgresql://h/d",
    }
    for name, value in {**good, **others}.items():
        monkeypatch.setenv(f"CERTLIGHT_{name}", value)
    return load()


def test_a_sound_production_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = production(monkeypatch)
    demand_safe(settings)
    assert concerns(settings) == ()


@pytest.mark.parametrize(
    ("others", "key"),
    [
        ({"PUBLIC_URL": "http://seals.example.cn"}, "public_url"),
        ({"PUBLIC_URL": "https://localhost"}, "public_url"),
        ({"SECRET_KEY": DEMONSTRATION}, "secret_key"),
        ({"DATABASE_URL": "sqlite:////srv/c.db", "BROKER_URL": "rediss://h"}, "database_url"),
    ],
)
def test_production_does_not_start_unsafe(monkeypatch: pytest.MonkeyPatch, others: dict[str, str], key: str) -> None:
    settings = production(monkeypatch, **others)
    with pytest.raises(SetupError) as caught:
        demand_safe(settings)
    assert caught.value.code == "settings.unsafe"
    assert f"({key})" in caught.value.message.en
    assert DEMONSTRATION not in str(caught.value)


def test_production_does_not_start_with_demonstration_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match="demonstration anchors"):
        demand_safe(production(monkeypatch), demonstration_anchors=True)


def test_production_makes_no_secret_of_its_own(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = production(monkeypatch, SECRET_KEY="")
    with pytest.raises(SetupError) as caught:
        demand_safe(settings)
    assert caught.value.code == "settings.secret_missing"
    assert not (data / "secret.key").exists()
    make_secret(data)
    demand_safe(settings)


def test_one_machine_with_sqlite_may_be_production_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = production(monkeypatch, DATABASE_URL="sqlite:////srv/c.db")
    demand_safe(settings)
    assert [(concern.key, concern.blocks) for concern in concerns(settings)] == [("database_url", False)]


def test_outside_production_nothing_blocks() -> None:
    demand_safe(load(), demonstration_anchors=True)
