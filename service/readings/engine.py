"""An engine that remembers: a question about pixels that was answered before is not computed again."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final, cast

import numpy as np

from extractors.engines.protocol import Effort, OcrEngine, OrientationScores, Recognition
from extractors.geometry import Quad
from extractors.page import BgrImage
from service.readings.answers import FORMAT, Answer, Answers

_CODE: Final = "extractors.engines"


class RememberingEngine:
    """Answers as ``engine`` does. ``known`` are answers that the same engine gave; what it is asked anew is in
    ``fresh``, by the same keys. Belongs to one piece of work on one tenant's document."""

    def __init__(self, engine: OcrEngine, known: Answers | None = None) -> None:
        self._engine = engine
        self._known = dict(known or {})
        self.fresh: dict[str, Answer] = {}

    @property
    def name(self) -> str:
        """See :class:`OcrEngine`."""
        return self._engine.name

    @property
    def models(self) -> Mapping[str, str]:
        """See :class:`OcrEngine`."""
        return self._engine.models

    def orientation(self, image: BgrImage) -> OrientationScores:
        """See :class:`OcrEngine`."""
        key = _key("orientation", image)
        found = self._found(key)
        if found is None:
            found = self._keep(key, self._engine.orientation(image))
        return cast(OrientationScores, found)

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        """See :class:`OcrEngine`."""
        key = _key(f"detect {effort}", image)
        found = self._found(key)
        if found is None:
            found = self._keep(key, tuple(self._engine.detect(image, effort)))
        return list(cast("tuple[Quad, ...]", found))

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        """See :class:`OcrEngine`."""
        if not quads:
            return self._engine.recognise(image, quads, effort)
        # Lines are read in batches whose width they share: the whole call is one question, not each line.
        key = _key(f"recognise {effort}", image, quads)
        found = self._found(key)
        if found is None:
            found = self._keep(key, tuple(self._engine.recognise(image, quads, effort)))
        return list(cast("tuple[Recognition, ...]", found))

    def _found(self, key: str) -> Answer | None:
        found = self._known.get(key)
        return found if found is not None else self.fresh.get(key)

    def _keep(self, key: str, answer: Answer) -> Answer:
        self.fresh[key] = answer
        return answer


def identity(engine: OcrEngine) -> str:
    """SHA-256 of what an answer depends on besides the question: engine, models, the code around them, the format."""
    parts = [FORMAT, engine.name, *(f"{name} {sha256}" for name, sha256 in sorted(engine.models.items())), _code()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _code() -> str:
    """SHA-256 of the package that makes answers of models' outputs: whoever changes it must not be answered by it."""
    digest = hashlib.sha256()
    for file in sorted(resources.files(_CODE).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _key(question: str, image: BgrImage, quads: Sequence[Quad] = ()) -> str:
    digest = hashlib.sha256(f"{question} {image.shape} {image.dtype.str}\n".encode())
    digest.update(np.ascontiguousarray(image).data)
    numbers = [number for quad in quads for point in quad for number in point]
    digest.update(struct.pack(f"<{len(numbers)}d", *numbers))
    return digest.hexdigest()
