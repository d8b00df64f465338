"""Where the printed text of a page lies, found without reading it.

Works on a preview of about a thousand pixels on the long side; a page costs some ten milliseconds.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.geometry import Box

Mask = NDArray[np.uint8]
"""H × W, 255 where there is ink of text size, else 0."""

PREVIEW_LONG_SIDE = 1120
"""Pixels. An A4 page at 96 dpi: a 10.5 pt character is 14 pixels tall, enough to tell text lines from texture."""

_LARGEST_MARK = 0.06
"""Largest text component as a share of the long side: a title character of an A4 page; frames and emblems exceed it."""

_SMALLEST_MARK = 3
"""Smallest text component, in preview pixels of its longer side; less is paper texture and JPEG noise."""

_INK_CONTRAST = 18
"""Grey levels a stroke must be darker than its surroundings; guilloche backgrounds stay below 15 on the real scans."""


def preview(image: NDArray[np.uint8], long_side: int = PREVIEW_LONG_SIDE) -> tuple[NDArray[np.uint8], float]:
    """The image reduced to ``long_side`` pixels (never enlarged), and preview pixels per image pixel."""
    h, w = image.shape[:2]
    scale = min(1.0, long_side / max(h, w))
    if scale == 1.0:
        return image, 1.0
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), scale


def text_mask(image: NDArray[np.uint8]) -> Mask:
    """Ink of text size on a preview (BGR or grey): frames, emblems, pictures and specks are left out."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    window = max(11, max(grey.shape) // 50) | 1
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, _INK_CONTRAST)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    width, height, area = (stats[:, i] for i in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    longer = np.maximum(width, height)
    keep = (
        (longer <= _LARGEST_MARK * max(grey.shape))
        & (longer >= _SMALLEST_MARK)
        & (area >= 4)
        & (area >= 0.08 * width * height)
    )
    keep[0] = False
    return np.asarray(np.where(keep, 255, 0).astype(np.uint8)[labels], dtype=np.uint8)


def line_boxes(mask: Mask) -> list[Box]:
    """Boxes of horizontal runs of text on the mask of an upright (or upside-down) page, longest first."""
    heights = _mark_heights(mask)
    if heights.size == 0:
        return []
    character = float(np.percentile(heights, 70))
    reach = max(5, round(1.2 * character))
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = [
        Box(float(x), float(y), float(x + w), float(y + h))
        for x, y, w, h, area in stats[1:]
        if 6 <= h <= max(2.2 * character, 12.0) and w >= 4 * h and area >= 0.35 * w * h
    ]
    return sorted(boxes, key=lambda box: box.width, reverse=True)


def _mark_heights(mask: Mask) -> NDArray[np.int32]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    return np.asarray(heights[heights >= 5], dtype=np.int32)
