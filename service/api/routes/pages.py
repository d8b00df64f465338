"""``/documents/{id}/pages``: straightened pages, on which marks are drawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import StreamingResponse

from service.accounts.access import Operation
from service.api.calls import SignedIn
from service.api.files import FILE_RESPONSES, file_answer
from service.api.shapes import RowId
from service.documents.finding import find_version
from service.documents.refusals import refusal
from service.readings.page_images import MEDIA_TYPE, page_images

router = APIRouter(tags=["documents"])


@router.get(
    "/documents/{document_id}/pages/{index}",
    summary="页面图像  A page, straightened",
    response_class=StreamingResponse,
    responses=FILE_RESPONSES,
)
def get_page(
    call: SignedIn,
    document_id: RowId,
    index: Annotated[int, Path(ge=0, lt=10_000, description="Over all scans, from 0.")],
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="Of another version.")] = None,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """A JPEG in the pixels that marks count in. Pages are there once the document has been read (smart mode or check);
    before that the answer is 409 ``state.pages_unread``."""
    with call.reading() as session:
        found = find_version(session, call.principal, document_id, Operation.READ, number=version)
        pages = page_images(session, found)
    image = next((page for page in pages if page.page == index), None)
    if image is None:
        raise refusal("document.no_such_page" if pages else "state.pages_unread")
    return file_answer(
        call.installation,
        image.subject_id,
        image.sha256,
        name=f"page-{index + 1}.jpg",
        media_type=MEDIA_TYPE,
        if_none_match=if_none_match,
    )
