"""New databases for tests, empty or copied, on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
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
