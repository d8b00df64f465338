"""Degradations: the homography they report is the one they applied."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from samples import degrade


def _page() -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """A white page with one saturated square off centre."""
    page = np.full((900, 640, 3), 245, np.uint8)
    page[180:240, 400:480] = (200, 40, 30)
    return page, (400.0, 180.0, 480.0, 240.0)


@pytest.mark.parametrize("name", [n for n in degrade.ALL if n != "grey"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_transform_finds_the_ink_again(name: str, seed: int) -> None:
    page, box = _page()
    after = degrade.degrade(name, page, np.random.default_rng(seed))
    x0, y0, x1, y1 = degrade.mapped(box, after.transform)
    channels = after.image.astype(int)
    blue = (channels[..., 0] - channels[..., 2]) > 45
    ys, xs = np.nonzero(cv2.morphologyEx(blue.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
    found = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    assert np.allclose(found, (x0, y0, x1, y1), atol=5), (found, (x0, y0, x1, y1))


@pytest.mark.parametrize("name", degrade.ALL)
def test_page_corners_stay_inside_the_image(name: str) -> None:
    page, _ = _page()
    after = degrade.degrade(name, page, np.random.default_rng(4))
    height, width = after.image.shape[:2]
    x0, y0, x1, y1 = degrade.mapped((0, 0, 640, 900), after.transform)
    assert x0 >= -1
    assert y0 >= -1
    assert x1 <= width + 1
    assert y1 <= height + 1


@pytest.mark.parametrize("name", degrade.ALL)
def test_same_random_source_gives_the_same_pixels(name: str) -> None:
    page, _ = _page()
    first, second = (degrade.degrade(name, page, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first.image, second.image)


def test_quarter_turn_is_clockwise() -> None:
    page, _ = _page()
    turned = degrade.degrade("rot90", page, np.random.default_rng(0)).image
    assert np.array_equal(turned, cv2.rotate(page, cv2.ROTATE_90_CLOCKWISE))


def test_grey_copy_has_no_colour() -> None:
    page, _ = _page()
    image = degrade.degrade("grey", page, np.random.default_rng(0)).image
    assert np.array_equal(image[..., 0], image[..., 2])


def test_upright_scale_is_unknown_where_imaging_decides() -> None:
    page, _ = _page()
    scales = {n: degrade.degrade(n, page, np.random.default_rng(1)).upright_scale for n in degrade.ALL}
    assert scales["skew"] is None
    assert scales["photo"] is None
    assert scales["rot270"] == 1.0
    assert scales["faint"] == pytest.approx(degrade.FAINT_SIDE / 900)
