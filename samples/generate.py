"""The generator: documents with their truth, degraded as asked, with claims; the same seed gives the same bytes."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import cv2
import numpy as np

from samples import claims, degrade, fonts, pdf
from samples.claims import SampleClaim
from samples.degrade import BgrImage, Homography
from samples.fields import TYPES
from samples.form import Draft
from samples.truth import Spot, Truth

SCHEMA = "certlight.sample/1"
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
        return tuple(Spot(s.page, degrade.mapped(s.box, self.pages[s.page].transform)) for s in self.truth.fields[code].spots)


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
            rng = Random(f"{seed}/{doc_type}/{index}")
            draft = Draft(doc_type, choice[index % len(choice)], found, rng, long_side or rng.choice(LONG_SIDES))
            sheet.draw(draft)
            truth = draft.truth()
            made = tuple(c for kind in claim_kinds if (c := claims.claim(kind, truth, Random(f"{seed}/{doc_type}/{index}/{kind}"))))
            for degradation in degradations:
                noise = np.random.default_rng([seed, TYPES.index(doc_type), index, degrade.ALL.index(degradation)])
                yield _sample(f"{doc_type}-{seed}-{index:02d}-{degradation}", seed, draft, truth, degradation, made, noise)


def _sample(
    name: str, seed: int, draft: Draft, truth: Truth, degradation: str, made: tuple[SampleClaim, ...], noise: np.random.Generator
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


def lights(sample: Sample, claim: SampleClaim) -> tuple[str, ...]:
    """Document lights that a sound check may show for the claim on this upload, best first."""
    if sample.degradation == "faint":
        return ("yellow", "red")
    if sample.variant == "expired" and "green" in claim.lights:
        return ("yellow", "red")
    if sample.variant == "expired":
        return tuple(dict.fromkeys((*claim.lights, "red")))
    return claim.lights


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
    for sample in documents(seed, types=types, degradations=degradations, count=count, font_dir=font_dir, long_side=long_side):
        written.extend(write(sample, out))
    return tuple(written)


def write(sample: Sample, out: Path) -> tuple[Path, ...]:
    """Write one sample: its uploads, ``<name>.truth.json`` and ``<name>.<claim>.claim.json``."""
    out.mkdir(parents=True, exist_ok=True)
    contents = {file.name: file.data for file in sample.files}
    contents[f"{sample.name}.truth.json"] = _json(truth_json(sample))
    for claim in sample.claims:
        contents[f"{sample.name}.{claim.kind}.claim.json"] = _json(claim_json(sample, claim))
    for name, data in contents.items():
        (out / name).write_bytes(data)
    return tuple(out / name for name in contents)


def truth_json(sample: Sample) -> dict[str, Any]:
    """What is true of the sample; boxes in pixels of the clean upright page, ``transform`` maps them to the upload."""
    fields = {
        code: {"value": f.value, "printed": f.printed, "boxes": [{"page": s.page, "box": s.box} for s in f.spots]}
        for code, f in sample.truth.fields.items()
    }
    pages = [
        {
            "index": k, "width": p.width, "height": p.height, "uploaded_width": p.uploaded_width,
            "uploaded_height": p.uploaded_height, "transform": [[round(float(v), 9) for v in row] for row in p.transform],
        }
        for k, p in enumerate(sample.pages)
    ]  # fmt: skip
    about = {c.kind: {"file": f"{sample.name}.{c.kind}.claim.json", "altered": c.altered, "lights": lights(sample, c)} for c in sample.claims}
    return {
        "schema": SCHEMA, "name": sample.name, "seed": sample.seed, "doc_type": sample.doc_type, "variant": sample.variant,
        "degradation": sample.degradation, "files": [f.name for f in sample.files], "page_count": len(pages), "pages": pages,
        "fields": fields, "claims": about,
    }  # fmt: skip


def claim_json(sample: Sample, claim: SampleClaim) -> dict[str, Any]:
    """The claim as ``certlight verify --claim`` takes it.

    Marks are in pixels of the upright upload. They are left out where only imaging decides that frame (skewed pages
    and photos): there the truth's boxes and transform say where they would be.
    """
    marks: dict[str, list[dict[str, Any]]] = {}
    for code, spots in claim.marks.items():
        scales = [sample.pages[s.page].upright_scale for s in spots]
        boxes = [
            {"page": s.page, "box": [round(v * scale, 1) for v in s.box]} for s, scale in zip(spots, scales, strict=True) if scale
        ]
        if len(boxes) == len(spots):
            marks[code] = boxes
    return {"doc_type": claim.doc_type, "entered": dict(claim.entered), "marks": marks}


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
