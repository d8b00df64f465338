"""Files of amendments and supporting material over HTTP: one at a time, in and out."""

from __future__ import annotations

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from pipeline.intake.limits import Limits
from service.api.accepted import accepted
from service.api.calls import Authorised
from service.api.files import file_answer
from service.api.idempotency import Made
from service.api.shapes import Answer, Moment
from service.api.uploads import receive_files
from service.documents.reception import Arrived, Reception, Room
from service.performances.attachments import Attachment, file_of, order_validation


class AttachmentAnswer(Answer):
    """A file and its seal, as far as there are any."""

    file_sha256: str | None
    file_name: str | None
    media_type: str | None
    sealed: bool = Field(description="Sealed by the enterprise, and validated as TOTAL-PASSED.")
    sealed_sha256: str | None
    signer: str | None
    sealed_at: Moment | None
    withdrawn_at: Moment | None
    created_at: Moment
    created_by: str | None


async def receive_one(request: Request, call: Authorised, tenant: str, name: str | None) -> Arrived:
    """The one file of the body, kept. Raises InputRefused ``intake.*``, UsageError ``upload.*``."""
    most = call.installation.settings.upload.max_bytes
    room = Room(files=1, most_files=1, total_bytes=most, pages=Limits().max_pages, file_bytes=most)
    with Reception(call.installation.store, tenant, room) as reception:
        await receive_files(request, reception, name)
        (arrived,) = await run_in_threadpool(reception.keep)
    return arrived


def validation_ordered(call: Authorised, session: Session, row: Attachment, file: Arrived) -> Made:
    """202 with the job that validates a sealed file."""
    return accepted(order_validation(session, call.principal, row, file, at=call.at))


def download(call: Authorised, row: Attachment, *, sealed: bool, if_none_match: str | None) -> Response:
    """The file, hashed again before its first byte is sent. Raises UsageError ``attachment.none``."""
    sha256, name, media_type = file_of(row, sealed)
    return file_answer(
        call.installation, row.subject_id, sha256, name=name, media_type=media_type, if_none_match=if_none_match
    )
