"""The real engine, one a process, and a copy that does not read the same pixels twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

from extractors.engines.paddle import PaddleEngine
from extractors.engines.protocol import Effort, OrientationScores, Recognition
from extractors.geometry import Quad
from extractors.page import BgrImage
from tests.components import require


@cache
def real_engine() -> PaddleEngine:
    """Skips the test that asks for it where the weights are not installed; fails it in CI."""
    return PaddleEngine(require("models"), threads=2)


class Remembering:
    """Answers as ``engine`` does; what was asked before about the same pixels is not computed again.

    Claims about one scan differ in what they enter, not in what stands on the page.
    """

    def __init__(self, engine: PaddleEngine) -> None:
        self._engine = engine
        self._answers: dict[tuple[object, ...], object] = {}

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def models(self) -> Mapping[str, str]:
        return self._engine.models

    def orientation(self, image: BgrImage) -> OrientationScores:
        key = ("orientation", _pixels(image))
        if key not in self._answers:
            self._answers[key] = self._engine.orientation(image)
        return self._answers[key]  # type: ignore[return-value]

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        key = ("detect", effort, _pixels(image))
        if key not in self._answers:
            self._answers[key] = self._engine.detect(image, effort)
        return list(self._answers[key])  # type: ignore[call-overload,no-any-return]

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        key = ("recognise", effort, _pixels(image), tuple(quads))
        if key not in self._answers:
            self._answers[key] = self._engine.recognise(image, quads, effort)
        return list(self._answers[key])  # type: ignore[call-overload,no-any-return]


def _pixels(image: BgrImage) -> tuple[tuple[int, ...], bytes]:
    return image.shape, hashlib.blake2b(image.tobytes(), digest_size=16).digest()


@cache
def remembering_engine() -> Remembering:
    return Remembering(real_engine())
