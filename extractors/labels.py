"""Finding printed labels on a page, through letter-spacing and OCR slips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from extractors.geometry import Box
from extractors.layout import PageLayout, Row
from extractors.template import Template

LETTER_GAP = 7.0
"""Widest gap between letters of one label, in letter heights: 名　　称 is set as wide as 统一社会信用代码."""

MENTIONED_LABEL = 5
"""Labels up to this length are common words, so they count only where a label can begin."""

SECOND = "~"
"""Field code of a hit that repeats a label in a second language; values flow around it."""

HALF_SCORE = 0.6
"""Score of a two-letter label of which only one letter was found."""

OPENERS = ")）]】:：;；|●*★"
"""Characters a label may stand behind; a full stop or comma means a sentence that mentions it."""

STOP = ""
"""Field code of a hit that only ends a value: a printed label the template does not read."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelHit:
    """One printed label: glyphs ``start`` to ``end`` (excluded) of ``row``. ``rank`` is its place among the field's
    labels."""

    field: str
    label: str
    row: Row
    start: int
    end: int
    score: float
    rank: int
    slips: int
    """How many characters of the label were misread."""

    @property
    def box(self) -> Box:
        return Box.around(g.box for g in self.row.glyphs[self.start : self.end])

    @property
    def height(self) -> float:
        heights = sorted(g.box.height for g in self.row.glyphs[self.start : self.end])
        return heights[len(heights) // 2]


def names_a_field(hit: LabelHit) -> bool:
    """Whether the hit is the label of a field, neither a mere stop nor a label repeated in a second language."""
    return hit.field not in (STOP, SECOND)


def find_labels(layout: PageLayout, template: Template) -> list[LabelHit]:
    """Every label of the template on the page; where two overlap, the longer and better one stands."""
    wanted = [(field, label, rank) for field, spec in template.fields.items() for rank, label in enumerate(spec.labels)]
    wanted += [(STOP, label, 0) for label in template.stops]
    wanted += [(SECOND, label, 0) for label in template.second_labels]
    wanted = [(field, "".join(label.split()), rank) for field, label, rank in wanted]
    hits: list[LabelHit] = []
    for row in layout.rows:
        found: list[LabelHit] = []
        for field, label, rank in wanted:
            found.extend(_matches(row, field, label, rank))
        hits.extend(_without_overlaps(found))
    hits.extend(_halves(layout, template, hits))
    return hits


def _halves(layout: PageLayout, template: Template, hits: list[LabelHit]) -> list[LabelHit]:
    """Widely spaced two-letter labels of which one letter was lost (``住　　所``), for fields without a label so far.

    Labels are set justified: the last letter counts when it begins a line where other labels of the page end, the first
    when it begins a row where others begin and a gap follows.
    """
    seen = {hit.field for hit in hits}
    starts = [hit.box.x0 for hit in hits if hit.slips == 0]
    ends = [hit.box.x1 for hit in hits if hit.slips == 0]
    found: list[LabelHit] = []
    for field, spec in template.fields.items():
        for rank, label in enumerate(spec.labels if field not in seen else ()):
            if len(label) != 2:
                continue
            for row in layout.rows:
                for i, glyph in enumerate(row.glyphs[:-2]):
                    near = 0.8 * glyph.box.height
                    last = row.plain[i] == label[1] and glyph.index == 0
                    first = row.plain[i] == label[0] and i == 0 and row.gap_before(1) > 1.0
                    if (last and any(abs(x - glyph.box.x1) < near for x in ends)) or (
                        first and any(abs(x - glyph.box.x0) < near for x in starts)
                    ):
                        found.append(LabelHit(field, label, row, i, i + 1, HALF_SCORE, rank, 1))
    return found


def _matches(row: Row, field: str, label: str, rank: int) -> Iterable[LabelHit]:
    exact = False
    text = row.plain
    at = text.find(label)
    while at >= 0:
        hit = _hit(row, field, label, rank, at, at + len(label), 0)
        if hit:
            exact = True
            yield hit
        at = text.find(label, at + 1)
    if exact or len(label) < 3 or len(text) < len(label) - 1:
        return
    allowed = 1 if len(label) < 7 else 2
    near = fuzz.partial_ratio_alignment(label, text, score_cutoff=100 * (1 - (allowed + 0.6) / len(label)))
    if near is None:
        return
    # Among windows as like, the one a colon or a gap follows is the whole label.
    best: tuple[int, bool, int, int] | None = None
    for start in range(max(0, near.dest_start - 1), near.dest_start + 2):
        for end in range(start + len(label) - 1, min(start + len(label) + 1, len(text)) + 1):
            distance = Levenshtein.distance(label, text[start:end], score_cutoff=allowed)
            open_end = end < len(text) and text[end] not in ":：" and row.gap_before(end) < 0.5
            if distance <= allowed and (best is None or (distance, open_end) < best[:2]):
                best = (distance, open_end, start, end)
    if best:
        hit = _hit(row, field, label, rank, best[2], best[3], best[0])
        if hit and hit.score > 0.5:
            yield hit


def _hit(row: Row, field: str, label: str, rank: int, start: int, end: int, slips: int) -> LabelHit | None:
    if any(row.gap_before(i) > LETTER_GAP for i in range(start + 1, end)):
        return None
    score = 1.0 - slips / len(label)
    begins = start == 0 or row.glyphs[start].index == 0 or row.gap_before(start) > 0.5 or row.text[start - 1] in OPENERS
    colon = end < len(row.text) and row.text[end] in ":："
    if slips and len(label) < 4 and not (colon and start == 0):
        return None
    if not begins:
        # Inside a sentence it is only mentioned ("向登记机关提交"); long labels are never mentioned, only merged.
        if len(label) <= MENTIONED_LABEL and not colon:
            return None
        score -= 0.2
    # A label set in small running text (notes at the foot) begins a sentence rather than a cell.
    if colon:
        score += 0.05
    return LabelHit(field, label, row, start, end, score, rank, slips)


def _without_overlaps(hits: list[LabelHit]) -> list[LabelHit]:
    kept: list[LabelHit] = []
    # An exact label beats a longer one that only resembles: 法定代表人 + a name is not 法定代表人姓名.
    for hit in sorted(hits, key=lambda h: (h.slips > 0, h.start - h.end, -h.score)):
        if all(hit.end <= other.start or hit.start >= other.end or _same(hit, other) for other in kept):
            kept.append(hit)
    return kept


def _same(a: LabelHit, b: LabelHit) -> bool:
    """The same ink may be the label of two fields (发证机关 of a licence and of its seal)."""
    return a.start == b.start and a.end == b.end and a.field != b.field and a.slips == b.slips == 0
