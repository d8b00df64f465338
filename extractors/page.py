"""A page as the readers see it: upright pixels, where they came from, and how legible they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from certlight.text import Text

BgrImage = NDArray[np.uint8]
"""H × W × 3, uint8, channel order blue-green-red as OpenCV keeps it."""

Homography = NDArray[np.float64]
"""3 × 3, maps homogeneous pixel coordinates of the straightened page to those of the uploaded image."""


@dataclass(frozen=True, slots=True)
class QualityIssue:
    """One thing that makes a page hard to read, with the advice that would cure it."""

    code: str
    advice: Text
    severe: bool
    """True when the page must not earn a green light; False when it is only worth telling."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How legible one page is. Measured on the straightened page unless said otherwise."""

    text_height: float | None
    """Median height of the text lines in pixels; None until the page has been read or where it has no text."""
    sharpness: float
    """0 (blurred beyond reading) to 1 (crisp edges)."""
    glare: float
    """Share of the page area washed out by reflections, 0 to 1."""
    skew: float
    """Degrees the uploaded page was turned from upright, after quarter turns, clockwise positive."""
    coverage: float
    """Share of the uploaded image that the page fills, 0 to 1."""
    greyscale: bool
    """True for a copy without colour: seals cannot be separated from text."""
    issues: tuple[QualityIssue, ...] = ()

    @property
    def legible(self) -> bool:
        """False when an issue is severe enough to bar a green light."""
        return not any(issue.severe for issue in self.issues)


@dataclass(frozen=True, slots=True)
class LayerWord:
    """A line of a PDF text layer, in pixels of the straightened page."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One straightened page.

    ``image`` is what is read (seal ink still on it); ``reading_image`` is the same geometry prepared for OCR
    (illumination evened, red seal ink suppressed). ``transform`` maps straightened pixels to uploaded pixels.
    """

    index: int
    """Position in the merged document, from 0."""
    image: BgrImage
    reading_image: BgrImage
    dpi: float | None
    transform: Homography
    rotation: Literal[0, 90, 180, 270]
    """Degrees the uploaded pixels were turned clockwise to stand upright."""
    quality: Quality
    layer: tuple[LayerWord, ...] = field(default=())
    """Lines of the PDF text layer, not yet trusted; empty for scans."""

    @property
    def width(self) -> int:
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        return int(self.image.shape[0])
