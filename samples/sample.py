"""A sample: one document as it would be uploaded, and everything that is true of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from samples import degrade
from samples.claims import SampleClaim
from samples.degrade import BgrImage, Homography
from samples.truth import Spot, Truth


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One page: its clean size, its uploaded size (pixels), and the homography from the first to the second."""

    width: int
    height: int
    uploaded_width: int
    uploaded_height: int
    transform: Homography
    upright_scale: float | None
    """Pixels of the upright upload for one of the clean page; None where the reader decides the upright frame."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """An upload: a JPEG page or a PDF."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One document as it would be uploaded, and everything that is true of it.

    ``truth`` boxes and the marks of ``claims`` are in pixels of the clean upright pages.
    """

    name: str
    seed: int
    degradation: str
    files: tuple[SampleFile, ...]
    rasters: tuple[bytes, ...]
    """Every page as JPEG, also where the upload is a PDF."""
    pages: tuple[SamplePage, ...]
    truth: Truth
    claims: tuple[SampleClaim, ...]

    @property
    def doc_type(self) -> str:
        return self.truth.doc_type

    @property
    def variant(self) -> str:
        return self.truth.variant

    def images(self) -> tuple[BgrImage, ...]:
        """The uploaded pages as BGR pixels."""
        decoded = (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) for data in self.rasters)
        return tuple(np.asarray(image, np.uint8) for image in decoded)

    def uploaded_spots(self, code: str) -> tuple[Spot, ...]:
        """The boxes of a field in pixels of the uploaded pages."""
        return tuple(
            Spot(s.page, degrade.mapped(s.box, self.pages[s.page].transform)) for s in self.truth.fields[code].spots
        )
