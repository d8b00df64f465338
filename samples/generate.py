"""The generator: documents with their truth, degraded as asked, with claims; the same seed gives the same bytes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from types import ModuleType

import numpy as np

from samples import claims, degrade, fonts, pdf
from samples.claims import SampleClaim
from samples.fields import TYPES
from samples.files import write
from samples.fonts import Fonts
from samples.form import Draft
from samples.sample import Sample, SampleFile, SamplePage
from samples.truth import Truth

__all__ = ["Sample", "SampleFile", "SamplePage", "document", "documents", "make", "sheet_of", "write"]

LONG_SIDES = (2480, 2800, 3100)
"""Long side of a clean A4 page in pixels: 212 to 265 dpi."""


PDF_VARIANTS = ("born_digital", "image_pdf")
"""Variants that are uploaded as PDF."""


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


def make(
    seed: int,
    out: Path,
    *,
    types: Sequence[str] = TYPES,
    degradations: Sequence[str] = ("clean",),
    count: int = 1,
    font_dir: Path | None = None,
    long_side: int | None = None,
) -> tuple[Path, ...]:
    """Write samples with their truth and claims into ``out``; returns the files, in the order written.

    Byte-identical for the same arguments and library versions. Raises SetupError (``fonts.missing``).
    """
    written: list[Path] = []
    for sample in documents(
        seed, types=types, degradations=degradations, count=count, font_dir=font_dir, long_side=long_side
    ):
        written.extend(write(sample, out))
    return tuple(written)


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
        # A PDF has no pixels of its own: who opens it chooses them.
        scale = None if draft.variant in PDF_VARIANTS else after.upright_scale
        pages.append(SamplePage(clean.shape[1], clean.shape[0], width, height, after.transform, scale))
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
