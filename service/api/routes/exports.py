"""Lists as Excel workbooks: the same filters as the lists, at most two thousand rows at once."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from certlight.text import Language
from service.api.calls import Authorised, SignedIn
from service.api.routes.documents import filtered as documents_filtered
from service.api.routes.operations import LogFiltered
from service.api.routes.performances import wanted_performances
from service.api.routes.pushes import filtered as pushes_filtered
from service.api.routes.reports import Lang, spoken_language
from service.documents.listing import Filters, Order
from service.performances.listing import PerformanceFilter
from service.reports.lists.making import write_list
from service.reports.lists.wishes import DocumentsWish, ListWish, OperationsWish, PerformancesWish, PushesWish
from service.reports.spreadsheet import MEDIA_TYPE
from service.review.finding import PushFilter
from service.storage.blob import PIECE

router = APIRouter(tags=["reports"])
WORKBOOK: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The workbook. Longer lists are refused (``report.too_many_rows``) and can be ordered.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(
    "/documents.xlsx",
    summary="导出证照列表  List of documents as a workbook",
    responses=WORKBOOK,
    response_class=StreamingResponse,
)
def export_documents(
    call: SignedIn,
    filters: Annotated[Filters, Depends(documents_filtered)],
    sort: Annotated[Order, Query()] = Order.CREATED,
    direction: Annotated[Literal["asc", "desc"], Query()] = "desc",
    lang: Lang = None,
) -> StreamingResponse:
    """What ``GET /documents`` lists, with the same filters."""
    return _workbook(call, DocumentsWish(filters, sort, direction == "desc"), lang)


@router.get(
    "/performances.xlsx",
    summary="导出业绩列表  List of performances as a workbook",
    responses=WORKBOOK,
    response_class=StreamingResponse,
)
def export_performances(
    call: SignedIn, filters: Annotated[PerformanceFilter, Depends(wanted_performances)], lang: Lang = None
) -> StreamingResponse:
    """What ``GET /performances`` lists, with the same filters."""
    return _workbook(call, PerformancesWish(filters), lang)


@router.get(
    "/pushes.xlsx",
    summary="导出推送列表  List of pushes as a workbook",
    responses=WORKBOOK,
    response_class=StreamingResponse,
)
def export_pushes(
    call: SignedIn, filters: Annotated[PushFilter, Depends(pushes_filtered)], lang: Lang = None
) -> StreamingResponse:
    """What ``GET /pushes`` lists, with the same filters."""
    return _workbook(call, PushesWish(filters), lang)


@router.get(
    "/operations.xlsx",
    summary="导出操作记录  Operation log as a workbook",
    responses=WORKBOOK,
    response_class=StreamingResponse,
)
def export_operations(call: SignedIn, filters: LogFiltered, lang: Lang = None) -> StreamingResponse:
    """What ``GET /operations`` lists, with the same filters."""
    return _workbook(call, OperationsWish(filters), lang)


def _workbook(call: Authorised, wish: ListWish, lang: Language | None) -> StreamingResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever has sent it
    try:
        write_list(file, wish, call.reading, call.principal, spoken_language(call, lang), at=call.at)
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    name = f"{wish.what}-{call.at:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(_pieces(file), media_type=MEDIA_TYPE, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
