"""3 × 3 matrices from the pixels of a made image back to those of the image it was made from.

Every matrix here points *backwards* (made → source), so steps compose by plain matrix product in the order they were
taken, and the product is at once the transform kept on the page and the one ``cv2.warpPerspective`` wants inverted.
Pixel centres lie on integers: the outer edge of the first pixel is at −0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from extractors.geometry import Point, Quad
from extractors.page import BgrImage, Homography

Rotation = Literal[0, 90, 180, 270]
"""Degrees clockwise an image is turned to stand upright."""

Size = tuple[int, int]
"""Width and height in pixels."""


def identity() -> Homography:
    """The transform of an image that was left as it is."""
    return np.eye(3, dtype=np.float64)


def resized(source: Size, made: Size) -> Homography:
    """The transform of an image resized from ``source`` to ``made`` pixels."""
    sx, sy = source[0] / made[0], source[1] / made[1]
    return np.array([[sx, 0.0, sx / 2 - 0.5], [0.0, sy, sy / 2 - 0.5], [0.0, 0.0, 1.0]])


def turned(source: Size, rotation: Rotation) -> Homography:
    """The transform of an image of ``source`` pixels turned clockwise by quarter turns."""
    w, h = source[0] - 1.0, source[1] - 1.0
    rows = {
        0: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        90: [[0.0, 1.0, 0.0], [-1.0, 0.0, h]],
        180: [[-1.0, 0.0, w], [0.0, -1.0, h]],
        270: [[0.0, -1.0, w], [1.0, 0.0, 0.0]],
    }
    return np.array([*rows[rotation], [0.0, 0.0, 1.0]])


def size_after(source: Size, rotation: Rotation) -> Size:
    """Width and height of an image of ``source`` pixels after quarter turns."""
    return source if rotation in (0, 180) else (source[1], source[0])


def leant(source: Size, degrees: float) -> tuple[Homography, Size]:
    """Transform and size of an image turned anticlockwise by a small angle, on a canvas that holds it whole."""
    a = np.deg2rad(degrees)
    c, s = float(np.cos(a)), float(np.sin(a))
    made = (round(source[0] * abs(c) + source[1] * abs(s)), round(source[0] * abs(s) + source[1] * abs(c)))
    u, v, x, y = (made[0] - 1) / 2, (made[1] - 1) / 2, (source[0] - 1) / 2, (source[1] - 1) / 2
    return np.array([[c, -s, x - c * u + s * v], [s, c, y - s * u - c * v], [0.0, 0.0, 1.0]]), made


def unfolded(corners: Quad, made: Size) -> Homography:
    """The transform of an image of ``made`` pixels that shows the quadrilateral ``corners`` of its source flat."""
    w, h = made[0] - 1.0, made[1] - 1.0
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], dtype=np.float32)
    return cv2.getPerspectiveTransform(flat, np.array(corners, dtype=np.float32)).astype(np.float64)


def map_points(transform: Homography, points: Sequence[Point]) -> list[Point]:
    """The points, carried by the transform."""
    moved = cv2.perspectiveTransform(np.array(points, dtype=np.float64).reshape(-1, 1, 2), transform)
    return [(float(x), float(y)) for x, y in moved.reshape(-1, 2)]


def taken(image: BgrImage, transform: Homography, size: Size, paper: tuple[int, int, int]) -> BgrImage:
    """The image of ``size`` pixels that ``transform`` takes from ``image``; what lies beyond it is ``paper`` (BGR)."""
    out = cv2.warpPerspective(
        image, transform, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT, borderValue=paper,
    )  # fmt: skip
    return np.asarray(out, dtype=np.uint8)
