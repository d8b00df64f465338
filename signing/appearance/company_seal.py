"""The round seal of a Chinese company, drawn from its name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from signing.appearance.glyphs import face
from signing.appearance.ink import SEAL_RED, Colour, Ink, star
from signing.appearance.lettering import (
    BORDER,
    DIAMETER,
    STAR,
    STAR_OVER_KIND,
    Lettering,
    Line,
    Shape,
    cells_of,
    lay_out,
)
from signing.appearance.picture import SealPicture, one_page

DIAMETERS: Final = (30.0, 60.0)
"""Smallest and largest seal drawn, mm. Companies use 38, 40 or 42."""
_DEMONSTRATION: Final = "演示"


def company_seal(
    name: str,
    *,
    code_line: str = "",
    kind: str = "",
    diameter_mm: float = DIAMETER,
    colour: Colour = SEAL_RED,
    demonstration: bool = False,
    font_dir: Path | None = None,
) -> SealPicture:
    """A round seal: border, star, ``name`` along the rim, ``kind`` (合同专用章) below the star, ``code_line`` (the 13
    digits of 印章编码) along the lower rim.

    Nothing is drawn that was not given; without a code line there is none. With ``demonstration`` the word 演示 stands
    in the place of the star, so that nobody takes the seal of a demonstration key for one that was registered.
    Vector outlines in one colour, no ground. The same arguments give the same bytes.

    Form and measures after 国发〔1999〕25号 and the customary company seal: 42 mm across, border 1.2 mm, star 14 mm.

    Raises UsageError ``seal.diameter``, ``seal.name_empty``, ``seal.name_too_long``, ``seal.kind_too_long``,
    ``seal.code_malformed``, ``seal.glyph_missing``; SetupError ``fonts.missing``.
    """
    if not DIAMETERS[0] <= diameter_mm <= DIAMETERS[1]:
        raise UsageError(
            "seal.diameter",
            Text(f"印章直径 {diameter_mm:g} 毫米不合适。", f"A seal cannot be {diameter_mm:g} mm across."),
            Text("请使用 30 到 60 毫米，通常为 38、40 或 42 毫米。", "Use 30 to 60 mm, usually 38, 40 or 42."),
        )
    lettering = lay_out(name, code_line=code_line, kind=kind, font_dir=font_dir)
    scale, middle = diameter_mm / DIAMETER, diameter_mm / 2
    ink = Ink(colour)
    ink.circle((middle, middle), middle - BORDER / 2 * scale, BORDER * scale)
    for shape in lettering.shapes() + (_demonstration(lettering, font_dir) if demonstration else []):
        a, b, c, d, e, f = (value * scale for value in shape.matrix)
        ink.glyph(shape.glyph, (a, b, c, d, e + middle, f + middle), shape.stouter * scale)
    if not demonstration:
        radius = STAR_OVER_KIND if lettering.kind else STAR
        ink.polygon(star((middle, middle), radius * scale))
    return one_page(ink.content(), diameter_mm, diameter_mm, {})


def _demonstration(lettering: Lettering, font_dir: Path | None) -> list[Shape]:
    height, rise = (6.4, 0.9) if lettering.kind else (8.2, 0.0)
    cells = cells_of(face("sans", font_dir), _DEMONSTRATION)
    return Line(cells, height * 0.9, height, rise - height / 2).shapes()
