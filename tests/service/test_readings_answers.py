"""Kept answers come back exactly as the engine gave them, or not at all."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.engines.ctc import Alphabet, CtcEmission
from extractors.engines.null import NullEngine
from extractors.engines.protocol import Recognition
from extractors.text import Char
from service.readings.answers import packed, unpacked
from service.readings.engine import RememberingEngine, identity
from tests.service.work import Counting
from tests.test_flow import LICENCE

ALPHABETS = [Alphabet(("", "甲", "（", " ")), Alphabet(("", "a", "b"))]
number = st.floats(allow_nan=False)
share = st.floats(0, 1) | st.floats(0, 1, width=32)
point = st.tuples(number, number)
char = st.builds(Char, st.text(max_size=2), share, share, share)
emission = st.builds(
    CtcEmission,
    st.sampled_from(ALPHABETS),
    st.lists(st.dictionaries(st.integers(0, 20_000), share, max_size=3), max_size=4).map(tuple),
    st.text(max_size=3),
)
recognition = st.builds(
    Recognition, st.text(max_size=4), share, st.lists(char, max_size=4).map(tuple), st.none() | emission
)
answer = (
    st.tuples(share, share, share, share)
    | st.lists(st.tuples(point, point, point, point), max_size=3).map(tuple)
    | st.lists(recognition, max_size=3).map(tuple)
)


def plain(value: Any) -> Any:
    """By content: recognitions and emissions are equal to themselves only."""
    if isinstance(value, CtcEmission):
        return value.alphabet.characters, [list(frame.items()) for frame in value.frames], value.best
    if isinstance(value, Recognition | Char):
        return [plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    return value


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.text("0123456789abcdef", min_size=4, max_size=4), answer, max_size=4))
def test_answers_come_back_exactly(answers: dict[str, Any]) -> None:
    data = packed(answers)
    back = unpacked(data)
    assert list(back) == list(answers)
    assert {key: plain(value) for key, value in back.items()} == {key: plain(value) for key, value in answers.items()}
    assert packed(back) == data


def test_what_is_no_memory_is_refused() -> None:
    good = packed({"k": (0.1, 0.2, 0.3, 0.4)})
    for bad in (b"", b"PK", good[: len(good) // 2], b"x" * 100):
        with pytest.raises(ValueError, match=r"."):
            unpacked(bad)
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, parts["frames.npy"] if name == "floats.npy" else part)
    with pytest.raises(ValueError, match="no kept answers"):
        unpacked(out.getvalue())


def test_evidence_of_an_unknown_kind_is_not_kept() -> None:
    class Other:
        def log_ratio(self, text: str) -> float:
            return 0.0

    with pytest.raises(ValueError, match="Other"):
        packed({"k": (Recognition("x", 1.0, (), Other()),)})


def test_a_question_is_its_pixels_its_boxes_and_its_effort() -> None:
    counting = Counting(NullEngine(LICENCE))
    remembering = RememberingEngine(counting)
    image = np.zeros((40, 60, 3), np.uint8)
    other = image.copy()
    other[39, 59, 2] = 1
    box = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
    wider = ((0.0, 0.0), (10.5, 0.0), (10.5, 10.0), (0.0, 10.0))
    questions = [
        lambda: remembering.orientation(image),
        lambda: remembering.orientation(other),
        lambda: remembering.orientation(image.reshape(60, 40, 3)),
        lambda: remembering.detect(image),
        lambda: remembering.detect(image, "skim"),
        lambda: remembering.recognise(image, [box]),
        lambda: remembering.recognise(image, [wider]),
        lambda: remembering.recognise(image, [box, wider]),
        lambda: remembering.recognise(image, [box], "skim"),
    ]
    for _ in range(2):
        for ask in questions:
            ask()
    assert counting.asked == len(questions)
    # A part of a larger image is the same pixels.
    remembering.orientation(np.pad(image, ((0, 0), (0, 5), (0, 0)))[:, :60])
    assert counting.asked == len(questions)


def test_answers_belong_to_the_engine_that_gave_them() -> None:
    class Another(NullEngine):
        models = {"rec": "1"}  # type: ignore[assignment]  # noqa: RUF012

    assert identity(NullEngine()) == identity(NullEngine(LICENCE))
    assert identity(NullEngine()) != identity(Another())
