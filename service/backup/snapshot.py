"""One state of the database: a dump of it, and a session that sees the same."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, func, inspect, select, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import MetaData, Table

from service.backup.archive import DUMPS
from service.backup.refusals import tool_failed, tool_missing
from service.database.engine import open_database, reading
from service.database.failures import translated

_VERSION: Final = "alembic_version"
_PATIENT: Final = "-c idle_in_transaction_session_timeout=0 -c statement_timeout=0"
"""The transaction that holds the snapshot lasts as long as the files take."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was dumped."""

    kind: str
    """``sqlite`` or ``postgresql``."""
    dump: Path
    revision: str
    tables: dict[str, int]
    session: Session
    """Sees what was dumped, and nothing that happened since."""


@contextmanager
def snapshot(engine: Engine, folder: Path) -> Iterator[Snapshot]:
    """Dump the database into ``folder`` while others write. Raises SetupError ``backup.tool_*``, ``database.*``."""
    kind = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
    dump = folder / DUMPS[kind]
    with (_sqlite if kind == "sqlite" else _postgresql)(engine, dump) as session:
        yield Snapshot(kind, dump, revision_of(session), counted(session), session)


def counted(session: Session) -> dict[str, int]:
    """Rows of every table."""
    names = inspect(session.connection()).get_table_names()
    metadata = MetaData()
    return {
        name: session.scalar(select(func.count()).select_from(Table(name, metadata))) or 0 for name in sorted(names)
    }


def revision_of(session: Session) -> str:
    """Which version the tables are of."""
    return str(session.scalar(text(f"SELECT version_num FROM {_VERSION}")))


@contextmanager
def _sqlite(engine: Engine, dump: Path) -> Iterator[Session]:
    with (
        translated(),
        closing(sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(dump)) as target,
    ):
        # In one step, which sees one state: writers go on, into the write-ahead log.
        source.backup(target)
        # A copy needs no log beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    dump.chmod(0o600)
    # Looked at as a copy of the copy would be: opening it for reading leaves its bytes alone.
    copy = open_copy(dump)
    try:
        with reading(copy) as session:
            yield session
    finally:
        copy.dispose()


def open_copy(dump: Path) -> Engine:
    """An engine on a dump of SQLite that changes nothing of it."""
    connection = sqlite3.connect(f"file:{dump}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool, hide_parameters=True)


@contextmanager
def _postgresql(engine: Engine, dump: Path) -> Iterator[Session]:
    given = engine.url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} {_PATIENT}".strip()
    patient = engine.url.update_query_dict({"options": options})
    own = open_database(patient.render_as_string(hide_password=False))
    try:
        with reading(own) as session:
            name = str(session.scalar(text("SELECT pg_export_snapshot()")))
            major = int(str(session.scalar(text("SHOW server_version_num")))) // 10000
            run_tool("pg_dump", major, engine.url, "--format=custom", f"--snapshot={name}", "--no-owner",
                     "--no-privileges", f"--file={dump}")  # fmt: skip
            dump.chmod(0o600)
            yield session
    finally:
        own.dispose()


def run_tool(program: str, major: int, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on a database; its password goes by the environment, unseen by other users.

    Raises SetupError ``backup.tool_missing``, ``backup.tool_failed``.
    """
    path = shutil.which(program)
    if path is None or _major(path) < major:
        raise tool_missing(program, major)
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(
        [path, "--no-password", f"--dbname={address}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise tool_failed(program, done.returncode)


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(?:\.\d+)?", said)
    return int(found[1]) if found else 0
