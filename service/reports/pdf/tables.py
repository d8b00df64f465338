"""Tables on paper: rows kept on one page where they fit on any, their head repeated on every page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from service.reports.pdf.blocks import LINE, NAVY, NAVY_SOFT, Row, Run, Runs, Table
from service.reports.pdf.paper import BOTTOM, GAP, HEIGHT, INNER, MARGIN, TOP, WIDTH, Paper, fitted, height

_PADDING: Final = 1.6
_HEAD: Final = 6.4
_PAGE: Final = HEIGHT - TOP - BOTTOM - _HEAD - 2
"""Millimetres a row may take; four cuts and a few lines always fit."""
Lines = list[Runs]


def draw_table(paper: Paper, table: Table) -> None:
    """The table, from ``paper.y`` on."""
    widths = [INNER * share / sum(table.shares) for share in table.shares]
    _head(paper, table, widths)
    for row in table.rows:
        _row(paper, table, row, widths)
    paper.y += 3


def _head(paper: Paper, table: Table, widths: Sequence[float]) -> None:
    if not any(table.head):
        return
    paper.room(_HEAD + 8)
    paper.set_fill_color(*NAVY_SOFT)
    paper.rect(MARGIN, paper.y, INNER, _HEAD, style="F")
    for text, x in zip(table.head, _edges(widths), strict=True):
        paper.write_at(Run(text, NAVY, 8.5), x + _PADDING, paper.y + 4.4)
    paper.y += _HEAD


def _row(paper: Paper, table: Table, row: Row, widths: Sequence[float]) -> None:
    columns = [
        [line for runs in cell.paragraphs for line in paper.lines(runs, width - 2 * _PADDING)]
        for cell, width in zip(row.cells, widths, strict=True)
    ]
    cuts = [
        [fitted(picture, width - 2 * _PADDING) for picture in cell.pictures]
        for cell, width in zip(row.cells, widths, strict=True)
    ]
    wide = [fitted(picture, INNER - 2 * _PADDING) for picture in row.wide]
    pictures = [sum(tall + GAP for _, tall in sizes) for sizes in cuts]
    below = sum(tall + GAP for _, tall in wide) + 2 * _PADDING

    def whole() -> float:
        return max(map(sum, zip(map(_tall, columns), pictures, strict=True)), default=0.0) + below

    if whole() <= _PAGE:
        if paper.room(whole()):
            _head(paper, table, widths)
    else:
        while whole() > _PAGE:
            columns = _part(paper, table, row, columns, widths)
    top = paper.y
    _draw_text(paper, row, columns, widths)
    bottom = top + _PADDING + max(map(_tall, columns), default=0.0)
    for cell, sizes, lines, x in zip(row.cells, cuts, columns, _edges(widths), strict=True):
        paper.y = top + _PADDING + _tall(lines)
        for picture, size in zip(cell.pictures, sizes, strict=True):
            paper.picture(picture, x + _PADDING, size)
        bottom = max(bottom, paper.y)
    paper.y = bottom
    for picture, size in zip(row.wide, wide, strict=True):
        paper.picture(picture, MARGIN + _PADDING, size)
    paper.y += _PADDING
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.2)
    paper.line(MARGIN, paper.y, WIDTH - MARGIN, paper.y)


def _part(paper: Paper, table: Table, row: Row, columns: list[Lines], widths: Sequence[float]) -> list[Lines]:
    """Draw as many lines of a row as this page takes, and turn it over; what remains."""
    left = HEIGHT - BOTTOM - paper.y - 2 * _PADDING
    counts = [sum(used <= left for used in accumulate(map(height, lines))) for lines in columns]
    _draw_text(paper, row, [lines[:count] for lines, count in zip(columns, counts, strict=True)], widths)
    paper.add_page()
    _head(paper, table, widths)
    return [lines[count:] for lines, count in zip(columns, counts, strict=True)]


def _draw_text(paper: Paper, row: Row, columns: Sequence[Lines], widths: Sequence[float]) -> None:
    top = paper.y
    tall = max(map(_tall, columns), default=0.0) + 2 * _PADDING
    for cell, lines, width, x in zip(row.cells, columns, widths, _edges(widths), strict=True):
        if cell.ground is not None and lines:
            paper.set_fill_color(*cell.ground)
            paper.rect(x, top + 0.3, width, tall - 0.6, style="F")
        paper.y = top + _PADDING
        for line in lines:
            paper.draw_line(line, x + _PADDING)


def _edges(widths: Sequence[float]) -> list[float]:
    return [MARGIN + offset for offset in accumulate([0.0, *widths[:-1]])]


def _tall(lines: Lines) -> float:
    return sum(map(height, lines))
