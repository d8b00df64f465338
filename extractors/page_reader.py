"""Reading a whole page: find the lines, read them, put them in reading order."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import zxingcpp

from extractors.engines.crop import VERTICAL_RATIO
from extractors.engines.protocol import Effort, OcrEngine, Recognition
from extractors.geometry import Box, Quad
from extractors.page import BgrImage, Page
from extractors.text import PageText, QrCode, TextLine

MIN_CONFIDENCE = 0.3
"""Lines read with a lower mean confidence are ornaments, guilloche and seal fragments; measured on real licences."""

COARSE_SIDE = 1200
"""Longest side, in pixels, of the second look. The detector has blind spots that depend on the scale: of 17 real
licences and 56 clean samples read at 1600, six lost a line, and all six lines show at 1200."""

FIRM = 0.9
"""Mean confidence from which a line of the first reading is left as it is by the second look."""

QR_SIDE = 2000
"""Longest side, in pixels, of the image searched for QR codes: a 2 cm code on A4 keeps 4 pixels a module."""


def read_page(engine: OcrEngine, page: Page, effort: Effort = "full") -> PageText:
    """Everything printed on the page. Quads are in pixels of the straightened page."""
    quads = engine.detect(page.reading_image, effort)
    lines = lines_of(quads, engine.recognise(page.reading_image, quads, effort))
    return PageText(
        page=page.index,
        width=page.width,
        height=page.height,
        lines=in_reading_order(lines),
        qr_codes=read_qr_codes(page.image) if effort == "full" else (),
        effort=effort,
    )


def look_again(engine: OcrEngine, page: Page, text: PageText) -> PageText:
    """The page with the lines that only show at a coarser scale added.

    The detector loses widely spaced letters of large print at full scale. What was read with confidence stays; doubtful
    lines that the second look covers are replaced. Costs a fifth of a reading.
    """
    scale = COARSE_SIDE / max(page.reading_image.shape[:2])
    if scale >= 1.0:
        return text
    small = cv2.resize(page.reading_image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    seen: list[Quad] = [
        (
            (a[0] / scale, a[1] / scale),
            (b[0] / scale, b[1] / scale),
            (c[0] / scale, c[1] / scale),
            (d[0] / scale, d[1] / scale),
        )
        for a, b, c, d in engine.detect(small)
    ]
    firm = [line for line in text.lines if line.confidence >= FIRM]
    new = [quad for quad in seen if not any(_overlap(Box.of_quad(quad), line.box) > 0.4 for line in firm)]
    found = lines_of(new, engine.recognise(page.reading_image, new))
    kept = [
        line
        for line in text.lines
        if line.confidence >= FIRM or not any(_overlap(line.box, other.box) > 0.25 for other in found)
    ]
    return replace(text, lines=in_reading_order([*kept, *found]))


def _overlap(one: Box, other: Box) -> float:
    """Shared area as a share of the smaller box."""
    least = min(one.area, other.area)
    return one.intersection(other) / least if least > 0 else 0.0


def lines_of(quads: list[Quad], readings: list[Recognition]) -> list[TextLine]:
    """Lines of those quads that hold text."""
    return [
        TextLine(reading.text, reading.confidence, _along_text(quad), reading.chars, "ocr", reading.emission)
        for quad, reading in zip(quads, readings, strict=True)
        if reading.text.strip() and reading.confidence >= MIN_CONFIDENCE
    ]


def in_reading_order(lines: list[TextLine]) -> tuple[TextLine, ...]:
    """Top to bottom, and left to right where lines share a row."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda item: item.box.center[1]):
        middle = line.box.center[1]
        row = rows[-1] if rows else []
        if (
            row
            and middle < row[0].box.y1
            and abs(middle - row[0].box.center[1]) < 0.5 * min(line.box.height, row[0].box.height)
        ):
            row.append(line)
        else:
            rows.append([line])
    return tuple(line for row in rows for line in sorted(row, key=lambda item: item.box.x0))


def read_qr_codes(image: BgrImage) -> tuple[QrCode, ...]:
    """QR codes on the page, boxes in pixels of ``image``; undecodable ones are left out."""
    scale = min(1.0, QR_SIDE / max(image.shape[:2]))
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode), try_rotate=False, try_downscale=True
    )
    codes = []
    for code in found:
        corners = (
            code.position.top_left, code.position.top_right, code.position.bottom_right, code.position.bottom_left
        )  # fmt: skip
        xs, ys = [c.x / scale for c in corners], [c.y / scale for c in corners]
        codes.append(QrCode(code.text, Box(min(xs), min(ys), max(xs), max(ys))))
    return tuple(codes)


def _along_text(quad: Quad) -> Quad:
    """Corners from where the text begins: a vertical crop was read after a quarter turn, starting at its top right."""
    box = Box.of_quad(quad)
    return (quad[1], quad[2], quad[3], quad[0]) if box.height >= VERTICAL_RATIO * box.width else quad
