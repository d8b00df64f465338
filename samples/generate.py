"""The generator: documents with their truth, degraded as asked, with claims; the same seed gives the same bytes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import ModuleType

import cv2
import numpy as np

from samples import claims, degrade, fonts, pdf
from samples.claims import SampleClaim
from samples.degrade import BgrImage, Homography
from samples.fields import TYPES
from samples.fonts import Fonts
from samples.form import Draft
from samples.truth import Spot, Truth

LONG_SIDES = (2480, 2800, 3100)
"""Long side of a clean A4 page in pixels: 212 to 265 dpi."""


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One page: its clean size, its uploaded size (pixels), and the homography from the first to the second."""

    width: int
    height: int
    uploaded_width: int
    uploaded_height: int
    transform: Homography
    upright_scale: float | None
    """Pixels of the upright upload for one of the clean page; None where imaging decides the upright frame."""


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


def sheet_of(doc_type: str) -> ModuleType:
    """The module that draws a type: ``VARIANTS`` and ``draw``."""
    return importlib.import_module(f"samples.sheets.{doc_type}")


def documents(
    seed: int,
    *,
    types: Sequence[str] = TYPES,
    degradations: Sequence[str] = ("clean",),
    count: int = 1,
    claim_kinds: Sequence[str] = claims.KINDS,
    font_dir: Path | None = None,
    variants: Sequence[str] | None = None,
    long_side: int | None = None,
) -> Iterator[Sample]:
    """``count`` documents of each type, each once for every degradation, in memory.

    Variants follow one another; ``variants`` narrows them. Raises SetupError (``fonts.missing``).
    """
    found = fonts.find(font_dir)
    for doc_type in types:
        sheet = sheet_of(doc_type)
        choice = [v for v in sheet.VARIANTS if variants is None or v in variants] or list(sheet.VARIANTS)
        for index in range(count):
            draft, rng = _drawn(f"{seed}/{doc_type}/{index}", doc_type, choice[index % len(choice)], found, long_side)
            truth = draft.truth()
            made = _claims(truth, claim_kinds, rng)
            for degradation in degradations:
                noise = np.random.default_rng([seed, TYPES.index(doc_type), index, degrade.ALL.index(degradation)])
                name = f"{doc_type}-{seed}-{index:02d}-{degradation}"
                yield _sample(name, seed, draft, truth, degradation, made, noise)


def document(
    name: str,
    seed: int,
    doc_type: str,
    variant: str,
    degradation: str,
    *,
    claim_kinds: Sequence[str] = claims.KINDS,
    font_dir: Path | None = None,
    long_side: int | None = None,
) -> Sample:
    """One document under a name of its own. Raises SetupError (``fonts.missing``)."""
    draft, rng = _drawn(f"{seed}/{doc_type}/{variant}", doc_type, variant, fonts.find(font_dir), long_side)
    truth = draft.truth()
    noise = np.random.default_rng([seed, TYPES.index(doc_type), degrade.ALL.index(degradation)])
    return _sample(name, seed, draft, truth, degradation, _claims(truth, claim_kinds, rng), noise)


def _drawn(key: str, doc_type: str, variant: str, found: Fonts, long_side: int | None) -> tuple[Draft, Random]:
    """The drawn document, and the random source that its claims go on drawing from."""
    rng = Random(key)
    draft = Draft(doc_type, variant, found, rng, long_side or rng.choice(LONG_SIDES))
    sheet_of(doc_type).draw(draft)
    return draft, Random(f"{key}/claims")


def _claims(truth: Truth, kinds: Sequence[str], rng: Random) -> tuple[SampleClaim, ...]:
    sources = {kind: Random(rng.getrandbits(64)) for kind in claims.KINDS}
    return tuple(made for kind in kinds if (made := claims.claim(kind, truth, sources[kind])) is not None)


def _sample(
    name: str,
    seed: int,
    draft: Draft,
    truth: Truth,
    degradation: str,
    made: tuple[SampleClaim, ...],
    noise: np.random.Generator,
) -> Sample:
    pages: list[SamplePage] = []
    rasters: list[bytes] = []
    for canvas in draft.pages:
        clean = np.ascontiguousarray(np.asarray(canvas.image)[..., ::-1])
        after = degrade.degrade(degradation, clean, noise)
        dpi = canvas.scale * 25.4 * after.upright_scale if after.upright_scale and degradation != "faint" else None
        rasters.append(degrade.jpeg(after.image, after.quality, dpi))
        height, width = after.image.shape[:2]
        pages.append(SamplePage(clean.shape[1], clean.shape[0], width, height, after.transform, after.upright_scale))
    files = _files(name, draft, degradation, rasters)
    return Sample(name, seed, degradation, files, tuple(rasters), tuple(pages), truth, made)


def _files(name: str, draft: Draft, degradation: str, rasters: Sequence[bytes]) -> tuple[SampleFile, ...]:
    if draft.variant == "born_digital" and degradation == "clean":
        return (SampleFile(f"{name}.pdf", pdf.of_text(draft.pages, draft.fonts)),)
    if draft.variant == "image_pdf":
        return (SampleFile(f"{name}.pdf", pdf.of_images(rasters, [(c.width, c.height) for c in draft.pages])),)
    if len(rasters) == 1:
        return (SampleFile(f"{name}.jpg", rasters[0]),)
    return tuple(SampleFile(f"{name}-p{k}.jpg", data) for k, data in enumerate(rasters, start=1))
