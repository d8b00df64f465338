"""Known rotation, skew and perspective are undone, and the transform leads back to the uploaded pixels."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.page import LayerWord
from pipeline.imaging import homography
from pipeline.imaging.deskew import measure_skew
from pipeline.imaging.ink import preview, text_mask
from pipeline.imaging.orient import ROTATIONS, Candidate, candidates, rotated, verify
from pipeline.imaging.page_finding import find_page
from pipeline.imaging.straighten import LONGEST_SIDE, straighten
from tests.drawn_pages import decorated_page, photo_of, stamped, text_page, turned

CORNERS = np.array([[210.0, 160.0], [1420.0, 210.0], [1490.0, 1010.0], [150.0, 960.0]])


def model_saying(turned_by: int, score: float = 0.92):
    rest = (1 - score) / 3
    return lambda image: tuple(score if d == turned_by else rest for d in ROTATIONS)


@pytest.mark.parametrize("degrees", [-14.0, -5.3, -1.0, 0.0, 0.6, 3.1, 9.7, 14.0])
def test_skew_is_measured_to_a_fifth_of_a_degree(degrees):
    small, _ = preview(turned(text_page(), degrees))
    assert measure_skew(text_mask(small)).degrees == pytest.approx(degrees, abs=0.2)


@pytest.mark.parametrize("degrees", [-8.0, 0.0, 4.0])
def test_a_decorated_frame_does_not_pull_the_skew(degrees):
    small, _ = preview(turned(decorated_page(), degrees))
    assert measure_skew(text_mask(small)).degrees == pytest.approx(degrees, abs=0.25)


def test_a_blank_page_has_no_skew():
    assert measure_skew(text_mask(np.full((700, 500, 3), 250, np.uint8))).confidence == 0


@pytest.mark.parametrize("desk", [(30, 40, 60), (60, 110, 150), (20, 20, 25)])
def test_the_corners_of_a_photographed_page_are_found(desk):
    found = find_page(photo_of(decorated_page(), CORNERS, (1640, 1200), desk))
    assert found is not None
    assert np.abs(np.array(found.corners) - CORNERS).max() < 10
    assert not found.cut


def test_the_frame_of_a_scan_is_not_taken_for_its_edge():
    assert find_page(decorated_page()) is None
    assert find_page(text_page()) is None


def test_a_page_found_in_a_photo_comes_out_flat():
    page = straighten(photo_of(decorated_page(), CORNERS, (1640, 1200), (30, 40, 60)))
    assert page.quality.coverage == pytest.approx(0.52, abs=0.06)
    seen = np.array(homography.map_points(np.linalg.inv(page.transform), [tuple(c) for c in CORNERS]))
    w, h = page.width - 1, page.height - 1
    assert np.abs(seen - [[0, 0], [w, 0], [w, h], [0, h]]).max() < 14
    small, _ = preview(page.image)
    assert abs(measure_skew(text_mask(small)).degrees) < 0.4


@pytest.mark.parametrize("turned_by", ROTATIONS)
def test_quarter_turns_are_undone_and_recorded(turned_by):
    original = text_page()
    page = straighten(rotated(original, turned_by), orientation_model=model_saying(turned_by))
    assert page.rotation == (360 - turned_by) % 360
    assert np.array_equal(page.image, original)


@settings(max_examples=12, deadline=None)
@given(turned_by=st.sampled_from(ROTATIONS), degrees=st.floats(-10, 10), x=st.floats(0.2, 0.8), y=st.floats(0.2, 0.8))
def test_the_transform_leads_from_the_page_to_the_upload(turned_by, degrees, x, y):
    marked = text_page(900, 1200, lines=20)
    upload = rotated(turned(marked, degrees), turned_by)
    spot = (round(x * upload.shape[1]), round(y * upload.shape[0]))
    cv2.circle(upload, spot, 9, (200, 30, 30), -1)
    page = straighten(upload, orientation_model=model_saying(turned_by), photo=False)
    blue = (page.image[:, :, 0] > 140) & (page.image[:, :, 2] < 90)
    ys, xs = np.nonzero(blue)
    ((u, v),) = homography.map_points(page.transform, [(float(xs.mean()), float(ys.mean()))])
    assert (u, v) == pytest.approx(spot, abs=1.5)


def test_a_large_photo_is_brought_to_working_size():
    large = cv2.resize(text_page(), (3508, 4961))
    page = straighten(large, dpi=424.0)
    assert max(page.width, page.height) == LONGEST_SIDE
    assert page.dpi == pytest.approx(424.0 * LONGEST_SIDE / 4961, rel=0.01)
    corner = homography.map_points(page.transform, [(page.width - 0.5, page.height - 0.5)])[0]
    assert corner == pytest.approx((3507.5, 4960.5), abs=0.6)


def test_a_clean_scan_is_passed_through_untouched():
    scan = text_page()
    page = straighten(scan, photo=True)
    assert page.image is scan
    assert page.reading_image is scan
    assert np.array_equal(page.transform, np.eye(3))


def test_words_of_a_text_layer_move_with_the_page():
    page = straighten(
        rotated(text_page(), 90), orientation_model=model_saying(90), layer=[LayerWord("x", 100, 200, 130, 400)]
    )
    (word,) = page.layer
    assert (word.x0, word.y0, word.x1, word.y1) == pytest.approx((200, 1753 - 130, 400, 1753 - 100), abs=1)


def test_an_unsure_model_is_verified_by_reading():
    upside_down = rotated(text_page(), 180)
    reference = text_page()

    def recognise(crops):
        # Reads with confidence what looks like the upright print; stands in for a recogniser.
        probe = [cv2.matchTemplate(reference, crop[3:-3, 8:120], cv2.TM_CCOEFF_NORMED).max() for crop in crops]
        return [0.95 if score > 0.9 else 0.4 for score in probe]

    page = straighten(upside_down, orientation_model=model_saying(0, 0.5), recognise_sample=recognise)
    assert page.rotation == 180


def test_verification_keeps_the_favourite_when_reading_tells_nothing():
    ranking = [Candidate(0, 0.5), Candidate(180, 0.4)]
    assert verify(text_page(), ranking, lambda crops: [0.5] * len(crops)).rotation == 0
    assert verify(np.full((400, 300, 3), 250, np.uint8), ranking, lambda crops: [0.9] * len(crops)).rotation == 0


def test_text_lines_across_the_predicted_direction_make_the_model_unsure():
    small, _ = preview(text_page())
    assert candidates((0.9, 0.04, 0.03, 0.03), text_mask(small))[0].confidence == pytest.approx(0.9)
    against = candidates((0.04, 0.9, 0.03, 0.03), text_mask(small))[0]
    assert against.rotation == 270
    assert against.confidence < 0.8


def test_uneven_light_is_evened_and_even_light_left_alone():
    page = text_page()
    shade = np.linspace(1.0, 0.45, page.shape[1])[None, :, None]
    lit = straighten((page * shade).astype(np.uint8), photo=False)
    grey = cv2.cvtColor(lit.reading_image, cv2.COLOR_BGR2GRAY)
    paper = [float(np.percentile(grey[:, x : x + 100], 80)) for x in (50, 600, 1100)]
    assert max(paper) - min(paper) < 20


def test_seal_ink_stays_on_the_image_and_leaves_the_reading_image():
    page = straighten(stamped(text_page(), (800, 1300), 140))
    seal = (slice(1170, 1430), slice(670, 930))
    redness = page.image[seal].astype(int)[:, :, 2] - page.image[seal].astype(int)[:, :, 1]
    read = page.reading_image[seal].astype(int)
    assert (redness > 60).mean() > 0.1
    assert ((read[:, :, 2] - read[:, :, 1]) > 60).mean() < 0.002
