"""How tables in the code and tables in a database are compared."""

from __future__ import annotations

from typing import Any, Final

from service.database.migrations.kinds import render

OPTIONS: Final[dict[str, Any]] = {
    # SQLite changes tables by writing them anew; batches do the same everywhere.
    "render_as_batch": True,
    "render_item": render,
    "compare_type": True,
    "compare_server_default": True,
    # On both databases all steps of one upgrade are kept, or none.
    "transactional_ddl": True,
    "transaction_per_migration": False,
}
