"""Holding every value taken from a PDF text layer against its pixels before anyone relies on it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from certlight.text import Text
from extractors.engines.protocol import OcrEngine
from extractors.extract import raw_of
from extractors.reading import FieldReading, Notice, Reading, Span
from extractors.template import Template
from extractors.text import TextLine
from extractors.values import value_of
from pipeline.pages import StraightPages

MARGIN = 0.12
"""Paper left around a line of the text layer, in line heights; its boxes are as tight as the font's metrics."""


def confirm(reading: Reading, template: Template, pages: StraightPages, engine: OcrEngine) -> Reading:
    """The reading with every text-layer value read again from the pixels it claims to be printed by.

    Where the pixels say the same, the value stays, now with the recogniser's confidence and evidence; where they say
    something else, the pixels' text replaces it and a notice tells so. Values read by OCR are left alone.
    """
    fields = dict(reading.fields)
    disagreeing: list[str] = []
    for code, found in reading.fields.items():
        if found.source != "text_layer":
            continue
        seen = _seen(found, template, pages, engine)
        if seen.value != found.value or (seen.value is None and seen.raw != found.raw):
            disagreeing.append(template.fields[code].name.zh)
        fields[code] = seen
    notices = reading.notices
    if disagreeing:
        names = "、".join(disagreeing)
        notices = (
            *notices,
            Notice(
                "read.text_layer_distrusted",
                Text(
                    f"以下字段的文字层与页面图像不一致，以图像为准：{names}",
                    f"The text layer disagrees with the pixels for: {names}; the pixels count.",
                ),
            ),
        )
    return replace(reading, fields=fields, notices=notices)


def _seen(found: FieldReading, template: Template, pages: StraightPages, engine: OcrEngine) -> FieldReading:
    spans = tuple(_from_pixels(span, pages, engine) for span in found.spans)
    spec = template.fields[found.field]
    raw = raw_of(spec, spans)
    value = value_of(spec, raw)
    same = value is not None and value == found.value
    return replace(
        found,
        raw=found.raw if same else raw,
        value=value,
        confidence=min((span.confidence for span in spans), default=0.0),
        spans=spans,
        source="text_layer" if same else "extracted",
    )


def _from_pixels(span: Span, pages: StraightPages, engine: OcrEngine) -> Span:
    """The same stretch of its line as the recogniser reads it.

    The whole line is read and aligned: where single characters of a text layer stand is not known exactly.
    """
    page = pages[span.page]
    box = span.line.box
    box = box.grown(MARGIN * box.height, MARGIN * box.height).clipped(page.width, page.height)
    quad = box.quad
    read = engine.recognise(page.reading_image, [quad])[0]
    line = TextLine(read.text, read.confidence, quad, read.chars, "ocr", read.emission)
    start, end = _aligned(span.line.text, read.text, span.start, span.end)
    return Span(span.page, line, start, end)


def _aligned(layer: str, seen: str, start: int, end: int) -> tuple[int, int]:
    """Where characters ``start`` to ``end`` of the layer's line stand in what was read, spaces not counting."""
    here = [i for i, c in enumerate(layer) if not c.isspace()]
    there = [i for i, c in enumerate(seen) if not c.isspace()]
    folded = [unicodedata.normalize("NFKC", text[i]) for text, index in ((layer, here), (seen, there)) for i in index]
    blocks = Levenshtein.opcodes(folded[: len(here)], folded[len(here) :])
    first = sum(1 for i in here if i < start)
    last = sum(1 for i in here if i < end)
    begin = stop = 0
    for block in blocks:
        if block.src_start <= first <= block.src_end:
            begin = min(block.dest_start + first - block.src_start, block.dest_end)
            break
    for block in blocks:
        if block.src_start <= last <= block.src_end:
            stop = min(block.dest_start + last - block.src_start, block.dest_end)
    if stop <= begin:
        return 0, 0
    return there[begin], there[stop - 1] + 1
