"""All text of a round seal, each character in its place."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from signing.appearance.glyphs import FACE_BOTTOM, FACE_LEFT, FACE_RIGHT, FACE_TOP, Face, Glyph, face
from signing.appearance.ink import Matrix
from signing.appearance.ring import Cell, Ring, cell, fit

DIAMETER: Final = 42.0
"""All measures of this module are millimetres of a seal of this diameter; others are drawn in proportion."""
BORDER: Final = 1.2
"""Breadth of the border, 国发〔1999〕25号."""
STAR: Final = 7.0
"""Centre to tip of the star: 14 mm across."""
STAR_OVER_KIND: Final = 6.2
"""The same where a line stands below it."""
CLEARANCE: Final = 1.4
"""White kept between any two parts."""
_WITHIN: Final = DIAMETER / 2 - BORDER
_RIM_GAP: Final = 0.95
"""White between border and name."""
_SPAN: Final = math.radians(304)
"""The most of the rim that a name may take; a gap must show where it begins."""
_TALLEST, _LOWEST = 6.3, 2.3
"""A name's height. 2.3 mm are 27 pixels at 300 dpi, about the least in which 疆 and 囊 keep their strokes apart."""
_KIND_TALLEST, _KIND_LOWEST = 4.3, 1.9
_KIND_WIDTHS: Final = (0.82, 0.72, 0.64)
_KIND_BELOW_STAR: Final = 1.5
_LINE_GAP: Final = 0.12
_CODE_HEIGHT: Final = 1.35
_CODE_GAP: Final = 0.5
"""White between border and code line."""
_CODE_ENDS: Final = 2.6
"""White along the rim between the ends of the name and those of the code line."""
_CODE: Final = re.compile(r"[0-9A-Z]{1,18}")
_FIGURE_HEIGHT: Final = 733
"""Of the sans face's digits and capitals, font units."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One character in place: font units to millimetres from the seal's centre, y up."""

    glyph: Glyph
    matrix: Matrix
    stouter: float
    """Song type of regular weight has hairlines of 4 % of its height; seals are cut stouter by these millimetres."""


@dataclass(frozen=True, slots=True)
class Line:
    """Characters side by side, a square one ``unit`` × ``height``; its middle at x = 0, its feet at ``bottom``."""

    cells: tuple[Cell, ...]
    unit: float
    height: float
    bottom: float

    @property
    def width(self) -> float:
        """Of the whole line."""
        return self.unit * (sum(each.units for each in self.cells) + _LINE_GAP * (len(self.cells) - 1))

    def shapes(self) -> list[Shape]:
        """From left to right."""
        sx, sy = self.unit / (FACE_RIGHT - FACE_LEFT), self.height / (FACE_TOP - FACE_BOTTOM)
        shapes, x = [], -self.width / 2
        for each in self.cells:
            matrix = (sx, 0.0, 0.0, sy, x - each.left * sx, self.bottom - FACE_BOTTOM * sy)
            shapes.append(Shape(each.glyph, matrix, _stouter(self.height)))
            x += self.unit * (each.units + _LINE_GAP)
        return shapes


@dataclass(frozen=True, slots=True)
class Lettering:
    """The fitted text of a seal 42 mm across."""

    name: Ring
    kind: Line | None
    code: tuple[Shape, ...]
    code_half_span: float
    """Radians from the foot of the ring to either end of the code line."""

    def shapes(self) -> list[Shape]:
        """Name, kind, code, each in reading order."""
        matrices = [self.name.matrix(place) for place in self.name.places]
        shapes = [
            Shape(place.cell.glyph, matrix, _stouter(self.name.height))
            for place, matrix in zip(self.name.places, matrices, strict=True)
        ]
        return [*shapes, *(self.kind.shapes() if self.kind else ()), *self.code]


def lay_out(name: str, *, code_line: str = "", kind: str = "", font_dir: Path | None = None) -> Lettering:
    """Fit all text of a seal.

    Raises UsageError ``seal.name_empty``, ``seal.name_too_long``, ``seal.kind_too_long``, ``seal.code_malformed``,
    ``seal.glyph_missing``; SetupError ``fonts.missing``.
    """
    serif = face("serif", font_dir)
    cells = cells_of(serif, _tidy(name))
    if not any(each.glyph.outline for each in cells):
        raise UsageError(
            "seal.name_empty",
            Text("印章上的名称为空。", "The name on the seal is empty."),
            Text("请填写印章上的完整名称。", "Give the full name that the seal shall carry."),
        )
    code, code_half_span = _code(code_line, font_dir)
    span = _SPAN
    if code:
        span = min(span, 2 * (math.pi - code_half_span - _CODE_ENDS / (_WITHIN - _CODE_GAP)))
    ring = fit(cells, outer=_WITHIN - _RIM_GAP, span_limit=span, tallest=_TALLEST, lowest=_LOWEST)
    if ring is None:
        raise UsageError(
            "seal.name_too_long",
            Text(
                f"名称过长（{len(name)} 个字），无法清晰地排在印章上。",
                f"A name of {len(name)} characters is too long to stay legible.",
            ),
            Text("请核对名称，或改用已有的印章图片。", "Check the name, or use a picture of the existing seal."),
        )
    below = _WITHIN - (_CODE_GAP + _CODE_HEIGHT if code else 0.0)
    return Lettering(ring, _kind(serif, kind, ring, below), code, code_half_span)


def cells_of(opened: Face, text: str) -> tuple[Cell, ...]:
    """Each character with the room it needs."""
    return tuple(cell(opened.glyph(char), square=_is_square(char)) for char in text)


def _kind(serif: Face, kind: str, ring: Ring, below: float) -> Line | None:
    """The line below the star, as large as the name beside it and the rim below it (``below``, a radius) leave room."""
    cells = cells_of(serif, _tidy(kind))
    if not cells:
        return None
    top = -STAR_OVER_KIND * math.cos(math.radians(36)) - _KIND_BELOW_STAR
    for step in range(101):
        height = _KIND_TALLEST + (_KIND_LOWEST - _KIND_TALLEST) * step / 100
        for width in _KIND_WIDTHS:
            line = Line(cells, height * width, height, top - height)
            corners = ((line.width / 2, top), (line.width / 2, line.bottom))
            if all(math.hypot(x, y) <= _room(math.atan2(x, y), ring, below) for x, y in corners):
                return line
    raise UsageError(
        "seal.kind_too_long",
        Text(f"印章类型“{kind}”过长，排不下。", f"The kind of seal has no room: {kind!r}."),
        Text("请使用较短的写法，例如“合同专用章”。", "Use a shorter wording, such as 合同专用章."),
    )


def _room(angle: float, ring: Ring, below: float) -> float:
    """How far from the centre something may reach at ``angle`` from the top."""
    beside_name = angle <= ring.half_span + CLEARANCE / ring.inner
    return (ring.inner if beside_name else below) - CLEARANCE


def _code(code_line: str, font_dir: Path | None) -> tuple[tuple[Shape, ...], float]:
    """Figures along the lower rim, heads to the centre, so that they read from left to right; with half their span."""
    if not code_line:
        return (), 0.0
    if not _CODE.fullmatch(code_line):
        raise UsageError(
            "seal.code_malformed",
            Text("印章编码只能是 1 到 18 位数字或大写字母。", "A seal's code is 1 to 18 digits or capital letters."),
            Text("请按印章备案回执填写编码（通常 13 位数字）。", "Enter the code as registered, usually 13 digits."),
        )
    sans = face("sans", font_dir)
    glyphs = [sans.glyph(char) for char in code_line]
    scale = _CODE_HEIGHT / _FIGURE_HEIGHT
    feet = _WITHIN - _CODE_GAP
    step = (max(glyph.advance for glyph in glyphs) * scale + 0.3) / (feet - _CODE_HEIGHT)
    shapes = []
    for index, glyph in enumerate(glyphs):
        # Against the clock from the foot of the ring.
        angle = (index - (len(glyphs) - 1) / 2) * step
        cos, sin = math.cos(angle), math.sin(angle)
        dx = -glyph.advance / 2 * scale
        x, y = dx * cos + feet * sin, dx * sin - feet * cos
        shapes.append(Shape(glyph, (scale * cos, scale * sin, -scale * sin, scale * cos, x, y), 0.05))
    return tuple(shapes), len(glyphs) * step / 2


def _stouter(height: float) -> float:
    """Small letters gain the most."""
    return 0.02 * height + 0.02


def _is_square(char: str) -> bool:
    return unicodedata.category(char) == "Lo" and unicodedata.east_asian_width(char) in "WF"


def _tidy(text: str) -> str:
    """Composed characters, single spaces, and beside Chinese the full-height form of round brackets."""
    tidy = " ".join(unicodedata.normalize("NFC", text).split())
    if any(_is_square(char) for char in tidy):
        tidy = tidy.translate(str.maketrans("()", "（）"))
    return tidy
