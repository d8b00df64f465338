"""Shapes as PDF content operators, in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from signing.appearance.glyphs import Glyph, Point, Segment
from signing.appearance.units import POINTS_PER_MM

Colour = tuple[int, int, int]
"""Red, green, blue, 0–255, sRGB."""
SEAL_RED: Final[Colour] = (214, 22, 28)

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = ax + cy + e, y' = bx + dy + f, as in ISO 32000-2 §8.3.3."""

_KAPPA: Final = 4 / 3 * (math.sqrt(2) - 1)


class Ink:
    """Collects shapes in one colour. Millimetres, origin at the bottom left of the picture, y up."""

    def __init__(self, colour: Colour) -> None:
        self._colour = " ".join(f"{channel / 255:.4f}".rstrip("0").rstrip(".") for channel in colour)
        self._parts: list[str] = []

    def circle(self, centre: Point, radius: float, line: float) -> None:
        """A ring whose stroke, ``line`` wide, is centred on ``radius``."""
        self._parts.append(f"{_n(line)} w {_path(_circle(centre, radius))} S")

    def rectangle(self, left: float, bottom: float, width: float, height: float, line: float) -> None:
        """A frame with mitred corners whose stroke is centred on the given edges."""
        self._parts.append(f"q 0 j {_n(line)} w {_n(left)} {_n(bottom)} {_n(width)} {_n(height)} re S Q")

    def polygon(self, points: Iterable[Point]) -> None:
        """A filled polygon."""
        corners = list(points)
        segments: list[Segment] = [("m", (corners[0],)), *(("l", (corner,)) for corner in corners[1:]), ("h", ())]
        self._parts.append(f"{_path(segments)} f")

    def glyph(self, glyph: Glyph, matrix: Matrix, embolden: float) -> None:
        """``glyph`` taken from font units to millimetres by ``matrix`` and made ``embolden`` millimetres stouter."""
        if not glyph.outline:
            return
        moved = [(operator, tuple(apply(matrix, point) for point in points)) for operator, points in glyph.outline]
        paint = f"{_n(embolden)} w" if embolden > 0 else ""
        self._parts.append(f"{paint} {_path(moved)} {'B' if embolden > 0 else 'f'}")

    def content(self) -> bytes:
        """Operators in points, complete in themselves."""
        scale = f"{POINTS_PER_MM:.6f}"
        head = f"q {scale} 0 0 {scale} 0 0 cm {self._colour} rg {self._colour} RG 1 j 1 J"
        return "\n".join([head, *self._parts, "Q"]).encode("ascii")


def apply(matrix: Matrix, point: Point) -> Point:
    """``point`` through ``matrix``."""
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f


def star(centre: Point, radius: float) -> list[Point]:
    """The ten corners of the five-pointed star of the flag: the inner corners lie on the lines between the tips."""
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(54))
    corners = []
    for k in range(10):
        reach, angle = (radius, inner)[k % 2], math.radians(90 + 36 * k)
        corners.append((centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle)))
    return corners


def _circle(centre: Point, radius: float) -> list[Segment]:
    x, y, k = centre[0], centre[1], radius * _KAPPA
    r = radius
    return [
        ("m", ((x + r, y),)),
        ("c", ((x + r, y + k), (x + k, y + r), (x, y + r))),
        ("c", ((x - k, y + r), (x - r, y + k), (x - r, y))),
        ("c", ((x - r, y - k), (x - k, y - r), (x, y - r))),
        ("c", ((x + k, y - r), (x + r, y - k), (x + r, y))),
        ("h", ()),
    ]


def _path(segments: Iterable[Segment]) -> str:
    return " ".join(" ".join([*(f"{_n(x)} {_n(y)}" for x, y in points), operator]) for operator, points in segments)


def _n(value: float) -> str:
    """Thousandths of a millimetre are enough."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
