"""Files of amendments and supporting material: uploaded as they are, and sealed by the enterprise on their own.

A sealed file counts once a worker has validated it as TOTAL-PASSED with the enterprise as the one who sealed; whatever
else a validation finds is the job's result, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from service.database.jobs import Job
from service.database.operations import record
from service.database.performances import Amendment, SupportingMaterial
from service.documents.reception import Arrived
from service.domain.jobs import JobKind
from service.domain.principal import Principal
from service.jobs.queue import enqueue
from service.performances.refusals import refusal

Attachment = Amendment | SupportingMaterial
KINDS: Final[Mapping[str, type[Attachment]]] = {
    "contract_amendment": Amendment,
    "supporting_material": SupportingMaterial,
}
"""What jobs and the operation log call them."""
PDF: Final = "application/pdf"


def attach(session: Session, by: Principal, row: Attachment, file: Arrived, *, at: datetime) -> None:
    """Take ``file`` for the attachment, in place of one that was not sealed yet.

    Raises UsageError ``attachment.withdrawn``, ``attachment.sealed``.
    """
    _demand_open(session, row)
    before = row.file_sha256
    row.file_sha256, row.file_name, row.media_type = file.blob.sha256, file.name, file.blob.media_type
    session.flush()
    record_attachment(session, by, "attach", row, at, before=before, after=file.blob.sha256)


def order_validation(session: Session, by: Principal, row: Attachment, file: Arrived, *, at: datetime) -> Job:
    """Have a sealed PDF validated; it becomes the sealed attachment if it passes.

    Raises UsageError ``attachment.withdrawn``, ``attachment.sealed``, ``attachment.not_a_pdf``.
    """
    _demand_open(session, row)
    if file.blob.media_type != PDF:
        raise refusal("attachment.not_a_pdf")
    record_attachment(session, by, "offer_sealed", row, at, after=file.blob.sha256)
    return enqueue(
        session,
        JobKind.VALIDATE,
        at=at,
        subject_id=row.subject_id,
        created_by=by.user_id,
        object_kind=kind_of(row),
        object_id=row.id,
        payload={"sha256": file.blob.sha256},
    )


def withdraw(session: Session, by: Principal, row: Attachment, *, at: datetime) -> None:
    """It counts no more; it stays visible. Raises UsageError ``attachment.withdrawn``."""
    session.refresh(row, with_for_update=True)
    if row.withdrawn_at is not None:
        raise refusal("attachment.withdrawn")
    row.withdrawn_at = at
    session.flush()
    record_attachment(session, by, "withdraw", row, at)


def file_of(row: Attachment, sealed: bool) -> tuple[str, str, str]:
    """Hash, name and media type of the file as it came, or of the sealed one. Raises UsageError ``attachment.none``."""
    if sealed and row.sealed_sha256 is not None:
        return row.sealed_sha256, "sealed.pdf", PDF
    if not sealed and row.file_sha256 is not None:
        return row.file_sha256, row.file_name or "file", row.media_type or "application/octet-stream"
    raise refusal("attachment.none")


def kind_of(row: Attachment) -> str:
    """Its name in :data:`KINDS`."""
    return "contract_amendment" if isinstance(row, Amendment) else "supporting_material"


def record_attachment(
    session: Session,
    by: Principal,
    verb: str,
    row: Attachment,
    at: datetime,
    *,
    before: str | None = None,
    after: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """What happened to it, in the operation log."""
    parent = {"contract": row.contract_id} if isinstance(row, Amendment) else {"performance": row.performance_id}
    family = "amendment" if isinstance(row, Amendment) else "material"
    record(
        session,
        by.actor,
        f"{family}.{verb}",
        kind_of(row),
        row.id,
        at=at,
        subject_id=row.subject_id,
        before=before,
        after=after,
        details={**parent, **(details or {})},
    )


def _demand_open(session: Session, row: Attachment) -> None:
    session.refresh(row, with_for_update=True)
    if row.withdrawn_at is not None:
        raise refusal("attachment.withdrawn")
    if row.sealed_sha256 is not None:
        raise refusal("attachment.sealed")
