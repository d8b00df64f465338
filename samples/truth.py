"""What a sample says: every field with its value, how it is printed, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samples.values.value import Canonical

Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the clean upright page, origin top-left."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A box on one page; ``page`` counts from 0."""

    page: int
    box: Rect


@dataclass(frozen=True, slots=True)
class FieldTruth:
    """One field: canonical value, printed string (wrapped lines joined, list entries one a line), boxes."""

    value: Canonical
    printed: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """All fields of one document."""

    doc_type: str
    variant: str
    fields: Mapping[str, FieldTruth]
