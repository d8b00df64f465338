"""``/documents``: begin one, find one, see it with its versions and its log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from certlight.light import Light
from service.api.calls import SignedIn
from service.api.document_answers import DocumentAnswer
from service.api.document_lines import DocumentLine, VersionLine, VersionList
from service.api.idempotency import Made
from service.api.pages import Window, Windowed, refused_cursor
from service.api.shapes import Answer, Moment, Page, Request, RowId, Since, Words
from service.audit.words import action_words
from service.database.documents import DocumentVersion
from service.documents.beginning import create_document
from service.documents.forms import today
from service.documents.history import Logged, document_log
from service.documents.listing import Asked, Filters, Order, lines, list_documents
from service.documents.viewing import versions, view, view_of
from service.domain.documents import DocumentState
from service.domain.pushes import PushState
from service.domain.roles import Role

router = APIRouter(tags=["documents"])
TypeName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="Number of the version, from 1.")]


class NewDocument(Request):
    """What a document is to be."""

    doc_type: TypeName = Field(examples=["business_license"])
    person_id: RowId | None = Field(default=None, description="Whose certificate it is, for types of people.")


@router.post(
    "/documents", status_code=201, response_model=DocumentAnswer, summary="新建证照  Begin a document (a draft)"
)
def post_document(call: SignedIn, body: NewDocument) -> JSONResponse:
    """A draft without anything; files, entries and marks follow in any order. Stations may begin documents, too."""

    def work(session: Session) -> Made:
        made = create_document(session, call.principal, body.doc_type, person_id=body.person_id, at=call.at)
        answer = DocumentAnswer.of(view_of(session, call.principal, made, at=call.at))
        headers = {"Location": f"/api/v1/documents/{made.document_id}", "ETag": answer.etag}
        return Made(201, answer, headers)

    return call.create(work)


def filtered(
    doc_type: Annotated[TypeName | None, Query()] = None,
    state: Annotated[list[DocumentState] | None, Query(max_length=12)] = None,
    light: Annotated[Literal["red", "yellow", "green"] | None, Query()] = None,
    q: Annotated[
        str | None,
        Query(max_length=100, pattern=r"^[^\x00]*$", description="Part of a name or number, or of a type's name."),
    ] = None,
    expired: Annotated[bool | None, Query(description="By today's date in China.")] = None,
    expires_before: Annotated[date | None, Query()] = None,
    sealed: Annotated[bool | None, Query()] = None,
    submitted_from: Annotated[Since | None, Query()] = None,
    submitted_until: Annotated[Since | None, Query(description="Excluded.")] = None,
    person_id: Annotated[RowId | None, Query()] = None,
    subject_id: Annotated[RowId | None, Query(description="For auditors and reviewers: one enterprise's.")] = None,
    push_state: Annotated[PushState | None, Query(description="Some push of it stands so.")] = None,
) -> Filters:
    """The dependency: what the list is narrowed to."""
    return Filters(
        doc_type=doc_type,
        state=frozenset(state or ()),
        light=None if light is None else Light[light.upper()],
        text=q,
        expired=expired,
        expires_before=expires_before,
        sealed=sealed,
        submitted_from=submitted_from,
        submitted_until=submitted_until,
        person_id=person_id,
        subject_id=subject_id,
        push=push_state,
    )


@router.get("/documents", summary="证照列表  List documents")
def get_documents(
    call: SignedIn,
    window: Windowed,
    filters: Annotated[Filters, Depends(filtered)],
    sort: Annotated[Order, Query(description="Rows without the value come last.")] = Order.CREATED,
    direction: Annotated[Literal["asc", "desc"], Query()] = "desc",
) -> Page[DocumentLine]:
    """Of each document the current version: enterprises see their own, auditors all, reviewers what was pushed to them.

    A supplement that is not in the library yet stands beside its document's line as ``open``.
    """
    asked = Asked(sort, direction == "desc", window.wanted, _place(window, sort))
    day = today(call.at)
    with call.reading() as session:
        rows = list_documents(session, call.principal, filters, asked, at=call.at)
        shown, more = window.cut(rows, lambda row: _cursor(sort, row))
        items = [DocumentLine.of(line, call.principal, day) for line in lines(session, call.principal, shown)]
    return Page(items=items, next=more)


def _place(window: Window, sort: Order) -> tuple[date | datetime | None, str] | None:
    """Value and identifier of the last row seen, of a cursor that was given for this order."""
    place = window.place(str, str, str)
    if place is None:
        return None
    order, value, last = map(str, place)
    if order != sort:
        raise refused_cursor()
    if not value:
        return None, last
    try:
        if sort is Order.VALID_UNTIL:
            return date.fromisoformat(value), last
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise refused_cursor() from None
    if moment.tzinfo is None or not 1970 <= moment.year <= 9998:
        raise refused_cursor()
    return moment, last


def _cursor(sort: Order, row: DocumentVersion) -> tuple[str, str, str]:
    """Where a row stands in its order; a missing value is empty."""
    match sort:
        case Order.CREATED:
            return sort, "", row.document_id
        case Order.CHANGED:
            value = row.changed_at.isoformat()
        case Order.SUBMITTED:
            value = "" if row.submitted_at is None else row.submitted_at.isoformat()
        case Order.VALID_UNTIL:
            value = "" if row.valid_until is None else row.valid_until.isoformat()
    return sort, value, row.id


@router.get(
    "/documents/{document_id}",
    response_model=DocumentAnswer,
    summary="证照  A document, as it is worked on",
)
def get_document(call: SignedIn, response: Response, document_id: RowId) -> DocumentAnswer:
    """The version that is not in the library yet, else the current one; for reviewers the one pushed to them.

    Its ``ETag`` is what the next change needs as ``If-Match``.
    """
    with call.reading() as session:
        answer = DocumentAnswer.of(view(session, call.principal, document_id, at=call.at))
    response.headers["ETag"] = answer.etag
    return answer


@router.get("/documents/{document_id}/versions", summary="证照各版本  Versions of a document, newest first")
def get_document_versions(call: SignedIn, document_id: RowId) -> VersionList:
    """Nothing is ever overwritten: superseded and discarded versions stay. Reviewers see those pushed to them."""
    with call.reading() as session:
        rows = versions(session, call.principal, document_id)
        return VersionList(items=[VersionLine.of(version) for version in rows])


@router.get("/documents/{document_id}/versions/{number}", summary="证照的一个版本  One version of a document")
def get_document_version(call: SignedIn, response: Response, document_id: RowId, number: Number) -> DocumentAnswer:
    """As it stands, with its own scans, entries, marks, seal and check."""
    with call.reading() as session:
        answer = DocumentAnswer.of(view(session, call.principal, document_id, at=call.at, number=number))
    response.headers["ETag"] = answer.etag
    return answer


class LogEntry(Answer):
    """What happened: identifiers and states, no people's data."""

    seq: int = Field(description="Place in the platform's chain.")
    at: Moment
    actor_role: Role
    actor_id: str | None
    actor_name: str | None = Field(description="Of users of one's own enterprise; of others the role is all.")
    object_kind: str = Field(examples=["document_version"])
    object_id: str
    action: str = Field(examples=["document.submit"])
    action_name: Words
    before: str | None
    after: str | None
    details: dict[str, Any]

    @classmethod
    def of(cls, logged: Logged) -> Self:
        """An entry in words."""
        values: dict[str, Any] = {"actor_name": logged.actor_name}
        values["action_name"] = Words.of(action_words(logged.entry.action))
        values |= {name: getattr(logged.entry, name) for name in cls.model_fields if name not in values}
        return cls(**values)


@router.get("/documents/{document_id}/log", summary="操作记录  Operation log of a document, newest first")
def get_document_log(call: SignedIn, window: Windowed, document_id: RowId) -> Page[LogEntry]:
    """Versions, pushes and digital certificates of the document; reviewers see what was pushed to their domain."""
    place = window.place(int)
    before = None if place is None else int(place[0] or 0)
    with call.reading() as session:
        found = document_log(session, call.principal, document_id, wanted=window.wanted, before=before)
    shown, more = window.cut(found, lambda logged: (logged.entry.seq,))
    return Page(items=[LogEntry.of(logged) for logged in shown], next=more)
