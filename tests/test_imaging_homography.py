"""Transforms point from the made image back to its source, and compose in the order the steps were taken."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging import homography
from pipeline.imaging.orient import ROTATIONS, rotated

SIZES = st.tuples(st.integers(2, 4000), st.integers(2, 4000))


@given(size=SIZES, rotation=st.sampled_from(ROTATIONS))
def test_quarter_turn_maps_corner_pixels_to_corner_pixels(size, rotation):
    made = homography.size_after(size, rotation)
    transform = homography.turned(size, rotation)
    corners = [(0, 0), (made[0] - 1, 0), (made[0] - 1, made[1] - 1), (0, made[1] - 1)]
    source = {(0, 0), (size[0] - 1, 0), (size[0] - 1, size[1] - 1), (0, size[1] - 1)}
    assert {(round(x), round(y)) for x, y in homography.map_points(transform, corners)} == source


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_quarter_turn_agrees_with_the_pixels(rotation):
    image = np.random.default_rng(0).integers(0, 255, (5, 7, 3), np.uint8)
    made = rotated(image, rotation)
    transform = homography.turned((7, 5), rotation)
    for y in range(made.shape[0]):
        for x in range(made.shape[1]):
            ((u, v),) = homography.map_points(transform, [(x, y)])
            assert (made[y, x] == image[round(v), round(u)]).all()


@given(source=SIZES, made=SIZES)
def test_resizing_maps_outer_edges_to_outer_edges(source, made):
    transform = homography.resized(source, made)
    (near, far) = homography.map_points(transform, [(-0.5, -0.5), (made[0] - 0.5, made[1] - 0.5)])
    assert near == pytest.approx((-0.5, -0.5), abs=1e-6)
    assert far == pytest.approx((source[0] - 0.5, source[1] - 0.5), abs=1e-6)


@given(size=SIZES, degrees=st.floats(-15, 15), rotation=st.sampled_from(ROTATIONS), made=SIZES)
def test_composed_steps_can_be_undone(size, degrees, rotation, made):
    lean, leant_size = homography.leant(homography.size_after(size, rotation), degrees)
    transform = homography.turned(size, rotation) @ lean @ homography.resized(leant_size, made)
    points = [(0.0, 0.0), (made[0] / 3, made[1] / 2), (float(made[0]), 1.0)]
    there = homography.map_points(transform, points)
    back = homography.map_points(np.linalg.inv(transform), there)
    assert np.allclose(back, points, atol=1e-5 * max(made))


@given(size=SIZES, degrees=st.floats(-15, 15))
def test_leaning_keeps_the_whole_image_on_the_canvas(size, degrees):
    transform, made = homography.leant(size, degrees)
    w, h = size[0] - 1, size[1] - 1
    seen = homography.map_points(np.linalg.inv(transform), [(0, 0), (w, 0), (w, h), (0, h)])
    assert all(-2 <= x <= made[0] + 1 and -2 <= y <= made[1] + 1 for x, y in seen)


def test_a_warp_takes_the_pixels_the_transform_names():
    image = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (80, 120, 3), np.uint8), (0, 0), 4)
    transform, size = homography.leant((120, 80), 7.0)
    made = homography.taken(image, transform, size, (255, 255, 255))
    ((u, v),) = homography.map_points(transform, [(60, 40)])
    assert np.abs(made[40, 60].astype(int) - image[round(v), round(u)]).max() < 8
