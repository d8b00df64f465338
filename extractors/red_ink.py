"""Red ink told from paper, black text and gold by its colour."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.page import BgrImage

Mask = NDArray[np.uint8]
"""H × W, 255 where there is ink, else 0."""

PaperColour = tuple[float, float, float]
"""Blue, green, red, 0 to 255."""


def times(grey: Any, gain: float) -> NDArray[np.uint8]:
    """An 8-bit image multiplied by a positive number; what exceeds 255 stays 255."""
    return np.asarray(cv2.convertScaleAbs(grey, alpha=gain), dtype=np.uint8)


def paper_colour(image: BgrImage) -> PaperColour:
    """Colour of the paper (BGR): the median of the lighter half of a coarse grid over the page."""
    step = max(1, max(image.shape[:2]) // 96)
    grid = image[::step, ::step].reshape(-1, 3)
    light = grid.max(axis=1)
    blue, green, red = np.median(grid[light >= np.median(light)], axis=0)
    return float(blue), float(green), float(red)


def redness(image: BgrImage, paper: PaperColour | None = None) -> NDArray[np.uint8]:
    """How much redder than the paper each pixel is, 0 to 255: red ink is high, black text, gold and blue are near 0.

    ``paper`` is the colour of the paper (BGR) where it is known; tinted paper counts as white.
    """
    blue, green, red = (np.asarray(channel, dtype=np.uint8) for channel in cv2.split(image))
    pb, pg, pr = paper or paper_colour(image)
    top = max(pb, pg, pr, 1.0)
    # Gains stay modest: a red page (a folder, a flag) must not turn everything else blue.
    blue = times(blue, min(1.35, top / max(pb, 1.0)))
    green = times(green, min(1.35, top / max(pg, 1.0)))
    red = times(red, min(1.35, top / max(pr, 1.0)))
    excess = cv2.subtract(red, cv2.max(green, blue))
    # Gold, wood and skin have more green than blue: half of that is taken off.
    return np.asarray(cv2.subtract(excess, times(cv2.subtract(green, blue), 0.5)), dtype=np.uint8)


def red_ink(red: NDArray[np.uint8], least: int) -> Mask:
    """Red ink on a redness image: what exceeds the tint of the surroundings by ``least`` grey levels."""
    window = max(31, max(red.shape) // 12) | 1
    # Half, because the blurred copy holds the ink of a crowded seal too.
    tint = times(cv2.blur(red, (window, window)), 0.5)
    return np.asarray(cv2.threshold(cv2.subtract(red, tint), least, 255, cv2.THRESH_BINARY)[1], np.uint8)
