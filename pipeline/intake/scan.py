"""What intake hands on: the untouched upload, and the raw pages in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, Protocol

from extractors.page import BgrImage, LayerWord
from extractors.reading import Notice
from pipeline.intake.sniff import MediaType

PageKind = Literal["image", "born_digital", "mixed"]
"""``image``: pixels only, also text drawn as outlines. ``born_digital``: a text layer and no picture of consequence.
``mixed``: a text layer and a picture over a good part of the page, such as a scan with recognised text behind it."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One uploaded file. ``data`` is exactly what was uploaded and is what gets hashed, sealed and archived."""

    sha256: str
    """Hexadecimal, lower case, of ``data``."""
    media_type: MediaType
    name: str
    """The file's own name without folders, as uploaded; shown to people, never used as a path."""
    size: int
    data: bytes = field(repr=False)

    @staticmethod
    def of(name: str, data: bytes, media_type: MediaType) -> Scan:
        return Scan(hashlib.sha256(data).hexdigest(), media_type, name, len(data), data)


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where a page came from: which scan of the document and which page of that scan, both from 0."""

    scan: int
    page: int


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """The pixels of one page of one scan, upright as the file declares (EXIF orientation, /Rotate)."""

    image: BgrImage
    dpi: float | None
    """Pixels an inch where the file tells it credibly; always known for PDF pages."""
    kind: PageKind = "image"
    layer: tuple[LayerWord, ...] = ()
    """Lines of the PDF text layer in pixels of ``image``, origin top-left; not yet trusted."""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RawPage:
    """One page of the merged document before any imaging; ``index`` counts from 0 over all scans."""

    index: int
    source: PageSource
    image: BgrImage
    dpi: float | None
    kind: PageKind
    layer: tuple[LayerWord, ...] = ()
    notices: tuple[Notice, ...] = ()


class PageProvider(Protocol):
    """Delivers the pages of one scan, one at a time; holds no bitmap between calls."""

    @property
    def page_count(self) -> int: ...

    def raster(self, page: int, dpi: float | None) -> Raster:
        """Page ``page`` (from 0), at ``dpi`` or the best resolution. Raises InputRefused when it cannot be drawn."""
        ...

    def close(self) -> None:
        """Let go of files and processes; may be called twice, and the provider may be used again after it."""
        ...
