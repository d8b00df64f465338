"""Fitting a name of any length along the rim of a round seal. Geometry only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from signing.appearance.glyphs import FACE_BOTTOM, FACE_LEFT, FACE_RIGHT, FACE_TOP, Glyph
from signing.appearance.ink import Matrix

GAP: Final = 0.17
"""White between neighbours at their feet, as a share of a square character's width: less and strokes run together."""
_LOOSEST_GAP: Final = 0.75
_WIDEST: Final = 0.76
"""Width over height of the square characters of a short name: seals are lettered taller than wide."""
_BALANCED: Final = ((9.0, 0.68), (34.0, 0.56))
"""Width over height aimed at, by the name's length in square characters: long names are lettered narrower."""
_SPACE: Final = 0.35
_STEPS: Final = 160


@dataclass(frozen=True, slots=True)
class Cell:
    """One character and the box it must keep, in font units."""

    glyph: Glyph
    left: float
    right: float

    @property
    def units(self) -> float:
        """Width, a square character's being 1."""
        return (self.right - self.left) / (FACE_RIGHT - FACE_LEFT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one character stands. ``angle`` is of its middle, in radians clockwise from the top of the ring."""

    cell: Cell
    angle: float


@dataclass(frozen=True, slots=True)
class Ring:
    """A fitted name. Millimetres from the ring's centre."""

    places: tuple[Place, ...]
    unit: float
    """Width of a square character."""
    height: float
    """Height of a square character."""
    top: float
    """Distance of the characters' flat top edge from the centre."""
    inner: float
    """Nothing of the name comes closer to the centre."""
    half_span: float
    """Radians from the top of the ring to either end of the name."""

    def matrix(self, place: Place) -> Matrix:
        """From the character's font units to millimetres, y up: narrowed, upright to the ring, feet to the centre."""
        sx = self.unit / (FACE_RIGHT - FACE_LEFT)
        sy = self.height / (FACE_TOP - FACE_BOTTOM)
        middle = (place.cell.left + place.cell.right) / 2
        cos, sin = math.cos(place.angle), math.sin(place.angle)
        # Upright at the top of the ring first: x to the middle of the cell, y so that FACE_TOP comes to ``top``.
        dx, dy = -middle * sx, self.top - FACE_TOP * sy
        return (
            sx * cos,
            -sx * sin,
            sy * sin,
            sy * cos,
            dx * cos + dy * sin,
            -dx * sin + dy * cos,
        )


def cell(glyph: Glyph, *, square: bool) -> Cell:
    """Square characters keep the whole face so that they stand evenly; all others only their ink."""
    if square:
        return Cell(glyph, FACE_LEFT, FACE_RIGHT)
    if not glyph.outline:
        return Cell(glyph, 0, _SPACE * (FACE_RIGHT - FACE_LEFT))
    return Cell(glyph, glyph.ink[0], glyph.ink[2])


def fit(cells: Sequence[Cell], *, outer: float, span_limit: float, tallest: float, lowest: float) -> Ring | None:
    """The largest well-proportioned lettering of ``cells`` below radius ``outer``; None where it would be lower than
    ``lowest``.

    ``span_limit``: radians the whole name may take; ``tallest``, ``lowest``: limits of a character's height in mm.
    Short names take a short arc with air between their characters; longer ones first a longer arc, then lower and
    narrower characters.
    """
    length = sum(each.units for each in cells)
    span = min(span_limit, math.radians(300) * (1 - math.exp(-length / 8)))
    aim = _aim(length)
    best: Ring | None = None
    # The lower the characters, the wider for their height they can be: halve the way to the highest that are wide
    # enough.
    low, high = 0, _STEPS
    while low <= high:
        step = (low + high) // 2
        height = tallest + (lowest - tallest) * step / _STEPS
        ring = _at_height(cells, height, outer, span)
        if ring is not None and ring.unit >= aim * height:
            best, high = ring, step - 1
        else:
            low = step + 1
    return best


def _aim(length: float) -> float:
    (short, wide), (long, narrow) = _BALANCED
    share = min(1.0, max(0.0, (length - short) / (long - short)))
    return wide + (narrow - wide) * share


def _at_height(cells: Sequence[Cell], height: float, outer: float, span: float) -> Ring | None:
    """The lettering of this height that fills ``span``, or less of it where characters or gaps would grow too wide."""
    scale = height / (FACE_TOP - FACE_BOTTOM)
    widest = max(each.units for each in cells)
    above = scale * max(0.0, max(each.glyph.ink[3] for each in cells) - FACE_TOP)
    deep = scale * (FACE_TOP - min(FACE_BOTTOM, min(each.glyph.ink[1] for each in cells)))

    def edges(unit: float) -> tuple[float, float]:
        top = math.sqrt(outer**2 - (widest * unit / 2) ** 2) - above
        return top, top - deep

    def angles(unit: float) -> list[float]:
        inner = edges(unit)[1]
        return [2 * math.atan(each.units * unit / 2 / inner) for each in cells]

    gaps = len(cells) - 1
    low, high = 0.0, min(_WIDEST * height, 2 * outer / widest * 0.9)
    if edges(high)[1] <= 0:
        return None
    if sum(angles(high)) + gaps * GAP * high / edges(high)[1] > span:
        for _ in range(40):
            unit = (low + high) / 2
            if sum(angles(unit)) + gaps * GAP * unit / edges(unit)[1] > span:
                high = unit
            else:
                low = unit
        unit = low
    else:
        unit = high
    top, inner = edges(unit)
    taken = angles(unit)
    gap = min((span - sum(taken)) / gaps, _LOOSEST_GAP * unit / inner) if gaps else 0.0
    half_span = (sum(taken) + gaps * gap) / 2
    places, angle = [], -half_span
    for each, width in zip(cells, taken, strict=True):
        places.append(Place(each, angle + width / 2))
        angle += width + gap
    return Ring(tuple(places), unit, height, top, inner, half_span)
