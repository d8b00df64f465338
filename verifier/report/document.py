"""What a report is about: one document with its pages' facts, its reading and, once checked, its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from certlight.text import Text
from extractors.page import Page, Quality
from extractors.reading import Reading
from verifier.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page without its pixels: what the JSON documents tell of it."""

    index: int
    """Position in the merged document, from 0."""
    width: int
    """Pixels of the straightened page."""
    height: int
    rotation: int
    """Degrees the uploaded pixels were turned clockwise to stand upright: 0, 90, 180 or 270."""
    quality: Quality

    @staticmethod
    def of(page: Page) -> PageFacts:
        return PageFacts(page.index, page.width, page.height, page.rotation, page.quality)


@dataclass(frozen=True, slots=True, eq=False)
class DocumentResult:
    """Everything known about one document once it has been read, and checked where a claim came with it."""

    files: tuple[str, ...]
    """Names of the uploaded files, in the order they were merged; shown to people, never opened."""
    doc_type: str | None
    """None for an unknown document."""
    type_name: Text | None
    type_confidence: float
    """0 to 1."""
    pages: tuple[PageFacts, ...]
    reading: Reading
    verdict: Verdict | None = None
    """None when the document was only read."""
    field_names: Mapping[str, Text] = field(default_factory=dict)
    """Names of the template's fields, by code; a field without one is shown by its code."""

    def name_of(self, code: str) -> Text:
        """The field's name in both languages."""
        return self.field_names.get(code) or Text(code, code)
