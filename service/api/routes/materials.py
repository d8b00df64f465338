"""``/performances/{id}/materials``: supporting material (佐证材料) and explanations (总体补充说明)."""

from __future__ import annotations

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
from service.database.performances import SupportingMaterial
from service.performances.attachments import attach
from service.performances.kinds import Purpose
from service.performances.materials import add_material, find_material, list_materials, withdraw_material

router = APIRouter(tags=["supporting material"])
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
FileName = Annotated[str | None, Query(max_length=300, description="Of a file that is the body itself.")]


class MaterialAnswer(AttachmentAnswer):
    """A piece of further material."""

    id: str
    performance_id: str
    purpose: Purpose
    kind: str | None
    name: str
    description: str | None

    @classmethod
    def of(cls, row: SupportingMaterial) -> MaterialAnswer:
        """A row as clients see it."""
        values = {name: getattr(row, name) for name in cls.model_fields if name != "sealed"}
        return cls(**values, sealed=row.sealed_sha256 is not None)


class NewMaterial(RequestBody):
    """What it is; its file follows."""

    purpose: Purpose = Field(
        default=Purpose.EVIDENCE, description="``evidence`` is what grade A asks for; ``explanation`` is optional."
    )
    kind: Line | None = Field(default=None, description="材料类型.", examples=["获奖证明"])
    name: Line = Field(examples=["主体结构验收记录"])
    description: Description | None = None


@router.get("/performances/{performance_id}/materials", summary="佐证材料列表  List supporting material")
def get_materials(call: SignedIn, window: Windowed, performance_id: RowId) -> Page[MaterialAnswer]:
    """In their order; withdrawn pieces stay visible."""
    place = window.place(str)
    after = str(place[0]) if place else None
    with call.reading() as session:
        rows = list_materials(session, call.principal, performance_id, after=after, limit=window.wanted)
        shown, more = window.cut(rows, lambda row: (row.id,))
        return Page(items=[MaterialAnswer.of(row) for row in shown], next=more)


@router.post(
    "/performances/{performance_id}/materials",
    status_code=201,
    response_model=MaterialAnswer,
    summary="新增佐证材料  Add supporting material",
)
def post_material(call: SignedIn, performance_id: RowId, body: NewMaterial) -> JSONResponse:
    """Also after the performance was submitted."""

    def work(session: Session) -> Made:
        made = add_material(
            session,
            call.principal,
            performance_id,
            purpose=body.purpose,
            kind=body.kind,
            name=body.name,
            description=body.description,
            at=call.at,
        )
        where = f"/api/v1/performances/{performance_id}/materials/{made.id}"
        return Made(201, MaterialAnswer.of(made), {"Location": where})

    return call.create(work)


@router.get("/performances/{performance_id}/materials/{material_id}", summary="佐证材料详情  A piece of material")
def get_material(call: SignedIn, performance_id: RowId, material_id: RowId) -> MaterialAnswer:
    """With its file and seal."""
    with call.reading() as session:
        return MaterialAnswer.of(_found(session, call, performance_id, material_id, Operation.READ))


@router.post(
    "/performances/{performance_id}/materials/{material_id}/withdrawal", summary="撤回佐证材料  Withdraw material"
)
def post_material_withdrawal(call: SignedIn, performance_id: RowId, material_id: RowId) -> MaterialAnswer:
    """As long as the performance is not submitted."""
    with call.transaction() as session:
        return MaterialAnswer.of(withdraw_material(session, call.principal, performance_id, material_id, at=call.at))


@router.put(
    "/performances/{performance_id}/materials/{material_id}/file",
    summary="上传佐证材料  Upload supporting material",
    openapi_extra=UPLOAD_BODY,
)
async def put_material_file(
    request: Request, call: SignedIn, performance_id: RowId, material_id: RowId, name: FileName = None
) -> MaterialAnswer:
    """One image or PDF, in place of an earlier one until it is sealed."""
    tenant = await run_in_threadpool(_tenant, call, performance_id, material_id)
    arrived = await receive_one(request, call, tenant, name)

    def work() -> MaterialAnswer:
        with call.transaction() as session:
            row = _found(session, call, performance_id, material_id, Operation.WRITE)
            attach(session, call.principal, row, arrived, at=call.at)
            return MaterialAnswer.of(row)

    return await run_in_threadpool(work)


@router.get(
    "/performances/{performance_id}/materials/{material_id}/file",
    summary="下载佐证材料  The file of a piece of material",
    response_class=StreamingResponse,
    responses=FILE_RESPONSES,
)
def get_material_file(
    call: SignedIn,
    performance_id: RowId,
    material_id: RowId,
    sealed: Annotated[bool, Query(description="The sealed PDF instead of the file as uploaded.")] = False,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """As it was uploaded, or as it was sealed."""
    with call.reading() as session:
        row = _found(session, call, performance_id, material_id, Operation.READ)
    return download(call, row, sealed=sealed, if_none_match=if_none_match)


@router.post(
    "/performances/{performance_id}/materials/{material_id}/seal",
    status_code=202,
    summary="上传已签章的佐证材料  Hand in sealed material",
    responses=ACCEPTED,
    response_model=None,
    openapi_extra=UPLOAD_BODY,
)
async def post_material_seal(
    request: Request, call: SignedIn, performance_id: RowId, material_id: RowId, name: FileName = None
) -> JSONResponse:
    """A PDF sealed with the enterprise's key. The job validates it; with TOTAL-PASSED it is the material's seal
    (``result.sealed``)."""
    tenant = await run_in_threadpool(_tenant, call, performance_id, material_id)
    arrived = await receive_one(request, call, tenant, name)

    def work(session: Session) -> Made:
        row = _found(session, call, performance_id, material_id, Operation.WRITE)
        return validation_ordered(call, session, row, arrived)

    return await run_in_threadpool(call.create, work, content=arrived.blob.sha256)


def _found(
    session: Session, call: Authorised, performance_id: str, material_id: str, operation: Operation
) -> SupportingMaterial:
    return find_material(session, call.principal, performance_id, material_id, operation)


def _tenant(call: Authorised, performance_id: str, material_id: str) -> str:
    """Whose file it will be, asked before a byte of it is received."""
    with call.reading() as session:
        return _found(session, call, performance_id, material_id, Operation.WRITE).subject_id
