"""Imaging on the real scans beside the project: orientation, severity, seals. Skipped where they are absent."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from extractors.seals import find_seals
from pipeline.imaging.orient import ROTATIONS, rotated
from pipeline.imaging.straighten import straighten

SCANS = Path(__file__).resolve().parents[2] / "shared" / "data" / "real" / "images"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not SCANS.is_dir(), reason="real scans not present: ../shared/data/real/images"),
]

LICENCES = [
    "ff_license.png", "ll_0002.jpg", "ll_0005.jpg", "ll_0011.jpg", "ll_0025.jpg", "ll_0029.jpg", "ll_0045.jpg",
    "ll_0063.jpg", "ll_0074.jpg", "ll_0102.jpg", "ll_0104.jpg", "ll_0313.jpg", "ll_0467.jpg",
]  # fmt: skip


def scan(name: str) -> np.ndarray:
    with Image.open(SCANS / name) as image:
        return np.ascontiguousarray(np.asarray(ImageOps.exif_transpose(image).convert("RGB"))[:, :, ::-1])


@pytest.fixture(scope="module")
def engine():
    from certlight.paths import models_dir
    from extractors.engines.paddle import ORIENTATION, PaddleEngine

    if not (models_dir() / ORIENTATION / "inference.onnx").is_file():
        pytest.skip("orientation model not installed: certlight models install")
    return PaddleEngine(models_dir(), threads=1)


@pytest.mark.parametrize(
    "name", ["sjkj_blurred.jpg", "ll_0634.jpg", "keway_integration.png", "jsgk_recommend.jpg", "bin_food_license.jpg"]
)
def test_what_people_cannot_read_for_certain_is_severe(name):
    assert not straighten(scan(name)).quality.legible


@pytest.mark.parametrize("name", [*LICENCES, "xy_safety.jpeg", "hz_iso14001.png", "fw_honor_2018.jpg", "noob_tax.jpg"])
def test_what_people_read_with_ease_is_not_severe(name):
    assert straighten(scan(name)).quality.legible


@pytest.mark.parametrize(("name", "seals"), [
    ("ff_license.png", 1), ("ll_0002.jpg", 1), ("ll_0005.jpg", 1), ("ll_0011.jpg", 2), ("ll_0029.jpg", 1),
    ("ll_0045.jpg", 1), ("ll_0063.jpg", 1), ("ll_0074.jpg", 1), ("ll_0102.jpg", 1), ("ll_0104.jpg", 1),
    ("ll_0313.jpg", 1), ("fw_honor_2018.jpg", 3), ("noob_tax.jpg", 2), ("hz_iso14001.png", 1),
    ("xy_award_1999_upside_down.jpeg", 2), ("ll_0221.jpg", 0), ("ll_0025.jpg", 0),
])  # fmt: skip
def test_red_seals_are_found_and_nothing_else(name, seals):
    assert len(find_seals(scan(name))) == seals


@pytest.mark.parametrize("name", [n for n in LICENCES if n != "ll_0313.jpg"])
def test_scans_that_fill_their_image_are_not_cropped(name):
    assert straighten(scan(name)).quality.coverage == 1.0


@pytest.mark.parametrize(("name", "coverage"), [("ll_0313.jpg", 0.74), ("fw_honor_2018.jpg", 0.83)])
def test_pages_on_a_desk_are_found(name, coverage):
    assert straighten(scan(name)).quality.coverage == pytest.approx(coverage, abs=0.03)


@pytest.mark.engine
@pytest.mark.parametrize("turned_by", ROTATIONS)
@pytest.mark.parametrize("name", LICENCES)
def test_every_quarter_turn_of_a_licence_is_undone(engine, name, turned_by):
    image = scan(name)
    small = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    page = straighten(rotated(small, turned_by), orientation_model=engine.orientation)
    assert page.rotation == (360 - turned_by) % 360
