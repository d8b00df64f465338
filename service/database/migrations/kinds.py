"""Kinds of columns as steps write them, and as Alembic writes them into new ones. Never changed, like the steps."""

from __future__ import annotations

from typing import Any, Final, Literal

import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.dialects import postgresql

from service.database.columns import UtcDateTime

MOMENT: Final = sa.DateTime(timezone=True)
DOCUMENT: Final = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Alembic's ``render_item``: our kinds by their names here, and everything else as it usually does."""
    name = {UtcDateTime: "MOMENT", sa.JSON: "DOCUMENT"}.get(type(item)) if kind == "type" else None
    if name is None:
        return False
    context.imports.add(f"from service.database.migrations.kinds import {name}")
    return name
