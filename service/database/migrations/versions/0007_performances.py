"""Enterprises: former names, counted changes. Performances: category; supporting material: what it is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database.migrations.guards import keep_unchanged
from service.database.migrations.kinds import MOMENT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain additions: writing guarded tables anew would lose their triggers on SQLite.
    op.add_column("subjects", sa.Column("row_version", sa.Integer(), server_default="1", nullable=False))
    op.create_index(op.f("ix_subjects_name"), "subjects", ["name"], unique=False)
    op.create_table(
        "subject_names",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_subject_names_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_names")),
    )
    op.create_index(op.f("ix_subject_names_subject_id_id"), "subject_names", ["subject_id", "id"], unique=False)
    keep_unchanged(("subject_names",))
    op.add_column("performances", sa.Column("category", sa.String(length=40), nullable=True))
    op.add_column(
        "supporting_materials",
        sa.Column("purpose", sa.String(length=40), server_default="evidence", nullable=False),
    )
    op.add_column("supporting_materials", sa.Column("kind", sa.String(), nullable=True))
