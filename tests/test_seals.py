"""Seals are found where they are, and their ring text comes out straight."""

import cv2
import numpy as np
import pytest

from extractors.seal_text import read_ring, unwrap
from extractors.seals import find_seals
from tests.drawn_pages import RED, stamped, text_page

CENTRE, RADIUS = (700, 1200), 140


def blank():
    return np.full((1754, 1240, 3), 250, np.uint8)


def runs(strip):
    """Start and length of the runs of inked columns."""
    ink = ((255 - strip[:, :, 1].astype(float)).mean(axis=0) > 40).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ink, [0]]))).reshape(-1, 2)
    return [(int(a), int(b - a)) for a, b in edges if b - a > 2]


@pytest.mark.parametrize("page", [blank(), text_page()], ids=["blank", "over text"])
def test_a_seal_is_found(page):
    (seal,) = find_seals(stamped(page, CENTRE, RADIUS))
    assert seal.center == pytest.approx(CENTRE, abs=3)
    assert seal.radii == pytest.approx((RADIUS, RADIUS), abs=5)
    assert seal.completeness > 0.9


def test_crossing_seals_are_told_apart():
    page = stamped(stamped(text_page(), (500, 1200), 140), (720, 1230), 140)
    found = sorted(seal.center for seal in find_seals(page))
    assert np.abs(np.array(found) - [(500, 1200), (720, 1230)]).max() < 6


def test_a_photographed_seal_may_be_out_of_round():
    page = cv2.resize(stamped(blank(), CENTRE, RADIUS), None, fx=1.0, fy=0.92)
    (seal,) = find_seals(page)
    assert sorted(seal.radii) == pytest.approx([0.92 * RADIUS, RADIUS], abs=5)


def test_red_print_is_no_seal():
    page = text_page(lines=12)
    cv2.putText(page, "LICENCE", (200, 500), cv2.FONT_HERSHEY_DUPLEX, 5, RED, 12)
    cv2.circle(page, (620, 800), 90, RED, -1)
    cv2.rectangle(page, (30, 30), (1209, 1723), RED, 10)
    assert find_seals(page) == []


def test_grey_pages_have_no_red_seals():
    grey = cv2.cvtColor(stamped(text_page(), CENTRE, RADIUS), cv2.COLOR_BGR2GRAY)
    assert find_seals(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)) == []


@pytest.mark.parametrize("tilt", [-25.0, 0.0, 12.0])
def test_the_strip_begins_where_the_ring_text_begins(tilt):
    page = stamped(blank(), CENTRE, RADIUS, marks=11, tilt=tilt)
    (seal,) = find_seals(page)
    for strip in unwrap(page, seal):
        found = runs(strip)
        assert len(found) == 11
        widths = [length for _, length in found]
        # The first block is half as wide as its followers: neither mirrored nor begun in the middle.
        assert widths[0] < 0.7 * np.median(widths)
        assert min(widths[1:]) > 0.8 * np.median(widths)


def test_the_code_along_the_lower_rim_is_left_out():
    page = stamped(blank(), CENTRE, RADIUS, marks=9, sweep=220.0, code=True)
    (seal,) = find_seals(page)
    assert len(runs(unwrap(page, seal)[0])) == 9


def test_black_text_under_the_ring_is_left_out():
    page = blank()
    for y in range(1080, 1340, 40):
        cv2.line(page, (520, y), (880, y), (25, 25, 25), 5)
    clean, crossed = stamped(blank(), CENTRE, RADIUS), stamped(page, CENTRE, RADIUS)
    (seal,) = find_seals(clean)
    for without, with_lines in list(zip(unwrap(clean, seal), unwrap(crossed, seal), strict=True))[:2]:
        width = min(without.shape[1], with_lines.shape[1])
        extra = with_lines[:, :width, 1].astype(int) < without[:, :width, 1].astype(int) - 120
        assert extra.mean() < 0.03


def test_a_certain_reading_ends_the_search():
    page = stamped(blank(), CENTRE, RADIUS)
    (seal,) = find_seals(page)
    asked = []

    def recognise(crops):
        asked.extend(crops)
        return [("甲乙丙", 0.999)]

    assert read_ring(page, seal, recognise) == ("甲乙丙", 0.999)
    assert len(asked) == 1


def test_renderings_that_disagree_lower_the_confidence():
    page = stamped(blank(), CENTRE, RADIUS)
    (seal,) = find_seals(page)
    answers = iter([("甲乙丙丁", 0.80), ("甲丙", 0.96), ("甲乙丙丁", 0.85)])
    text, confidence = read_ring(page, seal, lambda crops: [next(answers)])
    assert text == "甲丙"
    assert confidence < 0.75
