"""Recognised lines as invisible text: found by a search, selected at their place, never seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from signing.composition.codes import EM, Codes
from signing.composition.glyphless import ASCENT, DESCENT
from signing.composition.page import RecognisedLine
from signing.composition.paper import Paper

FONT: Final = "F0"
"""Name of the font in the page's resources."""
_SMALLEST: Final = 0.1
"""Points below which a line has no extent worth selecting."""
_FARTHEST: Final = 14_400.0
_LONGEST: Final = 4000
"""Characters of one line: a string in a PDF/A has at most 32,767 bytes (ISO 19005-3 §6.1.13)."""


def operators(lines: Sequence[RecognisedLine], paper: Paper, raster: tuple[int, int], codes: Codes) -> bytes:
    """The content stream that writes ``lines`` in rendering mode 3 (ISO 32000-1 §9.3.6); empty for no lines.

    Each line is stretched over its quadrilateral, which may stand at any angle. Lines without text or without extent
    are left out.
    """
    shown = [written for line in lines if (written := _line(line, paper, raster, codes))]
    return b"\n".join([b"BT 3 Tr", *shown, b"ET"]) + b"\n" if shown else b""


def _line(line: RecognisedLine, paper: Paper, raster: tuple[int, int], codes: Codes) -> bytes:
    if not all(math.isfinite(value) for point in line.quad for value in point):
        return b""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = paper.of_raster(line.quad, raster)
    # The mean of the upper and the lower edge, and of the left and the right one.
    along = ((bx - ax + cx - dx) / 2, (by - ay + cy - dy) / 2)
    upwards = ((ax - dx + bx - cx) / 2, (ay - dy + by - cy) / 2)
    length = math.hypot(*along)
    if length < _SMALLEST or max(map(abs, (ax, ay, bx, by, cx, cy, dx, dy))) > _FARTHEST:
        return b""
    cos, sin = along[0] / length, along[1] / length
    height = upwards[1] * cos - upwards[0] * sin
    if height < _SMALLEST:
        return b""
    text, width = codes.encode(line.text.strip()[:_LONGEST])
    if not width:
        return b""
    baseline = -DESCENT / (ASCENT - DESCENT) * height
    x, y = dx - sin * baseline, dy + cos * baseline
    size = height * EM / (ASCENT - DESCENT)
    stretch = 100 * length / (width / EM * size)
    matrix = " ".join(_number(value) for value in (cos, sin, -sin, cos, x, y))
    return f"/{FONT} {_number(size)} Tf {_number(stretch)} Tz {matrix} Tm <{text.hex()}> Tj".encode("ascii")


def _number(value: float) -> str:
    """Up to four decimals, never an exponent."""
    written = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written
