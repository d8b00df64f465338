"""Databases for tests: each test gets one of its own, migrated, on SQLite and on PostgreSQL in turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from service.database.base import open_database
from service.database.migrations.upgrade import migrate
from tests.components import POSTGRESQL, require
from tests.service.api_client import Api

KINDS = ("sqlite", "postgresql")


def _run(statement: sql.Composed) -> None:
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def _new_database(kind: str, folder: Path, like: str | None = None) -> Iterator[str]:
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


@pytest.fixture(scope="session", params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which of the two it is; a test that asks for any database runs on both."""
    kind: str = request.param
    if kind == "postgresql":
        require("postgresql")
    return kind


@pytest.fixture
def empty_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    with _new_database(database_kind, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def _migrated(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database that others are copied from; nobody stays connected to it."""
    with _new_database(database_kind, tmp_path_factory.mktemp("databases")) as url:
        engine = open_database(url)
        migrate(engine)
        # Closing the last connection also takes SQLite's log into the file.
        engine.dispose()
        yield url


@pytest.fixture
def database_url(database_kind: str, _migrated: str, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database without rows of people."""
    with _new_database(database_kind, tmp_path, like=_migrated) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated database."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def api(engine: Engine, tmp_path: Path) -> Api:
    """The API over a migrated database; see :mod:`tests.service.api_client`."""
    return Api(engine, tmp_path)
