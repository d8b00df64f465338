"""The straightened pages of a document, made when asked for; only a few bitmaps are held at a time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from extractors.engines.protocol import OcrEngine
from extractors.page import BgrImage, Homography, Page
from extractors.reading import Notice
from extractors.region_reader import read_crops
from pipeline.imaging.straighten import straighten
from pipeline.intake.document import Document
from pipeline.intake.scan import PageKind

HELD_BYTES = 160 * 2**20
"""Bitmaps kept: a straightened A4 page at 300 dpi takes 26 MB, and as much again where its reading copy differs.
Three to six pages are what a certificate has; longer documents are drawn again where they are looked at again."""


@dataclass(frozen=True, slots=True, eq=False)
class PageGeometry:
    """How a straightened page lies in what was uploaded; kept when its bitmaps are gone."""

    raster: tuple[int, int]
    """Width and height of the page as drawn from the upload, before it was straightened."""
    dpi: float | None
    """Pixels an inch of that raster."""
    rotation: Literal[0, 90, 180, 270]
    """Degrees the raster is turned clockwise to stand upright."""
    transform: Homography
    """From straightened pixels to those of the raster."""


class StraightPages:
    """Pages of ``document`` by index, upright and deskewed, the way every later step sees them."""

    def __init__(
        self, document: Document, engine: OcrEngine, held_bytes: int = HELD_BYTES, *, pixels_only: bool = False
    ) -> None:
        """``pixels_only``: the text behind a picture is left alone; pages that are born digital keep their layer."""
        self._document = document
        self._pixels_only = pixels_only
        self._engine = engine
        self._held_bytes = held_bytes
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._kinds: dict[int, PageKind] = {}
        self._notices: dict[int, tuple[Notice, ...]] = {}
        self._geometries: dict[int, PageGeometry] = {}

    def __len__(self) -> int:
        return self._document.page_count

    @property
    def document(self) -> Document:
        return self._document

    def __getitem__(self, index: int) -> Page:
        """The page at ``index``, from 0. Raises InputRefused when its pixels cannot be decoded."""
        if index in self._pages:
            self._pages.move_to_end(index)
            return self._pages[index]
        raw = self._document.render(index)
        self._kinds[index] = raw.kind
        self._notices[index] = raw.notices
        digital = raw.kind == "born_digital"
        page = straighten(
            raw.image,
            index=index,
            dpi=raw.dpi,
            # A born-digital page stands as its file says; asking a model could only make it worse.
            orientation_model=None if digital else self._engine.orientation,
            recognise_sample=None if digital else self._confidences,
            layer=() if self._pixels_only and not digital else raw.layer,
            photo=raw.kind == "image",
        )
        self._pages[index] = page
        height, width = raw.image.shape[:2]
        self._geometries[index] = PageGeometry((width, height), raw.dpi, page.rotation, page.transform)
        while len(self._pages) > 1 and sum(_size(p) for p in self._pages.values()) > self._held_bytes:
            self._pages.popitem(last=False)
        return page

    def kind(self, index: int) -> PageKind:
        """Whether the page is a picture, born digital, or both; known once the page was asked for."""
        return self._kinds[index]

    def geometry(self, index: int) -> PageGeometry:
        """How the page lies in its upload. Raises InputRefused when its pixels cannot be decoded."""
        if index not in self._geometries:
            self[index]
        return self._geometries[index]

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What intake had to say about the pages seen so far, each once."""
        return tuple(dict.fromkeys(notice for index in sorted(self._notices) for notice in self._notices[index]))

    def _confidences(self, crops: list[BgrImage]) -> list[float]:
        return [reading.confidence for reading in read_crops(self._engine, crops)]


def _size(page: Page) -> int:
    """Bytes of the page's bitmaps."""
    copies = 1 if page.reading_image is page.image else 2
    return int(page.image.nbytes) * copies
