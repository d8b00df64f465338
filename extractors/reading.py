"""What a template found on a document: field by field, with the ink it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from certlight.text import Text
from extractors.geometry import Region
from extractors.text import TextLine

Canonical = str | tuple[str, ...]
"""Canonical form of a value: a string, or for lists a tuple of canonical strings. See ``extractors.kinds``."""


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Characters ``start`` to ``end`` (excluded) of one line on one page."""

    page: int
    line: TextLine
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.line.text[self.start : self.end]

    @property
    def region(self) -> Region:
        return Region(self.page, self.line.box_of(self.start, self.end))

    @property
    def confidence(self) -> float:
        """Lowest character confidence inside the span, 0 to 1."""
        chars = self.line.chars[self.start : self.end]
        return min((c.confidence for c in chars if not c.text.isspace()), default=self.line.confidence)


@dataclass(frozen=True, slots=True, eq=False)
class FieldReading:
    """One field as it stands on the document.

    ``raw`` is the printed text (lines joined), ``value`` its canonical form or None where it cannot be parsed.
    """

    field: str
    raw: str
    value: Canonical | None
    confidence: float
    spans: tuple[Span, ...] = ()
    source: Literal["extracted", "marked", "text_layer", "seal"] = "extracted"
    alternatives: tuple[str, ...] = ()
    """Other canonical readings that were found for the field and passed over, likeliest first."""

    @property
    def regions(self) -> tuple[Region, ...]:
        return tuple(span.region for span in self.spans)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know about the document, with a stable dotted code."""

    code: str
    message: Text


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A whole document as read: its type and its fields. ``doc_type`` is None for an unknown document."""

    doc_type: str | None
    type_confidence: float
    fields: Mapping[str, FieldReading]
    notices: tuple[Notice, ...] = field(default=())
