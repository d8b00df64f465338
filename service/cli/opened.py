"""The database that an administrator's command works on: that of the settings, or one named by ``--database``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certlight.errors import SetupError
from certlight.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.settings import Settings

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="数据库地址，默认按设置  Database URL, by default that of the settings"),
]


@contextmanager
def opened_database(database: str | None, settings: Settings | None = None, *, found: bool = False) -> Iterator[Engine]:
    """The database, at this program's version. With ``found`` a new one is made where there is none.

    ``settings`` are the installation's, where the caller has read them; with ``database`` none are needed.

    A database of another version is never touched: the service that uses it may be running. Raises SetupError
    ``database.missing``.
    """
    from service.database.base import open_database
    from service.database.migrations.upgrade import is_current, migrate
    from service.settings import load

    if database is None:
        database = (settings or load()).database_url.get_secret_value()
    engine = open_database(database)
    try:
        new = _is_new(engine)
        if new and found:
            migrate(engine)
        elif new or not is_current(engine):
            raise SetupError(
                "database.missing",
                Text(
                    "数据库不存在，或尚未升级到本程序的版本。",
                    "There is no database here, or not one of this program's version.",
                ),
                Text(
                    "请用 --database 指定数据库地址，并先启动一次服务。",
                    "Name it with --database, and start the service once.",
                ),
            )
        yield engine
    finally:
        engine.dispose()


def _is_new(engine: Engine) -> bool:
    """Whether no program ever made tables there; asking makes no file."""
    from sqlalchemy import inspect

    from service.database.failures import translated

    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).is_file():
        return True
    with translated():
        return not inspect(engine).has_table("alembic_version")
