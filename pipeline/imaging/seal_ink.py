"""Takes red ink off black text, so that what a seal was stamped over can be read.

Under red light red ink is as bright as paper and black ink stays black. Inside a seal the page is therefore replaced by
its red channel, stretched until the seal's ink is paper, in the colour of the paper. Red print that crosses no text
(titles, frames, emblems) is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.geometry import Box
from extractors.page import BgrImage
from extractors.red_ink import Mask, PaperColour, paper_colour, red_ink, redness, times
from extractors.seals import Seal, cv_ellipse
from pipeline.imaging.ink import preview

_BEYOND_LINE = 1.06
"""Radius, as a share of the outer line, out to which a seal is cleaned: its line has a width and a blur."""

_OVERLAY_REDNESS = 30
"""Redness of coloured characters laid over a page (watermarks, square stamps); measured 60 to 130 on the real scans."""

_OVERLAY_SIZE = 0.03
"""Smallest side of such a mark as a share of the long side; smaller red marks are print (a heading, a number)."""

_MOST_SOLID = 0.55
"""Share of its box a mark may fill: characters fill 0.35 to 0.45, emblems and banners 0.6 to 0.9."""

_CROSSED = 0.006
"""Share of black in and beside a red mark from which it is said to lie across text. Red titles measure
up to 0.0035, characters across text 0.008 to 0.04."""

_BLACK = 0.6
"""Red light, as a share of the paper's, below which ink is black: text measures 0.15 to 0.5."""


def without_red(image: BgrImage, seals: Sequence[Seal], small: BgrImage | None = None) -> BgrImage:
    """The page with the ink of its seals, and of red marks that lie across text, turned to paper.

    ``seals`` are in pixels of ``image``, which is not changed; the same array comes back where there is nothing to do.
    ``small`` is the preview of ``image`` where it was made already.
    """
    small = preview(image)[0] if small is None else small
    scale = small.shape[1] / image.shape[1]
    marks = _marks_across_text(small, [seal.scaled(scale) for seal in seals])
    if not seals and not marks:
        return image
    cleaned = image.copy()
    for seal in seals:
        grow = _BEYOND_LINE - 1
        box = seal.box.grown(grow * seal.box.width, grow * seal.box.height)
        patch = _patch(cleaned, box)
        region = np.zeros((patch.shape[0], patch.shape[1]), np.uint8)
        moved = Seal((seal.center[0] - int(max(box.x0, 0)), seal.center[1] - int(max(box.y0, 0))),
                     seal.radii, seal.angle, seal.completeness)  # fmt: skip
        cv2.ellipse(region, cv_ellipse(moved, _BEYOND_LINE), (255,), -1)
        _bleach(patch, region, None)
    for box, mark in marks:
        whole = Box(box.x0 / scale, box.y0 / scale, box.x1 / scale, box.y1 / scale)
        patch = _patch(cleaned, whole)
        enlarged = cv2.resize(mark, (patch.shape[1], patch.shape[0]), interpolation=cv2.INTER_LINEAR)
        _bleach(patch, np.where(enlarged > 64, 255, 0).astype(np.uint8), paper_colour(small))
    return cleaned


def _marks_across_text(small: BgrImage, seals: Sequence[Seal]) -> list[tuple[Box, Mask]]:
    """Red marks outside the seals with black in them: box in preview pixels, and the mask inside the box."""
    red = redness(small)
    ink = red_ink(red, _OVERLAY_REDNESS)
    for seal in seals:
        cv2.ellipse(ink, cv_ellipse(seal, 1.1), (0,), -1)
    least = _OVERLAY_SIZE * max(small.shape[:2])
    body = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(body, connectivity=8)
    paper = paper_colour(small)
    found = []
    for index, (x, y, w, h, area) in enumerate(stats[1:], start=1):
        fill = area / (w * h)
        if min(w, h) < least or max(w, h) > 0.5 * max(small.shape[:2]) or not 0.1 < fill < _MOST_SOLID:
            continue
        x, y = max(x - 6, 0), max(y - 6, 0)
        there = (slice(y, y + h + 12), slice(x, x + w + 12))
        mark = np.where(labels[there] == index, 255, 0).astype(np.uint8)
        # An opaque mark shows no text under it, but the text it interrupts stands right beside it.
        around = cv2.dilate(mark, np.ones((9, 9), np.uint8)) > 0
        black = (small[there][:, :, 2] < _BLACK * paper[2]) & (red[there] < _OVERLAY_REDNESS / 3)
        if black[around].mean() < _CROSSED:
            continue
        mask = cv2.dilate(mark, np.ones((5, 5), np.uint8))
        h, w = mask.shape
        found.append((Box(float(x), float(y), float(x + w), float(y + h)), np.asarray(mask, np.uint8)))
    return found


def _patch(image: BgrImage, box: Box) -> BgrImage:
    inside = box.clipped(image.shape[1], image.shape[0])
    return image[int(inside.y0) : int(np.ceil(inside.y1)), int(inside.x0) : int(np.ceil(inside.x1))]


def _bleach(patch: BgrImage, region: Mask, paper: PaperColour | None) -> None:
    """Turns red ink inside ``region`` to paper, in place; its colour is that of the patch where it is not told."""
    if patch.size == 0 or not region.any():
        return
    paper = paper or paper_colour(patch)
    red = redness(patch, paper)
    strong = (red > max(24, 0.5 * float(np.percentile(red, 97)))) & (region > 0)
    if not strong.any():
        return
    light = np.ascontiguousarray(patch[:, :, 2])
    # Most ink, not the mean of it, has to reach the brightness of paper, or half of the strokes would stay behind.
    level = min(float(np.percentile(light[strong], 20)), paper[2])
    black = min(0.8 * float(np.percentile(light[region > 0], 1)), 0.5 * level)
    gain = 255 / max(level - black, 1.0)
    bleached = cv2.addWeighted(light, gain, light, 0.0, -black * gain)
    # Dark rims that sharpened scans draw around red strokes stay: they are as dark and as red as black text under red.
    tinted = cv2.merge([times(bleached, colour / 255) for colour in paper])
    cv2.copyTo(tinted, region, patch)
