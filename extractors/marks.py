"""From the ink inside a user's boxes to the value of a field."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rapidfuzz import fuzz

from extractors.extract import raw_of
from extractors.layout import Glyph, spans_of
from extractors.reading import FieldReading
from extractors.template import FieldSpec
from extractors.text import TextLine
from extractors.values import pick, value_of

LABEL_SIMILARITY = 85.0
"""Likeness, 0 to 100, from which the text before a value is the field's own label, boxed together with it."""


def marked_value(code: str, spec: FieldSpec, lines: Sequence[tuple[int, TextLine]]) -> FieldReading | None:
    """The value that the marked lines hold, as (page, line) in the order of the marks; None when they hold no text.

    A label boxed together with its value is left out; so is what does not belong to a value of the kind.
    """
    glyphs = [
        (page, Glyph(c.text, line.box_of(i, i + 1), line, i))
        for page, line in lines
        for i, c in enumerate(line.chars)
        if c.text.strip()
    ]
    if not glyphs:
        return None
    text = "".join(g.text for _, g in glyphs)
    start = _behind_label(spec, text)
    begin, end = pick(spec.kind, text[start:])
    # A box that holds something else than the kind expects is reported as it reads, not as nothing.
    kept = glyphs[start + begin : start + end] if end > begin else glyphs[start:] or glyphs
    spans = tuple(
        span
        for page, run in groupby(kept, key=lambda placed: placed[0])
        for span in spans_of(page, [glyph for _, glyph in run])
    )
    raw = raw_of(spec, spans)
    return FieldReading(
        field=code,
        raw=raw,
        value=value_of(spec, raw),
        confidence=min(span.confidence for span in spans),
        spans=spans,
        source="marked",
    )


def _behind_label(spec: FieldSpec, text: str) -> int:
    """Index behind the field's label at the start of the text, 0 when there is none."""
    for label in sorted(spec.labels, key=len, reverse=True):
        head = text[: len(label)]
        if len(text) > len(label) and fuzz.ratio(head, label) >= LABEL_SIMILARITY:
            start = len(label)
            while start < len(text) and text[start] in ":：":
                start += 1
            return start
    return 0
