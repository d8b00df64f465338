"""A wanted list as a sheet."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO, Final

from certlight.text import Language
from service.domain.principal import Principal
from service.reports.lists.documents import documents
from service.reports.lists.operations import operations
from service.reports.lists.performances import performances
from service.reports.lists.pushes import pushes
from service.reports.lists.rows import Reading, Rows, Sheet
from service.reports.lists.wishes import DocumentsWish, ListWish, OperationsWish, PerformancesWish, PushesWish
from service.reports.refusals import too_many_rows
from service.reports.spreadsheet import write_workbook

AT_ONCE: Final = 2_000
"""Rows of a spreadsheet that somebody waits for: about a second."""
ORDERED: Final = 100_000
"""Rows of one that was ordered."""


def write_list(
    to: BinaryIO,
    wish: ListWish,
    reading: Reading,
    by: Principal,
    language: Language,
    *,
    at: datetime,
    ordered: bool = False,
) -> int:
    """The list that ``by`` sees as a workbook in ``to``; how many rows.

    Raises UsageError ``report.too_many_rows`` beyond :data:`AT_ONCE`, or :data:`ORDERED`; AccessRefused.
    """
    sheet = _sheet(wish, reading, by, language, at)
    rows = _bounded(sheet.rows, ORDERED if ordered else AT_ONCE, ordered)
    return write_workbook(to, sheet.title, sheet.columns, rows, language)


def _sheet(wish: ListWish, reading: Reading, by: Principal, language: Language, at: datetime) -> Sheet:
    match wish:
        case DocumentsWish():
            return documents(wish, reading, by, language, at)
        case PerformancesWish():
            return performances(wish, reading, by)
        case PushesWish():
            return pushes(wish, reading, by, language)
        case OperationsWish():
            return operations(wish, reading, by, language)


def _bounded(rows: Rows, most: int, ordered: bool) -> Rows:
    for count, row in enumerate(rows):
        if count >= most:
            raise too_many_rows(most, ordered=ordered)
        yield row
