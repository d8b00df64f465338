"""At how many pixels an inch a PDF page is drawn. Light on imports: the child process uses it too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

POINTS_PER_INCH = 72.0

BASE_DPI = 200.0
"""A4 becomes 1654 × 2339 pixels and 10.5 pt print 29 pixels high; at 150 dpi the recogniser still reads the same text
equally well, so 200 leaves a margin for small print."""

SMALL_PAGE_DPI = 300.0
"""Upper resolution for pages smaller than A4 (cards, slips), which print smaller."""

BASE_LONG_SIDE = 2339.0
"""Pixels of the long side of A4 at ``BASE_DPI``."""

MIXED_MAX_DPI = 400.0
"""Upper resolution for a page of text over a picture: the picture is a background, only a scan deserves more."""

PICTURE_SHARE = 0.6
"""Share of the page area that pictures must fill for the page to count as a scan; scanners leave margins white."""

LINE_ART_PATHS = 20
"""Vector paths from which on a page is drawn rather than scanned (text as outlines, tables, stamps)."""


class Picture(NamedTuple):
    """A picture placed on a page: its own pixels, the area it is stretched over and the part of that on the page, both
    in square points."""

    width_px: int
    height_px: int
    area: float
    seen: float

    @property
    def dpi(self) -> float:
        """Pixels an inch as placed, mean of both directions."""
        return math.sqrt(self.width_px * self.height_px / self.area) * POINTS_PER_INCH if self.area > 0 else 0.0


def picture_share(width: float, height: float, pictures: Sequence[Picture]) -> float:
    """Share of the page (points) that pictures fill, 0 to 1; overlaps counted twice."""
    area = width * height
    return min(1.0, sum(p.seen for p in pictures) / area) if area > 0 else 0.0


def choose_dpi(
    width: float, height: float, pictures: Sequence[Picture], *, drawn: bool, wanted: float | None, max_pixels: int
) -> float:
    """Resolution for a page of ``width`` × ``height`` points.

    A page that is nothing but a picture is drawn at that picture's own resolution: less loses detail, more invents it.
    ``drawn`` says that the page also has text or line art. ``wanted`` overrides the choice. Whatever the choice, the
    raster has at most ``max_pixels``.
    """
    long_side = max(width, height) / POINTS_PER_INCH
    dpi = min(max(BASE_DPI, BASE_LONG_SIDE / long_side), SMALL_PAGE_DPI)
    if wanted is not None:
        dpi = wanted
    elif picture_share(width, height, pictures) >= PICTURE_SHARE:
        scan = max(pictures, key=lambda p: p.seen)
        # PDFium rounds the sides up: half a pixel less, and scan pixels fall on raster pixels one to one.
        native = scan.dpi * (1 - 0.5 / max(scan.width_px, scan.height_px, 1))
        dpi = max(dpi, min(native, MIXED_MAX_DPI)) if drawn else native
    most = math.sqrt(max_pixels / (width * height)) * POINTS_PER_INCH
    return min(dpi, most)
