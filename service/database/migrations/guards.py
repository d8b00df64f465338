"""Triggers that keep history: rows that nobody may delete, and rows that nobody may change either.

They hold against every program that connects as an ordinary user, our own mistakes first. Released steps call these
functions, so what they write is never changed. A step that writes a guarded table anew (a batch on SQLite) loses its
triggers and has to guard it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from alembic import op

_REFUSE: Final = """
CREATE OR REPLACE FUNCTION certlight_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are kept as they are', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def keep(tables: Iterable[str]) -> None:
    """Refuse to delete rows of these tables."""
    for table in tables:
        _guard(table, "DELETE")


def keep_unchanged(tables: Iterable[str]) -> None:
    """Refuse to delete or to change rows of these tables."""
    for table in tables:
        _guard(table, "DELETE")
        _guard(table, "UPDATE")


def _guard(table: str, action: str) -> None:
    name = f"keep_{table}_{action.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are kept as they are'); END"
        )
        return
    op.execute(_REFUSE)
    op.execute(f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW EXECUTE FUNCTION certlight_keep()")
    if action == "DELETE":
        op.execute(
            f"CREATE TRIGGER keep_{table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION certlight_keep()"
        )
