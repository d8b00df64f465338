"""Lists by last change."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_document_versions_subject_id_changed_at_id"),
        "document_versions",
        ["subject_id", "changed_at", "id"],
        unique=False,
    )
