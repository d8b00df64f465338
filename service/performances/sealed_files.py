"""A job's work: validating the sealed file of an amendment or of supporting material."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.seals.validation import validate_confined
from service.accounts.refusals import refusal as refused_access
from service.database.subjects import Subject, SubjectName
from service.domain.principal import SYSTEM
from service.jobs.task import Effect, Task
from service.performances.attachments import KINDS, Attachment, record_attachment
from signing.enclosure import Party
from signing.validation.indication import Indication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import SealReport


def validate_attachment(task: Task) -> Effect:
    """Validate ``payload["sha256"]`` for the object of the job, with the enterprise as the one who has to have sealed.

    What an enterprise sealed under a former name stays sealed. Raises as :data:`service.jobs.task.Handler` says.
    """
    tenant, sha256 = str(task.subject_id), str(task.payload["sha256"])
    with task.installation.reading() as session:
        parties = _parties(session, tenant)
    with task.installation.store.open(tenant, sha256) as file:
        pdf = file.read()
    trust = task.installation.trust().material(task.installation.settings.production)
    policy = ValidationPolicy(trust, task.installation.clock(), parties)
    task.progress("validate", 0, 1)
    report = validate_confined(pdf, policy, task.tools.seals)
    task.progress("validate", 1, 1)
    passed = report.indication is Indication.TOTAL_PASSED

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        row = _locked(session, task)
        taken = passed and row.withdrawn_at is None and row.sealed_sha256 in (None, sha256)
        if taken and row.sealed_sha256 is None:
            seal = report.seals[0]
            row.sealed_sha256 = sha256
            row.signer = seal.holder.organisation or seal.holder.common_name
            row.sealed_at = seal.timestamp or at
            details = {"certificate": seal.certificate.sha256 if seal.certificate else None, "job": task.job_id}
            record_attachment(session, SYSTEM, "seal", row, at, after=sha256, details=details)
        return {**_result(report), "sealed": taken}

    return effect


def _parties(session: Session, subject_id: str) -> tuple[Party, ...]:
    name, code = session.execute(select(Subject.name, Subject.credit_code).where(Subject.id == subject_id)).one()
    former = session.scalars(
        select(SubjectName.name).where(SubjectName.subject_id == subject_id).order_by(SubjectName.id.desc())
    )
    return tuple(Party(name=known, credit_code=code) for known in dict.fromkeys([name, *former]))


def _locked(session: Session, task: Task) -> Attachment:
    table: Any = KINDS[str(task.object_kind)]
    row: Attachment | None = session.get(table, task.object_id, with_for_update=True)
    if row is None or row.subject_id != task.subject_id:
        raise refused_access("access.not_found")
    return row


def _result(report: SealReport) -> dict[str, Any]:
    codes = [finding.code for finding in report.findings]
    codes += [finding.code for signature in report.signatures for finding in signature.findings]
    return {
        "sha256": report.sha256,
        "indication": report.indication.value,
        "sub_indication": report.sub_indication.value if report.sub_indication else None,
        "findings": list(dict.fromkeys(codes)),
    }
