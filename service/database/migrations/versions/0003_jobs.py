"""Jobs that wait for the jobs they started, and the clock's chores."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from service.database.migrations.kinds import DOCUMENT, MOMENT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES: Final = ("queued", "running", "waiting", "done", "failed", "parked", "cancelled")
INDEXES: Final = (
    ("batch_id", "state"),
    ("object_kind", "object_id", "id"),
    ("state", "lease_until"),
    ("state", "priority", "not_before", "id"),
    ("subject_id", "id"),
)


def upgrade() -> None:
    op.create_table(
        "chores",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _written_anew()
        return
    allowed = ", ".join(f"'{state}'" for state in STATES)
    op.drop_constraint(op.f("ck_jobs_jobstate"), "jobs", type_="check")
    op.create_check_constraint(op.f("ck_jobs_jobstate"), "jobs", sa.text(f"state IN ({allowed})"))


def _written_anew() -> None:
    """SQLite changes no CHECK: a new table, its rows copied, takes the old one's place."""
    table = op.create_table(
        "jobs_anew",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                *("read", "check", "seal", "validate", "report", "batch"),
                name=op.f("ck_jobs_jobkind"),
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(*STATES, name=op.f("ck_jobs_jobstate"), native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=True),
        sa.Column("object_id", sa.String(), nullable=True),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("deadline_at", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=False),
        sa.Column("progress_stage", sa.String(), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested_at", MOMENT, nullable=True),
        sa.Column("error", DOCUMENT, nullable=True),
        sa.Column("result", DOCUMENT, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'running') = (lease_owner IS NOT NULL)", name=op.f("ck_jobs_lease_owner")),
        sa.CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_jobs_lease_until")),
        sa.CheckConstraint("attempts >= 0 AND priority BETWEEN 0 AND 9", name=op.f("ck_jobs_numbers")),
        # The one it will be.
        sa.ForeignKeyConstraint(["batch_id"], ["jobs.id"], name=op.f("fk_jobs_batch_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_jobs_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    columns = ", ".join(table.columns.keys())
    op.execute(f"INSERT INTO jobs_anew ({columns}) SELECT {columns} FROM jobs")
    op.drop_table("jobs")
    op.rename_table("jobs_anew", "jobs")
    for names in INDEXES:
        op.create_index(op.f(f"ix_jobs_{'_'.join(names)}"), "jobs", list(names), unique=False)
