"""PDFs for seals to stand on: turned, cropped, enlarged, with a contract's words."""

from __future__ import annotations

import io

import pikepdf
from fpdf import FPDF
from fpdf.enums import TextMode

from tests.pdf_makers import PageSpec, pdf
from tests.sample_fonts import font_dir

FRAMES: tuple[PageSpec, ...] = (
    PageSpec(""),
    PageSpec("", rotate=90, crop=(30, 40, 500, 800)),
    PageSpec("", rotate=180, media=(-100, -50, 495, 792)),
    PageSpec("", rotate=270, media=(0, 0, 1000, 800), crop=(10, 10, 900, 700)),
    PageSpec("", rotate=-270, crop=(-50, -50, 700, 900)),
)
"""Every turn, crop boxes off the origin and beyond the media box."""


def framed() -> bytes:
    """One page for each of FRAMES."""
    return pdf(FRAMES)


def words(*pages: list[tuple[float, float, str]], invisible: bool = False, rotate: int = 0) -> bytes:
    """A4 pages with Chinese words, each at (mm from the left, mm of the baseline from the top)."""
    document = FPDF(format="A4")
    document.add_font("song", fname=str(font_dir() / "NotoSerifSC-Regular.otf"))
    for page in pages:
        document.add_page()
        document.set_font("song", size=14)
        if invisible:
            document.text_mode = TextMode.INVISIBLE
        for x, y, text in page:
            document.text(x, y, text)
    made = bytes(document.output())
    return made if not rotate else _turned(made, rotate)


def _turned(data: bytes, rotate: int) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            page.obj.Rotate = rotate
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
