"""Samples as PDF files: pages as pictures, or pages with live text drawn from the recorded strokes."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fpdf import FPDF
from fpdf.enums import TextMode
from PIL import Image

from samples.canvas import Canvas, LineOp, StampOp, TextOp
from samples.fonts import Face, Fonts

CREATED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""Written into every file, so that the same seed gives the same bytes."""

_FIXED_TIME = 3_849_984_000
"""Seconds since 1904, as fonts count, near the beginning of 2026."""

_CURVE_ERROR = 1.0
"""Greatest distance between a cubic outline and its quadratic replacement, in font units of 1/1000 em."""


def of_images(pages: Sequence[bytes], sizes_mm: Sequence[tuple[float, float]]) -> bytes:
    """A PDF of JPEG pages, with no text at all: what an office scanner writes."""
    pdf = _empty()
    for data, (width, height) in zip(pages, sizes_mm, strict=True):
        pdf.add_page(format=(width, height))
        pdf.image(io.BytesIO(data), 0, 0, width, height)
    return bytes(pdf.output())


def of_text(pages: Sequence[Canvas], fonts: Fonts) -> bytes:
    """A PDF whose text is live and right, as an office program writes it. Boxes are those of the drawn pages."""
    pdf = _empty()
    used: dict[Face, set[str]] = {"serif": set(), "sans": set()}
    for op in (op for page in pages for op in page.ops):
        if isinstance(op, TextOp):
            used[op.face].update(op.text)
    with tempfile.TemporaryDirectory() as folder:
        for face, characters in used.items():
            if characters:
                file = Path(folder) / f"{face}.ttf"
                file.write_bytes(_truetype(fonts.path(face), "".join(sorted(characters))))
                pdf.add_font(face, fname=file)
        for page in pages:
            pdf.add_page(format=(page.width, page.height))
            for op in page.ops:
                _repeat(pdf, op, page.scale)
        return bytes(pdf.output())


def _empty() -> FPDF:
    pdf = FPDF(unit="mm")
    pdf.set_creation_date(CREATED)
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    return pdf


def _repeat(pdf: FPDF, op: TextOp | LineOp | StampOp, scale: float) -> None:
    if isinstance(op, TextOp):
        pdf.set_font(op.face, size=op.em / scale * 72 / 25.4)
        pdf.set_text_color(*op.colour)
        mode = TextMode.FILL_STROKE if op.stroke else TextMode.FILL
        pdf.set_draw_color(*op.colour)
        # The width is stroked half inside and half outside the outline, so it counts twice.
        with pdf.local_context(text_mode=mode, line_width=2 * op.stroke / scale):
            pdf.text(op.x / scale, op.baseline / scale, op.text)
    elif isinstance(op, LineOp):
        pdf.set_draw_color(*op.colour)
        pdf.set_line_width(op.width / scale)
        pdf.line(*(v / scale for v in op.points))
    else:
        width, height = op.image.width / scale, op.image.height / scale
        small = op.image.resize((max(1, op.image.width // 2), max(1, op.image.height // 2)), Image.Resampling.LANCZOS)
        with pdf.local_context(blend_mode="Multiply" if op.multiply else "Normal"):
            pdf.image(small, op.x / scale, op.y / scale, width, height)


def _truetype(path: Path, text: str) -> bytes:
    """The glyphs of ``text`` with quadratic outlines.

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
