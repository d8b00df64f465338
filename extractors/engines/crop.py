"""Cutting one text line out of a page."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.geometry import Quad
from extractors.page import BgrImage

VERTICAL_RATIO = 1.5
"""A crop this many times higher than wide is a vertical line (a spine, a stacked label) and is read after a quarter
turn, as the recogniser's authors do."""


def cut(image: BgrImage, quad: Quad) -> BgrImage:
    """The line at ``quad`` as an upright image; at least one pixel in both directions."""
    corners = np.array(quad, dtype=np.float32)
    width = max(1, round(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[3] - corners[2]))))
    height = max(1, round(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))))
    x0, y0 = np.floor(corners.min(axis=0)).astype(int)
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int)
    if abs((x1 - x0) - width) <= 2 and abs((y1 - y0) - height) <= 2:
        # Upright already: a plain slice is exact and far cheaper than a warp.
        x0, y0 = max(x0, 0), max(y0, 0)
        crop = image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    else:
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
        matrix = cv2.getPerspectiveTransform(corners, target)
        crop = cv2.warpPerspective(
            image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.uint8)
    if crop.size == 0:
        return np.full((1, 1, 3), 255, dtype=np.uint8)
    if crop.shape[0] >= VERTICAL_RATIO * crop.shape[1]:
        crop = np.rot90(crop)
    return np.ascontiguousarray(crop)
