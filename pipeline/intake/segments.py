"""Words of a text layer joined to the pieces of lines a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from extractors.page import LayerWord

_GAP: Final = 1.5
"""Character heights of blank beyond which a line falls into two segments: a label and the value of another column."""
_SPACE: Final = 0.25
"""Character heights of blank from which a space is written between two words."""
_OVERLAP: Final = 0.35
"""Character heights two neighbours may overlap (slanted print). More means text laid over text: never joined, so that
what was hidden under a line is not shuffled into it."""
_SAME_ROW: Final = 0.4
"""Largest distance between the middles of words of one line, in heights of the larger: a raised 2 stays at its m."""
_SAME_SIZE: Final = 2.0
"""Largest ratio of heights within one line."""


def segments(words: Iterable[LayerWord]) -> tuple[LayerWord, ...]:
    """Words joined to line segments, top to bottom, then left to right. Boxes in any one unit, origin top-left."""
    rows: list[list[LayerWord]] = []
    for word in sorted(words, key=lambda w: (w.y0 + w.y1, w.x0)):
        if not word.text.strip() or word.x1 <= word.x0 or word.y1 <= word.y0:
            continue
        # Words come from top to bottom, so only the last few rows can still be open.
        row = next((r for r in reversed(rows[-4:]) if _belongs(word, r[0])), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return tuple(segment for row in rows for segment in _row_segments(sorted(row, key=lambda w: w.x0)))


def _belongs(word: LayerWord, other: LayerWord) -> bool:
    small, large = sorted((word.y1 - word.y0, other.y1 - other.y0))
    return abs((word.y0 + word.y1) - (other.y0 + other.y1)) / 2 <= _SAME_ROW * large and large <= _SAME_SIZE * small


def _row_segments(row: Sequence[LayerWord]) -> list[LayerWord]:
    found: list[LayerWord] = []
    for word in row:
        height = word.y1 - word.y0
        near = [
            (abs(word.x0 - done.x1), at)
            for at, done in enumerate(found)
            if -_OVERLAP * height <= word.x0 - done.x1 <= _GAP * height
        ]
        if near:
            at = min(near)[1]
            found[at] = _joined(found[at], word)
        else:
            found.append(word)
    return found


def _joined(left: LayerWord, right: LayerWord) -> LayerWord:
    blank = " " if right.x0 - left.x1 > _SPACE * (right.y1 - right.y0) else ""
    return LayerWord(
        left.text + blank + right.text,
        left.x0,
        min(left.y0, right.y0),
        max(left.x1, right.x1),
        max(left.y1, right.y1),
    )
