"""Where a page has ink, held against where its text layer says that it has text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.page import BgrImage, LayerWord, Page

_CONTRAST: Final = 32
"""Grey levels (of 255) between ink and the paper around it; the faintest print people read has about 50, and the
anti-aliased edges and security patterns of a rendered page stay below 25."""

_PAPER_SCALE: Final = 8
"""The paper's own brightness is taken from the page at an eighth of its size, where strokes have melted away."""

_PAPER_WINDOW: Final = 21
"""Median window at that size: 168 pixels, four lines of print at 200 dpi."""

_BLANK_HEIGHTS: Final = 3.0
"""Line heights without any ink inside one segment of the layer that betray missing characters. Segments are split at
gaps of 1.5 heights already; brackets and full-width punctuation add up to another one."""

_BAND_HEIGHTS: Final = (0.4, 1.5)
"""Height of the ink of one line of print, in heights of its font box."""

_RULE_SHARE: Final = 0.9
"""Share of a segment's width from which a row of ink is a ruled line or table border rather than print."""

_SMALLEST_TEXT_INCH: Final = 0.03
_LARGEST_TEXT_INCH: Final = 0.45
"""Heights of a single glyph that count as text, in inches: a stroke of 6 pt print to a 32 pt heading."""

_UNKNOWN_DPI_HEIGHT_INCH: Final = 11.7
"""A page of unknown resolution is taken for A4."""

_FEW_COMPONENTS: Final = 12
"""Ink components outside the layer that are never worth a second reading: a page number, a logo, dust."""


def ink_of(image: BgrImage) -> NDArray[np.uint8]:
    """Mask of the page (H × W, 0 or 1): pixels that stand out from the paper around them, darker or lighter."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    small = cv2.resize(
        grey,
        (max(1, width // _PAPER_SCALE), max(1, height // _PAPER_SCALE)),
        interpolation=cv2.INTER_AREA,
    )
    paper = cv2.resize(cv2.medianBlur(small, _PAPER_WINDOW), (width, height), interpolation=cv2.INTER_LINEAR)
    ink: NDArray[np.uint8] = (cv2.absdiff(grey, paper) >= _CONTRAST).astype(np.uint8)
    return ink


def lacks_ink(word: LayerWord, ink: NDArray[np.uint8]) -> bool:
    """True where the layer claims text but the page shows blank paper, over all of the segment or a long part of it.

    Such text is invisible (ISO 32000-1 render mode 3), white on white, off the page, or printed somewhere else.
    """
    height, width = ink.shape
    x0, x1 = max(0, round(word.x0)), min(width, round(word.x1))
    y0, y1 = max(0, round(word.y0)), min(height, round(word.y1))
    if x1 - x0 < 1 or y1 - y0 < 1:
        return True
    part = ink[y0:y1, x0:x1]
    line_height = word.y1 - word.y0
    if x1 - x0 > 2 * line_height:
        part = part[part.mean(axis=1) < _RULE_SHARE]
    inked = np.flatnonzero(part.any(axis=0)) if part.size else np.empty(0, dtype=np.intp)
    if inked.size == 0:
        return True
    edges = np.concatenate(([-1], inked, [x1 - x0]))
    blank = int(np.diff(edges).max()) - 1
    off_page = (word.x1 - word.x0) - (x1 - x0)
    return blank > _BLANK_HEIGHTS * line_height or off_page > _BLANK_HEIGHTS * line_height


def snapped(word: LayerWord, image: BgrImage) -> LayerWord:
    """The line moved and stretched vertically onto the ink it stands for, by at most half its height.

    Font boxes follow the font's stated metrics, which many producers get wrong. The line as it was where there is no
    single band of ink: rules, touching lines, blank paper.
    """
    height = word.y1 - word.y0
    top, bottom = max(0, round(word.y0 - height / 2)), min(image.shape[0], round(word.y1 + height / 2))
    strip = image[top:bottom, max(0, round(word.x0)) : max(0, round(word.x1))]
    if strip.size == 0:
        return word
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY).astype(np.int16)
    rows = (np.abs(grey - np.median(grey)) >= _CONTRAST).sum(axis=1)
    starts = np.flatnonzero(np.diff(np.concatenate(([False], rows > 0))) & (rows > 0))
    ends = np.flatnonzero(np.diff(np.concatenate((rows > 0, [False]))) & (rows > 0)) + 1
    if len(starts) == 0:
        return word
    first, last = max(zip(starts, ends, strict=True), key=lambda run: int(rows[run[0] : run[1]].sum()))
    if not _BAND_HEIGHTS[0] * height <= last - first <= _BAND_HEIGHTS[1] * height:
        return word
    return LayerWord(word.text, word.x0, float(top + first), word.x1, float(top + last))


def uncovered_share(page: Page, layer: Sequence[LayerWord]) -> float:
    """Share of the text-like ink of the page that no line of the layer accounts for, 0.0 to 1.0.

    Measured by connected components of the size of glyphs on ``reading_image``, where red seals are suppressed.
    """
    ink = ink_of(page.reading_image)
    height, width = ink.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    inch = page.dpi or max(height, width) / _UNKNOWN_DPI_HEIGHT_INCH
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    low, high = _SMALLEST_TEXT_INCH * inch, _LARGEST_TEXT_INCH * inch
    glyphs = stats[1:][(np.maximum(heights, widths) >= low) & (heights <= high) & (widths <= 2 * high)]
    if len(glyphs) == 0:
        return 0.0
    covered = np.zeros((height, width), dtype=np.uint8)
    for word in layer:
        margin = 0.3 * (word.y1 - word.y0)
        corner = (max(0, int(word.x0 - margin)), max(0, int(word.y0 - margin)))
        cv2.rectangle(covered, corner, (int(word.x1 + margin), int(word.y1 + margin)), (1,), thickness=-1)
    middles_x = glyphs[:, cv2.CC_STAT_LEFT] + glyphs[:, cv2.CC_STAT_WIDTH] // 2
    middles_y = glyphs[:, cv2.CC_STAT_TOP] + glyphs[:, cv2.CC_STAT_HEIGHT] // 2
    outside = covered[middles_y, middles_x] == 0
    return float(outside.mean()) if int(outside.sum()) > _FEW_COMPONENTS else 0.0
