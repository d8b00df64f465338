"""Domains have an English name; webhooks end, and say when they were last tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database.migrations.kinds import MOMENT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("domains", sa.Column("name_en", sa.String(), nullable=True))
    op.add_column("webhooks", sa.Column("gone_at", MOMENT, nullable=True))
    op.add_column("webhooks", sa.Column("removed_at", MOMENT, nullable=True))
    op.add_column("webhook_deliveries", sa.Column("last_attempt_at", MOMENT, nullable=True))
    op.create_index(
        op.f("ix_webhook_deliveries_webhook_id_id"), "webhook_deliveries", ["webhook_id", "id"], unique=False
    )
