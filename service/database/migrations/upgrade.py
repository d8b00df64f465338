"""The one call that brings a database to the version this program needs, and the question whether it is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from certlight.errors import SetupError
from certlight.text import Text
from service.database.failures import translated

_LOCK: Final = 0x6365_7274_6C69_6768
"""Any number nobody else uses ("certligh")."""

_ALEMBIC: Final = threading.Lock()
"""Alembic keeps what it works on in globals: one migration at a time in a process, whichever database it is for."""


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run all steps that the database has not seen, in one transaction: all of them are kept, or none.

    Programs that start at the same time wait for each other. Raises SetupError ``database.newer`` for a database that
    a newer program has migrated, ``database.broken_references`` (nothing is kept), and ``database.unavailable``.
    """
    with _ALEMBIC, translated(), _alone(engine) as connection:
        present = _revision(connection)
        if present is not None and present not in _known():
            raise SetupError(
                "database.newer",
                Text("数据库由更新版本的程序建立。", "A newer program has written this database."),
                Text("请升级本程序，或恢复升级前的备份。", "Upgrade this program, or restore the backup."),
            )
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise SetupError(
                "database.broken_references",
                Text("数据库升级后记录不完整，已撤销升级。", "Rows would refer to nothing; nothing was upgraded."),
                Text("请联系维护者，并保留当前数据。", "Tell the maintainers, and keep the data as it is."),
            )


def is_current(engine: Engine) -> bool:
    """Whether the database is at the version this program needs. Raises SetupError ``database.unavailable``."""
    with translated(), engine.connect() as connection:
        return _revision(connection) == head()


def head() -> str | None:
    """The version this program needs."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def knows(revision: str) -> bool:
    """Whether this program can bring a database from ``revision`` to its own version."""
    return revision in _known()


def configuration() -> Config:
    """Alembic's settings: the steps of this package, and nothing from files beside the database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known() -> set[str]:
    return {step.revision for step in ScriptDirectory.from_config(configuration()).walk_revisions()}


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other migration runs beside."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Outside of any transaction, or it has no effect. Tables that are written anew are referred to.
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                raw.execute("PRAGMA foreign_keys=ON")
            return
        with connection.begin():
            for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection
