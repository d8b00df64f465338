"""What the HTML report shows of a document, arranged for its template: rows, boxes, pages, advice.

Everything here is plain data; nothing is escaped yet. Boxes are percentages of the page, so they fit the picture at
any size it is drawn.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certlight.light import Light
from certlight.text import Text
from certlight.visible import visible
from extractors.geometry import Region
from extractors.page import Page
from extractors.reading import FieldReading, Notice
from extractors.template import FieldClass
from verifier.report.diff import Comparison, Piece, compare
from verifier.report.document import DocumentResult, PageFacts
from verifier.report.json_report import notices_of
from verifier.report.pictures import Picture, crop_pictures, page_picture, usable
from verifier.report.plain import one_string
from verifier.report.words import CLASS_SIGNS, CLASSES, OUTCOMES, SOURCES, UNKNOWN_TYPE
from verifier.verdict import FieldCheck, Provenance, RuleFinding

PAGES_SHOWN = 40
"""Pictures of pages in one document's report, about 12 MB of them: browsers open that at once, mail still takes it."""
BOXES_PER_FIELD = 200
"""Boxes drawn for one field; a claim may carry any number of marks, a page that nobody can see helps nobody."""


WIDE_CROP = 720
"""Pixels; a cut wider than this shrinks below half its size in a column of the table and gets a line of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the table; ``light`` is None where the document was only read."""

    number: int
    field: str
    name: Text
    field_class: FieldClass | None
    light: Light | None
    outcome: Text | None
    values: Comparison
    raw: str
    """What is printed, where its canonical form looks different; else empty."""
    source: Text
    confidence: float
    """Percent, rounded down to one decimal: 99.96 % is not 100 %."""
    reason: Text | None
    rule: str
    crops: tuple[Picture, ...]
    located: bool
    """True when a box of this row is drawn on a page of the report."""

    @property
    def wide(self) -> bool:
        """True when a cut needs the width of the table to be legible: a long line, or a block of many lines."""
        return any(crop.width > WIDE_CROP for crop in self.crops)

    @property
    def sign(self) -> str:
        return CLASS_SIGNS[self.field_class] if self.field_class else ""

    @property
    def class_name(self) -> Text | None:
        return CLASSES[self.field_class] if self.field_class else None


@dataclass(frozen=True, slots=True)
class BoxView:
    """A rectangle over a page picture; left, top, width and height are percentages of the page."""

    row: int
    name: Text
    light: Light | None
    first: bool
    """True for the field's first box on the page: one label a field is enough."""
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageView:
    """A page whose picture is in the report."""

    number: int
    """From 1, as people count."""
    picture: Picture
    boxes: tuple[BoxView, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What would make pages legible, with the pages it holds for (from 1)."""

    text: Text
    severe: bool
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document of the report."""

    number: int
    name: Text
    doc_type: str | None
    type_confidence: float
    files: tuple[str, ...]
    light: Light | None
    rows: tuple[Row, ...]
    findings: tuple[RuleFinding, ...]
    finding_fields: Mapping[str, Text]
    notices: tuple[Notice, ...]
    advice: tuple[Advice, ...]
    pages: tuple[PageView, ...]
    page_facts: tuple[PageFacts, ...]
    provenance: Provenance | None

    def count(self, light: Light) -> int:
        """Rows with this light."""
        return sum(row.light is light for row in self.rows)

    @property
    def pages_left_out(self) -> int:
        return len(self.page_facts) - len(self.pages)


def document_view(number: int, result: DocumentResult, pages: Sequence[Page]) -> DocumentView:
    """Arranges one document. ``pages`` are those whose pixels are at hand, in any order; none is needed."""
    by_index = {page.index: page for page in pages}
    verdict = result.verdict
    if verdict is not None:
        regions = [check.regions[:BOXES_PER_FIELD] for check in verdict.checks]
        lights: list[Light | None] = [check.light for check in verdict.checks]
    else:
        regions = [reading.regions[:BOXES_PER_FIELD] for reading in result.reading.fields.values()]
        lights = [None] * len(regions)
    shown = _pages_to_show(by_index, regions, lights)
    located = [any(_drawable(r, by_index) and r.page in shown for r in found) for found in regions]
    crops = [_crops(found, by_index) for found in regions]
    if verdict is not None:
        rows = tuple(
            _checked_row(i + 1, check, result.reading.fields.get(check.field), crops[i], located[i])
            for i, check in enumerate(verdict.checks)
        )
    else:
        rows = tuple(
            _read_row(i + 1, result.name_of(code), reading, crops[i], located[i])
            for i, (code, reading) in enumerate(result.reading.fields.items())
        )
    names = {row.field: row.name for row in rows}
    return DocumentView(
        number=number,
        name=result.type_name or UNKNOWN_TYPE,
        doc_type=result.doc_type,
        type_confidence=percent(result.type_confidence),
        files=result.files,
        light=None if verdict is None else verdict.light,
        rows=rows,
        findings=() if verdict is None else tuple(sorted(verdict.findings, key=lambda f: -f.light)),
        finding_fields={**{code: result.name_of(code) for code in result.field_names}, **names},
        notices=notices_of(result),
        advice=_advice(result.pages),
        pages=tuple(_page_view(by_index[index], rows, regions) for index in shown),
        page_facts=result.pages,
        provenance=None if verdict is None else verdict.provenance,
    )


def percent(share: float) -> float:
    """A share of one as percent, rounded down to one decimal, held between 0 and 100."""
    return math.floor(min(max(share, 0.0), 1.0) * 1000 + 1e-9) / 10 if math.isfinite(share) else 0.0


def _pages_to_show(
    pages: Mapping[int, Page], regions: Sequence[Sequence[Region]], lights: Sequence[Light | None]
) -> tuple[int, ...]:
    """Indices of the pages with a box on them and the first; where those are too many, the worst lights win."""
    worst: dict[int, int] = defaultdict(lambda: -1)
    for found, light in zip(regions, lights, strict=True):
        for region in found:
            if _drawable(region, pages):
                worst[region.page] = max(worst[region.page], int(light or 0))
    if pages:
        worst[min(pages)] = max(worst[min(pages)], 0)
    return tuple(sorted(sorted(worst, key=lambda index: (-worst[index], index))[:PAGES_SHOWN]))


def _drawable(region: Region, pages: Mapping[int, Page]) -> bool:
    page = pages.get(region.page)
    return page is not None and usable(region.box, page.width, page.height) is not None


def _crops(regions: Sequence[Region], pages: Mapping[int, Page]) -> tuple[Picture, ...]:
    by_page: dict[int, list[Region]] = defaultdict(list)
    for region in regions:
        by_page[region.page].append(region)
    return tuple(
        picture
        for index in sorted(by_page)
        if index in pages
        for picture in crop_pictures(pages[index].image, [r.box for r in by_page[index]])
    )


def _checked_row(
    number: int, check: FieldCheck, reading: FieldReading | None, crops: tuple[Picture, ...], located: bool
) -> Row:
    raw = ""
    if reading is not None and reading.value == check.recognised and reading.raw != one_string(check.recognised):
        raw = visible(reading.raw)
    return Row(
        number=number,
        field=check.field,
        name=check.name,
        field_class=check.field_class,
        light=check.light,
        outcome=OUTCOMES[check.outcome],
        values=compare(check),
        raw=raw,
        source=SOURCES[check.source],
        confidence=percent(check.confidence),
        reason=check.reason,
        rule=check.rule,
        crops=crops,
        located=located,
    )


def _read_row(number: int, name: Text, reading: FieldReading, crops: tuple[Picture, ...], located: bool) -> Row:
    value = visible(one_string(reading.value))
    raw = visible(reading.raw)
    return Row(
        number=number,
        field=reading.field,
        name=name,
        field_class=None,
        light=None,
        outcome=None,
        values=Comparison((), (Piece(value, "same"),) if value else ()),
        raw=raw if raw != value else "",
        source=SOURCES[reading.source],
        confidence=percent(reading.confidence),
        reason=None,
        rule="",
        crops=crops,
        located=located,
    )


def _page_view(page: Page, rows: Sequence[Row], regions: Sequence[Sequence[Region]]) -> PageView:
    boxes: list[BoxView] = []
    for row, found in zip(rows, regions, strict=True):
        for region in found:
            box = usable(region.box, page.width, page.height) if region.page == page.index else None
            if box is not None:
                boxes.append(
                    BoxView(
                        row=row.number,
                        name=row.name,
                        light=row.light,
                        first=not boxes or boxes[-1].row != row.number,
                        left=round(100 * box.x0 / page.width, 3),
                        top=round(100 * box.y0 / page.height, 3),
                        width=round(100 * box.width / page.width, 3),
                        height=round(100 * box.height / page.height, 3),
                    )
                )
    return PageView(page.index + 1, page_picture(page.image), tuple(boxes))


def _advice(pages: Sequence[PageFacts]) -> tuple[Advice, ...]:
    found: dict[tuple[str, Text], list[PageFacts]] = defaultdict(list)
    severe: set[tuple[str, Text]] = set()
    for page in pages:
        for issue in page.quality.issues:
            found[issue.code, issue.advice].append(page)
            if issue.severe:
                severe.add((issue.code, issue.advice))
    advice = [Advice(key[1], key in severe, tuple(p.index + 1 for p in where)) for key, where in found.items()]
    return tuple(sorted(advice, key=lambda a: not a.severe))
