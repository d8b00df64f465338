"""Databases for tests: new ones, empty or copied, on SQLite and on PostgreSQL; and one that is used again and again.

Making a database takes PostgreSQL half a second, emptying one that a test has used some milliseconds.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import Connection, sql
from sqlalchemy.engine import make_url

from tests.components import POSTGRESQL


def _run(statement: sql.Composed) -> None:
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def new_database(kind: str, folder: Path, like: str | None = None) -> Iterator[str]:
    """The address of a new database, empty or a copy of ``like`` (an address); dropped afterwards."""
    name = f"certlight_test_{uuid4().hex}"
    if kind == "sqlite":
        path = folder / f"{name}.db"
        if like is not None:
            shutil.copy(str(make_url(like).database), path)
        yield f"sqlite:///{path}"
        return
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if like is not None:
        create += sql.SQL(" TEMPLATE {}").format(sql.Identifier(str(make_url(like).database)))
    _run(create)
    try:
        yield make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


_CATALOGUE = """
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
    SELECT concat_ws(' ', 'class', oid, relname, relkind) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull) FROM pg_attribute
        WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', 'constraint', oid) FROM pg_constraint
    UNION ALL SELECT concat_ws(' ', 'function', oid, xmin) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
) AS found (line)
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass
class Lent:
    """A copy of a migrated PostgreSQL database for one test after the other.

    It is given back as it was: nobody is connected, and its rows are those of the migrations. One whose tables or
    triggers a test has changed is dropped, and the next test gets a new one.
    """

    like: str
    folder: Path
    _made: ExitStack = field(default_factory=ExitStack, init=False)
    _url: str | None = field(default=None, init=False)
    _catalogue: Any = field(default=None, init=False)
    _rows: dict[str, bytes] = field(default_factory=dict, init=False)
    """Of every table as COPY writes them."""

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Its address."""
        if self._url is None:
            self._url = self._made.enter_context(new_database("postgresql", self.folder, like=self.like))
            with psycopg.connect(self._url) as connection:
                self._catalogue = _catalogue(connection)
                self._rows = {table: _rows(connection, table) for table in _tables(connection)}
        try:
            yield self._url
        finally:
            if not self._emptied(self._url):
                self.close()

    def close(self) -> None:
        """Drop it."""
        self._url = None
        self._made.close()

    def _emptied(self, url: str) -> bool:
        try:
            with psycopg.connect(url) as connection:
                connection.execute(_END_OTHERS)
                if _catalogue(connection) != self._catalogue:
                    return False
                # Neither the triggers that keep history nor references hold now. Superusers may say so.
                connection.execute("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '10s'")
                for table, rows in self._rows.items():
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                    if rows:
                        into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                        with connection.cursor().copy(into) as copy:
                            copy.write(rows)
                return True
        except psycopg.Error:
            return False


def _catalogue(connection: Connection[Any]) -> Any:
    return connection.execute(_CATALOGUE).fetchone()


def _tables(connection: Connection[Any]) -> list[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return [row[0] for row in found]


def _rows(connection: Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(piece) for piece in copy)
