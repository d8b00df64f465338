"""Evens out shadows and uneven light, and leaves evenly lit scans alone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.page import BgrImage

_WORKING_SIDE = 360
"""Pixels of the long side the background is estimated on: light changes slowly, a character is 2 to 5 pixels here."""

_EVEN = 0.82
"""Darkest over brightest background (5th over 95th percentile) from which the light counts as even.
Flat-bed scans of the real set measure 0.9 and more, photos 0.45 to 0.8."""

_DEEPEST = 0.35
"""Background below this share of the brightest is a desk or a picture, not shaded paper: it is lifted no further."""

_PAPER = 240
"""Grey level paper is brought to."""


def background(image: BgrImage) -> NDArray[np.uint8]:
    """Grey level of the paper under the ink, on a copy of 360 pixels on the long side."""
    scale = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    # Closing lifts strokes and solid title characters to the paper around them; the median removes its blocky edges.
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17)))
    return np.asarray(cv2.GaussianBlur(cv2.medianBlur(closed, 15), (0, 0), 6), dtype=np.uint8)


def evenness(paper: NDArray[np.uint8]) -> float:
    """Darkest over brightest background, 5th over 95th percentile: 1 is even light."""
    low, high = np.percentile(paper, (5, 95))
    return float(low / max(high, 1.0))


def evened(image: BgrImage, paper: NDArray[np.uint8] | None = None) -> BgrImage:
    """The image divided by its background, or the same array where the light is even already.

    ``paper`` is ``background(image)`` where it is known. Colours keep their hue: all channels get the same gain.
    """
    paper = background(image) if paper is None else paper
    if evenness(paper) >= _EVEN:
        return image
    floor = _DEEPEST * float(np.percentile(paper, 95))
    lifted = np.maximum(paper, np.uint8(max(1.0, floor)))
    h, w = image.shape[:2]
    full = cv2.resize(lifted, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(image, cv2.merge([full, full, full]), scale=_PAPER), dtype=np.uint8)
