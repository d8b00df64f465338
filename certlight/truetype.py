"""Characters of an OpenType font with CFF outlines as a small TrueType font, for embedding in PDFs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

_FIXED_TIME: Final = 3_849_984_000
"""Seconds since 1904, as fonts count, near the beginning of 2026: the same characters give the same bytes."""
_CURVE_ERROR: Final = 1.0
"""Greatest distance between a cubic outline and its quadratic replacement, in font units of 1/1000 em."""


def truetype(path: Path, text: str) -> bytes:
    """The glyphs of ``text`` with quadratic outlines; characters the font does not have are left out.

    The fonts have CFF outlines; embedded as such they need a custom encoding that common PDF readers do not follow,
    and the text would be lost to them.
    """
    font = TTFont(path)
    options = Options(layout_features=[], name_IDs=[1, 2, 6], notdef_outline=True, hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    outlines = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, _CURVE_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"], glyf = newTable("loca"), newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, outlines
    font["glyf"] = glyf
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints",
        "maxCompositeContours", "maxComponentDepth",
    ):  # fmt: skip
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    font["post"].formatType = 3.0
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    font["head"].glyphDataFormat = 0
    font["head"].created = font["head"].modified = _FIXED_TIME
    font.recalcTimestamp = False
    font.sfntVersion = "\000\001\000\000"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
