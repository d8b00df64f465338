"""The font of the invisible text layer: embedded, and the same for every document but for its codes.

PDF/A wants every font embedded, with widths that agree with the font program (ISO 19005-3 §6.2.11); no font file is
shipped, the program is made here.
"""

from __future__ import annotations

import functools
import io
from typing import Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name, Pdf, String

from signing.composition.codes import ADVANCES, EM, Codes
from signing.composition.streams import flate

ASCENT: Final = 880
DESCENT: Final = -120
"""Of the em square, as in most Chinese fonts: a line as high as its quadrilateral fills it exactly."""
NAME: Final = "CertlightTextLayer"
_MADE: Final = 3_850_070_400
"""Seconds since 1904 that the program bears as its date: 2026-01-01, so that equal input gives equal bytes."""


def font(pdf: Pdf, codes: Codes) -> Dictionary:
    """The Type 0 font dictionary (ISO 32000-1 §9.7) for the characters that ``codes`` has met."""
    name = Name(f"/{NAME}")
    data = program()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array([0, DESCENT, EM, ASCENT]),
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=DESCENT,
        CapHeight=ASCENT,
        StemV=80,
        FontFile2=flate(pdf, data, Length1=len(data)),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=EM,
        W=Array([value for run in codes.widths() for value in run]),
        CIDToGIDMap=flate(pdf, codes.glyphs()),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=flate(pdf, codes.to_unicode()),
    )


@functools.cache
def program() -> bytes:
    """The TrueType program with its three glyphs; equal bytes on every call."""
    glyphs = {}
    for name, advance in zip((".notdef", "wide", "narrow"), ADVANCES, strict=True):
        pen = TTGlyphPen(None)
        # A box as large as the character: some viewers take the place to highlight from the outline.
        pen.moveTo((0, DESCENT))
        for corner in ((0, ASCENT), (advance, ASCENT), (advance, DESCENT)):
            pen.lineTo(corner)
        pen.closePath()
        glyphs[name] = pen.glyph()
    builder = FontBuilder(EM, isTTF=True)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (advance, 0) for name, advance in zip(glyphs, ADVANCES, strict=True)})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": NAME})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost(isFixedPitch=0)
    builder.font["head"].created = builder.font["head"].modified = _MADE
    out = io.BytesIO()
    builder.font.save(out)
    return out.getvalue()
