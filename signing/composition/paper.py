"""How large the paper is, and where pixels fall on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from signing.composition.page import Point, Rotation

POINTS_PER_INCH: Final = 72.0
FALLBACK_DPI: Final = 200.0
"""Resolution of a picture that states none: the usual setting of office scanners."""
_A4_INCHES: Final = 297 / 25.4
_A4_SHAPE: Final = (1.40, 1.43)
_A4_PIXELS: Final = 1100
"""A picture without a credible resolution is taken for A4 where it has that shape and at least 94 pixels an inch of it,
or where it would be longer at 200: cameras have far more pixels."""
_POSSIBLE_DPI: Final = (10.0, 10_000.0)
"""Bounds of a resolution that the caller insists on."""
_CREDIBLE_DPI: Final = (60.0, 1200.0)
_CREDIBLE_INCHES: Final = 24.0
"""Longest side a stated resolution may imply (A2 has 23.4 in)."""
_NOMINAL_DPI: Final = (72.0, 96.0)
"""Written by software that knows nothing of paper; believed only where the paper is no longer than legal size."""
_NOMINAL_INCHES: Final = 14.1
_SIDE_POINTS: Final = (3.0, 14_400.0)
"""Shortest and longest side of a page, ISO 19005-3 §6.1.13."""

_Number = TypeVar("_Number", int, float)
_Step = Callable[[float, float], Point]
_ORIENTED: Final[tuple[_Step, ...]] = (
    lambda s, t: (s, t),
    lambda s, t: (1 - s, t),
    lambda s, t: (1 - s, 1 - t),
    lambda s, t: (s, 1 - t),
    lambda s, t: (t, s),
    lambda s, t: (1 - t, s),
    lambda s, t: (1 - t, 1 - s),
    lambda s, t: (t, 1 - s),
)
"""Where a point of the stored picture stands when it is shown, both as shares from the top-left corner, for the
orientations 1 to 8 (CIPA DC-008 §4.6.4)."""
_TURNED: Final[dict[Rotation, _Step]] = {0: _ORIENTED[0], 90: _ORIENTED[5], 180: _ORIENTED[2], 270: _ORIENTED[7]}
_LYING: Final = (5, 6, 7, 8)
"""Orientations that exchange width and height."""


def shown_size(size: tuple[_Number, _Number], orientation: int) -> tuple[_Number, _Number]:
    """Width and height of a stored picture, in any unit, once its orientation tag is obeyed."""
    return (size[1], size[0]) if orientation in _LYING else size


def paper_size(
    size: tuple[int, int], stated: tuple[float, float] | None, given: float | None = None
) -> tuple[float, float]:
    """Width and height in points of a picture of ``size`` pixels.

    ``given`` pixels an inch win over the two that the file has ``stated``; those count where they are credible.
    Whatever they say, both sides stay within what a page of a PDF/A may measure.
    """
    if given is not None and math.isfinite(given) and given > 0:
        x = y = min(max(given, _POSSIBLE_DPI[0]), _POSSIBLE_DPI[1])
    elif stated is not None and _credible(size, stated):
        x, y = stated
    else:
        x = y = max(size) / _A4_INCHES if _looks_like_a4(size) else FALLBACK_DPI
    shortest, longest = _SIDE_POINTS
    scale = POINTS_PER_INCH * min(1.0, longest / (POINTS_PER_INCH * max(size[0] / x, size[1] / y)))
    return max(size[0] / x * scale, shortest), max(size[1] / y * scale, shortest)


def _credible(size: tuple[int, int], stated: tuple[float, float]) -> bool:
    low, high = _CREDIBLE_DPI
    if not all(math.isfinite(dpi) and low <= dpi <= high for dpi in stated):
        return False
    nominal = any(abs(max(stated) - dpi) < 1 for dpi in _NOMINAL_DPI)
    longest = max(side / dpi for side, dpi in zip(size, stated, strict=True))
    return longest <= (_NOMINAL_INCHES if nominal else _CREDIBLE_INCHES)


def _looks_like_a4(size: tuple[int, int]) -> bool:
    long, short = max(size), min(size)
    shaped = _A4_SHAPE[0] <= long / short <= _A4_SHAPE[1] and long >= _A4_PIXELS
    return shaped or long > FALLBACK_DPI * _A4_INCHES


@dataclass(frozen=True, slots=True)
class Paper:
    """A page in points, origin bottom-left, and the picture on it."""

    width: float
    height: float
    orientation: int
    """Of the stored picture, 1 to 8."""
    rotation: Rotation

    @classmethod
    def of(cls, size: tuple[float, float], orientation: int, rotation: Rotation) -> Paper:
        """The page for a picture that is ``size`` points large as its orientation tag declares it."""
        width, height = size if rotation in (0, 180) else (size[1], size[0])
        return cls(round(width, 3), round(height, 3), orientation, rotation)

    def picture_matrix(self) -> tuple[float, float, float, float, float, float]:
        """The matrix that places the unit square of the stored picture (ISO 32000-1 §8.9.5.1) on the page."""
        (ox, oy), (rx, ry), (ux, uy) = (self._stored(*corner) for corner in ((0.0, 1.0), (1.0, 1.0), (0.0, 0.0)))
        return (rx - ox, ry - oy, ux - ox, uy - oy, ox, oy)

    def of_raster(self, points: Sequence[Point], raster: tuple[int, int]) -> list[Point]:
        """Points of the raster (the picture as its orientation tag declares it) on the page."""
        return [self._shown(x / raster[0], y / raster[1]) for x, y in points]

    def _stored(self, s: float, t: float) -> Point:
        return self._shown(*_ORIENTED[self.orientation - 1](s, t))

    def _shown(self, s: float, t: float) -> Point:
        s, t = _TURNED[self.rotation](s, t)
        return s * self.width, (1 - t) * self.height
