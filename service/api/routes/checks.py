"""``/documents/{id}/checks``: entered against recognised (智能核验)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import select

from service.accounts.access import Operation
from service.api.accepted import ACCEPTED, accepted
from service.api.calls import SignedIn
from service.api.pages import Windowed
from service.api.shapes import Answer, Colour, Moment, Page, Request, RowId
from service.checking.asking import ask_for_check, find_check
from service.checking.bilingual import spoken
from service.database.documents import DocumentVersion
from service.database.evidence import Check
from service.documents.finding import find_version

router = APIRouter(tags=["smart mode and checks"])


class CheckOrder(Request):
    """How to check."""

    trial: bool = Field(
        default=False,
        description="Before the seal: the job's result tells the lights, nothing is kept and no state changes.",
    )


class CheckLine(Answer):
    """One check of a list."""

    id: str
    version: int = Field(description="Number of the version that was checked.")
    light: Colour = Field(description="The worst of verdict and seal.")
    checked_at: Moment
    stale: bool = Field(description="The version was changed since.")
    job_id: str | None


class CheckAnswer(CheckLine):
    """A check with all it says."""

    covers: str = Field(description="Hash of the pages, entries and marks that were checked.")
    seal_light: str | None = Field(description="What the seal contributed.", examples=["green"])
    verdict: dict[str, Any] = Field(description="The document of ``certlight.verify/1``, in the caller's language.")
    provenance: dict[str, Any]


@router.post(
    "/documents/{document_id}/checks", status_code=202, responses=ACCEPTED, summary="智能核验  Check the document"
)
def post_check(call: SignedIn, document_id: RowId, order: Annotated[CheckOrder | None, Body()] = None) -> JSONResponse:
    """Of the sealed version, which then is red, yellow or green; or on trial, before it is sealed."""
    trial = order is not None and order.trial
    return call.create(
        lambda session: accepted(ask_for_check(session, call.principal, document_id, trial=trial, at=call.at))
    )


@router.get("/documents/{document_id}/checks", summary="核验记录  Checks of a version, newest first")
def get_checks(
    call: SignedIn,
    document_id: RowId,
    window: Windowed,
    version: Annotated[
        int | None, Query(ge=1, le=1_000_000, description="Its number; without it, the version that is worked on.")
    ] = None,
) -> Page[CheckLine]:
    """Every check is kept; the newest counts, where it is not stale."""
    place = window.place(str)
    with call.reading() as session:
        found = find_version(session, call.principal, document_id, Operation.READ, number=version)
        wanted = select(Check).where(Check.subject_id == found.subject_id, Check.version_id == found.id)
        if place is not None:
            wanted = wanted.where(Check.id < str(place[0]))
        rows = session.scalars(wanted.order_by(Check.id.desc()).limit(window.wanted)).all()
        shown, more = window.cut(rows, lambda row: (row.id,))
        now = found.coverage()
        return Page(items=[CheckLine(**_line(row, found, now)) for row in shown], next=more)


@router.get("/documents/{document_id}/checks/{check_id}", summary="核验结果  One check")
def get_check(call: SignedIn, document_id: RowId, check_id: RowId) -> CheckAnswer:
    """With the light and reason of every field, and what is needed to replay it."""
    with call.reading() as session:
        row, version = find_check(session, call.principal, document_id, check_id)
        verdict = spoken(row.verdict, call.language)
        seal_light = verdict.pop("seal_light", None)
        return CheckAnswer(
            **_line(row, version, version.coverage()),
            covers=row.covers,
            seal_light=seal_light,
            verdict=verdict,
            provenance=row.provenance,
        )


def _line(row: Check, version: DocumentVersion, now: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": version.number,
        "light": row.light,
        "checked_at": row.checked_at,
        "stale": row.covers != now,
        "job_id": row.job_id,
    }
