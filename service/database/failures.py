"""What may go wrong with any database, in the product's own errors: away, busy, or changed by somebody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine, ExceptionContext, event
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError

from certlight.errors import SetupError, UsageError
from certlight.text import Text

BUSY: Final = frozenset({"40001", "40P01", "55P03", "57014"})
"""PostgreSQL: not serialisable, deadlock, lock not available, statement cancelled by its time limit."""
UNAVAILABLE: Final = frozenset({"53100", "53200", "53300", "57P01", "57P02", "57P03", "25P03"})
"""PostgreSQL: disk full, out of memory, too many connections, shutting down, crashed, starting up, idle too long."""


def unavailable() -> SetupError:
    """The database does not answer."""
    return SetupError(
        "database.unavailable",
        Text("数据库暂时无法连接。", "The database does not answer."),
        Text("请稍后重试；若持续出现，请联系管理员。", "Try again later; if it persists, tell the administrator."),
    )


def busy() -> SetupError:
    """Another transaction held what this one needs for too long, or both needed each other's."""
    return SetupError(
        "database.busy",
        Text("数据库正忙，本次操作未保存。", "The database is busy; nothing was saved."),
        Text("请稍后重试。", "Try again in a moment."),
    )


def changed_meanwhile() -> UsageError:
    """Somebody else changed what this change started from."""
    return UsageError(
        "state.changed_meanwhile",
        Text("内容已被他人修改，本次操作未保存。", "Somebody else changed it meanwhile; nothing was saved."),
        Text("请刷新页面，查看最新内容后再操作。", "Reload the page and look at it before you try again."),
    )


def keep_values_out(engine: Engine) -> None:
    """Leave only the first line of the driver's errors: PostgreSQL's further ones quote rows, people's data."""

    @event.listens_for(engine, "handle_error")
    def shorten(context: ExceptionContext) -> None:
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None and error.args and isinstance(error.args[0], str):
                error.args = (error.args[0].partition("\n")[0], *error.args[1:])


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the driver raises into the product's errors, where the caller can do something about it."""
    try:
        yield
    except StaleDataError as error:
        raise changed_meanwhile() from error
    except TimeoutError as error:
        raise busy() from error
    except DBAPIError as error:
        known = _known(error)
        if known is None:
            raise
        raise known from error


def _known(error: DBAPIError) -> SetupError | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        name = original.sqlite_errorname or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return busy()
        return unavailable() if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL")) else None
    state = getattr(original, "sqlstate", None)
    if state in BUSY:
        return busy()
    # Without a state there was no answer at all: connecting failed, or the connection broke.
    no_answer = error.connection_invalidated or (state is None and type(original).__name__ == "OperationalError")
    return unavailable() if no_answer or state in UNAVAILABLE else None
