"""What a printed report is made of, before anything is measured or drawn. Sizes in points, widths in millimetres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from certlight.light import Light

Colour = tuple[int, int, int]
INK: Final[Colour] = (22, 32, 46)
SOFT: Final[Colour] = (74, 87, 104)
LINE: Final[Colour] = (217, 223, 231)
NAVY: Final[Colour] = (29, 58, 99)
NAVY_SOFT: Final[Colour] = (232, 238, 246)
COLOURS: Final[dict[Light, Colour]] = {Light.GREEN: (13, 106, 60), Light.YELLOW: (125, 75, 0), Light.RED: (174, 26, 34)}
SOFT_COLOURS: Final[dict[Light, Colour]] = {
    Light.GREEN: (231, 244, 236),
    Light.YELLOW: (255, 244, 217),
    Light.RED: (253, 235, 235),
}
"""Those of the HTML report."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look; ``marked`` runs stand on a tinted ground and are underlined, so that print shows them too."""

    text: str
    colour: Colour = INK
    size: float = 9.0
    marked: Colour | None = None


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Paragraphs of one cell of a table, and pictures below them."""

    paragraphs: tuple[Runs, ...]
    pictures: tuple[Picture, ...] = ()
    ground: Colour | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side; ``wide`` pictures stand below them over the whole width."""

    cells: tuple[Cell, ...]
    wide: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that is repeated on every page; ``shares`` are the columns' parts of the width."""

    shares: tuple[float, ...]
    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title; never the last thing on a page."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text over the whole width."""

    runs: Runs
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer on top: a light with its word, and what it means."""

    light: Light
    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle over a figure: left, top, width and height in percent of it."""

    label: str
    colour: Colour
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A page's picture on a sheet of its own, with what was found on it."""

    picture: Picture
    caption: str
    frames: tuple[Frame, ...] = ()


Block = Table | Heading | Paragraph | Verdict | Figure


def texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Everything that is written in ``blocks``: what the fonts have to hold."""
    for block in blocks:
        match block:
            case Table():
                yield from block.head
                for row in block.rows:
                    yield from (run.text for cell in row.cells for runs in cell.paragraphs for run in runs)
            case Heading():
                yield block.text
            case Paragraph():
                yield from (run.text for run in block.runs)
            case Verdict():
                yield from (block.word, block.meaning)
            case Figure():
                yield block.caption
                yield from (frame.label for frame in block.frames)
