"""Pages are straightened when asked for, few are held; seals are read once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from extractors.engines.null import NullEngine
from extractors.engines.protocol import Effort, OrientationScores, Recognition
from extractors.geometry import Quad
from extractors.page import BgrImage
from extractors.text import Char
from pipeline.intake.intake import take
from pipeline.pages import StraightPages
from pipeline.seal_reading import LEGIBLE, SealReader
from tests.drawn_pages import stamped, text_page
from tests.pdf_makers import PageSpec, pdf, text
from tests.scripted_scans import drawn, png, words

SCAN = png(drawn([words(80, 100 + 60 * i, "本行文字为样张正文其字号为页面正文所用") for i in range(10)]))


class Counting(NullEngine):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def orientation(self, image: BgrImage) -> OrientationScores:
        self.asked += 1
        return super().orientation(image)


def test_a_page_is_straightened_once_while_it_is_held() -> None:
    engine = Counting()
    with take([("a.png", SCAN)]) as document:
        pages = StraightPages(document, engine)
        assert pages[0] is pages[0]
    assert engine.asked == 1


def test_only_as_many_pages_are_held_as_fit() -> None:
    engine = Counting()
    with take([(f"{i}.png", SCAN) for i in range(3)]) as document:
        one = StraightPages(document, engine)[0].image.nbytes
        pages = StraightPages(document, engine, held_bytes=2 * one + 1)
        first = pages[0]
        assert pages[1] is not first
        assert pages[0] is first
        third = pages[2]
        asked = engine.asked
        assert pages[2] is third
        assert pages[0] is first, "asked for more recently than the second"
        assert engine.asked == asked
        assert pages[1] is not None
        assert engine.asked == asked + 1


def test_a_page_larger_than_the_allowance_is_still_delivered() -> None:
    with take([("a.png", SCAN)]) as document:
        pages = StraightPages(document, Counting(), held_bytes=1)
        assert pages[0].image.size
        assert pages[0] is pages[0]


def test_no_model_is_asked_which_way_up_a_born_digital_page_stands() -> None:
    engine = Counting()
    with take([("a.pdf", pdf([PageSpec(text(60, 700, "Works contract") * 3)]))]) as document:
        pages = StraightPages(document, engine)
        page = pages[0]
    assert pages.kind(0) == "born_digital"
    assert [word.text for word in page.layer]
    assert engine.asked == 0


@pytest.mark.parametrize("index", [-1, 1])
def test_there_is_no_other_page(index: int) -> None:
    with take([("a.png", SCAN)]) as document, pytest.raises(IndexError):
        StraightPages(document, Counting())[index]


class Ring(NullEngine):
    """Reads every crop as the same ring text."""

    def __init__(self, said: str, confidence: float) -> None:
        super().__init__()
        self._said, self._confidence = said, confidence
        self.crops = 0

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        self.crops += len(quads)
        chars = tuple(Char(c, self._confidence, 0.0, 1.0) for c in self._said)
        return [Recognition(self._said, self._confidence, chars)] * len(quads)


def sealed() -> bytes:
    return png(stamped(text_page(), (800, 1300), 180))


class TestSealReader:
    def test_a_seal_is_read_once_however_often_it_is_asked_for(self) -> None:
        engine = Ring("沈阳市样张局", 0.95)
        with take([("a.png", sealed())]) as document:
            reader = SealReader(StraightPages(document, engine), engine)
            (found,) = reader()
            crops = engine.crops
            assert reader() == (found,)
        assert engine.crops == crops > 0
        assert (found.text, found.page, found.line.source) == ("沈阳市样张局", 0, "seal")
        assert np.hypot(found.line.box.center[0] - 800, found.line.box.center[1] - 1300) < 20
        assert "".join(c.text for c in found.line.chars) == found.text

    @pytest.mark.parametrize(("said", "confidence"), [("沈阳市样张局", LEGIBLE - 0.1), ("", 0.0), ("  ", 0.9)])
    def test_an_illegible_ring_says_nothing(self, said: str, confidence: float) -> None:
        engine = Ring(said, confidence)
        with take([("a.png", sealed())]) as document:
            assert SealReader(StraightPages(document, engine), engine)() == ()

    def test_a_page_without_a_seal(self) -> None:
        engine = Ring("沈阳市样张局", 0.95)
        with take([("a.png", SCAN)]) as document:
            assert SealReader(StraightPages(document, engine), engine)() == ()
