"""``/subjects``: enterprises (主体) and what they appear as."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.orm import Session

from service.accounts.access import Operation
from service.api.calls import SignedIn
from service.api.conditions import Expected, etag
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.shapes import Answer, Moment, Page, Request, RowId
from service.database.subjects import Subject, SubjectName
from service.domain.roles import SubjectRole
from service.subjects.enterprises import SubjectChange, change, find_subject, former_names, register
from service.subjects.listing import SubjectFilter, list_subjects

router = APIRouter(tags=["subjects"])
Name = Annotated[str, StringConstraints(min_length=2, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[str, Query(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Capacities = Annotated[frozenset[SubjectRole], Field(min_length=1, max_length=len(SubjectRole))]


class FormerName(Answer):
    """A name it had before."""

    name: str
    until: Moment


class SubjectAnswer(Answer):
    """An enterprise."""

    id: str
    etag: str = Field(description="For `If-Match`.", examples=['"3"'])
    name: str = Field(examples=["示例建设工程有限公司"])
    credit_code: str = Field(description="统一社会信用代码, GB 32100-2015.", examples=["91210100MA0000001W"])
    capacities: list[SubjectRole]
    active: bool
    created_at: Moment

    @classmethod
    def of(cls, row: Subject) -> SubjectAnswer:
        """A row as clients see it."""
        return cls(
            id=row.id,
            etag=etag(row.row_version),
            name=row.name,
            credit_code=row.credit_code,
            capacities=sorted(row.roles),
            active=row.active,
            created_at=row.created_at,
        )


class SubjectDetail(SubjectAnswer):
    """An enterprise with the names it had before."""

    former_names: list[FormerName]

    @classmethod
    def with_names(cls, row: Subject, names: list[SubjectName]) -> SubjectDetail:
        """A row and its history."""
        plain = SubjectAnswer.of(row)
        return cls(**dict(plain), former_names=[FormerName.model_validate(name) for name in names])


class NewSubject(Request):
    """An enterprise to be registered."""

    name: Name = Field(examples=["示例建设工程有限公司"])
    credit_code: Annotated[str, StringConstraints(min_length=18, max_length=40)] = Field(
        examples=["91210100MA0000001W"]
    )
    capacities: Capacities = Field(examples=[["bidder"]])


class ChangedSubject(Request):
    """What is to change; what is not named stays. The credit code never changes."""

    name: Name | None = Field(default=None, examples=["示例建设集团有限公司"])
    capacities: Capacities | None = Field(default=None, examples=[["bidder", "tenderer"]])
    active: bool | None = Field(default=None, description="For the platform's administrators.", examples=[False])

    @model_validator(mode="after")
    def _something(self) -> ChangedSubject:
        if self.name is None and self.capacities is None and self.active is None:
            raise ValueError("nothing to change")
        return self


def wanted_subjects(
    q: Annotated[Words | None, Query(description="Part of the name, or the beginning of the credit code.")] = None,
    capacity: SubjectRole | None = None,
    active: bool | None = None,
) -> SubjectFilter:
    """The dependency: which enterprises are asked for."""
    return SubjectFilter(q, capacity, active)


@router.get("/subjects", summary="企业列表  List enterprises")
def get_subjects(
    call: SignedIn, window: Windowed, wanted: Annotated[SubjectFilter, Depends(wanted_subjects)]
) -> Page[SubjectAnswer]:
    """Newest first: the platform and auditors see all, an enterprise itself, reviewers those whose documents stand
    before their domain."""
    place = window.place(str)
    with call.reading() as session:
        after = str(place[0]) if place else None
        rows = list_subjects(session, call.principal, wanted, after=after, limit=window.wanted)
        shown, more = window.cut(rows, lambda row: (row.id,))
        return Page(items=[SubjectAnswer.of(row) for row in shown], next=more)


@router.post("/subjects", status_code=201, response_model=SubjectDetail, summary="登记企业  Register an enterprise")
def post_subject(call: SignedIn, body: NewSubject) -> JSONResponse:
    """For the platform's administrators. The check character of the credit code has to be right."""

    def work(session: Session) -> Made:
        made = register(
            session,
            call.principal,
            name=body.name,
            credit_code=body.credit_code,
            capacities=body.capacities,
            at=call.at,
        )
        headers = {"ETag": etag(made.row_version), "Location": f"/api/v1/subjects/{made.id}"}
        return Made(201, SubjectDetail.with_names(made, []), headers)

    return call.create(work)


@router.get("/subjects/{subject_id}", summary="企业详情  An enterprise")
def get_subject(call: SignedIn, subject_id: RowId, response: Response) -> SubjectDetail:
    """With the names it had before."""
    with call.reading() as session:
        found = find_subject(session, call.principal, subject_id, Operation.READ)
        response.headers["ETag"] = etag(found.row_version)
        return SubjectDetail.with_names(found, former_names(session, found.id))


@router.patch("/subjects/{subject_id}", summary="修改企业  Change an enterprise")
def patch_subject(
    call: SignedIn, subject_id: RowId, body: ChangedSubject, expected: Expected, response: Response
) -> SubjectDetail:
    """By the enterprise's or the platform's administrator. A former name is kept with the day it ended."""
    wanted = SubjectChange(body.name, body.capacities, body.active)
    with call.transaction() as session:
        found = change(session, call.principal, subject_id, wanted, expected=expected, at=call.at)
        response.headers["ETag"] = etag(found.row_version)
        return SubjectDetail.with_names(found, former_names(session, found.id))
