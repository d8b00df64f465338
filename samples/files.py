"""Samples as files: uploads, truth, claims."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from samples.claims import SampleClaim
from samples.sample import Sample

SCHEMA = "certlight.sample/1"


def lights(sample: Sample, claim: SampleClaim) -> tuple[str, ...]:
    """Document lights that a sound check may show for the claim on this upload, best first."""
    if sample.degradation == "faint":
        return ("yellow", "red")
    if sample.variant == "expired" and "green" in claim.lights:
        return ("yellow", "red")
    if sample.variant == "expired":
        return tuple(dict.fromkeys((*claim.lights, "red")))
    if sample.degradation in ("grey", "blur") and claim.lights == ("green",):
        return ("green", "yellow")
    return claim.lights


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
    """What is true of the sample; boxes in pixels of the clean upright page, which ``transform`` maps to the upload."""
    fields = {
        code: {"value": f.value, "printed": f.printed, "boxes": [{"page": s.page, "box": s.box} for s in f.spots]}
        for code, f in sample.truth.fields.items()
    }
    pages = [
        {
            "index": k,
            "width": p.width,
            "height": p.height,
            "uploaded_width": p.uploaded_width,
            "uploaded_height": p.uploaded_height,
            "transform": [[round(float(v), 9) for v in row] for row in p.transform],
        }
        for k, p in enumerate(sample.pages)
    ]
    about = {
        c.kind: {"file": f"{sample.name}.{c.kind}.claim.json", "altered": c.altered, "lights": lights(sample, c)}
        for c in sample.claims
    }
    return {
        "schema": SCHEMA,
        "name": sample.name,
        "seed": sample.seed,
        "doc_type": sample.doc_type,
        "variant": sample.variant,
        "degradation": sample.degradation,
        "files": [f.name for f in sample.files],
        "page_count": len(pages),
        "pages": pages,
        "fields": fields,
        "claims": about,
    }


def claim_json(sample: Sample, claim: SampleClaim) -> dict[str, Any]:
    """The claim as ``certlight verify --claim`` takes it.

    Marks are in pixels of the upright upload. They are left out where the reader decides that frame (skewed pages,
    photos, PDFs): there the truth's boxes and transform say where they would be.
    """
    marks: dict[str, list[dict[str, Any]]] = {}
    for code, spots in claim.marks.items():
        scales = [sample.pages[s.page].upright_scale for s in spots]
        boxes = [
            {"page": s.page, "box": [round(v * scale, 1) for v in s.box]}
            for s, scale in zip(spots, scales, strict=True)
            if scale
        ]
        if len(boxes) == len(spots):
            marks[code] = boxes
    return {"doc_type": claim.doc_type, "entered": dict(claim.entered), "marks": marks}


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
