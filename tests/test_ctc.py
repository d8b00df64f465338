"""The recogniser's posteriors: the best reading, and how likely any other text is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.engines.ctc import KEPT_PROBABILITY, Alphabet, CtcEmission, decode
from extractors.engines.protocol import Recognition

LATIN = Alphabet(("", "a", "b", "c"))
"""Class 0 is the blank."""


def read(
    rows: Sequence[Sequence[float]], alphabet: Alphabet = LATIN, aspect: float = 4.0, used: float = 1.0
) -> Recognition:
    return decode(np.array(rows, dtype=np.float32), alphabet, aspect, used)


def sharp(classes: Sequence[int], size: int = 4, rest: float = 0.03) -> list[list[float]]:
    """One frame a class, nearly sure of it."""
    return [[1 - rest * (size - 1) if c == label else rest for c in range(size)] for label in classes]


def ratio(found: Recognition, text: str) -> float:
    assert found.emission is not None
    return found.emission.log_ratio(text)


def likelihood(emission: CtcEmission, text: str) -> float:
    """Sum over every alignment of the text, by trying them all (Graves et al. 2006, equation 3)."""
    classes = range(len(emission.alphabet.characters))
    total = 0.0
    for path in itertools.product(classes, repeat=len(emission.frames)):
        collapsed = [c for c, _ in itertools.groupby(path) if c not in emission.alphabet.blanks]
        if "".join(emission.alphabet.characters[c] for c in collapsed) == text:
            total += math.prod(frame.get(c, KEPT_PROBABILITY) for c, frame in zip(path, emission.frames, strict=True))
    return total


@st.composite
def matrices(draw: st.DrawFn) -> list[list[float]]:
    frames = draw(st.integers(1, 5))
    weights = st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4)
    rows = draw(st.lists(weights, min_size=frames, max_size=frames))
    return [[w / sum(row) for w in row] for row in rows]


@given(matrices(), st.text(alphabet="abc", max_size=4))
def test_the_forward_algorithm_sums_over_all_alignments(rows: list[list[float]], text: str) -> None:
    found = read(rows)
    emission = found.emission
    assert isinstance(emission, CtcEmission)
    repeats = sum(a == b for a, b in itertools.pairwise(text))
    if len(text) + repeats > len(rows):
        return  # no alignment: the next test
    expected = math.log(likelihood(emission, text)) - math.log(likelihood(emission, found.text))
    assert ratio(found, text) == pytest.approx(expected, abs=1e-4)


@given(matrices(), st.text(alphabet="abc", min_size=1, max_size=8))
def test_a_text_without_an_alignment_is_very_unlikely_but_never_an_error(rows: list[list[float]], text: str) -> None:
    repeats = sum(a == b for a, b in itertools.pairwise(text))
    if len(text) + repeats <= len(rows):
        return
    found = read(rows)
    if len(rows) == 1 or len(text) > len(rows):
        assert ratio(found, text) < ratio(found, found.text)
    assert ratio(found, text) < 0


@given(matrices())
def test_the_best_text_is_the_yardstick(rows: list[list[float]]) -> None:
    found = read(rows)
    assert ratio(found, found.text) == 0.0


def test_another_text_is_far_below_the_best() -> None:
    found = read(sharp([1, 0, 2, 0, 3], rest=0.001))
    assert found.text == "abc"
    assert ratio(found, "abb") < -5.8
    assert ratio(found, "ab") < -5.8
    assert ratio(found, "abcc") < -5.8


def test_a_wavering_reader_finds_both_texts_likely() -> None:
    rows = sharp([1, 0, 2])
    rows[2] = [0.02, 0.02, 0.5, 0.46]
    found = read(rows)
    assert found.text == "ab"
    assert -0.5 < ratio(found, "ac") < 0


def test_repeated_letters_need_a_blank_between_them() -> None:
    joined, parted = read(sharp([1, 1, 1], rest=0.001)), read(sharp([1, 0, 1], rest=0.001))
    assert (joined.text, parted.text) == ("a", "aa")
    assert ratio(joined, "aa") < -5.8
    assert ratio(parted, "a") < -5.8


def test_folded_widths_and_brackets_are_one_letter() -> None:
    alphabet = Alphabet(("", "(", "（", "1", "１", "a", "〔", "—", "-"))
    found = read(sharp([2, 3, 6, 7], size=9, rest=0.001), alphabet)
    assert found.text == "（1〔—"
    for other in ("(1(-", "（１（—", "〔1[–"):
        assert ratio(found, other) == pytest.approx(0.0, abs=0.01), other
    assert ratio(found, "(a(-") < -5.8


def test_a_space_counts_as_a_blank() -> None:
    alphabet = Alphabet(("", "a", "b", " "))
    found = read(sharp([1, 3, 2]), alphabet)
    assert found.text == "a b"
    assert ratio(found, "ab") == pytest.approx(0.0)
    assert ratio(found, " a  b ") == pytest.approx(0.0)


def test_an_unknown_character_gives_the_floor() -> None:
    found = read(sharp([1, 0, 2], rest=0.001))
    assert ratio(found, "a鄠") == pytest.approx(math.log(KEPT_PROBABILITY), abs=0.1)


def test_the_floor_never_overstates_the_evidence_against_a_text() -> None:
    """Probabilities too small to be kept count as the bound itself."""
    rows = [[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    assert ratio(read(rows), "ac") >= math.log(KEPT_PROBABILITY) - 1e-6


def test_an_empty_text() -> None:
    found = read(sharp([0, 0], rest=0.001))
    assert (found.text, found.chars, found.confidence) == ("", (), 0.0)
    assert ratio(found, "") == 0.0
    assert ratio(found, "a") < -5.8
    assert ratio(read(sharp([1], rest=0.001)), "") < -5.8


class TestTwins:
    """Simplified characters are preferred to their traditional twins where the reader wavers."""

    ALPHABET = Alphabet(("", "國", "国", "a"))

    def test_the_simplified_twin_is_preferred(self) -> None:
        found = read([[0.0, 0.9, 0.06, 0.04], [0.9, 0.05, 0.03, 0.02]], self.ALPHABET)
        assert found.text == "国"
        assert found.chars[0].confidence == pytest.approx(0.96)

    def test_what_is_really_traditional_stays(self) -> None:
        assert read([[0.0, 0.98, 0.001, 0.019]], self.ALPHABET).text == "國"

    def test_a_letter_read_as_both_twins_is_one_letter(self) -> None:
        rows = [[0.0, 0.9, 0.08, 0.02], [0.0, 0.08, 0.9, 0.02], [0.0, 0.9, 0.08, 0.02]]
        assert read(rows, self.ALPHABET).text == "国"

    def test_confidence_never_exceeds_one(self) -> None:
        assert read([[0.0, 0.98, 0.03, 0.0]], self.ALPHABET).confidence <= 1.0

    def test_the_evidence_keeps_the_twins_apart(self) -> None:
        found = read([[0.0, 0.9, 0.06, 0.04]], self.ALPHABET)
        assert ratio(found, "國") > 0
        assert ratio(found, "国") == 0.0


@given(matrices(), st.floats(0.05, 40.0), st.floats(0.05, 1.0))
def test_characters_stand_in_order_inside_the_crop(rows: list[list[float]], aspect: float, used: float) -> None:
    found = read(rows, aspect=aspect, used=used)
    assert "".join(c.text for c in found.chars) == found.text
    for char in found.chars:
        assert 0.0 <= char.x0 <= char.x1 <= 1.0
        assert 0.0 <= char.confidence <= 1.0
    for left, right in itertools.pairwise(found.chars):
        assert left.x1 <= right.x0 + 1e-9


def test_padding_does_not_squeeze_the_characters() -> None:
    rows = sharp([1, 0, 2, 0, 0, 0, 0, 0])
    whole, half = read(rows), read(rows, used=0.5)
    assert half.chars[1].x0 > 1.5 * whole.chars[1].x0
    assert half.chars[1].x1 <= 1.0


def test_a_class_of_several_code_points_keeps_one_character_a_code_point() -> None:
    found = read(sharp([1, 0, 2]), Alphabet(("", "ab", "c", "d")))
    assert found.text == "abc"
    assert len(found.chars) == 3
    assert (found.chars[0].x0, found.chars[0].x1) == (found.chars[1].x0, found.chars[1].x1)
