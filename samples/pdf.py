"""Samples as PDF files: pages as pictures, or pages with live text drawn from the recorded strokes."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TextMode
from PIL import Image

from certlight.truetype import truetype
from samples.canvas import Canvas, LineOp, StampOp, TextOp
from samples.fonts import Face, Fonts

CREATED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""Written into every file, so that the same seed gives the same bytes."""


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
                file.write_bytes(truetype(fonts.path(face), "".join(sorted(characters))))
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
