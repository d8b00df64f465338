"""The ways a template may find a value: beside, below or between labels, by pattern, by check digit, in a seal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from extractors.beside import Sheet, beside
from extractors.geometry import Box
from extractors.kinds import canonical, check_digit_ok
from extractors.layout import Glyph, PageLayout, spans_of
from extractors.reading import Span
from extractors.template import (
    Below,
    Between,
    CheckDigit,
    FieldSpec,
    Finder,
    InSeal,
    KindName,
    Pattern,
    RightOf,
    TableColumn,
)  # fmt: skip
from extractors.text import TextLine
from extractors.values import pick, plausible, typical

UNLIKELY = 0.6
"""Taken off the score of a value that has the shape of its kind but none of its usual endings: below ``extract.SURE``,
so that the other ways of finding the field are tried, seals among them."""


@dataclass(frozen=True, slots=True, eq=False)
class SealText:
    """What the ring of one seal says."""

    page: int
    text: str
    confidence: float
    line: TextLine


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A possible value: the ink, and how much speaks for it (the label's score)."""

    spans: tuple[Span, ...]
    score: float

    @property
    def raw(self) -> str:
        return "".join(span.text for span in self.spans)


Seals = Callable[[], Sequence[SealText]]
"""Reads the seals of the document when a field first asks for them: it costs time."""


def candidates(finder: Finder, code: str, spec: FieldSpec, sheets: Sequence[Sheet], seals: Seals) -> list[Candidate]:
    """What this way of looking finds for the field, best first."""
    found: list[Candidate] = []
    if isinstance(finder, InSeal):
        found = _in_seals(finder, spec.kind, seals())
    for number, sheet in enumerate(sheets):
        # Long documents repeat their labels; the first pages state the matter, later ones refer to it.
        late = 0.01 * number
        if isinstance(finder, RightOf | Below | TableColumn):
            for hit in sheet.labels:
                if hit.field == code:
                    glyphs = beside(finder, spec.kind, sheet, hit)
                    found.extend(_shaped(spec.kind, sheet.layout.page, glyphs, hit.score - 0.03 * hit.rank - late))
        elif isinstance(finder, Between):
            found.extend(_between(finder, spec.kind, sheet.layout, late))
        elif isinstance(finder, Pattern):
            found.extend(_by_pattern(finder, sheet.layout, late))
        elif isinstance(finder, CheckDigit):
            found.extend(_by_check_digit(spec.kind, sheet.layout))
    return sorted(found, key=lambda c: -c.score)


def _shaped(kind: KindName, page: int, glyphs: Sequence[Glyph], score: float) -> Iterable[Candidate]:
    text = "".join(g.text for g in glyphs)
    start, end = pick(kind, text)
    if end > start and plausible(kind, text[start:end]):
        unlikely = UNLIKELY if not typical(kind, text[start:end]) else 0.0
        yield Candidate(spans_of(page, glyphs[start:end]), score - unlikely)


def _between(finder: Between, kind: KindName, layout: PageLayout, late: float) -> Iterable[Candidate]:
    flow = layout.flow
    after = "".join(finder.after.split())
    at = flow.text.find(after)
    while at >= 0:
        start = at + len(after)
        if finder.before:
            end = flow.text.find("".join(finder.before.split()), start)
        else:
            end = flow.end_of_line(start) if start < len(flow.glyphs) else start
        if end > start:
            yield from _shaped(kind, layout.page, flow.glyphs[start:end], 0.9 - late)
        at = flow.text.find(after, at + 1)


def _by_pattern(finder: Pattern, layout: PageLayout, late: float) -> Iterable[Candidate]:
    flow = layout.flow
    for found in re.finditer(finder.pattern, flow.lined, re.MULTILINE):
        group: int | str = "value" if "value" in found.re.groupindex else 0
        spans = flow.spans_lined(found.start(group), found.end(group))
        if not spans:
            continue
        if finder.region is not None:
            x0, y0, x1, y1 = finder.region
            centre = Box.around(s.region.box for s in spans).center
            across, down = centre[0] / layout.text.width, centre[1] / layout.text.height
            if not (x0 <= across <= x1 and y0 <= down <= y1):
                continue
        yield Candidate(spans, 0.8 - late)


def _by_check_digit(kind: KindName, layout: PageLayout) -> Iterable[Candidate]:
    length = 18
    for row in layout.rows:
        text = row.text.upper()
        for start in range(len(text) - length + 1):
            # A window of a longer number passes the check digit by chance once in thirty-one times.
            around = text[max(start - 1, 0) : start] + text[start + length : start + length + 1]
            if any(c.isascii() and c.isalnum() for c in around):
                continue
            value = canonical(kind, text[start : start + length])
            if isinstance(value, str) and check_digit_ok(kind, value):
                yield Candidate(row.spans(start, start + length), 0.85)


def _in_seals(finder: InSeal, kind: KindName, seals: Sequence[SealText]) -> list[Candidate]:
    return [
        Candidate((Span(seal.page, seal.line, 0, len(seal.line.text)),), 0.5 * seal.confidence)
        for seal in seals
        if plausible(kind, seal.text) and re.search(finder.pattern, seal.text)
    ]
