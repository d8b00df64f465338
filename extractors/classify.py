"""Which type of document this is: by its printed title first, by its labels and usual phrases where that is
illegible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from extractors.labels import find_labels, names_a_field
from extractors.layout import Glyph, PageLayout, Row
from extractors.template import Template

TITLE_SIMILARITY = 84.0
"""Least likeness, 0 to 100, of a printed title: one slip in six characters passes, another word does not."""

CLASSIFYING_PAGES = 3
"""Pages that tell what a document is: cover, title page, agreement."""

CERTAIN = 0.75
"""From this confidence a type counts as recognised; below, the document is of unknown type."""

UNTITLED_CUES = 0.8
"""Share of a type's labels and phrases that stands for an illegible title (a stamp across it); other types share at
most a fifth of them."""

OPTIONAL_TITLE_CUES = 0.6
"""The same for types that need not carry a title."""

SAME_SIZE = 1.5
"""Ratio of letter heights up to which neighbours are set in one size."""

PROMINENT = 1.25
"""A title is set at least this much larger than the page's running text."""


@dataclass(frozen=True, slots=True)
class Classification:
    """``doc_type`` is None when no type is certain; ``title`` is the printed title that was found, if any."""

    doc_type: str | None
    confidence: float
    title: str | None
    scores: tuple[tuple[str, float], ...]


def classify(pages: Sequence[PageLayout], templates: Sequence[Template]) -> Classification:
    """The type of a document from its pages' rows."""
    scores: list[tuple[str, float]] = []
    best_title: tuple[float, str] | None = None
    for template in templates:
        title, likeness = _title(pages, template)
        cues = _cues(pages, template)
        if title:
            score = 0.8 * likeness + 0.2 * cues
        elif cues >= (UNTITLED_CUES if template.titles_required else OPTIONAL_TITLE_CUES):
            score = max(0.9 * cues, CERTAIN)
        else:
            score = 0.5 * cues
        scores.append((template.type, round(min(score, 1.0), 3)))
        if title and (best_title is None or likeness > best_title[0]):
            best_title = (likeness, title)
    scores.sort(key=lambda item: -item[1])
    top = scores[0] if scores else ("", 0.0)
    certain = top[1] >= CERTAIN
    return Classification(
        doc_type=top[0] if certain else None,
        confidence=top[1],
        title=best_title[1] if best_title else None,
        scores=tuple(scores),
    )


def _title(pages: Sequence[PageLayout], template: Template) -> tuple[str | None, float]:
    """The template's title as printed, and how surely it is the title: likeness × prominence, 0 to 1."""
    best: tuple[float, str] | None = None
    for number, page in enumerate(pages[:CLASSIFYING_PAGES]):
        for text, height in _headlines(page):
            if any(_like(text, other) >= TITLE_SIMILARITY for other in template.not_titles):
                continue
            for title in template.titles:
                likeness = fuzz.ratio(text, title.text) if title.exact else _like(text, title.text)
                if likeness < TITLE_SIMILARITY:
                    continue
                prominence = min(1.0, height / (PROMINENT * max(page.glyph_height, 1.0)))
                # Running text that merely names the document is not its title.
                excess = max(0, len(text) - len(title.text) - 6)
                score = likeness / 100 * prominence * (1.0 - min(0.5, 0.04 * excess)) * (1.0 - 0.05 * number)
                if best is None or score > best[0]:
                    best = (score, text)
    return (best[1], best[0]) if best else (None, 0.0)


def _headlines(page: PageLayout) -> list[tuple[str, float]]:
    """Rows of the page with their letter height, and pairs of large rows that may be one broken title."""
    rows = [(row.text, _letter_height(row), row.box.center[1]) for row in page.rows]
    found = [(text, height) for text, height, _ in rows]
    for row in page.rows:
        found.extend(_large_runs(row, PROMINENT * page.glyph_height))
    large = [row for row in rows if row[1] >= PROMINENT * page.glyph_height]
    for (above, height, y), (below, lower, next_y) in pairwise(large):
        if 0 < next_y - y < 3 * max(height, lower):
            found.append((above + below, min(height, lower)))
    return found


def _large_runs(row: Row, least: float) -> list[tuple[str, float]]:
    """Stretches of a row set in large letters of one size: a title often shares its row with a code and a note."""
    runs: list[list[Glyph]] = [[]]
    for glyph in row.glyphs:
        height = glyph.box.height
        last = runs[-1][-1].box.height if runs[-1] else height
        if height < least or max(height, last) > SAME_SIZE * min(height, last):
            runs.append([])
        if height >= least:
            runs[-1].append(glyph)
    return [("".join(g.text for g in run), min(g.box.height for g in run)) for run in runs if len(run) > 1]


def _letter_height(row: Row) -> float:
    heights = sorted(g.box.height for g in row.glyphs)
    return heights[len(heights) // 2]


def _like(text: str, title: str) -> float:
    """Likeness of the title to the part of the text that resembles it most, 0 to 100."""
    if len(text) < len(title) - 1:
        return 0.0
    return float(fuzz.partial_ratio(title, text)) if len(text) > len(title) else float(fuzz.ratio(title, text))


def _cues(pages: Sequence[PageLayout], template: Template) -> float:
    """Share of the template's labelled fields and cues that stand on the pages, 0 to 1."""
    labelled = [code for code, spec in template.fields.items() if spec.labels]
    expected = len(labelled) + len(template.cues)
    if not expected:
        return 0.0
    seen: set[str] = set()
    # A copy of another document deeper inside does not make this one that document.
    for page in pages[:CLASSIFYING_PAGES]:
        seen |= {hit.field for hit in find_labels(page, template) if names_a_field(hit) and hit.score >= 0.8}
        seen |= {f"cue:{cue}" for cue in template.cues if cue in page.flow.text}
    return min(1.0, len(seen) / (0.75 * expected))
