"""A page being drawn: text that knows where it lands, lines, stamps, pictures.

Everything is measured in millimetres of the finished page, origin top-left; boxes come out in pixels of that page.
Every stroke is also recorded, so that the same layout can be written as a PDF with live text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples.fonts import Face, Fonts
from samples.truth import Rect

Colour = tuple[int, int, int]
RgbImage = NDArray[np.uint8]
"""H × W × 3, uint8, red-green-blue."""

BASELINE = 0.88
"""Height of the baseline below the top of the em box, as a share of the em, for the Noto CJK faces."""

_CLOSING = set("，。、；：！？）》」』】〕］”’,.;:!?)]%")
_OPENING = set("（《「『【〔［“‘([¥￥")


@dataclass(frozen=True, slots=True)
class Ink:
    """How text is drawn: face, em height in mm, colour, stroke thickening and letter-spacing as shares of the em."""

    face: Face = "serif"
    size: float = 4.0
    colour: Colour = (35, 35, 38)
    bold: float = 0.0
    tracking: float = 0.0

    def sized(self, size: float) -> Ink:
        return replace(self, size=size)


@dataclass(frozen=True, slots=True)
class Part:
    """A run of flowing text; ``code`` names the field whose value it is; ``underlined`` draws a rule under it."""

    text: str
    code: str | None = None
    underlined: bool = False


@dataclass(frozen=True, slots=True)
class TextOp:
    """Text drawn at a pixel position on the baseline, em in pixels."""

    x: float
    baseline: float
    text: str
    face: Face
    em: int
    colour: Colour
    stroke: int


@dataclass(frozen=True, slots=True)
class LineOp:
    points: tuple[float, float, float, float]
    width: int
    colour: Colour


@dataclass(frozen=True, slots=True, eq=False)
class StampOp:
    """A picture laid over the page; ``multiply`` as ink on paper."""

    x: int
    y: int
    image: Image.Image
    multiply: bool


Op = TextOp | LineOp | StampOp


@dataclass(slots=True)
class Canvas:
    """One page of ``width`` × ``height`` mm over a paper image; ``spots`` collects (field code, box)."""

    fonts: Fonts
    width: float
    height: float
    image: Image.Image
    spots: list[tuple[str, Rect]] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)

    @staticmethod
    def on(fonts: Fonts, paper: RgbImage, width: float) -> Canvas:
        """A canvas on a paper image that is ``width`` mm wide."""
        image = Image.fromarray(paper)
        return Canvas(fonts, width, width * image.height / image.width, image)

    @property
    def scale(self) -> float:
        """Pixels a millimetre."""
        return self.image.width / self.width

    def em(self, ink: Ink) -> int:
        return max(6, round(ink.size * self.scale))

    def length(self, text: str, ink: Ink) -> float:
        """Advance width of ``text`` in mm."""
        font = self.fonts.at(ink.face, self.em(ink))
        if not ink.tracking:
            return float(font.getlength(text)) / self.scale
        return sum(float(font.getlength(c)) for c in text) / self.scale + ink.tracking * ink.size * max(
            0, len(text) - 1
        )

    def write(
        self,
        x: float,
        y: float,
        text: str,
        ink: Ink,
        *,
        anchor: str = "l",
        width: float | None = None,
        code: str | None = None,
    ) -> Rect:
        """One line with the top of its em box at ``y``; ``anchor`` l, m or r says what ``x`` is.

        With ``width`` the characters are spread evenly over it, as labels of forms are. Returns the ink box in pixels.
        """
        natural = self.length(text, ink)
        if width is not None and len(text) > 1:
            gaps = (width - natural) / (len(text) - 1)
            left, boxes = x, []
            for char in text:
                boxes.append(self._draw(left, y, char, ink))
                left += self.length(char, ink) + gaps
            box = union(boxes)
        else:
            left = x - {"l": 0.0, "m": natural / 2, "r": natural}[anchor]
            if ink.tracking:
                boxes = []
                for char in text:
                    boxes.append(self._draw(left, y, char, ink))
                    left += self.length(char, ink) + ink.tracking * ink.size
                box = union([b for b in boxes if b[2] > b[0]] or boxes)
            else:
                box = self._draw(left, y, text, ink)
        if code is not None:
            self.spots.append((code, box))
        return box

    def flow(
        self,
        x: float,
        y: float,
        parts: Sequence[Part | str],
        ink: Ink,
        width: float,
        *,
        leading: float = 1.35,
        indent: float = 0.0,
        align: str = "l",
    ) -> float:
        """Running text wrapped at ``width`` mm, its first line indented. Returns the y (mm) below the last line.

        A field's value gets one spot for each line it stands on. Figures and Latin words stay whole where they fit.
        """
        lines = self.lines(parts, ink, width, indent)
        for row, line in enumerate(lines):
            left = x + (indent if row == 0 else 0.0)
            if align == "m":
                left = x + (width - self.length("".join(u for u, _ in line), ink)) / 2
            for text, part in _runs(line):
                self.write(left, y, text, ink, code=part.code)
                advance = self.length(text, ink)
                if part.underlined:
                    self.rule(left, y + ink.size * 1.14, left + advance, y + ink.size * 1.14, 0.15, ink.colour)
                left += advance
            y += ink.size * leading
        return y

    def lines(
        self, parts: Sequence[Part | str], ink: Ink, width: float, indent: float = 0.0
    ) -> list[list[tuple[str, Part]]]:
        """The lines that ``flow`` would set, each a list of unbreakable units."""
        pieces = [p if isinstance(p, Part) else Part(p) for p in parts]
        lines: list[list[tuple[str, Part]]] = [[]]
        used = indent
        for unit, part in _units(pieces):
            advance = self.length(unit, ink)
            full = used + advance > width + 0.01
            if full and unit not in _CLOSING and lines[-1]:
                carried = [lines[-1].pop()] if len(lines[-1]) > 1 and lines[-1][-1][0] in _OPENING else []
                lines.append(carried)
                used = sum(self.length(u, ink) for u, _ in carried)
            lines[-1].append((unit, part))
            used += advance
        return lines

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, width: float = 0.2, colour: Colour = (40, 40, 40)
    ) -> None:
        """A straight line, ``width`` in mm."""
        s = self.scale
        points = (x0 * s, y0 * s, x1 * s, y1 * s)
        pixels = max(1, round(width * s))
        ImageDraw.Draw(self.image).line(points, fill=colour, width=pixels)
        self.ops.append(LineOp(points, pixels, colour))

    def frame(
        self, x0: float, y0: float, x1: float, y1: float, width: float = 0.25, colour: Colour = (40, 40, 40)
    ) -> None:
        """A rectangle of four rules."""
        for a in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.rule(*a, width, colour)

    def stamp(
        self, picture: Image.Image, cx: float, cy: float, *, code: str | None = None, multiply: bool = True
    ) -> Rect:
        """Lay an RGBA picture centred at (cx, cy) mm; as ink (multiplied, text under it shows through) or as paint."""
        x, y = round(cx * self.scale - picture.width / 2), round(cy * self.scale - picture.height / 2)
        box = (
            max(0, x),
            max(0, y),
            min(self.image.width, x + picture.width),
            min(self.image.height, y + picture.height),
        )
        piece = picture.crop((box[0] - x, box[1] - y, box[2] - x, box[3] - y))
        under = np.asarray(self.image.crop(box)).astype(np.float32)
        over = np.asarray(piece).astype(np.float32)
        alpha = over[..., 3:] / 255.0
        colour = under * over[..., :3] / 255.0 if multiply else over[..., :3]
        mixed = under * (1 - alpha) + colour * alpha
        self.image.paste(Image.fromarray(np.clip(mixed + 0.5, 0, 255).astype(np.uint8)), (box[0], box[1]))
        self.ops.append(StampOp(x, y, picture, multiply))
        rect = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        if code is not None:
            self.spots.append((code, rect))
        return rect

    def _draw(self, x: float, y: float, text: str, ink: Ink) -> Rect:
        em = self.em(ink)
        font = self.fonts.at(ink.face, em)
        stroke = round(ink.bold * em) if ink.bold else 0
        if ink.bold and not stroke:
            stroke = 1 if em >= 22 else 0
        left, baseline = round(x * self.scale), round(y * self.scale + BASELINE * em)
        draw = ImageDraw.Draw(self.image)
        draw.text((left, baseline), text, fill=ink.colour, font=font, anchor="ls", stroke_width=stroke)
        self.ops.append(TextOp(left, baseline, text, ink.face, em, ink.colour, stroke))
        x0, y0, x1, y1 = draw.textbbox(
            (left, baseline), text.strip() or text, font=font, anchor="ls", stroke_width=stroke
        )
        return (float(x0), float(y0), float(x1), float(y1))


def union(boxes: Sequence[Rect]) -> Rect:
    """The smallest box around all of them."""
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def _units(parts: Sequence[Part]) -> list[tuple[str, Part]]:
    """Split into what a line break may not divide: single Chinese characters, whole words and figures."""
    units: list[tuple[str, Part]] = []
    for part in parts:
        word = ""
        for char in part.text:
            if char.isascii() and char not in " ()/;,-~" and len(word) < 24:
                word += char
                continue
            if word:
                units.append((word, part))
                word = ""
            units.append((char, part))
        if word:
            units.append((word, part))
    return units


def _runs(line: Sequence[tuple[str, Part]]) -> list[tuple[str, Part]]:
    runs: list[tuple[str, Part]] = []
    for unit, part in line:
        if runs and runs[-1][1] is part:
            runs[-1] = (runs[-1][0] + unit, part)
        else:
            runs.append((unit, part))
    return runs
