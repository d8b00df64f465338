"""Boxes and quadrilaterals in the one coordinate system of the product.

Pixels of the *straightened* page, origin top-left, x to the right, y downwards. Nothing else is passed between modules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Four corners of a text line: top-left, top-right, bottom-right, bottom-left, as the text is read."""


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle, ``x0 <= x1`` and ``y0 <= y1``, in pixels of the straightened page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def center(self) -> Point:
        return ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)

    @property
    def quad(self) -> Quad:
        """The four corners, top-left first, clockwise."""
        return ((self.x0, self.y0), (self.x1, self.y0), (self.x1, self.y1), (self.x0, self.y1))

    def intersection(self, other: Box) -> float:
        """Area shared with ``other``, in square pixels."""
        w = min(self.x1, other.x1) - max(self.x0, other.x0)
        h = min(self.y1, other.y1) - max(self.y0, other.y0)
        return w * h if w > 0 and h > 0 else 0.0

    def covered_by(self, other: Box) -> float:
        """Share of this box that lies inside ``other``, 0.0 to 1.0."""
        return self.intersection(other) / self.area if self.area > 0 else 0.0

    def grown(self, dx: float, dy: float) -> Box:
        """The box with ``dx`` pixels added left and right and ``dy`` above and below."""
        return Box(self.x0 - dx, self.y0 - dy, self.x1 + dx, self.y1 + dy)

    def clipped(self, width: float, height: float) -> Box:
        """The part of the box inside a page of the given size."""
        x0, y0 = min(max(self.x0, 0.0), width), min(max(self.y0, 0.0), height)
        return Box(x0, y0, max(x0, min(self.x1, width)), max(y0, min(self.y1, height)))

    def as_list(self) -> list[float]:
        return [round(v, 1) for v in (self.x0, self.y0, self.x1, self.y1)]

    @staticmethod
    def around(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds them all. Raises ValueError when there is none."""
        found = list(boxes)
        if not found:
            raise ValueError("no box to go around")
        return Box(
            min(b.x0 for b in found), min(b.y0 for b in found), max(b.x1 for b in found), max(b.y1 for b in found)
        )

    @staticmethod
    def of_quad(quad: Quad) -> Box:
        xs, ys = [p[0] for p in quad], [p[1] for p in quad]
        return Box(min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True, slots=True)
class Region:
    """A box on one page of a document; ``page`` counts from 0 over the merged document."""

    page: int
    box: Box
