"""The confined process that alone parses PDFs for reading: ``python -m pipeline.intake.pdf_worker``.

PDFium is used without its JavaScript and XFA engines: scripts in a document are never run. PDFium is imported once the
limits stand, pdfplumber when a text layer is asked for.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pipeline.confined.worker import Answer, Refused, serve
from pipeline.intake.resolution import LINE_ART_PATHS, POINTS_PER_INCH, Picture, choose_dpi, picture_share

if TYPE_CHECKING:
    import pdfplumber.page
    import pdfplumber.pdf
    import pypdfium2

_OBJECTS_LOOKED_AT: Final = 20_000
"""Page objects examined for pictures; a drawing has more, and is no scan anyway."""
_FORM_DEPTH: Final = 6
"""Levels of nested form XObjects searched for pictures."""
_LAYER_CHARS: Final = 40_000
"""Characters of a page beyond which its text layer is not used: ten times a dense page, 3 kB of memory each."""


class OpenPdf:
    """One parsed PDF, seen through PDFium (pixels) and on demand through pdfplumber (text layer)."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2
        import pypdfium2.raw as pdfium

        self._raw = pdfium
        self._data = data
        self._plumber: pdfplumber.pdf.PDF | None = None
        try:
            # No password is given: PDFium tries the empty one as every viewer does, so a PDF that is merely protected
            # against editing opens, and one with an open password is refused.
            self._pdf = pypdfium2.PdfDocument(data)
            if not {"V8", "XFA"} & set(pypdfium2.PDFIUM_INFO.flags):
                # Form fields, and with them seals and signatures, are only drawn within a form environment.
                self._pdf.init_forms()
            self.page_count = len(self._pdf)
        except pypdfium2.PdfiumError as error:
            encrypted = getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
            raise Refused("encrypted" if encrypted else "malformed") from error
        if self.page_count < 1:
            raise Refused("malformed")

    def raster(self, number: int, dpi: float | None, raster_pixels: int, max_pixels: int) -> tuple[dict[str, Any], Any]:
        """Page ``number`` as packed BGR rows from the top. Raises Refused ``malformed`` or ``pixels``."""
        page = self._page(number)
        width, height = page.get_size()
        if not (math.isfinite(width) and math.isfinite(height) and width >= 1 and height >= 1):
            raise Refused("malformed")
        pictures, has_text, drawn = self._contents(page)
        if any(p.width_px * p.height_px > max_pixels for p in pictures):
            raise Refused("pixels")
        chosen = choose_dpi(width, height, pictures, drawn=drawn, wanted=dpi, max_pixels=raster_pixels)
        # PDFium rounds both sides up, which may carry the product just above the limit.
        chosen = min(chosen, (raster_pixels / ((width + 1) * (height + 1))) ** 0.5 * POINTS_PER_INCH)
        bitmap = page.render(
            scale=chosen / POINTS_PER_INCH, force_bitmap_format=self._raw.FPDFBitmap_BGR, limit_image_cache=True
        )
        if bitmap.stride != 3 * bitmap.width:
            raise Refused("malformed")
        answer = {
            "width": bitmap.width,
            "height": bitmap.height,
            "dpi": chosen,
            "text": has_text,
            "pictures": picture_share(width, height, pictures),
        }
        page.close()
        return answer, memoryview(bitmap.buffer).cast("B")

    def layer(self, number: int) -> dict[str, Any]:
        """Words of the text layer of page ``number``: text and box in points of the page as displayed, from its
        top-left corner, with the page size in the same points. Raises Refused ``layer``."""
        import pdfplumber
        from pdfplumber.utils.text import extract_words

        if self._plumber is None:
            try:
                self._plumber = pdfplumber.open(io.BytesIO(self._data))
            except Exception as error:
                raise Refused("layer") from error
        if len(self._plumber.pages) != self.page_count:
            # Two parsers that disagree on the pages would mix their texts up.
            raise Refused("layer")
        plumbed = self._plumber.pages[number]
        page = self._page(number)
        chars = [c for c in plumbed.chars if _reads_rightwards(c["matrix"])]
        if len(chars) > _LAYER_CHARS:
            raise Refused("layer")
        # In the order of the file: text laid over other text stays a word of its own instead of being shuffled into it.
        words = extract_words(
            list(_drawn_once(chars)), use_text_flow=True, x_tolerance_ratio=0.3, y_tolerance_ratio=0.4
        )
        width, height = page.get_size()
        place = _Placement(plumbed, page)
        answer = {"width": width, "height": height, "words": [[w["text"], *place.displayed(w)] for w in words]}
        plumbed.close()
        page.close()
        return answer

    def _page(self, number: int) -> pypdfium2.PdfPage:
        import pypdfium2

        try:
            return self._pdf[number]
        except pypdfium2.PdfiumError as error:
            raise Refused("malformed") from error

    def _contents(self, page: pypdfium2.PdfPage) -> tuple[list[Picture], bool, bool]:
        """Pictures on the page, whether it has text, and whether it has text or line art."""
        import pypdfium2

        raw = self._raw
        left, bottom, right, top = page.get_bbox()
        pictures: list[Picture] = []
        texts = paths = looked_at = 0
        for item in itertools.islice(page.get_objects(max_depth=_FORM_DEPTH), _OBJECTS_LOOKED_AT):
            if item.type == raw.FPDF_PAGEOBJ_TEXT:
                texts += 1
            elif item.type in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING):
                paths += 1
            elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
                try:
                    width, height = item.get_px_size()
                    x0, y0, x1, y1 = _bounds_on_page(item)
                except pypdfium2.PdfiumError:
                    width, height, x0, y0, x1, y1 = 0, 0, 0.0, 0.0, 0.0, 0.0
                seen = max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom))
                pictures.append(Picture(width, height, (x1 - x0) * (y1 - y0), seen))
            looked_at += 1
        # Where not everything was looked at there may be text.
        has_text = texts > 0 or looked_at == _OBJECTS_LOOKED_AT
        return pictures, has_text, has_text or paths > LINE_ART_PATHS


def _bounds_on_page(item: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of an object in page points, also when it is nested in form XObjects."""
    x0, y0, x1, y1 = item.get_bounds()
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    container = item.container
    while container is not None:
        matrix = container.get_matrix()
        corners = [matrix.on_point(x, y) for x, y in corners]
        container = container.container
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _reads_rightwards(matrix: tuple[float, ...]) -> bool:
    """True for text that stands upright on the displayed page, up to the skew of a scan.

    Turned text (watermarks, a landscape page stood on end) is left to the pixels.
    """
    a, b, c, d = matrix[:4]
    return a > 0 and d > 0 and abs(b) < 0.1 * a and abs(c) < 0.5 * d


def _drawn_once(chars: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The characters without those drawn again on the same spot, up to a point aside, to look bold.

    pdfplumber's own function takes time in the square of their number.
    """
    seen: set[tuple[str, int, int]] = set()
    for char in chars:
        x, y = round(char["x0"]), round(char["top"])
        if not any((char["text"], x + dx, y + dy) in seen for dx in (0, -1, 1) for dy in (0, -1, 1)):
            yield char
        seen.add((char["text"], x, y))


class _Placement:
    """From pdfplumber's coordinates to points of the displayed page, origin at its top-left corner.

    pdfplumber measures from the MediaBox as turned by /Rotate; what is displayed is the CropBox (ISO 32000-1 §14.11.2).
    So a point is first brought back to user space, then placed as PDFium places it.
    """

    def __init__(self, plumbed: pdfplumber.page.Page, page: pypdfium2.PdfPage) -> None:
        self._media = plumbed.page_obj.mediabox
        self._turn = plumbed.page_obj.rotate
        self._left = plumbed.mediabox[0]
        self._base = plumbed.height + plumbed.mediabox[1]
        self._shown = page.get_bbox()
        self._shown_turn = page.get_rotation()

    def displayed(self, word: dict[str, Any]) -> list[float]:
        """x0, y0, x1, y1 of the word's box."""
        corners = [self._point(word["x0"], word["top"]), self._point(word["x1"], word["bottom"])]
        (ax, ay), (bx, by) = corners
        return [round(v, 3) for v in (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))]

    def _point(self, x: float, top: float) -> tuple[float, float]:
        u, v = x - self._left, self._base - top
        mx0, my0, mx1, my1 = self._media
        if self._turn == 90:
            x, y = mx1 - v, my0 + u
        elif self._turn == 180:
            x, y = mx1 - u, my1 - v
        elif self._turn == 270:
            x, y = mx0 + v, my1 - u
        else:
            x, y = mx0 + u, my0 + v
        left, bottom, right, top = self._shown
        if self._shown_turn == 90:
            return y - bottom, x - left
        if self._shown_turn == 180:
            return right - x, y - bottom
        if self._shown_turn == 270:
            return top - y, right - x
        return x - left, top - y


class Desk:
    """The one document that this process has open, and what is asked of it."""

    def __init__(self) -> None:
        self._pdf: OpenPdf | None = None

    def answer(self, request: dict[str, Any], payload: bytes) -> Answer:
        """Carry out one request: ``open``, ``raster`` or ``layer``. Raises Refused."""
        try:
            if request["op"] == "open" or self._pdf is None:
                self._pdf = OpenPdf(payload)
                return {"pages": self._pdf.page_count}, b""
            if request["op"] == "raster":
                return self._pdf.raster(
                    request["page"], request["dpi"], request["raster_pixels"], request["max_pixels"]
                )
            return self._pdf.layer(request["page"]), b""
        except (MemoryError, Refused):
            raise
        except Exception as error:
            # Two large parsers on hostile bytes: whatever they raise, the file is what is wrong.
            raise Refused("malformed") from error


def _load() -> None:
    import pypdfium2.raw  # noqa: F401 - loads the library before side effects are forbidden


if __name__ == "__main__":
    serve(Desk().answer, _load)
