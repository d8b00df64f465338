"""Opening a database and working in it: one writing and one reading transaction, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from certlight.errors import SetupError
from certlight.text import Text
from service.database.failures import keep_values_out, translated

WAIT_SECONDS: Final = 10
"""How long a transaction waits for another one's lock."""
STATEMENT_SECONDS: Final = 60
"""How long PostgreSQL lets one statement run, and a transaction do nothing."""
POOL_SIZE: Final = 10

_READING: Final = "certlight_reading"


def open_database(url: str) -> Engine:
    """An engine on ``sqlite:///path`` or ``postgresql://…``; no connection is made yet.

    SQLite keeps a write-ahead log, checks foreign keys and makes every commit durable (``synchronous=FULL``); its file
    is readable by its owner only. Values never appear in the errors of the engine: they are people's data.

    Raises SetupError ``database.url`` for any other address.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise _refused() from error
    common: dict[str, Any] = {
        "hide_parameters": True,
        "json_serializer": lambda value: json.dumps(value, ensure_ascii=False, allow_nan=False),
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_SIZE,
        "pool_timeout": WAIT_SECONDS,
    }
    if address.drivername in ("sqlite", "sqlite+pysqlite"):
        engine = _sqlite(address, common)
    elif address.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        engine = _postgresql(address, common)
    else:
        raise _refused()
    keep_values_out(engine)
    return engine


def _refused() -> SetupError:
    # The address itself may hold a password.
    return SetupError(
        "database.url",
        Text("数据库地址无法使用。", "This database address cannot be used."),
        Text(
            "请使用 sqlite:///文件路径 或 postgresql://用户:密码@主机/数据库。",
            "Use sqlite:///path or postgresql://user:password@host/database.",
        ),
    )


def _sqlite(address: URL, common: dict[str, Any]) -> Engine:
    # A database in memory belongs to one connection, and worker processes could not share it.
    if not address.database or address.database.startswith((":memory:", "file:")):
        raise _refused()
    path = Path(address.database)
    engine = create_engine(
        address.set(drivername="sqlite+pysqlite"), connect_args={"timeout": WAIT_SECONDS, "uri": False}, **common
    )

    @event.listens_for(engine, "do_connect")
    def private(*_: object) -> None:
        # The log and its index take over the rights of the file they belong to.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # The driver would begin transactions of its own choosing, and only before some statements.
        connection.isolation_level = None
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != "wal":
            raise SetupError(
                "database.no_wal",
                Text("数据目录所在的文件系统不支持数据库日志。", "The file system cannot hold the database's log."),
                Text("请将数据目录放在本机磁盘上。", "Put the data directory on a local disk."),
            )
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        only_reads = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if only_reads else 'OFF'}")
        # A transaction that reads first and writes later could find that another one wrote in between, and would
        # have to start over. One that may write therefore takes the lock for writing at once.
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    return engine


def _postgresql(address: URL, common: dict[str, Any]) -> Engine:
    settings = {
        "timezone": "UTC",
        "lock_timeout": f"{WAIT_SECONDS}s",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{STATEMENT_SECONDS}s",
    }
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    theirs = address.query.get("options", "")
    # What the address asks for comes last, and counts.
    options = f"{ours} {theirs if isinstance(theirs, str) else ' '.join(theirs)}".strip()
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args={"options": options, "connect_timeout": WAIT_SECONDS},
        pool_pre_ping=True,
        pool_recycle=1800,
        **common,
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that writes: committed when the block ends, rolled back when it raises.

    Objects stay usable afterwards. On SQLite the transactions of this kind run one after another.
    Raises SetupError ``database.unavailable`` or ``database.busy`` (both worth another try), and UsageError
    ``state.changed_meanwhile`` when a row to be changed was changed by somebody else.
    """
    with translated(), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one state of a consistent database and can change nothing: an attempt fails.

    Raises as :func:`transaction` does.
    """
    with translated(), engine.connect() as plain:
        connection = plain.execution_options(
            **{_READING: True},
            postgresql_readonly=True,
            **({"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}),
        )
        with Session(connection, expire_on_commit=False) as session, session.begin():
            yield session


def is_unique_violation(error: DBAPIError) -> bool:
    """Whether a statement failed because a value exists already that may exist once."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return original.sqlite_errorname in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
    return getattr(original, "sqlstate", None) == "23505"
