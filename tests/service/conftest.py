"""Databases for tests: each test gets one of its own, migrated, on SQLite and on PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.database.base import open_database
from service.database.migrations.upgrade import migrate
from tests.components import require
from tests.service.api_client import Api
from tests.service.databases import Lent, new_database

KINDS = ("sqlite", "postgresql")


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
    with new_database(database_kind, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def _migrated(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database that others are copied from; nobody stays connected to it."""
    with new_database(database_kind, tmp_path_factory.mktemp("databases")) as url:
        engine = open_database(url)
        migrate(engine)
        # Closing the last connection also takes SQLite's log into the file.
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def _lent(database_kind: str, _migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lent]:
    """PostgreSQL's, for one test after the other."""
    lent = Lent(_migrated, tmp_path_factory.mktemp("databases"))
    yield lent
    lent.close()


@pytest.fixture
def database_url(database_kind: str, _migrated: str, _lent: Lent, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database without rows of people: a copied file, or a database used in turn."""
    with _lent.lend() if database_kind == "postgresql" else new_database("sqlite", tmp_path, like=_migrated) as url:
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
