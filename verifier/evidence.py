"""The recogniser's own answer to: how likely is it that the entered text stands on these lines?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from extractors.reading import FieldReading
from extractors.text import TextLine
from verifier.edits import Edit
from verifier.ink import Ink


def log_ratio(reading: FieldReading, ink: Ink, changes: Sequence[Edit]) -> float | None:
    """Log likelihood ratio, in nats, of the lines with ``changes`` against their best reading; 0 at most.

    Lines that no change touches count 0. None where the place of a change is unknown or its line has no emission:
    then nothing can be said for or against the entry.
    """
    by_line: dict[int, tuple[TextLine, list[tuple[int, Edit]]]] = {}
    for change in changes:
        spot = _spot(reading, ink, change)
        if spot is None:
            return None
        line, index = spot
        by_line.setdefault(id(line), (line, []))[1].append((index, change))
    total = 0.0
    for line, spots in by_line.values():
        if line.emission is None:
            return None
        ratio = line.emission.log_ratio(_changed(line.text, spots))
        if math.isnan(ratio):
            return None
        total += min(0.0, ratio)
    return total


def _spot(reading: FieldReading, ink: Ink, change: Edit) -> tuple[TextLine, int] | None:
    """The line and the index in its text where the change applies."""
    if change.at is None or not ink:
        return None
    after_last = change.at >= len(ink)
    mark = ink[-1] if after_last else ink[change.at]
    if mark.span is None:
        return None
    return reading.spans[mark.span].line, mark.index + after_last


def _changed(text: str, spots: Sequence[tuple[int, Edit]]) -> str:
    put_in: dict[int, str] = {}
    instead: dict[int, str] = {}
    for index, change in spots:
        if change.read:
            instead[index] = change.entered
        else:
            put_in[index] = put_in.get(index, "") + change.entered
    return "".join(put_in.get(i, "") + instead.get(i, char) for i, char in enumerate(text)) + put_in.get(len(text), "")
