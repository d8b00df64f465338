"""Where a value stands beside its label: on its row, wrapped below or above it, straddling it, or under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.geometry import Box
from extractors.labels import SECOND, LabelHit
from extractors.layout import Glyph, PageLayout, Row
from extractors.template import Below, KindName, RightOf, TableColumn
from extractors.values import LINES_OF_KIND

VALUE_GAP = 3.2
"""Widest gap inside one value, in glyph heights: letter-spaced names and blank-padded dates stay whole, columns do
not join."""

LINE_PITCH = 2.1
"""Largest distance of wrapped lines, centre to centre, in glyph heights."""

ALIGNMENT = 1.6
"""How far a wrapped line may begin left or right of the line above, in glyph heights."""

OTHER_ANGLE = 2.5
"""Degrees between neighbours that do not belong to one line of print."""

OTHER_SIZE = 1.75
"""Ratio of heights of neighbours that do not belong to one line of print."""

FULL_LINE = 2.5
"""Free space, in glyph heights, that a line of running text may leave at its end and still be full."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One page prepared for finding: its rows and all labels on it."""

    layout: PageLayout
    labels: Sequence[LabelHit]

    def labels_on(self, row: Row) -> list[LabelHit]:
        return sorted((hit for hit in self.labels if hit.row is row), key=lambda hit: hit.start)


def beside(finder: RightOf | Below | TableColumn, kind: KindName, sheet: Sheet, hit: LabelHit) -> list[Glyph]:
    """The glyphs of the value that belongs to the label ``hit``, in reading order; empty when none stands there."""
    if isinstance(finder, TableColumn):
        return [g for line in _below(sheet, hit, finder.rows) for g in line]
    lines = finder.lines or LINES_OF_KIND.get(kind, 1)
    block = _below(sheet, hit, lines) if isinstance(finder, Below) else _right_of(sheet, hit, lines)
    return [g for line in block for g in line]


def _right_of(sheet: Sheet, hit: LabelHit, lines: int) -> list[list[Glyph]]:
    first = _cell(sheet, hit.row, hit.end)
    if not first:
        return _straddling(sheet, hit, lines)
    block = [first]
    if lines > 1:
        block = [*_lines_above(sheet, hit, first), first, *_lines_below(sheet, hit, first, lines - 1)]
    return block


def _cell(sheet: Sheet, row: Row, start: int) -> list[Glyph]:
    """Glyphs behind a label, up to the next label or a column gap."""
    end = min((hit.start for hit in sheet.labels_on(row) if hit.start >= start), default=len(row.glyphs))
    while start < end and row.glyphs[start].text in ":：":
        start += 1
    cell: list[Glyph] = []
    for i in range(start, end):
        if cell and _breaks(row, i):
            break
        cell.append(row.glyphs[i])
    if cell and (cell[0].box.x0 - row.glyphs[start - 1].box.x1) > 0.4 * sheet.layout.text.width:
        return []
    return cell


def _breaks(row: Row, i: int) -> bool:
    """Whether what stands before glyph ``i`` of the row belongs to another value."""
    return row.gap_before(i) > VALUE_GAP or _other_print(row.glyphs[i - 1], row.glyphs[i])


def _other_print(left: Glyph, right: Glyph) -> bool:
    """Whether two neighbours come from different layers of print: a copy stamp or a title beside a value has its own
    angle or size."""
    if left.line is right.line:
        return False
    larger = max(left.box.height, right.box.height) / max(min(left.box.height, right.box.height), 1.0)
    return larger > OTHER_SIZE or abs(left.line.angle - right.line.angle) > OTHER_ANGLE


def _runs(sheet: Sheet) -> list[tuple[list[Glyph], Box, bool]]:
    """Every unlabelled stretch of text on the page: glyphs, box, and whether a label stands directly before it."""
    runs = []
    for row in sheet.layout.rows:
        hits = sheet.labels_on(row)
        inside = {i for hit in hits for i in range(hit.start, hit.end)}
        second = {i for hit in hits if hit.field == SECOND for i in range(hit.start, hit.end)}
        start = 0
        labelled = False
        for i in range(len(row.glyphs) + 1):
            ends = i == len(row.glyphs) or i in inside or (i > start and _breaks(row, i))
            if not ends:
                continue
            if i > start:
                glyphs = list(row.glyphs[start:i])
                runs.append((glyphs, Box.around(g.box for g in glyphs), labelled))
                labelled = False
            if i < len(row.glyphs) and i in inside:
                labelled = i not in second
                start = i + 1
            else:
                start = i
    return runs


def _height(glyphs: Sequence[Glyph]) -> float:
    heights = sorted(g.box.height for g in glyphs)
    return heights[len(heights) // 2]


def _column_right(sheet: Sheet, hit: LabelHit, left: float, bottom: float) -> float:
    """Where the next column of labels begins, right of a value that begins at ``left``."""
    edges = [
        other.box.x0
        for other in sheet.labels
        if other.field != SECOND
        and other.box.x0 > left + 2 * hit.height
        and hit.box.y0 - hit.height <= other.box.center[1] <= bottom
    ]
    return min(edges, default=float(sheet.layout.text.width))


def _lines_below(sheet: Sheet, hit: LabelHit, first: list[Glyph], lines: int) -> list[list[Glyph]]:
    left = first[0].box.x0
    height = _height(first)
    inline = hit.end < len(hit.row.glyphs) and hit.row.glyphs[hit.end].text in ":："
    right = _column_right(sheet, hit, left, hit.box.y1 + lines * LINE_PITCH * height)
    in_column = [
        other
        for other in sheet.labels
        if other is not hit
        and other.field != SECOND
        and other.box.x0 >= hit.box.x0 - 4 * height
        and other.box.x0 < left + height
    ]
    runs = _runs(sheet)
    block: list[list[Glyph]] = []
    above = Box.around(g.box for g in first)
    full = _right_edge(sheet, hit, height) - FULL_LINE * height
    while len(block) < lines:
        ended = (block[-1] if block else first)[-1].text in "。；;"
        following: tuple[float, list[Glyph], Box] | None = None
        for glyphs, box, labelled in runs:
            down = box.center[1] - above.center[1]
            if labelled or not 0.5 * height < down <= LINE_PITCH * height or box.x0 >= right:
                continue
            aligned = abs(box.x0 - left) <= ALIGNMENT * height
            # An inline label ("单位地址：…") wraps back under itself or to the margin, but only once its line is full.
            under = -4 * height <= box.x0 - hit.box.x0 <= ALIGNMENT * height
            wrapped = inline and under and above.x1 >= full and not ended
            similar = 0.55 <= _height(glyphs) / height <= 1.8
            if (aligned or wrapped) and similar and (following is None or down < following[0]):
                following = (down, glyphs, box)
        if following is None:
            break
        _, glyphs, box = following
        if any(above.center[1] < o.box.center[1] <= box.center[1] + 0.3 * height for o in in_column):
            break
        block.append(glyphs)
        above = box
    return block


def _right_edge(sheet: Sheet, hit: LabelHit, height: float) -> float:
    """Where full lines of the text that begins around the label end."""
    return max(
        (row.box.x1 for row in sheet.layout.rows if abs(row.box.x0 - hit.box.x0) <= 4 * height), default=hit.box.x1
    )


def _lines_above(sheet: Sheet, hit: LabelHit, first: list[Glyph]) -> list[list[Glyph]]:
    """Lines of a value whose label is set at half its height."""
    left, height = first[0].box.x0, _height(first)
    middle = hit.box.center[1]
    column = [o.box.center[1] for o in sheet.labels if o is not hit and abs(o.box.x0 - hit.box.x0) < 4 * height]
    before = max((y for y in column if y < middle - 0.5 * height), default=None)
    top = Box.around(g.box for g in first).center[1]
    for glyphs, box, labelled in _runs(sheet):
        up = top - box.center[1]
        if labelled or not 0.5 * height < up <= LINE_PITCH * height or abs(box.x0 - left) > 0.8 * height:
            continue
        mine = abs(middle - box.center[1])
        owned = before is not None and mine >= 0.7 * abs(box.center[1] - before)
        # The detector boxes a short last line higher than a full one.
        if not owned and before is not None and 0.55 <= _height(glyphs) / height <= 1.8:
            return [glyphs]
    return []


def _straddling(sheet: Sheet, hit: LabelHit, lines: int) -> list[list[Glyph]]:
    """A value whose lines stand above and below the middle of its label, so that none shares the label's row."""
    height, middle = hit.height, hit.box.center[1]
    right = _column_right(sheet, hit, hit.box.x1, hit.box.y1)
    near = [
        (box.center[1], glyphs)
        for glyphs, box, labelled in _runs(sheet)
        if not labelled
        and hit.box.x1 - 0.3 * height <= box.x0 < min(right, hit.box.x1 + 0.4 * sheet.layout.text.width)
        and abs(box.center[1] - middle) <= (1.3 if lines > 1 else 0.8) * height
    ]
    near = sorted(near, key=lambda item: item[0])[:lines]
    # Lines above and below balance around the label; a lone line further off belongs to something else.
    if not near or abs(sum(y for y, _ in near) / len(near) - middle) > 0.7 * height:
        return []
    return [glyphs for _, glyphs in near]


def _below(sheet: Sheet, hit: LabelHit, lines: int) -> list[list[Glyph]]:
    """Lines under a label, each starting within the label's width or centred below it."""
    height = hit.height
    block: list[list[Glyph]] = []
    above = hit.box
    while len(block) < lines:
        best: tuple[float, list[Glyph], Box] | None = None
        for glyphs, box, labelled in _runs(sheet):
            down = box.center[1] - above.center[1]
            overlaps = min(box.x1, hit.box.x1) - max(box.x0, hit.box.x0) > 0.3 * min(box.width, hit.box.width)
            reach = (3.0 if not block else LINE_PITCH) * height
            if not labelled and overlaps and 0.5 * height < down <= reach and (best is None or down < best[0]):
                best = (down, glyphs, box)
        if best is None:
            break
        block.append(best[1])
        above = best[2]
    return block
