"""What Alembic runs: the steps, in the connection and the transaction that ``upgrade.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from service.database.migrations.comparison import OPTIONS
from service.database.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, **OPTIONS)
with context.begin_transaction():
    context.run_migrations()
