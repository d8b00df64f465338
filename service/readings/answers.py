"""An engine's answers as bytes, and back, exactly: a verdict from kept answers is the verdict the engine would lead to.

Numbers are kept as they are (64-bit floats; probabilities that fit 32 bits in 32). A page takes 15 to 40 kB, of which
two thirds are the recogniser's alphabet, kept once a document; without it the likelihood of another text is unknown.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from extractors.engines.ctc import Alphabet, CtcEmission
from extractors.engines.protocol import OrientationScores, Recognition
from extractors.geometry import Quad
from extractors.text import Char

FORMAT: Final = "certlight.answers/1"
Answer = OrientationScores | tuple[Quad, ...] | tuple[Recognition, ...]
"""To ``orientation``, ``detect`` and ``recognise``."""
Answers = Mapping[str, Answer]
"""By the key of the question (:mod:`service.readings.engine`)."""


def packed(answers: Answers) -> bytes:
    """As kept. The same answers in the same order give the same bytes.

    Raises ValueError for an answer with evidence of a kind that is not known here.
    """
    writer = _Writer()
    index = [[key, *writer.answer(answer)] for key, answer in answers.items()]
    header = {"format": FORMAT, "answers": index, "texts": writer.texts, "alphabets": list(writer.alphabets)}
    out = io.BytesIO()
    arrays: dict[str, Any] = {
        "header": np.frombuffer(json.dumps(header, separators=(",", ":")).encode(), np.uint8),
        "floats": np.array(writer.floats, np.float64),
        "frames": np.array(writer.frames, np.uint32),
        "classes": np.array(writer.classes, np.uint32),
        "probabilities": _narrow(writer.probabilities),
    }
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, Answer]:
    """What :func:`packed` was given. Raises ValueError for anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            header = json.loads(arrays["header"].tobytes())
            if header["format"] != FORMAT:
                raise ValueError(header["format"])
            return _Reader(header, arrays).answers()
    except (zipfile.BadZipFile, KeyError, TypeError, IndexError, StopIteration, RuntimeError, EOFError) as error:
        raise ValueError("no kept answers") from error


class _Writer:
    def __init__(self) -> None:
        self.floats: list[float] = []
        self.frames: list[int] = []
        self.classes: list[int] = []
        self.probabilities: list[float] = []
        self.texts: list[Any] = []
        self.alphabets: dict[tuple[str, ...], int] = {}

    def answer(self, answer: Answer) -> tuple[str, int]:
        """Kind and number of parts; the parts go into the arrays."""
        if answer and isinstance(answer[0], Recognition):
            for recognition in answer:
                self._recognition(recognition)
            return "recognise", len(answer)
        if answer and isinstance(answer[0], float):
            self.floats.extend(answer)
            return "orientation", len(answer)
        for quad in cast("tuple[Quad, ...]", answer):
            for point in quad:
                self.floats.extend(point)
        return "detect", len(answer)

    def _recognition(self, read: Recognition) -> None:
        chars = [char.text for char in read.chars]
        self.floats.append(read.confidence)
        for char in read.chars:
            self.floats.extend((char.confidence, char.x0, char.x1))
        emission, about = read.emission, None
        if emission is not None:
            if not isinstance(emission, CtcEmission):
                raise ValueError(type(emission).__name__)
            number = self.alphabets.setdefault(emission.alphabet.characters, len(self.alphabets))
            about = [number, len(emission.frames), *([] if emission.best == read.text else [emission.best])]
            for frame in emission.frames:
                self.frames.append(len(frame))
                self.classes.extend(frame)
                self.probabilities.extend(frame.values())
        # Characters of one code point, practically all, need not be told one by one.
        self.texts.append([read.text, None if chars == list(read.text) else chars, about])


class _Reader:
    def __init__(self, header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self._index = header["answers"]
        self._texts = iter(header["texts"])
        self._alphabets = [_alphabet(tuple(characters)) for characters in header["alphabets"]]
        self._floats: Iterator[float] = iter(arrays["floats"].tolist())
        self._frames: Iterator[int] = iter(arrays["frames"].tolist())
        self._classes: Iterator[int] = iter(arrays["classes"].tolist())
        self._probabilities: Iterator[float] = iter(arrays["probabilities"].astype(np.float64).tolist())

    def answers(self) -> dict[str, Answer]:
        """Each by its key."""
        kinds: dict[str, Callable[[int], Answer]] = {
            "orientation": self._orientation,
            "detect": lambda count: tuple(self._quad() for _ in range(count)),
            "recognise": lambda count: tuple(self._recognition() for _ in range(count)),
        }
        return {key: kinds[kind](count) for key, kind, count in self._index}

    def _orientation(self, count: int) -> OrientationScores:
        return next(self._floats), next(self._floats), next(self._floats), next(self._floats)

    def _point(self) -> tuple[float, float]:
        return next(self._floats), next(self._floats)

    def _quad(self) -> Quad:
        return self._point(), self._point(), self._point(), self._point()

    def _recognition(self) -> Recognition:
        text, chars, about = next(self._texts)
        confidence = next(self._floats)
        found = tuple(
            Char(char, next(self._floats), next(self._floats), next(self._floats))
            for char in (text if chars is None else chars)
        )
        emission = None
        if about is not None:
            number, count, *best = about
            frames = tuple(self._frame() for _ in range(count))
            emission = CtcEmission(self._alphabets[number], frames, best[0] if best else text)
        return Recognition(text, confidence, found, emission)

    def _frame(self) -> dict[int, float]:
        return {next(self._classes): next(self._probabilities) for _ in range(next(self._frames))}


@lru_cache(maxsize=8)
def _alphabet(characters: tuple[str, ...]) -> Alphabet:
    """One a process and recogniser: making one takes a moment."""
    return Alphabet(characters)


def _narrow(values: list[float]) -> NDArray[Any]:
    wide = np.array(values, np.float64)
    narrow = wide.astype(np.float32)
    return narrow if bool((narrow == wide).all()) else wide
