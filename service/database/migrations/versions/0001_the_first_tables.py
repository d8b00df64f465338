"""The first tables: everything but accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database.migrations.guards import keep, keep_unchanged
from service.database.migrations.kinds import DOCUMENT, MOMENT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OPEN = "state IN ('checked_green', 'checked_red', 'checked_yellow', 'draft', 'filled', 'marked', 'scanned', 'sealed')"


def upgrade() -> None:
    op.create_table(
        "domains",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domains")),
        sa.UniqueConstraint("code", name=op.f("uq_domains_code")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_sha256", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("headers", DOCUMENT, nullable=True),
        sa.Column("body", DOCUMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_expires_at"), "idempotency_keys", ["expires_at"], unique=False)
    op.create_table(
        "operation_log",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "actor_role",
            sa.Enum(
                "clerk",
                "enterprise_admin",
                "reviewer",
                "platform_admin",
                "auditor",
                "station",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("details", DOCUMENT, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_operation_log")),
        sa.UniqueConstraint("hash", name=op.f("uq_operation_log_hash")),
    )
    op.create_index(op.f("ix_operation_log_actor_id_seq"), "operation_log", ["actor_id", "seq"], unique=False)
    op.create_index(
        op.f("ix_operation_log_object_kind_object_id_seq"),
        "operation_log",
        ["object_kind", "object_id", "seq"],
        unique=False,
    )
    op.create_index(op.f("ix_operation_log_subject_id_seq"), "operation_log", ["subject_id", "seq"], unique=False)
    op.create_table(
        "operation_log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_operation_log_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_log_head")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("identity_last_four", sa.String(), nullable=False),
        sa.Column("identity_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("identity_digest", name=op.f("uq_people_identity_digest")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credit_code", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_subjects_credit_code_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_subjects_credit_code")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("doc_type", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_documents_person_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["documents.id"], name=op.f("fk_documents_replaces_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_documents_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_person_id"), "documents", ["person_id"], unique=False)
    op.create_index(op.f("ix_documents_replaces_id"), "documents", ["replaces_id"], unique=False)
    op.create_index(
        op.f("ix_documents_subject_id_doc_type_id"), "documents", ["subject_id", "doc_type", "id"], unique=False
    )
    op.create_index(op.f("ix_documents_subject_id_id"), "documents", ["subject_id", "id"], unique=False)
    op.create_index(op.f("ix_documents_subject_id_number"), "documents", ["subject_id", "number"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "read",
                "check",
                "seal",
                "validate",
                "report",
                "batch",
                name="jobkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "parked",
                "cancelled",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
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
        sa.ForeignKeyConstraint(["batch_id"], ["jobs.id"], name=op.f("fk_jobs_batch_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_jobs_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_batch_id_state"), "jobs", ["batch_id", "state"], unique=False)
    op.create_index(op.f("ix_jobs_object_kind_object_id_id"), "jobs", ["object_kind", "object_id", "id"], unique=False)
    op.create_index(op.f("ix_jobs_state_lease_until"), "jobs", ["state", "lease_until"], unique=False)
    op.create_index(
        op.f("ix_jobs_state_priority_not_before_id"), "jobs", ["state", "priority", "not_before", "id"], unique=False
    )
    op.create_index(op.f("ix_jobs_subject_id_id"), "jobs", ["subject_id", "id"], unique=False)
    op.create_table(
        "person_bindings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.Column("bound_by", sa.String(length=36), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("details", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_bindings_person_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_person_bindings_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_bindings")),
    )
    op.create_index(op.f("ix_person_bindings_person_id_id"), "person_bindings", ["person_id", "id"], unique=False)
    op.create_index(
        op.f("ix_person_bindings_subject_id_ended_at_id"),
        "person_bindings",
        ["subject_id", "ended_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_person_bindings_present",
        "person_bindings",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "subject_capacities",
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "bidder", "tenderer", "agency", name="subjectrole", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_subject_capacities_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "role", name=op.f("pk_subject_capacities")),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("domain_id", sa.String(length=36), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", DOCUMENT, nullable=False),
        sa.Column("secret_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_webhooks_domain_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_webhooks_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_domain_id_id"), "webhooks", ["domain_id", "id"], unique=False)
    op.create_index(op.f("ix_webhooks_subject_id_id"), "webhooks", ["subject_id", "id"], unique=False)
    op.create_table(
        "contract_amendments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("contract_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("amended_on", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=True),
        sa.Column("signer", sa.String(), nullable=True),
        sa.Column("sealed_at", MOMENT, nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_contract_amendments_number")),
        sa.ForeignKeyConstraint(["contract_id"], ["documents.id"], name=op.f("fk_contract_amendments_contract_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_contract_amendments_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_amendments")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_amendments_contract_id_number")),
    )
    op.create_index(
        op.f("ix_contract_amendments_subject_id_id"), "contract_amendments", ["subject_id", "id"], unique=False
    )
    op.create_table(
        "document_versions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "scanned",
                "filled",
                "marked",
                "sealed",
                "checked_red",
                "checked_yellow",
                "checked_green",
                "submitted_yellow",
                "submitted_green",
                "superseded",
                "discarded",
                name="documentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "light",
            sa.Enum("green", "yellow", "red", name="light", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("entries", DOCUMENT, nullable=False),
        sa.Column("marks", DOCUMENT, nullable=False),
        sa.Column("key_fields_locked", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_versions_document_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_document_versions_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_versions")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_document_versions_document_id_number")),
    )
    op.create_index(
        op.f("ix_document_versions_subject_id_light_id"),
        "document_versions",
        ["subject_id", "light", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_document_versions_subject_id_state_id"),
        "document_versions",
        ["subject_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_document_versions_subject_id_submitted_at_id"),
        "document_versions",
        ["subject_id", "submitted_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_document_versions_subject_id_valid_until_id"),
        "document_versions",
        ["subject_id", "valid_until", "id"],
        unique=False,
    )
    op.create_index(
        "uq_document_versions_in_library",
        "document_versions",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('submitted_green', 'submitted_yellow')"),
        postgresql_where=sa.text("state IN ('submitted_green', 'submitted_yellow')"),
    )
    op.create_index(
        "uq_document_versions_open",
        "document_versions",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "performances",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("bid_notice_id", sa.String(length=36), nullable=True),
        sa.Column("contract_id", sa.String(length=36), nullable=True),
        sa.Column("acceptance_id", sa.String(length=36), nullable=True),
        sa.Column("manager_id", sa.String(length=36), nullable=True),
        sa.Column("entries", DOCUMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["acceptance_id"], ["documents.id"], name=op.f("fk_performances_acceptance_id")),
        sa.ForeignKeyConstraint(["bid_notice_id"], ["documents.id"], name=op.f("fk_performances_bid_notice_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["documents.id"], name=op.f("fk_performances_contract_id")),
        sa.ForeignKeyConstraint(["manager_id"], ["people.id"], name=op.f("fk_performances_manager_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_performances_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performances")),
    )
    op.create_index(op.f("ix_performances_acceptance_id"), "performances", ["acceptance_id"], unique=False)
    op.create_index(op.f("ix_performances_bid_notice_id"), "performances", ["bid_notice_id"], unique=False)
    op.create_index(op.f("ix_performances_contract_id"), "performances", ["contract_id"], unique=False)
    op.create_index(op.f("ix_performances_manager_id"), "performances", ["manager_id"], unique=False)
    op.create_index(op.f("ix_performances_subject_id_id"), "performances", ["subject_id", "id"], unique=False)
    op.create_index(
        op.f("ix_performances_subject_id_submitted_at_id"),
        "performances",
        ["subject_id", "submitted_at", "id"],
        unique=False,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("webhook_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "delivered",
                "given_up",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_webhook_deliveries_subject_id")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("webhook_id", "event_id", name=op.f("uq_webhook_deliveries_webhook_id_event_id")),
    )
    op.create_index(
        op.f("ix_webhook_deliveries_state_next_at"), "webhook_deliveries", ["state", "next_at"], unique=False
    )
    op.create_index(
        op.f("ix_webhook_deliveries_subject_id_id"), "webhook_deliveries", ["subject_id", "id"], unique=False
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("covers", sa.String(length=64), nullable=False),
        sa.Column(
            "light",
            sa.Enum("green", "yellow", "red", name="light", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("verdict", DOCUMENT, nullable=False),
        sa.Column("provenance", DOCUMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_checks_subject_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_checks_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index(op.f("ix_checks_subject_id_id"), "checks", ["subject_id", "id"], unique=False)
    op.create_index(op.f("ix_checks_version_id_id"), "checks", ["version_id", "id"], unique=False)
    op.create_table(
        "cross_checks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("performance_id", sa.String(length=36), nullable=False),
        sa.Column("covers", sa.String(length=64), nullable=False),
        sa.Column("consistent", sa.Boolean(), nullable=False),
        sa.Column("result", DOCUMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["performance_id"], ["performances.id"], name=op.f("fk_cross_checks_performance_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_cross_checks_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_checks")),
    )
    op.create_index(op.f("ix_cross_checks_performance_id_id"), "cross_checks", ["performance_id", "id"], unique=False)
    op.create_index(op.f("ix_cross_checks_subject_id_id"), "cross_checks", ["subject_id", "id"], unique=False)
    op.create_table(
        "digital_certificates",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("unique_code", sa.String(length=64), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revocation_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revocation_reason IS NULL)", name=op.f("ck_digital_certificates_revocation")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_digital_certificates_document_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_digital_certificates_subject_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_versions.id"], name=op.f("fk_digital_certificates_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digital_certificates")),
        sa.UniqueConstraint("unique_code", name=op.f("uq_digital_certificates_unique_code")),
        sa.UniqueConstraint("version_id", name=op.f("uq_digital_certificates_version_id")),
    )
    op.create_index(op.f("ix_digital_certificates_document_id"), "digital_certificates", ["document_id"], unique=False)
    op.create_index(
        op.f("ix_digital_certificates_subject_id_issued_at"),
        "digital_certificates",
        ["subject_id", "issued_at"],
        unique=False,
    )
    op.create_table(
        "pushes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("domain_id", sa.String(length=36), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "claimed",
                "approved",
                "rejected",
                "revision",
                "withdrawn",
                name="pushstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("pushed_at", MOMENT, nullable=False),
        sa.Column("pushed_by", sa.String(length=36), nullable=True),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_pushes_document_id")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_pushes_domain_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_pushes_subject_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_pushes_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
    )
    op.create_index(op.f("ix_pushes_document_id_id"), "pushes", ["document_id", "id"], unique=False)
    op.create_index(op.f("ix_pushes_domain_id_state_id"), "pushes", ["domain_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_pushes_state_claimed_until"), "pushes", ["state", "claimed_until"], unique=False)
    op.create_index(op.f("ix_pushes_subject_id_id"), "pushes", ["subject_id", "id"], unique=False)
    op.create_index(op.f("ix_pushes_version_id_id"), "pushes", ["version_id", "id"], unique=False)
    op.create_index(
        "uq_pushes_undecided",
        "pushes",
        ["version_id", "domain_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('claimed', 'waiting')"),
        postgresql_where=sa.text("state IN ('claimed', 'waiting')"),
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("uploaded_by", sa.String(length=36), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.CheckConstraint("position >= 0", name=op.f("ck_scans_position")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_scans_subject_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_scans_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
    )
    op.create_index(op.f("ix_scans_subject_id_sha256"), "scans", ["subject_id", "sha256"], unique=False)
    op.create_index(op.f("ix_scans_version_id_position"), "scans", ["version_id", "position"], unique=False)
    op.create_table(
        "seals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("covers", sa.String(length=64), nullable=False),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("report", DOCUMENT, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("sealed_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_seals_subject_id")),
        sa.ForeignKeyConstraint(["version_id"], ["document_versions.id"], name=op.f("fk_seals_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
    )
    op.create_index(op.f("ix_seals_sealed_sha256"), "seals", ["sealed_sha256"], unique=False)
    op.create_index(op.f("ix_seals_subject_id_id"), "seals", ["subject_id", "id"], unique=False)
    op.create_index(op.f("ix_seals_version_id_id"), "seals", ["version_id", "id"], unique=False)
    op.create_table(
        "supporting_materials",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("performance_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=True),
        sa.Column("signer", sa.String(), nullable=True),
        sa.Column("sealed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["performance_id"], ["performances.id"], name=op.f("fk_supporting_materials_performance_id")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_supporting_materials_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supporting_materials")),
    )
    op.create_index(
        op.f("ix_supporting_materials_performance_id_id"),
        "supporting_materials",
        ["performance_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supporting_materials_subject_id_id"), "supporting_materials", ["subject_id", "id"], unique=False
    )
    op.create_table(
        "continuations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("cross_check_id", sa.String(length=36), nullable=False),
        sa.Column("confirmed_by", sa.String(length=36), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["cross_check_id"], ["cross_checks.id"], name=op.f("fk_continuations_cross_check_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_continuations_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_continuations")),
        sa.UniqueConstraint("cross_check_id", name=op.f("uq_continuations_cross_check_id")),
    )
    op.create_index(op.f("ix_continuations_subject_id_id"), "continuations", ["subject_id", "id"], unique=False)
    op.execute(f"INSERT INTO operation_log_head (id, seq, hash) VALUES (1, 0, '{'0' * 64}')")
    keep_unchanged(("operation_log", "checks", "seals", "cross_checks", "continuations"))
    keep(
        (
            "operation_log_head",
            "subjects",
            "people",
            "person_bindings",
            "documents",
            "document_versions",
            "scans",
            "digital_certificates",
            "performances",
            "contract_amendments",
            "supporting_materials",
            "domains",
            "pushes",
        )
    )
