"""``/performances``: what an enterprise carried out (业绩), its documents compared (逻辑校验), submitted (继续提交)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.orm import Session

from service.accounts.access import Operation
from service.api.calls import SignedIn
from service.api.conditions import Expected, etag
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.performance_answers import CrossCheckAnswer, Particulars, PerformanceAnswer, PerformanceDetail
from service.api.shapes import Page, Request, RowId
from service.performances.comparing import compare, list_cross_checks
from service.performances.kinds import Category, Grade
from service.performances.listing import PerformanceFilter, list_performances
from service.performances.papers import covers, present_documents
from service.performances.records import begin, edit, find_performance
from service.performances.submitting import submit

router = APIRouter(tags=["performances"])
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[str, Query(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class EnteredParticulars(Request, Particulars):
    """业绩总体信息, as entered."""

    region: Short | None = None
    funding: Short | None = None
    project_type: Short | None = None
    speciality: Short | None = None
    section_no: Short | None = None


class ChangedPerformance(Request):
    """What is to change; what is not named stays, null takes away. The category stays as it was chosen."""

    project: Name | None = Field(default=None, examples=["河畔小学教学楼工程"])
    section: Name | None = Field(default=None, examples=["河畔小学教学楼工程（一标段）"])
    grade: Grade | None = None
    particulars: EnteredParticulars | None = Field(default=None, description="Replaces all particulars.")
    bid_notice_id: RowId | None = Field(default=None, description="A document of type ``bid_notice``.")
    contract_id: RowId | None = Field(default=None, description="A document of type ``contract``.")
    acceptance_id: RowId | None = Field(default=None, description="A document of type ``acceptance_report``.")
    manager_id: RowId | None = Field(
        default=None, description="Which of the enterprise's people the contract's project manager is, of namesakes."
    )

    @model_validator(mode="after")
    def _something(self) -> ChangedPerformance:
        if not self.model_fields_set:
            raise ValueError("nothing to change")
        if "project" in self.model_fields_set and self.project is None:
            raise ValueError("a performance has a project")
        return self

    def values(self) -> dict[str, Any]:
        """As use cases take them."""
        found = {name: getattr(self, name) for name in self.model_fields_set - {"particulars", "category"}}
        if "grade" in found:
            found["grade"] = self.grade.value if self.grade else None
        if "particulars" in self.model_fields_set:
            found["entries"] = self.particulars.model_dump(exclude_none=True) if self.particulars else {}
        return found


class NewPerformance(ChangedPerformance):
    """A performance to begin."""

    project: Name = Field(examples=["河畔小学教学楼工程"])
    category: Category


class Submission(Request):
    """How to submit."""

    continue_with: RowId | None = Field(
        default=None, description="继续提交: the latest cross-check, which was read and is gone on with nevertheless."
    )


def wanted_performances(
    q: Annotated[Words | None, Query(description="Part of the project's or the section's name.")] = None,
    category: Category | None = None,
    grade: Grade | None = None,
    submitted: bool | None = None,
    manager_id: Annotated[RowId | None, Query()] = None,
    document_id: Annotated[RowId | None, Query(description="One of its three documents.")] = None,
    subject_id: Annotated[RowId | None, Query()] = None,
) -> PerformanceFilter:
    """The dependency: which performances are asked for."""
    return PerformanceFilter(q, category, grade, submitted, manager_id, document_id, subject_id)


@router.get("/performances", summary="业绩列表  List performances")
def get_performances(
    call: SignedIn, window: Windowed, wanted: Annotated[PerformanceFilter, Depends(wanted_performances)]
) -> Page[PerformanceAnswer]:
    """Newest first: an enterprise sees its own, reviewers those with a document before their domain, auditors all."""
    place = window.place(str)
    with call.reading() as session:
        after = str(place[0]) if place else None
        rows = list_performances(session, call.principal, wanted, after=after, limit=window.wanted)
        shown, more = window.cut(rows, lambda row: (row.id,))
        return Page(items=[PerformanceAnswer.of(row) for row in shown], next=more)


@router.post(
    "/performances", status_code=201, response_model=PerformanceDetail, summary="新建业绩  Begin a performance"
)
def post_performance(call: SignedIn, body: NewPerformance) -> JSONResponse:
    """Of the caller's enterprise. Documents can be attached at once or later, before or after they are submitted."""

    def work(session: Session) -> Made:
        values = body.values()
        made = begin(
            session, call.principal, project=values.pop("project"), category=body.category, values=values, at=call.at
        )
        headers = {"ETag": etag(made.row_version), "Location": f"/api/v1/performances/{made.id}"}
        return Made(201, PerformanceDetail.seen(session, call.principal, made), headers)

    return call.create(work)


@router.get("/performances/{performance_id}", summary="业绩详情  A performance")
def get_performance(call: SignedIn, performance_id: RowId, response: Response) -> PerformanceDetail:
    """With its latest comparison, and whether that still speaks of the documents as they are."""
    with call.reading() as session:
        found = find_performance(session, call.principal, performance_id, Operation.READ)
        response.headers["ETag"] = etag(found.row_version)
        return PerformanceDetail.seen(session, call.principal, found)


@router.patch("/performances/{performance_id}", summary="修改业绩  Change a performance")
def patch_performance(
    call: SignedIn, performance_id: RowId, body: ChangedPerformance, expected: Expected, response: Response
) -> PerformanceDetail:
    """Once submitted, only renewed documents can take the place of old ones; it then has to be submitted again."""
    with call.transaction() as session:
        found = edit(session, call.principal, performance_id, body.values(), expected=expected, at=call.at)
        response.headers["ETag"] = etag(found.row_version)
        return PerformanceDetail.seen(session, call.principal, found)


@router.get("/performances/{performance_id}/cross-checks", summary="逻辑校验记录  Comparisons of the documents")
def get_cross_checks(call: SignedIn, window: Windowed, performance_id: RowId) -> Page[CrossCheckAnswer]:
    """Latest first: which pairs of values disagree, agree, or cannot be compared."""
    place = window.place(str)
    with call.reading() as session:
        after = str(place[0]) if place else None
        rows = list_cross_checks(session, call.principal, performance_id, after=after, limit=window.wanted)
        performance = find_performance(session, call.principal, performance_id, Operation.READ)
        now = covers(present_documents(session, performance))
        shown, more = window.cut(rows, lambda row: (row.id,))
        return Page(items=[CrossCheckAnswer.of(row, now) for row in shown], next=more)


@router.post(
    "/performances/{performance_id}/cross-checks",
    status_code=201,
    response_model=CrossCheckAnswer,
    summary="逻辑校验  Compare the documents",
    responses={200: {"model": CrossCheckAnswer, "description": "Nothing changed since they were compared last."}},
)
def post_cross_check(call: SignedIn, performance_id: RowId) -> JSONResponse:
    """Bid notice, contract and acceptance report: the same section, parties and project manager, amounts that agree,
    dates in order; as entered, and as their checks read the pages. Takes what is in the library, before that what is
    being worked on."""

    def work(session: Session) -> Made:
        compared = compare(session, call.principal, performance_id, at=call.at)
        return Made(201 if compared.new else 200, CrossCheckAnswer.of(compared.row, compared.row.covers))

    return call.create(work)


@router.post("/performances/{performance_id}/submission", summary="提交业绩  Submit a performance")
def post_performance_submission(
    call: SignedIn, performance_id: RowId, response: Response, body: Submission | None = None
) -> PerformanceDetail:
    """All three documents are in the library and were compared as they are. Where they disagree
    (``performance.inconsistent``), ``continue_with`` has to name the comparison that was read; who went on is kept."""
    continue_with = body.continue_with if body else None
    with call.transaction() as session:
        found = submit(session, call.principal, performance_id, continue_with=continue_with, at=call.at)
        response.headers["ETag"] = etag(found.row_version)
        return PerformanceDetail.seen(session, call.principal, found)
