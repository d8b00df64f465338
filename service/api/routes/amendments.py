"""``/documents/{id}/amendments``: what changed in a contract (合同变更), item by item."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from service.accounts.access import Operation
from service.api.accepted import ACCEPTED
from service.api.attachments import AttachmentAnswer, download, receive_one, validation_ordered
from service.api.calls import Authorised, SignedIn
from service.api.files import FILE_RESPONSES
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.shapes import Page, RowId
from service.api.shapes import Request as RequestBody
from service.api.uploads import UPLOAD_BODY
from service.database.performances import Amendment
from service.performances.amendments import Change, amend, find_amendment, list_amendments
from service.performances.attachments import attach, withdraw
from service.performances.kinds import AmendedItem

router = APIRouter(tags=["contract amendments"])
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
FileName = Annotated[str | None, Query(max_length=300, description="Of a file that is the body itself.")]


class AmendmentAnswer(AttachmentAnswer):
    """One changed item."""

    id: str
    contract_id: str
    number: int = Field(description="1, 2, 3 … within the contract.")
    item: AmendedItem
    before: str | None
    after: str | None
    reason: str | None
    amended_on: date | None

    @classmethod
    def of(cls, row: Amendment) -> AmendmentAnswer:
        """A row as clients see it."""
        values = {name: getattr(row, name) for name in cls.model_fields if name != "sealed"}
        return cls(**values, sealed=row.sealed_sha256 is not None)


class NewAmendment(RequestBody):
    """What changed."""

    item: AmendedItem
    after: Value = Field(description="As it is now.", examples=["王强"])
    before: Value | None = Field(default=None, examples=["李明"])
    reason: Value | None = Field(default=None, examples=["原项目经理离职"])
    amended_on: date | None = Field(default=None, examples=["2025-06-01"])


@router.get("/documents/{document_id}/amendments", summary="合同变更列表  List a contract's amendments")
def get_amendments(call: SignedIn, window: Windowed, document_id: RowId) -> Page[AmendmentAnswer]:
    """In their order; withdrawn ones stay visible."""
    place = window.place(int)
    after = int(place[0] or 0) if place else None
    with call.reading() as session:
        rows = list_amendments(session, call.principal, document_id, after=after, limit=window.wanted)
        shown, more = window.cut(rows, lambda row: (row.number,))
        return Page(items=[AmendmentAnswer.of(row) for row in shown], next=more)


@router.post(
    "/documents/{document_id}/amendments",
    status_code=201,
    response_model=AmendmentAnswer,
    summary="登记合同变更  Record an amendment",
)
def post_amendment(call: SignedIn, document_id: RowId, body: NewAmendment) -> JSONResponse:
    """It counts in comparisons once its own file is uploaded and sealed: later documents may then say either value."""
    change = Change(body.item, body.after, body.before, body.reason, body.amended_on)

    def work(session: Session) -> Made:
        made = amend(session, call.principal, document_id, change, at=call.at)
        where = f"/api/v1/documents/{document_id}/amendments/{made.id}"
        return Made(201, AmendmentAnswer.of(made), {"Location": where})

    return call.create(work)


@router.get("/documents/{document_id}/amendments/{amendment_id}", summary="合同变更详情  An amendment")
def get_amendment(call: SignedIn, document_id: RowId, amendment_id: RowId) -> AmendmentAnswer:
    """With its file and seal."""
    with call.reading() as session:
        return AmendmentAnswer.of(_found(session, call, document_id, amendment_id, Operation.READ))


@router.post(
    "/documents/{document_id}/amendments/{amendment_id}/withdrawal", summary="撤回合同变更  Withdraw an amendment"
)
def post_amendment_withdrawal(call: SignedIn, document_id: RowId, amendment_id: RowId) -> AmendmentAnswer:
    """It counts no more. A performance that was compared with it has to be compared anew."""
    with call.transaction() as session:
        row = _found(session, call, document_id, amendment_id, Operation.WRITE)
        withdraw(session, call.principal, row, at=call.at)
        return AmendmentAnswer.of(row)


@router.put(
    "/documents/{document_id}/amendments/{amendment_id}/file",
    summary="上传变更附件  Upload an amendment's file",
    openapi_extra=UPLOAD_BODY,
)
async def put_amendment_file(
    request: Request, call: SignedIn, document_id: RowId, amendment_id: RowId, name: FileName = None
) -> AmendmentAnswer:
    """One image or PDF, in place of an earlier one until it is sealed."""
    tenant = await run_in_threadpool(_tenant, call, document_id, amendment_id)
    arrived = await receive_one(request, call, tenant, name)

    def work() -> AmendmentAnswer:
        with call.transaction() as session:
            row = _found(session, call, document_id, amendment_id, Operation.WRITE)
            attach(session, call.principal, row, arrived, at=call.at)
            return AmendmentAnswer.of(row)

    return await run_in_threadpool(work)


@router.get(
    "/documents/{document_id}/amendments/{amendment_id}/file",
    summary="下载变更附件  An amendment's file",
    response_class=StreamingResponse,
    responses=FILE_RESPONSES,
)
def get_amendment_file(
    call: SignedIn,
    document_id: RowId,
    amendment_id: RowId,
    sealed: Annotated[bool, Query(description="The sealed PDF instead of the file as uploaded.")] = False,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """As it was uploaded, or as it was sealed."""
    with call.reading() as session:
        row = _found(session, call, document_id, amendment_id, Operation.READ)
    return download(call, row, sealed=sealed, if_none_match=if_none_match)


@router.post(
    "/documents/{document_id}/amendments/{amendment_id}/seal",
    status_code=202,
    summary="上传已签章的变更附件  Hand in an amendment's sealed file",
    responses=ACCEPTED,
    response_model=None,
    openapi_extra=UPLOAD_BODY,
)
async def post_amendment_seal(
    request: Request, call: SignedIn, document_id: RowId, amendment_id: RowId, name: FileName = None
) -> JSONResponse:
    """A PDF sealed with the enterprise's key. The job validates it; with TOTAL-PASSED it is the amendment's seal
    (``result.sealed``)."""
    tenant = await run_in_threadpool(_tenant, call, document_id, amendment_id)
    arrived = await receive_one(request, call, tenant, name)

    def work(session: Session) -> Made:
        row = _found(session, call, document_id, amendment_id, Operation.WRITE)
        return validation_ordered(call, session, row, arrived)

    return await run_in_threadpool(call.create, work, content=arrived.blob.sha256)


def _found(session: Session, call: Authorised, document_id: str, amendment_id: str, operation: Operation) -> Amendment:
    return find_amendment(session, call.principal, document_id, amendment_id, operation)


def _tenant(call: Authorised, document_id: str, amendment_id: str) -> str:
    """Whose file it will be, asked before a byte of it is received."""
    with call.reading() as session:
        return _found(session, call, document_id, amendment_id, Operation.WRITE).subject_id
