"""Red ink leaves black text where it crosses it, and red print alone."""

import cv2
import numpy as np

from extractors.seals import find_seals
from pipeline.imaging.seal_ink import without_red
from tests.drawn_pages import RED, stamped, text_page


def test_black_text_under_a_seal_survives():
    page = text_page()
    sealed = stamped(page, (600, 900), 150)
    cleaned = without_red(sealed, find_seals(sealed))
    black = page[:, :, 1] < 90
    under = np.zeros(black.shape, np.uint8)
    cv2.circle(under, (600, 900), 150, 255, -1)
    inside = under > 0
    assert (cleaned[inside & black][:, 1] < 130).mean() > 0.97
    assert (cleaned[inside & (page[:, :, 1] > 240)][:, 1] > 200).mean() > 0.97


def test_the_page_outside_the_seal_is_not_touched():
    sealed = stamped(text_page(), (600, 900), 150)
    cleaned = without_red(sealed, find_seals(sealed))
    outside = np.full(sealed.shape[:2], 255, np.uint8)
    cv2.circle(outside, (600, 900), 175, 0, -1)
    assert np.array_equal(cleaned[outside > 0], sealed[outside > 0])


def test_red_titles_and_frames_stay():
    page = text_page(lines=16)
    page[:170] = 252
    cv2.putText(page, "LICENCE", (330, 130), cv2.FONT_HERSHEY_DUPLEX, 3.4, RED, 9, cv2.LINE_AA)
    cv2.rectangle(page, (30, 30), (1209, 1723), RED, 12)
    assert without_red(page, find_seals(page)) is page


def test_red_characters_across_text_are_taken_off():
    page = text_page()
    marked = page.copy()
    cv2.putText(marked, "COPY", (250, 1000), cv2.FONT_HERSHEY_DUPLEX, 9, (80, 80, 245), 26, cv2.LINE_AA)
    cleaned = without_red(marked, [])
    red = (cleaned[:, :, 2].astype(int) - cleaned[:, :, 1]) > 60
    assert red.mean() < 0.1 * ((marked[:, :, 2].astype(int) - marked[:, :, 1]) > 60).mean()
