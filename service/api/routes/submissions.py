"""Into the library, and what may be done with what is in it: submission, supplement, renewal; and giving up."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from service.api.calls import Authorised, SignedIn
from service.api.conditions import ExpectedVersion
from service.api.document_answers import DocumentAnswer
from service.api.idempotency import Made
from service.api.shapes import RowId
from service.database.documents import DocumentVersion
from service.documents.beginning import discard, renew, supplement
from service.documents.submitting import submit
from service.documents.viewing import view_of

router = APIRouter(tags=["documents"])


def _made(session: Session, call: Authorised, version: DocumentVersion, status: int) -> Made:
    answer = DocumentAnswer.of(view_of(session, call.principal, version, at=call.at))
    return Made(status, answer, {"Location": f"/api/v1/documents/{version.document_id}", "ETag": answer.etag})


@router.post(
    "/documents/{document_id}/submission",
    status_code=201,
    response_model=DocumentAnswer,
    summary="提交  Submit a document to the library",
)
def post_submission(call: SignedIn, document_id: RowId, expected: ExpectedVersion) -> JSONResponse:
    """Yellow goes to people's verification, green gets its digital certificate; red is refused. What it replaces is
    superseded, and waiting pushes of that are withdrawn. A green document that expired since its check is refused."""

    def work(session: Session) -> Made:
        done = submit(session, call.principal, document_id, expected=expected.pair, at=call.at)
        return _made(session, call, done, 201)

    return call.create(work)


@router.post(
    "/documents/{document_id}/supplement",
    status_code=201,
    response_model=DocumentAnswer,
    summary="补充完善  Supplement a yellow document",
)
def post_supplement(call: SignedIn, document_id: RowId) -> JSONResponse:
    """The next version, with pages, entries and marks of the one in the library; entries of key fields are locked."""
    return call.create(
        lambda session: _made(session, call, supplement(session, call.principal, document_id, at=call.at), 201)
    )


@router.post(
    "/documents/{document_id}/renewal",
    status_code=201,
    response_model=DocumentAnswer,
    summary="更新  Renew a document",
)
def post_renewal(call: SignedIn, document_id: RowId) -> JSONResponse:
    """A new, empty document of the same type, which supersedes this one when it is submitted."""
    return call.create(
        lambda session: _made(session, call, renew(session, call.principal, document_id, at=call.at), 201)
    )


@router.delete("/documents/{document_id}", summary="作废  Discard what is not in the library")
def delete_document(
    call: SignedIn, response: Response, document_id: RowId, expected: ExpectedVersion
) -> DocumentAnswer:
    """Gives up the version that is worked on; it stays visible with its log. A version of the library stays there."""
    with call.transaction() as session:
        done = discard(session, call.principal, document_id, expected=expected.pair, at=call.at)
        answer = DocumentAnswer.of(view_of(session, call.principal, done, at=call.at))
    response.headers["ETag"] = answer.etag
    return answer
