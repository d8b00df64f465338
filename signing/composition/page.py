"""What a page is made from: the uploaded picture, how it stands, and what was read on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Four corners of a text line: top-left, top-right, bottom-right, bottom-left, as the text is read."""
Rotation = Literal[0, 90, 180, 270]


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """One line of text for the invisible layer."""

    text: str
    quad: Quad
    """In pixels of the raster (see ``PageSource.raster``), origin top-left, y downwards, before ``rotation``."""


@dataclass(frozen=True, slots=True, eq=False)
class PageSource:
    """One page of the PDF to be: an uploaded picture, untouched, and how to show it."""

    data: bytes = field(repr=False)
    """The uploaded file: JPEG, PNG, TIFF, BMP or WebP, whatever its name says."""
    frame: int = 0
    """Page within the file, from 0. Thumbnails in a TIFF (NewSubfileType, TIFF 6.0 §8) are no pages and not counted;
    of other formats there is one."""
    dpi: float | None = None
    """Pixels an inch of the raster (see ``raster``); None: as the file states it, where that is credible."""
    rotation: Rotation = 0
    """Degrees to turn the picture clockwise so that it stands upright, after its own orientation tag was obeyed."""
    lines: tuple[RecognisedLine, ...] = field(default=(), repr=False)
    """What was read on it, in reading order."""
    raster: tuple[int, int] | None = None
    """Width and height of the raster in which ``lines`` and ``dpi`` are measured: the whole picture as its orientation
    tag declares it, at any scale and with its pixels made square. None: the picture's own pixels."""

    def __post_init__(self) -> None:
        if self.rotation not in (0, 90, 180, 270):
            raise ValueError(f"rotation {self.rotation}")
        if self.raster is not None and min(self.raster) <= 0:
            raise ValueError(f"raster {self.raster}")
