"""``/people``: whom an enterprise names, from being bound to being released (解绑)."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field, SecretStr, StringConstraints
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand
from service.api.calls import SignedIn
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.shapes import Answer, Colour, Moment, Page, Request, RowId
from service.database.documents import DocumentVersion
from service.database.subjects import PersonBinding
from service.domain.documents import DocumentState
from service.domain.identity import identity_digest
from service.people.binding import bind, unbind
from service.people.identities import PROBES, PURPOSE, identity
from service.people.listing import PersonFilter, PersonView, list_people, view_person
from service.people.refusals import refusal

router = APIRouter(tags=["people"])
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")
]
Words = Annotated[str, Query(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Belonging(StrEnum):
    """Which bindings a list shows."""

    BOUND = "bound"
    RELEASED = "released"
    ALL = "all"


class BindingAnswer(Answer):
    """That somebody belonged to an enterprise, from when to when."""

    subject_id: str
    position: str | None
    bound_at: Moment
    ended_at: Moment | None
    reason: str | None = Field(description="Why they were released.")


class PersonAnswer(BindingAnswer):
    """Somebody an enterprise names. The identity number is kept nowhere; its last four characters tell people apart."""

    id: str
    name: str = Field(examples=["李明"])
    identity_last_four: str | None = Field(description="Null once they were released.", examples=["002X"])
    bound: bool

    @classmethod
    def of(cls, row: PersonBinding) -> PersonAnswer:
        """A row as clients see it."""
        return cls(
            **dict(BindingAnswer.model_validate(row)),
            id=row.person_id,
            name=str(row.details.get("name") or row.person.name),
            identity_last_four=row.person.identity_last_four if row.ended_at is None else None,
            bound=row.ended_at is None,
        )


class LinkedDocument(Answer):
    """A certificate of the person, or an award that names them."""

    document_id: str
    version: int
    doc_type: str
    title: str | None
    state: DocumentState
    light: Colour | None

    @classmethod
    def of(cls, row: DocumentVersion) -> LinkedDocument:
        """A version as lists show it."""
        return cls(
            document_id=row.document_id,
            version=row.number,
            doc_type=row.document.doc_type,
            title=row.title,
            state=row.state,
            light=row.light,
        )


class LinkedPerformance(Answer):
    """A performance whose contract names the person as project manager."""

    id: str
    project: str
    section: str | None
    submitted_at: Moment | None


class PersonDetail(PersonAnswer):
    """A person's page. Of somebody released an enterprise sees its own history, and nothing that is linked."""

    history: list[BindingAnswer]
    documents: list[LinkedDocument]
    performances: list[LinkedPerformance]
    awards: list[LinkedDocument]

    @classmethod
    def seen(cls, found: PersonView) -> PersonDetail:
        """What was found, as clients see it."""
        return cls(
            **dict(PersonAnswer.of(found.bindings[0])),
            history=[BindingAnswer.model_validate(row) for row in found.bindings],
            documents=[LinkedDocument.of(row) for row in found.documents],
            performances=[LinkedPerformance.model_validate(row) for row in found.performances],
            awards=[LinkedDocument.of(row) for row in found.awards],
        )


class NewPerson(Request):
    """Somebody to be bound to the caller's enterprise."""

    name: Line = Field(examples=["李明"])
    identity_number: SecretStr = Field(
        min_length=18, max_length=40, description="公民身份号码, GB 11643.", examples=["11010519491231002X"]
    )
    position: Line | None = Field(default=None, examples=["项目经理"])


class Release(Request):
    """Why somebody is released."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] = Field(
        examples=["离职"]
    )


def wanted_people(
    belonging: Belonging = Belonging.BOUND,
    q: Annotated[Words | None, Query(description="Part of the name.")] = None,
) -> PersonFilter:
    """The dependency: which people are asked for."""
    return PersonFilter({"bound": True, "released": False, "all": None}[belonging.value], q)


@router.get("/people", summary="人员列表  List people")
def get_people(
    call: SignedIn, window: Windowed, wanted: Annotated[PersonFilter, Depends(wanted_people)]
) -> Page[PersonAnswer]:
    """The latest bindings first; whoever was bound twice is there twice, unless only present ones are asked for."""
    place = window.place(str)
    with call.reading() as session:
        after = str(place[0]) if place else None
        rows = list_people(session, call.principal, wanted, after=after, limit=window.wanted)
        shown, more = window.cut(rows, lambda row: (row.id,))
        return Page(items=[PersonAnswer.of(row) for row in shown], next=more)


@router.post("/people", status_code=201, response_model=PersonAnswer, summary="绑定人员  Bind a person")
def post_person(call: SignedIn, body: NewPerson) -> JSONResponse:
    """By the enterprise's administrator. Somebody whom another enterprise has not released is refused
    (``person.bound_elsewhere``), whoever that is; after many refusals the enterprise has to wait."""
    tenant = call.principal.subject_id
    demand(call.principal, Operation.WRITE, Resource(Kind.PERSON, tenant))
    keys = call.installation.keys(PURPOSE)
    who = identity(body.name, body.identity_number.get_secret_value(), keys, at=call.at)
    with call.transaction() as session:
        # Counted before it is looked at, in a transaction that stays whatever becomes of the other.
        let_in = PROBES.begin(session, tenant or "", call.at)
    if not let_in:
        raise refusal("person.too_many")

    def work(session: Session) -> Made:
        made = bind(session, call.principal, who, position=body.position, at=call.at)
        return Made(201, PersonAnswer.of(made), {"Location": f"/api/v1/people/{made.person_id}"})

    # What is remembered of the request must not help to guess the number: a plain hash of it would.
    keyed = identity_digest(call.creation.body_sha256, keys[0])
    answer = replace(call, creation=replace(call.creation, body_sha256=keyed)).create(work)
    with call.transaction() as session:
        PROBES.succeeded(session, tenant or "", call.at)
    return answer


@router.get("/people/{person_id}", summary="人员详情  A person")
def get_person(call: SignedIn, person_id: RowId) -> PersonDetail:
    """With certificates, performances and awards that are linked to them."""
    with call.reading() as session:
        return PersonDetail.seen(view_person(session, call.principal, person_id))


@router.post("/people/{person_id}/unbinding", summary="人员解绑  Release a person")
def post_unbinding(call: SignedIn, person_id: RowId, body: Release) -> PersonAnswer:
    """By the enterprise's administrator; from then on another enterprise may bind them."""
    with call.transaction() as session:
        return PersonAnswer.of(unbind(session, call.principal, person_id, reason=body.reason, at=call.at))
