"""A4 sheets with a head and a foot, and what is drawn on them: lines of text and pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF

from certlight import __version__
from certlight.visible import visible
from service.reports.pdf.blocks import LINE, NAVY, SOFT, Picture, Run, Runs
from service.reports.pdf.wrapping import wrapped

WIDTH, HEIGHT, MARGIN, TOP, BOTTOM = 210.0, 297.0, 15.0, 24.0, 18.0
"""Millimetres."""
INNER: Final = WIDTH - 2 * MARGIN
GAP: Final = 1.5
"""Above every cut."""
CUT_HEIGHT: Final = 42.0
_FACE: Final = "certlight"
_LEADING: Final = 1.42
_POINT: Final = 25.4 / 72
_DPI: Final = 150.0
"""Cuts are printed at this, unless they have to shrink."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on every page."""

    title: str
    number: str
    """Which report this is, for quoting it."""
    made_at: datetime
    page: str
    """``第 {page} 页，共 {pages} 页``."""


def writable(text: str, known: frozenset[int]) -> str:
    """``text`` with what draws nothing, and what the font does not have, named by its code."""
    shown = visible(text)
    return "".join(c if ord(c) in known or c in "\n\t" else f"[U+{ord(c):04X}]" for c in shown)


class Paper(FPDF):
    """Where the next thing comes to stand is ``y``, in millimetres from the top."""

    def __init__(self, imprint: Imprint, font: Path, known: frozenset[int]) -> None:
        super().__init__(unit="mm", format="A4")
        self._imprint, self._known = imprint, known
        self.set_creation_date(imprint.made_at)
        self.set_title(imprint.title)
        self.set_creator(f"certlight {__version__}")
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.add_font(_FACE, fname=font)
        self.set_font(_FACE, size=9)
        self.y = TOP

    # fpdf2 calls these two for every page.
    def header(self) -> None:
        self.set_fill_color(*NAVY)
        self.rect(0, 0, WIDTH, 14, style="F")
        for place, colour in enumerate(((207, 44, 53), (224, 160, 0), (31, 138, 85))):
            self.set_fill_color(*colour)
            self.ellipse(MARGIN + place * 5, 5.2, 3.6, 3.6, style="F")
        self.write_at(Run("certlight", (255, 255, 255), 11), MARGIN + 17, 9.2)
        self.write_at(Run(self._imprint.title, (211, 222, 238), 10), MARGIN + 38, 9.2)
        self.y = TOP

    def footer(self) -> None:
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN, HEIGHT - 13, WIDTH - MARGIN, HEIGHT - 13)
        made = self._imprint.made_at.strftime("%Y-%m-%d %H:%M %z")
        said = f"certlight {__version__} · {self._imprint.number} · {made}"
        self.write_at(Run(said, SOFT, 7), MARGIN, HEIGHT - 9)
        page = self._imprint.page.format(page=self.page_no(), pages="{nb}")
        # Only cells know how many pages there will be.
        self.set_font_size(7)
        self.set_text_color(*SOFT)
        self.set_xy(WIDTH - MARGIN - 40, HEIGHT - 11.5)
        self.cell(40, 4, page, align="R")

    def room(self, tall: float) -> bool:
        """Go to a new page where ``tall`` millimetres are not left on this one; whether that was so."""
        if self.y + tall <= HEIGHT - BOTTOM:
            return False
        self.add_page()
        return True

    def picture(self, picture: Picture, x: float, size: tuple[float, float]) -> None:
        """A cut with a gap above it; ``size`` in millimetres."""
        self.y += GAP
        self.image(io.BytesIO(picture.jpeg), x, self.y, *size)
        self.set_draw_color(*LINE)
        self.set_line_width(0.15)
        self.rect(x, self.y, *size)
        self.y += size[1]

    def lines(self, runs: Runs, width: float) -> list[Runs]:
        """``runs`` broken into lines of that width."""
        written = tuple(
            Run(writable(run.text, self._known), run.colour, run.size, run.marked) for run in runs if run.text
        )
        return wrapped(written, width, self.measure)

    def measure(self, text: str, size: float) -> float:
        """Width of ``text`` in millimetres; ``size`` in points."""
        self.set_font_size(size)
        return float(self.get_string_width(text))

    def draw_line(self, line: Runs, x: float) -> None:
        """One line of text, from here down."""
        tall = height(line)
        baseline = self.y + tall * 0.74
        for run in line:
            width = self.measure(run.text, run.size)
            if run.marked is not None:
                self.set_fill_color(*run.marked)
                self.rect(x, self.y + 0.2, width, tall - 0.6, style="F")
            self.write_at(run, x, baseline)
            if run.marked is not None:
                self.set_draw_color(*run.colour)
                self.set_line_width(0.3)
                self.line(x, baseline + 0.9, x + width, baseline + 0.9)
            x += width
        self.y += tall

    def write_at(self, run: Run, x: float, baseline: float) -> None:
        """Text at a place; moves nothing."""
        self.set_font_size(run.size)
        self.set_text_color(*run.colour)
        if run.text:
            self.text(x, baseline, run.text)


def height(line: Runs) -> float:
    """Of a line of text, in millimetres."""
    return max((run.size for run in line), default=9.0) * _POINT * _LEADING


def fitted(picture: Picture, width: float) -> tuple[float, float]:
    """Size in millimetres: as printed at :data:`_DPI`, smaller where it would not fit."""
    scale = min(25.4 / _DPI, width / picture.width, CUT_HEIGHT / picture.height)
    return picture.width * scale, picture.height * scale
