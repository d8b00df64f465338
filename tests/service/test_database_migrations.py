"""Migrations: from nothing, from every version before, at once from several programs; and no drift from the code."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, create_engine, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, MetaData

from certlight.errors import SetupError
from service.database.base import open_database, reading, transaction
from service.database.migrations.comparison import OPTIONS
from service.database.migrations.upgrade import configuration, head, is_current, migrate
from service.database.subjects import Person, PersonBinding, Subject
from service.database.tables import METADATA
from tests.service.rows import NOW, a_subject, sha

ROOT = Path(__file__).resolve().parents[2]
STEPS = [step.revision for step in ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]
HISTORY = ("operation_log", "checks", "seals", "cross_checks", "continuations", "subject_names")
"""Tables whose rows nobody may change."""


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    engine = open_database(empty_url)
    yield engine
    engine.dispose()


def drift(connection: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), METADATA)


def test_from_nothing_to_what_the_code_says(empty: Engine) -> None:
    assert not is_current(empty)
    migrate(empty)
    assert is_current(empty)
    with empty.connect() as connection:
        assert drift(connection) == []
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_drift_would_be_seen(engine: Engine) -> None:
    """The comparison above is no empty promise."""
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_jobs_state_lease_until"))
        connection.execute(text("ALTER TABLE jobs ADD COLUMN extra INTEGER"))
        assert {difference[0] for difference in drift(connection)} == {"add_index", "remove_column"}


def _checks(connection: Connection) -> dict[str, set[str]]:
    found = inspect(connection)
    return {
        table: {f"{check['name']}: {_bare(str(check['sqltext']))}" for check in found.get_check_constraints(table)}
        for table in METADATA.tables
    }


def _bare(sql: str) -> str:
    return "".join(sql.split())


def _partial_indexes(connection: Connection) -> dict[str, str]:
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }[connection.dialect.name]
    conditions = {name: _bare((sql or "").partition(" WHERE ")[2]) for name, sql in connection.execute(text(query))}
    return {name: condition for name, condition in conditions.items() if condition}


def test_checks_and_conditions_of_indexes_are_those_of_the_code(engine: Engine, empty: Engine) -> None:
    """Alembic compares neither: a member added to an enumeration without a migration would fail in production only."""
    with empty.begin() as connection:
        METADATA.create_all(connection)
        expected, conditions = _checks(connection), _partial_indexes(connection)
    with engine.connect() as connection:
        assert _checks(connection) == expected
        assert _partial_indexes(connection) == conditions
    assert len(conditions) >= 4
    assert any("document_versions" in table and checks for table, checks in expected.items())


@pytest.mark.parametrize("step", STEPS[:-1])
def test_from_every_version_before_with_its_rows(empty: Engine, step: str) -> None:
    migrate(empty, step)
    assert not is_current(empty)
    with empty.begin() as connection:
        # As that version wrote it: the tables of today may have more columns.
        connection.execute(
            text(
                "INSERT INTO subjects (id, name, credit_code, created_at, active) VALUES (:id, '企业', :code, :at, :on)"
            ),
            {"id": "before", "code": "91210100MA00000001", "at": NOW.isoformat(" "), "on": True},
        )
    migrate(empty)
    assert is_current(empty)
    with empty.connect() as connection:
        assert drift(connection) == []
        assert connection.execute(text("SELECT id FROM subjects")).scalars().all() == ["before"]
    with reading(empty) as session:
        assert session.scalars(select(Subject.row_version)).one() == 1


def test_there_is_a_version_before() -> None:
    assert len(STEPS) >= 2
    assert STEPS[-1] == head()


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        a_subject(session)
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM subjects")).scalar_one() == 1


def test_programs_that_start_at_the_same_time(empty_url: str) -> None:
    """Each waits until all have opened the database; then they migrate."""
    code = (
        "import sys; from service.database.engine import open_database; "
        "from service.database.migrations.upgrade import is_current, migrate; "
        "engine = open_database(sys.argv[1]); assert not is_current(engine); print('ready', flush=True); "
        "sys.stdin.readline(); migrate(engine); assert is_current(engine)"
    )
    command = [sys.executable, "-c", code, empty_url]
    programs = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, cwd=ROOT) for _ in range(3)]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    ended = [program.communicate(timeout=120) for program in programs]
    assert [program.returncode for program in programs] == [0, 0, 0], [errors for _, errors in ended]


def test_threads_that_migrate_databases_of_their_own(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        engine = open_database(f"sqlite:///{tmp_path / str(number)}.db")
        try:
            migrate(engine)
            with engine.connect() as connection:
                assert drift(connection) == []
        except BaseException as error:
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SetupError) as refused:
        migrate(engine)
    assert refused.value.code == "database.newer"
    assert not is_current(engine)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_references_hold_again_after_an_upgrade(engine: Engine) -> None:
    """SQLite checks none while tables are written anew; what was broken meanwhile stops the upgrade."""
    with transaction(engine) as session:
        a_subject(session)
    migrate(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("INSERT INTO subject_capacities VALUES ('nobody', 'bidder')"))
    plain = create_engine(engine.url)
    with plain.begin() as connection:
        connection.execute(text("INSERT INTO subject_capacities VALUES ('nobody', 'bidder')"))
    plain.dispose()
    with pytest.raises(SetupError) as refused:
        migrate(engine)
    assert refused.value.code == "database.broken_references"


def test_every_table_of_history_is_guarded(engine: Engine) -> None:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[engine.dialect.name]
    with engine.connect() as connection:
        triggers = set(connection.execute(text(query)).scalars())
    kept = {name.removeprefix("keep_").removesuffix("_delete") for name in triggers if name.endswith("_delete")}
    unchanged = {name.removeprefix("keep_").removesuffix("_update") for name in triggers if name.endswith("_update")}
    assert unchanged == set(HISTORY)
    assert kept >= {
        *HISTORY,
        "operation_log_head",
        "documents",
        "document_versions",
        "pushes",
        "person_bindings",
        "users",
    }
    assert kept <= set(METADATA.tables)


def test_people_are_bound_to_one_enterprise_at_a_time(engine: Engine) -> None:
    def bind(ended_at: datetime | None) -> None:
        with transaction(engine) as session:
            row = PersonBinding(subject_id=subject.id, person_id=person.id, bound_at=NOW, ended_at=ended_at)
            session.add(row)

    with transaction(engine) as session:
        subject = a_subject(session)
        person = Person(name="张三", identity_last_four="002X", identity_digest=sha("a number"), created_at=NOW)
        session.add(person)
    for ended_at in (NOW, NOW, None):
        bind(ended_at)
    with pytest.raises(IntegrityError):
        bind(None)


def test_tables_of_an_enterprise_say_whose_a_row_is() -> None:
    """Those without ``subject_id`` are the platform's own, each for a reason."""
    platform = {
        "subjects",  # are the tenants
        "people",  # one row whoever names them; bindings say where they belong
        "domains",
        "operation_log_head",
        "idempotency_keys",  # belong to whoever sent the request
        "user_certificates",
        "login_sessions",
        "login_challenges",
        "login_attempts",
        "api_tokens",  # belong to a user, who belongs to a tenant
        "chores",  # are the clock's
    }
    assert {name for name, table in METADATA.tables.items() if "subject_id" not in table.columns} == platform


def test_lists_of_an_enterprise_have_an_index(engine: Engine) -> None:
    """Every table with a tenant can be listed by tenant without reading the others' rows."""
    found = inspect(engine)
    without = []
    for name, table in METADATA.tables.items():
        if "subject_id" in table.columns:
            first = {str(index["column_names"][0]) for index in found.get_indexes(name)}
            first.add(found.get_pk_constraint(name)["constrained_columns"][0])
            without += [name] if "subject_id" not in first else []
    # Carried by their parent, and never listed alone.
    assert set(without) <= {"users"}


def test_names_fit_into_postgresql_and_are_unique() -> None:
    names: list[str] = []
    for table in METADATA.tables.values():
        names += [str(index.name) for index in table.indexes]
        names += [str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)]
        for index in table.indexes:
            for dialect in (sqlite.dialect(), postgresql.dialect()):
                assert str(index.name) in str(CreateIndex(index).compile(dialect=dialect))
    assert [name for name in names if len(name) > 63] == []
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert isinstance(METADATA, MetaData)
