"""Transactions: whole or not at all, readers that cannot write, waiting that ends, failures in the product's words."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certlight.errors import CertlightError
from service.database import engine as engines
from service.database.base import open_database, reading, transaction
from service.database.subjects import Subject
from tests.service.rows import a_subject


def count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM subjects")).scalar_one())


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(CertlightError) as refused:
        work()
    return refused.value.code


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "mysql://root@127.0.0.1/x",
        "postgresql+asyncpg://root@127.0.0.1/x",
        "postgresql+psycopg2://root:secret@127.0.0.1/x",
    ],
)
def test_other_addresses_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(CertlightError) as refused:
        open_database(url)
    assert refused.value.code == "database.url"
    assert "secret" not in str(refused.value)


def test_a_transaction_is_kept_or_it_is_not(engine: Engine) -> None:
    def fail() -> None:
        with transaction(engine) as session:
            a_subject(session, 2)
            raise LookupError

    with transaction(engine) as session:
        kept = a_subject(session, 1)
    with pytest.raises(LookupError):
        fail()
    with reading(engine) as session:
        assert count(session) == 1
        assert session.get_one(Subject, kept.id).name == "企业1"
    # Objects stay usable without a session.
    assert kept.name == "企业1"


def test_a_reader_cannot_write_and_the_next_writer_can(engine: Engine) -> None:
    def write_in_a_reader() -> None:
        with reading(engine) as session:
            a_subject(session)

    for _ in range(3):
        with pytest.raises(DBAPIError, match=r"read-only|readonly"):
            write_in_a_reader()
    with transaction(engine) as session:
        a_subject(session)
    with reading(engine) as session:
        assert count(session) == 1


def test_a_reader_sees_one_state(engine: Engine) -> None:
    with reading(engine) as session:
        assert count(session) == 0
        with transaction(engine) as writer:
            a_subject(writer)
        assert count(session) == 0
    with reading(engine) as session:
        assert count(session) == 1


def test_writers_that_read_first_lose_nothing(engine: Engine) -> None:
    """Read, compute, write, eight at a time: on SQLite the second of two such transactions would fail, begun late."""
    with transaction(engine) as session:
        subject = a_subject(session).id
        session.get_one(Subject, subject).name = "0"
    failures: list[BaseException] = []

    def add_one() -> None:
        try:
            for _ in range(5):
                with transaction(engine) as session:
                    row = session.get_one(Subject, subject, with_for_update=True)
                    row.name = str(int(row.name) + 1)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading(engine) as session:
        assert session.get_one(Subject, subject).name == "40"


def test_waiting_for_a_lock_ends(database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WAIT_SECONDS", 1)
    impatient = open_database(database_url)
    with transaction(engine) as session:
        subject = a_subject(session)

    def change() -> None:
        with transaction(impatient) as session:
            session.get_one(Subject, subject.id).name = "乙"

    with transaction(engine) as session:
        session.get_one(Subject, subject.id).name = "甲"
        session.flush()
        assert code_of(change) == "database.busy"
    change()
    impatient.dispose()


def test_a_pool_that_is_used_up_is_busy(database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WAIT_SECONDS", 1)
    monkeypatch.setattr(engines, "POOL_SIZE", 1)
    small = open_database(database_url)

    def third() -> None:
        with reading(small), reading(small), reading(small) as session:
            count(session)

    assert code_of(third) == "database.busy"
    small.dispose()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_cut_is_unavailable_once(engine: Engine) -> None:
    def cut() -> None:
        with transaction(engine) as session:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    assert code_of(cut) == "database.unavailable"
    with reading(engine) as session:
        assert count(session) == 0


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_the_address_asks_for_counts(database_url: str) -> None:
    own = open_database(f"{database_url}?options=-c%20statement_timeout%3D1234")
    with reading(own) as session:
        shown = {name: session.execute(text(f"SHOW {name}")).scalar_one() for name in ("statement_timeout", "TimeZone")}
    assert shown == {"statement_timeout": "1234ms", "TimeZone": "UTC"}
    own.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_sqlite_is_set_up_for_several_processes_and_power_cuts(engine: Engine) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    with reading(engine) as session:
        assert {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in expected} == expected


def test_a_new_database_file_is_its_owners_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "data" / "certlight.db"
        engine = open_database(f"sqlite:///{path}")
        assert not path.parent.exists()
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (a INTEGER)"))
            rights = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert set(rights) == {"certlight.db", "certlight.db-wal", "certlight.db-shm"}
        assert set(rights.values()) == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        engine.dispose()
    finally:
        os.umask(before)


def test_a_file_that_is_no_database_and_a_folder_are_refused(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}")

    def look() -> None:
        with reading(engine) as session:
            session.execute(text("SELECT 1"))

    assert code_of(look) == "database.unavailable"
    engine.dispose()
