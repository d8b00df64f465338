"""``/documents/{id}/entries`` and ``/documents/{id}/marks``: the form, and where on the pages its values stand."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from service.api.calls import SignedIn
from service.api.conditions import ExpectedVersion
from service.api.document_answers import ENTRIES, MARKS, DocumentAnswer
from service.api.shapes import Request, RowId
from service.documents.filling import fill, mark
from service.documents.viewing import view_of

router = APIRouter(tags=["documents"])
FieldCode = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Value = Annotated[str, StringConstraints(max_length=20_000)]
Coordinate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Entries(Request):
    """The whole form; fields that are null, or not there, are not entered."""

    entries: dict[FieldCode, Value | Annotated[list[Value], Field(max_length=1000)] | None] = Field(
        max_length=200, examples=[ENTRIES]
    )


class Mark(Request):
    """A box in pixels of the straightened page, origin top-left: x0 < x1, y0 < y1."""

    page: int = Field(ge=0, lt=10_000, description="Over all scans, from 0.")
    box: tuple[Coordinate, Coordinate, Coordinate, Coordinate]


class Marks(Request):
    """All marks of the document, by field."""

    marks: dict[FieldCode, Annotated[list[Mark], Field(max_length=200)]] = Field(max_length=200, examples=[MARKS])


@router.put("/documents/{document_id}/entries", summary="填写  Fill in the form")
def put_entries(
    call: SignedIn, response: Response, document_id: RowId, body: Entries, expected: ExpectedVersion
) -> DocumentAnswer:
    """Replaces all entries. Values may be written as on the certificate: dates and amounts in any usual style.

    Seal and check become stale; marks stay and have to be confirmed. In a supplement key fields stay as they are.
    """
    with call.transaction() as session:
        done = fill(session, call.principal, document_id, body.entries, expected=expected.pair, at=call.at)
        answer = DocumentAnswer.of(view_of(session, call.principal, done, at=call.at))
    response.headers["ETag"] = answer.etag
    return answer


@router.put("/documents/{document_id}/marks", summary="标记  Mark where values stand")
def put_marks(
    call: SignedIn, response: Response, document_id: RowId, body: Marks, expected: ExpectedVersion
) -> DocumentAnswer:
    """Replaces all marks. ``marked`` needs a mark for every key field that is required or entered; else ``filled``."""
    marks: dict[str, Any] = {code: [mark.model_dump() for mark in found] for code, found in body.marks.items()}
    with call.transaction() as session:
        done = mark(session, call.principal, document_id, marks, expected=expected.pair, at=call.at)
        answer = DocumentAnswer.of(view_of(session, call.principal, done, at=call.at))
    response.headers["ETag"] = answer.etag
    return answer
