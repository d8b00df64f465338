"""Rows as an Excel workbook, written one after another; whatever a text begins with, it is never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from certlight.china import CHINA
from certlight.text import Language, Text
from certlight.visible import visible

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value = str | int | bool | date | datetime | None
_LONGEST: Final = 32_767
"""Characters of a cell; Excel refuses to open more."""
_FORMULA: Final = frozenset("=+-@\t\r\n")
"""What makes Excel take a typed text for a formula; such cells are told to be text for good."""
_MOMENT: Final = "yyyy-mm-dd hh:mm:ss"
_DAY: Final = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and its width in characters."""

    name: Text
    width: float = 16


def write_workbook(
    to: BinaryIO, title: Text, columns: Sequence[Column], rows: Iterable[Sequence[Value]], language: Language
) -> int:
    """Write the workbook into ``to``; how many rows. Moments are those of China's clocks, which Excel cannot say."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title.of(language)[:31])
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "A2"
    count = 0
    try:
        sheet.append([_head(sheet, column.name.of(language)) for column in columns])
        for row in rows:
            sheet.append([_cell(sheet, value, language) for value in row])
            count += 1
    except BaseException:
        # What was begun has to be ended, or it complains when it is collected; its file would stay.
        sheet.close()
        sheet._writer.cleanup()
        raise
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    book.save(to)
    return count


def _head(sheet: Any, name: str) -> Any:
    cell = _text(sheet, name)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="1D3A63")
    cell.alignment = Alignment(vertical="center")
    return cell


def _cell(sheet: Any, value: Value, language: Language) -> Any:
    match value:
        case bool():
            return _text(sheet, Text("是", "yes").of(language) if value else Text("否", "no").of(language))
        case str():
            return _text(sheet, value)
        case datetime():
            cell = WriteOnlyCell(sheet, value=value.astimezone(CHINA).replace(tzinfo=None, microsecond=0))
            cell.number_format = _MOMENT
            return cell
        case date():
            cell = WriteOnlyCell(sheet)
            cell.value = value
            cell.number_format = _DAY
            return cell
        case _:
            return WriteOnlyCell(sheet, value=value)


def _text(sheet: Any, value: str) -> Any:
    shown = visible(value)[:_LONGEST]
    cell = WriteOnlyCell(sheet, value=shown)
    # openpyxl takes a leading = for a formula.
    cell.data_type = "s"
    if shown[:1] in _FORMULA:
        cell.quotePrefix = True
    return cell
