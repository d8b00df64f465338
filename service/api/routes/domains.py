"""``/domains``: regulators' domains (应用领域), to which documents are pushed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.orm import Session

from service.api.calls import SignedIn
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.shapes import Answer, Moment, Page, Request, RowId
from service.review.domains import DomainChange, change_domain, create_domain, list_domains

router = APIRouter(tags=["domains"])
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^\S(?:.*\S)?$")]


class DomainAnswer(Answer):
    """A domain whose reviewers verify what is pushed to it."""

    id: str
    code: str = Field(examples=["housing"])
    name: str = Field(examples=["建设工程招标投标领域"])
    name_en: str | None = Field(examples=["Construction bidding"])
    active: bool = Field(description="Whether anything may be pushed to it.")
    created_at: Moment


class NewDomain(Request):
    """A domain to be set up."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,39}$")] = Field(examples=["housing"])
    name: Name = Field(examples=["建设工程招标投标领域"])
    name_en: Name | None = Field(default=None, examples=["Construction bidding"])


class ChangedDomain(Request):
    """What is to change; what is not named stays."""

    name: Name | None = Field(default=None, examples=["水利工程领域"])
    name_en: Name | None = Field(default=None, examples=["Water works"])
    active: bool | None = Field(default=None, examples=[False])

    @model_validator(mode="after")
    def _something(self) -> ChangedDomain:
        if self.name is None and self.name_en is None and self.active is None:
            raise ValueError("nothing to change")
        return self


@router.get("/domains", summary="领域列表  List domains")
def get_domains(call: SignedIn, window: Windowed) -> Page[DomainAnswer]:
    """All domains by their codes, for everybody who is signed in."""
    place = window.place(str)
    with call.reading() as session:
        rows = list_domains(session, call.principal, after=str(place[0]) if place else None, limit=window.wanted)
    shown, more = window.cut(rows, lambda row: (row.code,))
    return Page(items=[DomainAnswer.model_validate(row) for row in shown], next=more)


@router.post("/domains", status_code=201, response_model=DomainAnswer, summary="建立领域  Set up a domain")
def post_domain(call: SignedIn, body: NewDomain) -> JSONResponse:
    """For the platform's administrators."""

    def work(session: Session) -> Made:
        made = create_domain(session, call.principal, code=body.code, name=body.name, name_en=body.name_en, at=call.at)
        return Made(201, DomainAnswer.model_validate(made))

    return call.create(work)


@router.patch("/domains/{domain_id}", summary="修改领域  Change a domain")
def patch_domain(call: SignedIn, domain_id: RowId, body: ChangedDomain) -> DomainAnswer:
    """For the platform's administrators. One that is out of use takes no pushes; those it has are still decided."""
    change = DomainChange(body.name, body.name_en, body.active)
    with call.transaction() as session:
        return DomainAnswer.model_validate(change_domain(session, call.principal, domain_id, change, at=call.at))
