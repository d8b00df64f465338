"""``/documents/{id}/scans``: files in, files out, files away."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from service.api.calls import Authorised, SignedIn
from service.api.conditions import ExpectedVersion
from service.api.document_parts import ScanAnswer, etag_of, scan_answers
from service.api.files import FILE_RESPONSES, file_answer
from service.api.idempotency import Made
from service.api.shapes import Answer, RowId
from service.api.uploads import UPLOAD_BODY, receive_files
from service.documents.reception import Reception, Room
from service.documents.scans import add_scans, find_scan, remove_scan, room_for
from service.domain.documents import DocumentState

router = APIRouter(tags=["documents"])


class Uploaded(Answer):
    """What became of an upload. Everything that is named here is on the medium."""

    document_id: str
    version: int
    state: DocumentState
    etag: str = Field(description="For If-Match of the next change.", examples=['"1.7"'])
    added: list[ScanAnswer]
    present: list[ScanAnswer] = Field(description="Uploaded files that the document had already, byte for byte.")


class ScanRemoved(Answer):
    """What became of the marks."""

    etag: str
    state: DocumentState
    marks_dropped: list[str] = Field(description="Fields that lost a mark: it stood on a page that is gone.")
    marks_moved: list[str] = Field(description="Fields with a mark on a page whose number changed.")


@router.post(
    "/documents/{document_id}/scans",
    status_code=201,
    response_model=Uploaded,
    summary="上传电子件  Upload scans",
    openapi_extra=UPLOAD_BODY,
)
async def post_scans(
    request: Request,
    call: SignedIn,
    document_id: RowId,
    name: Annotated[str | None, Query(max_length=300, description="Of a file that is the body itself.")] = None,
) -> JSONResponse:
    """Several files in one form, or one as the body itself: JPEG, PNG, TIFF, BMP, WebP or PDF, told by their content.

    All are kept or none. Pages are appended in the order of the files; marks and entries stay, and have to be
    confirmed. Files that cannot be opened (encrypted, cut off) are refused here. Does not need If-Match.
    """
    upload = call.installation.settings.upload
    tenant, room = await run_in_threadpool(_room, call, document_id)
    with Reception(call.installation.store, tenant, room) as reception:
        await receive_files(request, reception, name)
        arrived = await run_in_threadpool(reception.keep)
    content = hashlib.sha256("".join(file.blob.sha256 for file in arrived).encode()).hexdigest()

    def work(session: Session) -> Made:
        done = add_scans(session, call.principal, document_id, arrived, upload, at=call.at)
        answers = {answer.id: answer for answer in scan_answers(document_id, done.version.scans)}
        body = Uploaded(
            document_id=document_id,
            version=done.version.number,
            state=done.version.state,
            etag=etag_of(done.version),
            added=[answers[scan.id] for scan in done.added],
            present=[answers[scan.id] for scan in done.present],
        )
        return Made(201, body, {"ETag": body.etag})

    return await run_in_threadpool(call.create, work, content=content)


def _room(call: Authorised, document_id: str) -> tuple[str, Room]:
    with call.reading() as session:
        return room_for(session, call.principal, document_id, call.installation.settings.upload)


@router.delete("/documents/{document_id}/scans/{scan_id}", summary="删除电子件  Remove a scan")
def delete_scan(
    call: SignedIn, response: Response, document_id: RowId, scan_id: RowId, expected: ExpectedVersion
) -> ScanRemoved:
    """Marks on its pages go; marks on later pages stay where they are on the page, whose number is another now."""
    with call.transaction() as session:
        done = remove_scan(session, call.principal, document_id, scan_id, expected=expected.pair, at=call.at)
        answer = ScanRemoved(
            etag=etag_of(done.version),
            state=done.version.state,
            marks_dropped=list(done.dropped),
            marks_moved=list(done.moved),
        )
    response.headers["ETag"] = answer.etag
    return answer


@router.get(
    "/documents/{document_id}/scans/{scan_id}/content",
    summary="电子件原文件  The file as it was uploaded",
    response_class=StreamingResponse,
    responses=FILE_RESPONSES,
)
def get_scan_content(
    call: SignedIn,
    document_id: RowId,
    scan_id: RowId,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """Scans that were removed can still be read by the enterprise and auditors: seals and checks spoke of them."""
    with call.reading() as session:
        scan = find_scan(session, call.principal, document_id, scan_id)
    return file_answer(
        call.installation,
        scan.subject_id,
        scan.sha256,
        name=scan.name,
        media_type=scan.media_type,
        if_none_match=if_none_match,
    )
