"""Seals in two phases, validations of sealed files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database.migrations.kinds import DOCUMENT, MOMENT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seal_preparations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("covers", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked", "ready", "spent", name="preparationstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("certificates", DOCUMENT, nullable=False),
        sa.Column("wish", DOCUMENT, nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("signed_attributes", sa.Text(), nullable=True),
        sa.Column("digest_algorithm", sa.String(length=16), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'asked' OR (draft IS NOT NULL AND signed_attributes IS NOT NULL)",
            name=op.f("ck_seal_preparations_ready"),
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_seal_preparations_subject_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_seal_preparations_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_preparations")),
    )
    op.create_index(
        op.f("ix_seal_preparations_state_expires_at"), "seal_preparations", ["state", "expires_at"], unique=False
    )
    op.create_index(op.f("ix_seal_preparations_subject_id_id"), "seal_preparations", ["subject_id", "id"], unique=False)
    op.create_index(op.f("ix_seal_preparations_version_id_id"), "seal_preparations", ["version_id", "id"], unique=False)
    op.create_table(
        "validations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("seal_id", sa.String(length=36), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=True),
        sa.Column(
            "light",
            sa.Enum("green", "yellow", "red", name="light", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("indication", sa.String(length=20), nullable=True),
        sa.Column("report", DOCUMENT, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_from", sa.String(length=64), nullable=True),
        sa.Column("validated_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.CheckConstraint("(subject_id IS NULL) = (expires_at IS NOT NULL)", name=op.f("ck_validations_public")),
        sa.ForeignKeyConstraint(["seal_id"], ["seals.id"], name=op.f("fk_validations_seal_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_validations_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validations")),
    )
    op.create_index(op.f("ix_validations_asked_from_asked_at"), "validations", ["asked_from", "asked_at"], unique=False)
    op.create_index(op.f("ix_validations_expires_at"), "validations", ["expires_at"], unique=False)
    op.create_index(
        op.f("ix_validations_subject_id_seal_id_id"), "validations", ["subject_id", "seal_id", "id"], unique=False
    )
