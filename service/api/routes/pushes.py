"""``/pushes``: documents before a regulator's domain (推送核验), for enterprises and for reviewers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from service.api.calls import Authorised, SignedIn
from service.api.conditions import Expected, etag
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.push_answers import PushAnswer, PushViewAnswer
from service.api.shapes import Page, Request, RowId
from service.database.pushes import Push
from service.domain.pushes import PushAction, PushState
from service.review.finding import PushFilter, list_pushes, view_push
from service.review.pushing import push_document, withdraw
from service.review.reviewing import claim, decide

router = APIRouter(tags=["pushes"])
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class NewPush(Request):
    """Where to push a document."""

    domain_id: RowId = Field(examples=["01937c5e-8a3b-7c41-9f20-5b1d2e3f4a5b"])


class Opinion(Request):
    """What the reviewer says to an approval, if anything."""

    reason: Reason | None = Field(default=None, examples=["资料齐全，同意"])


class Reasoned(Request):
    """Why: the enterprise is to put it right."""

    reason: Reason = Field(examples=["公章不清晰，请重新扫描后提交"])


def filtered(
    state: PushState | None = None,
    domain_id: Annotated[RowId | None, Query()] = None,
    document_id: Annotated[RowId | None, Query()] = None,
    mine: Annotated[bool, Query(description="On the caller's own desk, or decided by the caller.")] = False,
) -> PushFilter:
    """The dependency: which pushes are asked for."""
    return PushFilter(state, domain_id, document_id, mine)


@router.post(
    "/documents/{document_id}/pushes",
    status_code=201,
    response_model=PushAnswer,
    summary="推送到领域  Push a document to a domain",
)
def post_push(call: SignedIn, document_id: RowId, body: NewPush) -> JSONResponse:
    """Sends the version in the library. What was sent back goes to the same domain again once it is another version."""

    def work(session: Session) -> Made:
        made = push_document(session, call.principal, document_id, body.domain_id, at=call.at)
        return Made(201, PushAnswer.of(made, call.principal), {"ETag": etag(made.row_version)})

    return call.create(work)


@router.get("/pushes", summary="推送列表  List pushes")
def get_pushes(call: SignedIn, window: Windowed, wanted: Annotated[PushFilter, Depends(filtered)]) -> Page[PushAnswer]:
    """From the newest to the oldest: an enterprise sees its own, reviewers those before their domain."""
    place = window.place(str)
    with call.reading() as session:
        after = str(place[0]) if place else None
        rows = list_pushes(session, call.principal, wanted, after=after, limit=window.wanted)
        shown, more = window.cut(rows, lambda row: (row.id,))
        return Page(items=[PushAnswer.of(row, call.principal) for row in shown], next=more)


@router.post(
    "/pushes/claim",
    summary="领取下一件  Claim the push that waits longest",
    response_model=PushAnswer,
    responses={204: {"description": "None waits."}},
)
def post_claim(call: SignedIn, response: Response) -> PushAnswer | Response:
    """Puts it on the reviewer's desk until ``claimed_until``; then it waits for anybody again."""
    lasts = timedelta(minutes=call.installation.settings.review.claim_minutes)
    with call.transaction() as session:
        claimed = claim(session, call.principal, at=call.at, lasts=lasts)
        if claimed is None:
            return Response(status_code=204)
        return _answered(call, claimed, response)


@router.get("/pushes/{push_id}", summary="推送详情  A push with what is decided upon")
def get_push(call: SignedIn, push_id: RowId, response: Response) -> PushViewAnswer:
    """With the version's check and seal, where to read them, and the document's other pushes."""
    with call.reading() as session:
        found = view_push(session, call.principal, push_id)
        response.headers["ETag"] = etag(found.push.row_version)
        return PushViewAnswer.seen(found, call.principal)


@router.post("/pushes/{push_id}/approval", summary="核验通过  Approve")
def post_approval(
    call: SignedIn, push_id: RowId, expected: Expected, response: Response, body: Opinion | None = None
) -> PushAnswer:
    """By the reviewer who has it on the desk. The document's light stays what the check found."""
    reason = body.reason if body else None
    return _decided(call, push_id, PushAction.APPROVE, expected, response, reason)


@router.post("/pushes/{push_id}/rejection", summary="核验不通过  Reject")
def post_rejection(
    call: SignedIn, push_id: RowId, body: Reasoned, expected: Expected, response: Response
) -> PushAnswer:
    """By the reviewer who has it on the desk."""
    return _decided(call, push_id, PushAction.REJECT, expected, response, body.reason)


@router.post("/pushes/{push_id}/revision", summary="退回修改  Send back")
def post_revision(call: SignedIn, push_id: RowId, body: Reasoned, expected: Expected, response: Response) -> PushAnswer:
    """By the reviewer who has it on the desk; the enterprise supplements or renews the document and pushes anew."""
    return _decided(call, push_id, PushAction.REQUEST_REVISION, expected, response, body.reason)


@router.post("/pushes/{push_id}/release", summary="放回  Put it back")
def post_release(call: SignedIn, push_id: RowId, expected: Expected, response: Response) -> PushAnswer:
    """By the reviewer who has it on the desk: it waits for anybody again."""
    return _decided(call, push_id, PushAction.RELEASE, expected, response, None)


@router.post("/pushes/{push_id}/withdrawal", summary="撤回推送  Withdraw")
def post_withdrawal(call: SignedIn, push_id: RowId, expected: Expected, response: Response) -> PushAnswer:
    """By the enterprise, as long as no reviewer has it."""
    with call.transaction() as session:
        return _answered(call, withdraw(session, call.principal, push_id, at=call.at, expected=expected), response)


def _decided(
    call: Authorised, push_id: str, action: PushAction, expected: int, response: Response, reason: str | None
) -> PushAnswer:
    with call.transaction() as session:
        decided = decide(session, call.principal, push_id, action, at=call.at, expected=expected, reason=reason)
        return _answered(call, decided, response)


def _answered(call: Authorised, pushed: Push, response: Response) -> PushAnswer:
    response.headers["ETag"] = etag(pushed.row_version)
    return PushAnswer.of(pushed, call.principal)
