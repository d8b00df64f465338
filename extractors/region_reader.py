"""Reading what stands inside a box, without reading the page: the recogniser alone where one line is inside."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.engines.protocol import OcrEngine, Recognition
from extractors.geometry import Box, Quad
from extractors.page import BgrImage
from extractors.page_reader import in_reading_order, lines_of
from extractors.text import PageText, TextLine

INSIDE = 0.7
"""Share of a line already read that must lie inside the box, besides the centres of all its characters, for the reading
to be taken over: detected lines carry a margin that tight boxes leave out."""

TOUCHED = 0.12
"""Share of a line inside the box below which it is a neighbour that the user's box brushed."""

TIGHT_MARGIN = 0.18
"""Paper left above and below a line, in heights of its ink band; the recogniser was trained on such crops."""

INK_SHARE = 0.02
"""Share of dark pixels from which a pixel row of the box counts as holding ink."""

MIN_BOX = 6.0
"""Pixels below which a box holds no legible text."""


def read_region(engine: OcrEngine, image: BgrImage, box: Box, known: PageText | None = None) -> list[TextLine]:
    """Lines inside ``box``, in reading order; empty when nothing legible stands there.

    ``box`` is in pixels of ``image``. ``known`` are lines of the whole page read before: where each line that the box
    touches lies wholly inside, they are what the box holds and nothing is read twice.
    """
    box = box.clipped(image.shape[1], image.shape[0])
    if box.width < MIN_BOX or box.height < MIN_BOX:
        return []
    if known is not None:
        inside = _wholly_inside(known, box)
        if inside:
            return inside
    bands = _ink_bands(image, box)
    if len(bands) == 1 and box.width >= bands[0].height:
        quads: list[Quad] = [bands[0].quad]
        return lines_of(quads, engine.recognise(image, quads))
    return _detected(engine, image, box)


def read_crops(engine: OcrEngine, crops: Sequence[BgrImage]) -> list[Recognition]:
    """Read images that hold one line each."""
    return [
        engine.recognise(crop, [Box(0.0, 0.0, float(crop.shape[1]), float(crop.shape[0])).quad])[0] for crop in crops
    ]


def _wholly_inside(known: PageText, box: Box) -> list[TextLine]:
    """The known lines the box touches, if every character of each stands inside; none otherwise.

    Lines of a PDF text layer are what the file claims, not what its pixels show: they are always read again.
    """
    touched = [line for line in known.lines if line.box.covered_by(box) > TOUCHED]
    return touched if all(line.source == "ocr" and _all_chars_inside(line, box) for line in touched) else []


def _all_chars_inside(line: TextLine, box: Box) -> bool:
    if line.box.covered_by(box) < INSIDE:
        return False
    centres = [line.box_of(i, i + 1).center for i in (0, len(line.chars) - 1)] if line.chars else [line.box.center]
    return all(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for x, y in centres)


def _detected(engine: OcrEngine, image: BgrImage, box: Box) -> list[TextLine]:
    # The detector needs paper around the text; a tight box has none.
    margin = round(max(8.0, 0.15 * min(box.width, box.height)))
    x0, y0, x1, y1 = int(box.x0), int(box.y0), round(box.x1), round(box.y1)
    paper = cv2.copyMakeBorder(image[y0:y1, x0:x1], margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    crop = np.asarray(paper, dtype=np.uint8)
    dx, dy = x0 - margin, y0 - margin
    inside: list[Quad] = [
        ((a[0] + dx, a[1] + dy), (b[0] + dx, b[1] + dy), (c[0] + dx, c[1] + dy), (d[0] + dx, d[1] + dy))
        for a, b, c, d in engine.detect(crop)
    ]
    return list(in_reading_order(lines_of(inside, engine.recognise(image, inside))))


def _ink_bands(image: BgrImage, box: Box) -> list[Box]:
    """The box cut into its lines by the blank pixel rows between them, each with a little paper around."""
    crop = image[int(box.y0) : max(round(box.y1), int(box.y0) + 1), int(box.x0) : max(round(box.x1), int(box.x0) + 1)]
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Otsu's level belongs to the dark side: on a page of pure black and white it is black itself.
    dark = grey <= min(level, 200)
    # Ruled lines of a table are dark over the whole width and would join the lines of text.
    share = dark.mean(axis=1)
    ink = (share > INK_SHARE) & (share < 0.9)
    bands: list[tuple[int, int]] = []
    start: int | None = None
    for y in range(len(ink) + 1):
        on = y < len(ink) and bool(ink[y])
        if on and start is None:
            start = y
        elif not on and start is not None:
            bands.append((start, y))
            start = None
    if not bands:
        return []
    tallest = max(b - a for a, b in bands)
    merged: list[tuple[int, int]] = []
    for a, b in bands:
        # 二 and 三 fall apart into strokes; the gap between lines is wider than that between strokes.
        if merged and a - merged[-1][1] <= 0.25 * tallest and b - merged[-1][0] <= 1.35 * tallest:
            merged[-1] = (merged[-1][0], b)
        else:
            merged.append((a, b))
    lines = [(a, b) for a, b in merged if b - a >= 0.4 * tallest]
    if len(lines) == 1:
        a, b = lines[0]
        pad = TIGHT_MARGIN * (b - a)
        return [Box(box.x0, max(box.y0, box.y0 + a - pad), box.x1, min(box.y1, box.y0 + b + pad))]
    return [Box(box.x0, box.y0 + a, box.x1, box.y0 + b) for a, b in lines]
