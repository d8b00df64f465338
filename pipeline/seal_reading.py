"""Reading the seals of a document, once, when a field asks for what only a seal says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from extractors.engines.protocol import OcrEngine
from extractors.finders import SealText
from extractors.page import BgrImage
from extractors.region_reader import read_crops
from extractors.seal_text import read_ring
from extractors.seals import find_seals
from extractors.text import Char, TextLine
from pipeline.pages import StraightPages

SEAL_PAGES = 4
"""Pages searched for seals: the authority's stands on a certificate's face, not deep in an annex."""

LEGIBLE = 0.6
"""Mean confidence below which ring text is noise; rings that were read right measured 0.85 and more."""


class SealReader:
    """Callable that reads all seals of the first pages and remembers them."""

    def __init__(self, pages: StraightPages, engine: OcrEngine) -> None:
        self._pages = pages
        self._engine = engine
        self._found: tuple[SealText, ...] | None = None

    def __call__(self) -> Sequence[SealText]:
        if self._found is None:
            self._found = tuple(
                seal for index in range(min(len(self._pages), SEAL_PAGES)) for seal in self._on_page(index)
            )
        return self._found

    def _on_page(self, index: int) -> list[SealText]:
        image = self._pages[index].image
        recognise: Callable[[list[BgrImage]], list[tuple[str, float]]] = lambda crops: [  # noqa: E731
            (reading.text, reading.confidence) for reading in read_crops(self._engine, crops)
        ]
        found = []
        for seal in find_seals(image):
            text, confidence = read_ring(image, seal, recognise)
            text = text.strip()
            if text and confidence >= LEGIBLE:
                step = 1.0 / len(text)
                chars = tuple(Char(c, confidence, i * step, (i + 1) * step) for i, c in enumerate(text))
                line = TextLine(text, confidence, seal.box.quad, chars, "seal")
                found.append(SealText(index, text, confidence, line))
        return found
