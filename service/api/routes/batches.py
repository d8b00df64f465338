"""``/batches``: the same work on many documents, behind everybody who waits in front of a page."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from service.api.accepted import ACCEPTED, accepted
from service.api.calls import SignedIn
from service.api.shapes import Request, RowId
from service.checking.asking import LARGEST_BATCH, BatchAction, ask_for_batch

router = APIRouter(tags=["batches"])


class BatchOrdered(Request):
    """Which documents, and what to do with them."""

    documents: list[RowId] = Field(min_length=1, max_length=LARGEST_BATCH, description="Each once.")
    action: BatchAction = Field(
        description="``read``: smart mode; ``check``: of sealed versions; ``validate``: their newest seals, today."
    )


@router.post("/batches", status_code=202, responses=ACCEPTED, summary="批量处理  Work on many documents")
def post_batch(call: SignedIn, ordered: BatchOrdered) -> JSONResponse:
    """One job that starts a job a document and ends with the last of them. An API token needs the scope ``batch``.

    Documents whose state forbids it are named in the result as ``refused``; the others go on.
    """
    return call.create(
        lambda session: accepted(ask_for_batch(session, call.principal, ordered.documents, ordered.action, at=call.at))
    )
