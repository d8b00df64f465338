"""Reports of checks and seals: small ones at once, what takes its time as a job."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from sqlalchemy.orm import Session

from certlight.text import Language
from service.api.accepted import ACCEPTED, JobAnswer
from service.api.calls import Authorised, SignedIn
from service.api.files import file_answer
from service.api.idempotency import Made
from service.api.report_orders import NewReport
from service.api.shapes import RowId
from service.checking.bilingual import spoken
from service.reports.check_report import PAGES_AT_ONCE, find_check_report, pictures
from service.reports.ordering import find_order, finished, made_pdf, order
from service.reports.refusals import not_made
from service.reports.wishes import Order
from service.sealing.validating import find_seal

router = APIRouter(tags=["reports"])
POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A report is a page of its own origin-less world; the policy within the file allows its own style and script alone."""
Lang = Annotated[Literal["zh", "en"] | None, Query(description="Language; by default that of Accept-Language.")]
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/html": {"schema": {"type": "string"}},
            "application/pdf": _BINARY,
        },
    }
}


def spoken_language(call: Authorised, lang: Language | None) -> Language:
    """What was asked for, else what the browser prefers."""
    return lang or call.language


@router.get(
    "/documents/{document_id}/checks/{check_id}/report",
    summary="核验报告  Report of a check",
    responses=CONTENT,
    response_class=Response,
)
def get_check_report(
    call: SignedIn,
    document_id: RowId,
    check_id: RowId,
    format: Annotated[Literal["html", "json", "pdf"], Query()] = "html",
    lang: Lang = None,
    if_none_match: Annotated[str | None, Header(max_length=500)] = None,
) -> Response:
    """HTML with pictures of at most four pages, or ``certlight.verify/1``. A PDF has to be ordered first
    (``POST /reports``); then it is served here, too."""
    language = spoken_language(call, lang)
    with call.reading() as session:
        report = find_check_report(session, call.principal, document_id, check_id)
        made = made_pdf(session, call.principal, check_id, language, call.at) if format == "pdf" else None
    if format == "json":
        return JSONResponse(report.json(language))
    if format == "html":
        drawn = pictures(call.installation, report, PAGES_AT_ONCE)
        return HTMLResponse(report.html(drawn, language), headers={"Content-Security-Policy": POLICY})
    if made is None:
        raise not_made()
    return file_answer(
        call.installation,
        made.tenant,
        made.sha256,
        name=f"{check_id}.pdf",
        media_type=made.media_type,
        if_none_match=if_none_match,
    )


@router.get("/documents/{document_id}/seals/{seal_id}/report", summary="验章报告  Report of a seal, as it was taken in")
def get_seal_report(call: SignedIn, document_id: RowId, seal_id: RowId, lang: Lang = None) -> dict[str, Any]:
    """``certlight.validate/1`` of the moment when the seal was taken in. The HTML report is ordered
    (``POST /reports``) and validates anew."""
    with call.reading() as session:
        kept = find_seal(session, call.principal, document_id, seal_id).report
    return spoken(kept, spoken_language(call, lang))


@router.post(
    "/reports", status_code=202, response_model=JobAnswer, responses=ACCEPTED, summary="生成报告  Order a report"
)
def post_report(call: SignedIn, body: NewReport) -> JSONResponse:
    """What takes its time: reports with all their pages, PDFs, long lists. Whoever ordered it asks at ``Location``
    how it stands, and fetches it below ``/content`` for thirty days."""

    def work(session: Session) -> Made:
        wanted = Order(body.wish(), spoken_language(call, body.lang))
        job = order(session, call.principal, wanted, at=call.at)
        return Made(202, JobAnswer.of(job), {"Location": f"/api/v1/reports/{job.id}"})

    return call.create(work)


@router.get("/reports/{job_id}", summary="报告任务状态  A report that was ordered")
def get_report(call: SignedIn, job_id: RowId) -> JobAnswer:
    """As a job. Only for whoever ordered it."""
    with call.reading() as session:
        return JobAnswer.of(find_order(session, call.principal, job_id))


@router.get(
    "/reports/{job_id}/content",
    summary="下载报告  Fetch a report",
    response_class=StreamingResponse,
    responses={200: {"description": "The file.", "content": {"*/*": _BINARY}}},
)
def get_report_content(
    call: SignedIn, job_id: RowId, if_none_match: Annotated[str | None, Header(max_length=500)] = None
) -> Response:
    """Only for whoever ordered it, while they may still see what it is about."""
    with call.reading() as session:
        made = finished(find_order(session, call.principal, job_id), call.at)
    answer = file_answer(
        call.installation,
        made.tenant,
        made.sha256,
        name=made.name,
        media_type=made.media_type,
        if_none_match=if_none_match,
    )
    if made.media_type.startswith("text/html"):
        answer.headers["Content-Security-Policy"] = POLICY
    return answer
