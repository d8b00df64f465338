"""What every OCR engine can do: tell which way up a page stands, find its lines, read lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from extractors.geometry import Quad
from extractors.page import BgrImage
from extractors.text import Char, Emission

Effort = Literal["full", "skim"]
"""``full`` reads with the small models; ``skim`` with the tiny ones, whose alphabet lacks rare characters."""

OrientationScores = tuple[float, float, float, float]
"""Probabilities that the page stands turned clockwise from upright by 0, 90, 180 and 270 degrees, in this order."""


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """What one line crop says. ``confidence`` is the mean over ``chars``, 0 for an empty text."""

    text: str
    confidence: float
    chars: tuple[Char, ...]
    emission: Emission | None = None


class OcrEngine(Protocol):
    """One engine per process: implementations are not safe to share between threads."""

    @property
    def name(self) -> str:
        """Engine and version, for the record of a verdict."""
        ...

    @property
    def models(self) -> Mapping[str, str]:
        """Model name → SHA-256 of its weights, for the record of a verdict."""
        ...

    def orientation(self, image: BgrImage) -> OrientationScores:
        """Which way up the page stands."""
        ...

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        """Quads of the text lines, in pixels of ``image``, in no particular order."""
        ...

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        """Read the lines at ``quads``; one answer each, in the same order."""
        ...
