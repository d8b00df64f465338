"""How much one upload may cost."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

MEBIBYTE = 1024 * 1024


class Limits(BaseModel):
    """Bounds of one document at intake; every one of them ends in a refusal, never in a slow machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(default=64 * MEBIBYTE, gt=0)
    """Bytes of one file. A 300-page colour scan at 200 dpi takes about 60 MB; larger files are scanner mishaps."""

    max_total_bytes: int = Field(default=256 * MEBIBYTE, gt=0)
    """Bytes of all files merged into one document: they are held in memory together, untouched."""

    max_pixels: int = Field(default=100_000_000, gt=0, le=170_000_000)
    """Pixels of one image or one picture embedded in a PDF page. A3 at 600 dpi has 70 million; a decoded pixel
    takes 3 to 4 bytes, so this bounds one page at 400 MB. (Above 179 million Pillow itself refuses to open.)"""

    max_pages: int = Field(default=300, gt=0)
    """Pages of the merged document. The longest contracts seen are below 200."""

    raster_pixels: int = Field(default=36_000_000, gt=0)
    """Pixels of one rasterised PDF page: A4 at 600 dpi, A2 at 300 dpi. More resolution does not read better, it only
    costs memory: 108 MB in the child and 108 MB here."""

    pdf_seconds: float = Field(default=14.0, gt=0)
    """Wall-clock seconds a PDF may cost for opening and any one page. An ordinary page takes 0.05 to 0.5 s."""

    pdf_seconds_per_page: float = Field(default=1.5, gt=0)
    """Wall-clock seconds added to the allowance with every page delivered, so that a long contract may take longer
    than a short one but a hostile file of up to four pages never takes more than 20 s."""

    layer_seconds: float = Field(default=4.0, gt=0)
    """Seconds for the text layer of one page, within the allowance. Past it the page is read from its pixels: drawings
    with hundreds of thousands of strokes take a pure-Python parser minutes, and are not worth them."""

    pdf_memory: int = Field(default=768 * MEBIBYTE, gt=0)
    """Address space of the PDF child process in bytes (RLIMIT_AS). An A4 page needs 70 MB, one with an embedded picture
    of ``max_pixels`` about 600 MB; together with the parent's copy of the page the whole stays below 1 GB."""
