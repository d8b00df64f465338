"""Pictures inside a report: pages made small enough to carry along, and full-resolution cuts of what was read."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2

from certlight.errors import InternalError
from certlight.text import Text
from extractors.geometry import Box
from extractors.page import BgrImage

PAGE_LONG_SIDE = 1600
"""Pixels. Small print of an A4 certificate stays legible (about 137 dpi), and a page costs 200–400 kB."""
PAGE_QUALITY = 80
"""JPEG quality of a page; seals and guilloche backgrounds show no blocks at this setting."""
CROP_QUALITY = 88
"""JPEG quality of a cut: a person decides on single strokes here."""
CROP_WIDTH, CROP_HEIGHT = 1000, 600
"""Largest cut in pixels; bigger ones are scaled down."""
CROPS_PER_FIELD = 4
"""A field marked in more places shows its first ones; all of them have boxes on the page."""
PADDING_SHARE, PADDING_PIXELS = 0.35, 6.0
"""Ink kept around a cut, as a share of its line height and at least so many pixels: cut strokes mislead the eye."""
SMALLEST_SIDE = 2.0
"""Pixels; a box thinner than this (a stray click in place of a mark) shows nothing and is left out."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG as a data URI with its size in pixels."""

    uri: str
    width: int
    height: int


def page_picture(image: BgrImage) -> Picture:
    """The page, long side at most ``PAGE_LONG_SIDE`` pixels."""
    height, width = image.shape[:2]
    return _jpeg(_scaled(image, min(1.0, PAGE_LONG_SIDE / max(height, width))), PAGE_QUALITY)


def crop_pictures(image: BgrImage, boxes: Iterable[Box]) -> tuple[Picture, ...]:
    """Cuts of the full-resolution page around ``boxes``; lines that touch one another are cut out together."""
    height, width = image.shape[:2]
    inside = [clipped for box in boxes if (clipped := usable(box, width, height)) is not None]
    return tuple(_crop(image, block) for block in _blocks(inside)[:CROPS_PER_FIELD])


def usable(box: Box, width: float, height: float) -> Box | None:
    """The part of ``box`` on a page of that size, or None where nothing worth showing is left of it."""
    if not all(math.isfinite(edge) for edge in (box.x0, box.y0, box.x1, box.y1)):
        return None
    clipped = box.clipped(width, height)
    return clipped if min(clipped.width, clipped.height) >= SMALLEST_SIDE else None


def _blocks(boxes: list[Box]) -> list[tuple[Box, float]]:
    """Joins neighbouring lines into blocks; each comes with the height of a line in it, in pixels."""
    blocks: list[tuple[Box, float]] = []
    for box in sorted(boxes, key=lambda b: (b.y0, b.x0)):
        block, line = box, box.height
        apart = []
        for other, other_line in blocks:
            reach = 0.9 * min(line, other_line)
            if block.grown(reach, reach).intersection(other) > 0:
                block, line = Box.around([block, other]), min(line, other_line)
            else:
                apart.append((other, other_line))
        blocks = [*apart, (block, line)]
    return sorted(blocks, key=lambda b: (b[0].y0, b[0].x0))


def _crop(image: BgrImage, block: tuple[Box, float]) -> Picture:
    box, line = block
    padding = max(PADDING_PIXELS, PADDING_SHARE * line)
    height, width = image.shape[:2]
    cut = box.grown(padding, padding).clipped(width, height)
    part = image[int(cut.y0) : math.ceil(cut.y1), int(cut.x0) : math.ceil(cut.x1)]
    scale = min(1.0, CROP_WIDTH / part.shape[1], CROP_HEIGHT / part.shape[0])
    return _jpeg(_scaled(part, scale), CROP_QUALITY)


def _scaled(image: BgrImage, scale: float) -> BgrImage:
    if scale >= 1.0:
        return image
    height, width = image.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(image.dtype, copy=False)


def _jpeg(image: BgrImage, quality: int) -> Picture:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise InternalError(
            "report.picture",
            Text("页面图片无法写入报告。", "A page picture could not be encoded for the report."),
            Text("请重新核验；若再次出现，请联系管理员。", "Check again; if it happens again, tell the administrator."),
        )
    height, width = image.shape[:2]
    return Picture("data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii"), width, height)
