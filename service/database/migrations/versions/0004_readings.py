"""What was read on scans, straightened pages, extractions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database.migrations.kinds import DOCUMENT, MOMENT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_images",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("scans", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("rotation", sa.SmallInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("page >= 0 AND width > 0 AND height > 0", name=op.f("ck_page_images_numbers")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_page_images_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_images")),
    )
    op.create_index(op.f("ix_page_images_created_at"), "page_images", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_page_images_subject_id_scans_page"), "page_images", ["subject_id", "scans", "page"], unique=True
    )
    op.create_table(
        "reading_parts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("scan", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_reading_parts_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_parts")),
        sa.UniqueConstraint(
            "subject_id", "engine", "scan", "sha256", name=op.f("uq_reading_parts_subject_id_engine_scan_sha256")
        ),
    )
    op.create_index(op.f("ix_reading_parts_sha256"), "reading_parts", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_reading_parts_subject_id_used_at"), "reading_parts", ["subject_id", "used_at"], unique=False
    )
    op.create_index(op.f("ix_reading_parts_used_at"), "reading_parts", ["used_at"], unique=False)
    op.create_table(
        "extractions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("scans", sa.String(length=64), nullable=False),
        sa.Column("doc_type", sa.String(), nullable=True),
        sa.Column("type_confidence", sa.Double(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("extracted_at", MOMENT, nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_extractions_subject_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_extractions_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extractions")),
    )
    op.create_index(op.f("ix_extractions_subject_id_id"), "extractions", ["subject_id", "id"], unique=False)
    op.create_index(op.f("ix_extractions_version_id_id"), "extractions", ["version_id", "id"], unique=False)
