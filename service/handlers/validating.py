"""VALIDATE: whether the seals of a file hold today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pipeline.seals.validation import validate_confined
from service.accounts.refusals import refusal
from service.database.sealings import Validation
from service.database.subjects import Subject
from service.handlers.sealing import NAME, report_document
from service.jobs.task import Effect, Task
from service.performances.attachments import KINDS as ATTACHMENTS
from service.performances.sealed_files import validate_attachment
from service.sealing.validating import PUBLIC
from signing.enclosure import Party
from signing.report import ValidatedFile
from signing.validation.policy import ValidationPolicy


def handle(task: Task) -> Effect:
    """Validate the file of ``payload["validation_id"]``, or that of an amendment or supporting material.

    Raises as :data:`service.jobs.task.Handler` says.
    """
    if task.object_kind in ATTACHMENTS:
        return validate_attachment(task)
    installation, validation_id = task.installation, str(task.payload["validation_id"])
    with installation.reading() as session:
        row = session.get(Validation, validation_id)
        if row is None or row.subject_id != task.subject_id:
            raise refusal("access.not_found")
        subject = session.get(Subject, row.subject_id) if row.subject_id is not None else None
        sha256 = row.sha256
        parties = () if subject is None else (Party(name=subject.name, credit_code=subject.credit_code),)
    with installation.store.open(task.subject_id or PUBLIC, sha256) as file:
        pdf = file.read()
    task.progress("validate", 0, 1)
    trust = installation.trust().material(installation.settings.production)
    report = validate_confined(pdf, ValidationPolicy(trust, installation.clock(), parties), task.tools.seals)
    document, light = report_document(report), ValidatedFile(NAME, report).light
    task.progress("validate", 1, 1)

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        found = session.get(Validation, validation_id, with_for_update=True)
        if found is None:
            raise refusal("access.not_found")
        found.report, found.indication, found.light = document, report.indication.value, light
        found.validated_at = at
        told = {"indication": report.indication.value, "light": light.word}
        # The number of a public validation is the key to its answer: administrators see jobs, too.
        return told if found.subject_id is None else {"validation_id": validation_id, **told}

    return effect
