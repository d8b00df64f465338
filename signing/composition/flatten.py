"""The way out for PDFs that are not fit: every page becomes a picture of what it shows."""

from __future__ import annotations

import io
import math
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from certlight.errors import InputRefused
from signing.composition.fitness import MAX_PAGES
from signing.composition.page import PageSource
from signing.composition.refusals import refusal
from signing.composition.visible_text import visible_lines

DEFAULT_DPI: Final = 300.0
"""Small print stays legible on paper; an A4 page of text takes about 0.3 MB."""
_MAX_PIXELS: Final = 36_000_000
"""Of one page: A4 at 600 dpi."""
_JPEG_QUALITY: Final = 92
_DRAWN_COLOURS: Final = 4096
"""Colours that a drawn page has at most: print, lines, logos. Photographs and scans in colour have more."""
_DARK, _LIGHT, _HALF_TONES = 32, 224, 0.3
"""Share of half-tones that a drawn page without colour has at most: the rims of its letters."""
_POINTS_PER_INCH: Final = 72.0


def flatten(pdf: bytes, dpi: float = DEFAULT_DPI, *, max_pages: int = MAX_PAGES) -> list[PageSource]:
    """Every page as PDFium shows it, annotations and form fields included, at ``dpi`` pixels an inch (36 megapixels at
    most), with its visible text as the lines of the invisible layer.

    Text that is drawn invisibly is left out: nobody saw it. Raises InputRefused ``compose.pdf_malformed``,
    ``compose.pdf_encrypted`` for an open password, ``compose.too_many_pages``, ``compose.pdf_page``.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise refusal("compose.pdf_encrypted" if locked else "compose.pdf_malformed") from error
    try:
        if not {"V8", "XFA"} & set(pypdfium2.PDFIUM_INFO.flags):
            # Form fields, and with them seals, are only drawn within a form environment.
            document.init_forms()
        if not len(document):
            raise refusal("compose.pdf_malformed")
        if len(document) > max_pages:
            raise refusal("compose.too_many_pages", limit=max_pages)
        return [_page(document, number, dpi) for number in range(len(document))]
    finally:
        document.close()


def _page(document: Any, number: int, dpi: float) -> PageSource:
    try:
        page = document[number]
        width, height = page.get_size()
        if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
            raise refusal("compose.pdf_page", page=number + 1)
        most = math.sqrt(_MAX_PIXELS / ((width + 1) * (height + 1))) * _POINTS_PER_INCH
        dpi = min(dpi, most)
        bitmap = page.render(
            scale=dpi / _POINTS_PER_INCH, force_bitmap_format=pdfium.FPDFBitmap_BGR, limit_image_cache=True
        )
        lines = visible_lines(page, bitmap)
        image = bitmap.to_pil()
        page.close()
        return PageSource(_encoded(image), dpi=dpi, lines=lines)
    except InputRefused:
        raise
    except (pypdfium2.PdfiumError, MemoryError, ValueError, OSError) as error:
        raise refusal("compose.pdf_page", page=number + 1) from error


def _encoded(image: Image.Image) -> bytes:
    """Without loss where the page was drawn, as a JPEG where it is a photograph or a scan; grey without colour."""
    bands = image.convert("RGB").split()
    if bands[0].tobytes() == bands[1].tobytes() == bands[2].tobytes():
        image = bands[0]
        drawn = sum(image.histogram()[_DARK:_LIGHT]) <= _HALF_TONES * image.width * image.height
    else:
        sample = image.resize((max(1, image.width // 4), max(1, image.height // 4)), Image.Resampling.NEAREST)
        drawn = sample.getcolors(_DRAWN_COLOURS) is not None
    out = io.BytesIO()
    if drawn:
        image.save(out, "PNG", compress_level=6)
    else:
        image.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return out.getvalue()
