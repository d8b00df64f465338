"""An engine that reads from a script instead of pixels, so that logic can be tested without model weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractors.engines.protocol import Effort, OrientationScores, Recognition
from extractors.geometry import Box, Quad
from extractors.page import BgrImage
from extractors.text import Char


@dataclass(frozen=True, slots=True)
class ScriptedLine:
    """One line the engine pretends to see."""

    text: str
    box: Box
    confidence: float = 0.99


class NullEngine:
    """Finds exactly the scripted lines, whatever the image; a quad reads as the scripted characters whose centres
    it holds."""

    def __init__(self, lines: Sequence[ScriptedLine] = ()) -> None:
        self._lines = tuple(lines)

    @property
    def name(self) -> str:
        return "null"

    @property
    def models(self) -> Mapping[str, str]:
        return {}

    def orientation(self, image: BgrImage) -> OrientationScores:
        return (1.0, 0.0, 0.0, 0.0)

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        return [line.box.quad for line in self._lines]

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        return [self._read(Box.of_quad(quad)) for quad in quads]

    def _read(self, box: Box) -> Recognition:
        chars: list[Char] = []
        for line in self._lines:
            step = line.box.width / max(len(line.text), 1)
            middle = (line.box.y0 + line.box.y1) / 2
            if not box.y0 <= middle <= box.y1:
                continue
            for i, c in enumerate(line.text):
                left, right = line.box.x0 + i * step, line.box.x0 + (i + 1) * step
                if box.x0 <= (left + right) / 2 <= box.x1 and box.width > 0:
                    extent = (max(0.0, (left - box.x0) / box.width), min(1.0, (right - box.x0) / box.width))
                    chars.append(Char(c, line.confidence, *extent))
        confidence = sum(c.confidence for c in chars) / len(chars) if chars else 0.0
        return Recognition("".join(c.text for c in chars), confidence, tuple(chars))
