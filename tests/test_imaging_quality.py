"""What makes a page illegible is named, and severe only where values may be guesses."""

import cv2
import numpy as np
import pytest

from pipeline.imaging.quality import with_text_height
from pipeline.imaging.straighten import straighten
from tests.drawn_pages import photo_of, stamped, text_page, turned


def codes(image, **options):
    return {issue.code: issue.severe for issue in straighten(image, **options).quality.issues}


def test_a_clean_colour_scan_has_no_issues():
    page = straighten(stamped(text_page(), (800, 1300), 140))
    assert page.quality.issues == ()
    assert page.quality.sharpness > 0.9
    assert page.quality.text_height is None


def test_sharpness_falls_with_blur_and_turns_severe():
    blurred = [straighten(cv2.GaussianBlur(text_page(), (0, 0), s)).quality for s in (0.8, 1.6, 3.2, 6.0)]
    values = [round(quality.sharpness, 1) for quality in blurred]
    assert values == sorted(values, reverse=True)
    assert blurred[0].legible
    assert not blurred[-1].legible
    assert "quality.blurred" in {issue.code for issue in blurred[-1].issues}


def test_a_thumbnail_is_severe():
    assert codes(cv2.resize(text_page(), (210, 297), interpolation=cv2.INTER_AREA))["quality.low_resolution"]


def test_a_copy_without_colour_is_told():
    grey = cv2.cvtColor(cv2.cvtColor(stamped(text_page(), (800, 1300), 140), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert codes(grey) == {"quality.greyscale": False}


def test_a_skewed_page_is_told_and_measured():
    quality = straighten(turned(text_page(), 7.0)).quality
    assert quality.skew == pytest.approx(7.0, abs=0.3)
    assert "quality.skewed" in {issue.code for issue in quality.issues}


def test_a_reflection_is_told():
    page = (text_page() * 0.75).astype(np.uint8)
    cv2.circle(page, (700, 800), 260, (255, 255, 255), -1)
    assert "quality.glare" in codes(page, photo=False)


def test_a_page_cut_by_the_photo_is_told():
    corners = np.array([[-200.0, 90.0], [1300.0, 100.0], [1310.0, 1130.0], [-200.0, 1120.0]])
    assert "quality.cropped" in codes(photo_of(text_page(1754, 1240, lines=20), corners, (1640, 1200), (30, 40, 60)))


@pytest.mark.parametrize(
    ("heights", "severe"), [([8, 9, 10], True), ([13, 14, 15], False), ([30, 32], None), ([], None)]
)
def test_text_height_completes_the_quality(heights, severe):
    quality = with_text_height(straighten(stamped(text_page(), (800, 1300), 140)).quality, heights)
    found = {issue.code: issue.severe for issue in quality.issues}.get("quality.small_text")
    assert found is severe
    assert quality.text_height == (float(np.median(heights)) if heights else None)


def test_text_height_can_be_told_twice():
    quality = with_text_height(straighten(text_page()).quality, [9.0])
    assert with_text_height(quality, [9.0]).issues == quality.issues


def test_every_issue_gives_advice_in_both_languages():
    worst = cv2.GaussianBlur(cv2.resize(turned(text_page(), 8.0), (300, 420)), (0, 0), 2)
    for issue in straighten((worst * 0.3).astype(np.uint8)).quality.issues:
        assert issue.advice.zh
        assert issue.advice.en
