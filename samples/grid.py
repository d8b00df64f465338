"""A ruled table of labels and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samples.canvas import Canvas, Ink, Part

LEADING = 1.35
PADDING = 1.8
"""White space between a rule and the text, in mm."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its share of the table's width, its runs of text, and whether it is a label."""

    share: float
    parts: tuple[Part | str, ...]
    label: bool = False
    centred: bool = False


def label(share: float, text: str) -> Cell:
    return Cell(share, (text,), label=True)


def value(share: float, text: str, code: str | None = None, *, centred: bool = False) -> Cell:
    return Cell(share, (Part(text, code),), centred=centred)


def draw(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    rows: Sequence[tuple[float, Sequence[Cell]]],
    label_ink: Ink,
    value_ink: Ink,
) -> float:
    """Rows of cells from (x, y) mm, each at least as high as its first member says; returns the y of the last rule."""
    canvas.rule(x, y, x + width, y)
    for least, cells in rows:
        inks = [label_ink if c.label else value_ink for c in cells]
        counts = [
            len(canvas.lines(c.parts, ink, c.share * width - 2 * PADDING)) for c, ink in zip(cells, inks, strict=True)
        ]
        height = max(least, *(n * ink.size * LEADING + 2 * PADDING for n, ink in zip(counts, inks, strict=True)))
        left = x
        canvas.rule(left, y, left, y + height)
        for cell, ink, count in zip(cells, inks, counts, strict=True):
            inner = cell.share * width - 2 * PADDING
            top = y + (height - count * ink.size * LEADING) / 2 + ink.size * (LEADING - 1) / 2
            align = "m" if cell.label or cell.centred else "l"
            canvas.flow(left + PADDING, top, cell.parts, ink, inner, leading=LEADING, align=align)
            left += cell.share * width
            canvas.rule(left, y, left, y + height)
        y += height
        canvas.rule(x, y, x + width, y)
    return y
