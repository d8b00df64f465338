"""What was read on a page: characters, lines, and the recogniser's own evidence for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, Protocol

from extractors.geometry import Box, Quad

TextSource = Literal["ocr", "text_layer", "seal", "qr"]


class Emission(Protocol):
    """The recogniser's posterior over texts for one line crop."""

    def log_ratio(self, text: str) -> float:
        """Log likelihood, in nats, of ``text`` standing in the crop, less that of the best reading.

        0 or slightly above means as good as the best reading; −6 and below means another text stands there.
        """
        ...


@dataclass(frozen=True, slots=True)
class Char:
    """One recognised character with its posterior probability and its horizontal extent along the line."""

    text: str
    confidence: float
    """0 to 1; posterior of this character at its strongest frame."""
    x0: float
    """Left edge as a share of the line's width, 0 to 1."""
    x1: float


@dataclass(frozen=True, slots=True, eq=False)
class TextLine:
    """One line of text. ``chars`` has one entry a character of ``text``, in order."""

    text: str
    confidence: float
    """Mean character confidence, 0 to 1."""
    quad: Quad
    chars: tuple[Char, ...]
    source: TextSource = "ocr"
    emission: Emission | None = None

    @property
    def box(self) -> Box:
        return Box.of_quad(self.quad)

    @property
    def angle(self) -> float:
        """Degrees the line runs downwards from the horizontal, −180 to 180."""
        (ax, ay), (bx, by), _, _ = self.quad
        return math.degrees(math.atan2(by - ay, bx - ax))

    def box_of(self, start: int, end: int) -> Box:
        """Box around the characters ``start`` (included) to ``end`` (excluded)."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.quad
        chars = self.chars[start:end]
        if not chars:
            return self.box
        s, e = min(c.x0 for c in chars), max(c.x1 for c in chars)
        corners = (
            (ax + (bx - ax) * s, ay + (by - ay) * s),
            (ax + (bx - ax) * e, ay + (by - ay) * e),
            (dx + (cx - dx) * e, dy + (cy - dy) * e),
            (dx + (cx - dx) * s, dy + (cy - dy) * s),
        )
        return Box.of_quad(corners)


@dataclass(frozen=True, slots=True)
class QrCode:
    """A decoded two-dimensional code."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class PageText:
    """Everything read on one page, lines in reading order (top to bottom, left to right)."""

    page: int
    width: int
    height: int
    lines: tuple[TextLine, ...]
    qr_codes: tuple[QrCode, ...] = ()
    effort: Literal["full", "skim"] = "full"
    """``skim``: read with the tiny model only, to find out whether the page matters."""
