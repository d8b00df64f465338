"""The rows of a page: pieces of text that stand beside each other, whatever lines the detector cut them into.

Forms print a label letter by letter (``名　　称``), and detectors merge letters of neighbouring rows into one upright
strip; so lines are first taken apart into pieces, and pieces are chained into rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.engines.crop import VERTICAL_RATIO
from extractors.geometry import Box
from extractors.kinds import simplified
from extractors.reading import Span
from extractors.text import PageText, TextLine

ROW_OVERLAP = 0.45
"""Two pieces share a row when their vertical extents overlap by this share of the lower one; below, neighbouring
rows of tightly set forms chain together, above, values printed slightly off their label's baseline are lost."""

OVERLAY_ANGLE = 8.0
"""Degrees off the page's own directions from which a line is an overlay: straightened pages keep print within 2."""


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """One printed character and where it stands: line ``line`` of the page, character ``index`` of that line."""

    text: str
    box: Box
    line: TextLine
    index: int


class Row:
    """Glyphs that stand beside each other, left to right, spaces left out."""

    def __init__(self, page: int, glyphs: Sequence[Glyph]) -> None:
        self.page = page
        self.glyphs = tuple(glyphs)
        self.text = "".join(g.text for g in self.glyphs)

    @cached_property
    def plain(self) -> str:
        """The text in simplified characters, one for one: what labels are looked for in."""
        simple = simplified(self.text)
        return simple if len(simple) == len(self.text) else self.text

    @cached_property
    def box(self) -> Box:
        return Box.around(g.box for g in self.glyphs)

    def gap_before(self, index: int) -> float:
        """Free space left of a glyph, in heights of that glyph; infinite at the start of the row."""
        if index == 0:
            return float("inf")
        left, right = self.glyphs[index - 1].box, self.glyphs[index].box
        return (right.x0 - left.x1) / max(min(left.height, right.height), 1.0)

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The ink behind glyphs ``start`` to ``end`` (excluded), one span a line."""
        return spans_of(self.page, self.glyphs[start:end])


def spans_of(page: int, glyphs: Sequence[Glyph]) -> tuple[Span, ...]:
    """Spans in the order of the glyphs; characters of one line that follow each other share a span."""
    spans: list[Span] = []
    for glyph in glyphs:
        last = spans[-1] if spans else None
        gap = last.line.text[last.end : glyph.index] if last and last.line is glyph.line else "x"
        if last and last.line is glyph.line and glyph.index >= last.end and not gap.strip():
            spans[-1] = Span(page, last.line, last.start, glyph.index + 1)
        else:
            spans.append(Span(page, glyph.line, glyph.index, glyph.index + 1))
    return tuple(spans)


class PageLayout:
    """A page's rows, and the glyphs of its lines."""

    def __init__(self, text: PageText) -> None:
        self.text = text
        self.page = text.page
        lines = [line for line in text.lines if not _overlay(line)]
        pieces = [piece for line in lines for piece in _pieces(line)]
        self.rows = tuple(Row(text.page, [g for piece in chain for g in piece]) for chain in _chains(pieces))

    @cached_property
    def glyph_height(self) -> float:
        """Median height of the printed characters, in pixels; 1 on an empty page."""
        heights = sorted(g.box.height for row in self.rows for g in row.glyphs)
        return heights[len(heights) // 2] if heights else 1.0

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.page, [tuple(_glyphs(line)) for line in self.text.lines if not _overlay(line)])


class Flow:
    """Running text of a page in reading order; every character knows its ink.

    ``text`` has the lines joined without a separator (a sentence may wrap anywhere), ``lined`` with newlines.
    """

    def __init__(self, page: int, lines: Sequence[Sequence[Glyph]]) -> None:
        self.page = page
        self.glyphs = tuple(g for line in lines for g in line)
        self.text = "".join(g.text for g in self.glyphs)
        self.lined = "\n".join("".join(g.text for g in line) for line in lines)

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Ink behind characters ``start`` to ``end`` (excluded) of ``text``."""
        return spans_of(self.page, self.glyphs[start:end])

    def spans_lined(self, start: int, end: int) -> tuple[Span, ...]:
        """Ink behind characters ``start`` to ``end`` (excluded) of ``lined``."""
        return self.spans(start - self.lined.count("\n", 0, start), end - self.lined.count("\n", 0, end))

    def end_of_line(self, index: int) -> int:
        """Index in ``text`` just behind the line that holds the character at ``index``."""
        line = self.glyphs[index].line
        return next((i for i in range(index, len(self.glyphs)) if self.glyphs[i].line is not line), len(self.glyphs))


def _overlay(line: TextLine) -> bool:
    """Whether the line runs across the print at a slant, as watermarks and copy stamps do."""
    return line.source != "seal" and OVERLAY_ANGLE < abs(line.angle) % 90 < 90 - OVERLAY_ANGLE


def _glyphs(line: TextLine) -> list[Glyph]:
    return [Glyph(c.text, line.box_of(i, i + 1), line, i) for i, c in enumerate(line.chars) if c.text.strip()]


def _pieces(line: TextLine) -> list[list[Glyph]]:
    """The line as one piece, or letter by letter when it runs downwards."""
    glyphs = _glyphs(line)
    box = line.box
    if len(glyphs) > 1 and box.height >= VERTICAL_RATIO * box.width:
        return [[g] for g in glyphs]
    return [glyphs] if glyphs else []


def _chains(pieces: list[list[Glyph]]) -> list[list[list[Glyph]]]:
    """Pieces chained left to right, rows from top to bottom."""
    boxes = [Box.around(g.box for g in piece) for piece in pieces]
    right_of: dict[int, int] = {}
    left_of: dict[int, int] = {}
    for a in range(len(pieces)):
        right = _nearest(a, boxes, to_right=True)
        if right is not None:
            right_of[a] = right
        left = _nearest(a, boxes, to_right=False)
        if left is not None:
            left_of[a] = left
    links = {a: b for a, b in right_of.items() if left_of.get(b) == a}
    chains = []
    for head in range(len(pieces)):
        if head in links.values():
            continue
        chain, current = [head], head
        while current in links and links[current] not in chain:
            current = links[current]
            chain.append(current)
        chains.append(chain)
    chains.sort(key=lambda chain: (boxes[chain[0]].center[1], boxes[chain[0]].x0))
    return [[pieces[i] for i in chain] for chain in chains]


def _nearest(a: int, boxes: list[Box], *, to_right: bool) -> int | None:
    """The piece next to ``a`` on its row on one side."""
    mine = boxes[a]
    best: tuple[float, int] | None = None
    for b, box in enumerate(boxes):
        ahead = box.center[0] - mine.center[0] if to_right else mine.center[0] - box.center[0]
        if b == a or ahead <= 0:
            continue
        overlap = min(mine.y1, box.y1) - max(mine.y0, box.y0)
        if overlap < ROW_OVERLAP * min(mine.height, box.height):
            continue
        gap = box.x0 - mine.x1 if to_right else mine.x0 - box.x1
        if gap < -0.6 * min(mine.width, box.width):
            continue
        if best is None or gap < best[0]:
            best = (gap, b)
    return best[1] if best else None
