"""Long documents do not pay for reading every page at full accuracy, and still have the pages that matter read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from extractors.engines.null import NullEngine, ScriptedLine
from extractors.engines.protocol import Effort, Recognition
from extractors.geometry import Quad
from extractors.page import BgrImage, Page, Quality
from extractors.reading import Notice
from pipeline.flow import Desk, read
from pipeline.intake.intake import take
from pipeline.reading import FULL_PAGES, MOST_FULL_PAGES, OPENING_PAGES, PagesRead, read_pages
from tests.pdf_makers import Objects, PageSpec, pdf, picture
from tests.scripted_scans import HEIGHT, WIDTH, drawn, words

BODY = [words(60, 100 + 50 * i, "本页为通用条款无需逐字识别") for i in range(10)]
OPENING = [
    words(200, 60, "建设工程施工合同", size=56),
    words(60, 200, "发包人：沈阳样张置业有限公司"),
    words(60, 250, "承包人：沈阳样张建设有限公司"),
]
PRICE = [words(60, 300, "签约合同价：壹佰万元整（￥1000000.00）"), words(60, 350, "项目经理：张样")]


class Counting(NullEngine):
    """Reads page ``n`` as scripted for it, and counts what it was asked to do; the number stands in the first pixel."""

    def __init__(self, pages: Mapping[int, Sequence[ScriptedLine]]) -> None:
        super().__init__()
        self._pages = {n: NullEngine(lines) for n, lines in pages.items()}
        self._rest = NullEngine(BODY)
        self.detections: list[tuple[int, Effort]] = []
        self.lines: dict[Effort, int] = {"full": 0, "skim": 0}

    def _of(self, image: BgrImage) -> tuple[int, NullEngine]:
        n = int(image[0, 0, 0])
        return n, self._pages.get(n, self._rest)

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        n, engine = self._of(image)
        self.detections.append((n, effort))
        return engine.detect(image, effort)

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        self.lines[effort] += len(quads)
        return self._of(image)[1].recognise(image, quads, effort)

    def read_in_full(self) -> list[int]:
        return [n for n, effort in self.detections if effort == "full"]


class Pages:
    """Stands for the straightened pages of a document of ``count`` pages."""

    notices: tuple[Notice, ...] = ()

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Page:
        image = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
        image[0, 0] = index
        return Page(index, image, image, 200.0, np.eye(3), 0, Quality(None, 1.0, 0.0, 0.0, 1.0, False))


def reading(engine: Counting, count: int) -> PagesRead:
    return read_pages(Pages(count), engine)  # type: ignore[arg-type]


def codes(found: PagesRead) -> list[str]:
    return [notice.code for notice in found.notices]


@pytest.mark.parametrize("count", [1, FULL_PAGES])
def test_a_short_document_is_read_whole(count: int) -> None:
    engine = Counting({})
    found = reading(engine, count)
    assert engine.read_in_full() == list(range(count))
    assert [text.effort for text in found.texts] == ["full"] * count
    assert codes(found) == []


def test_the_body_of_a_long_document_is_only_skimmed() -> None:
    engine = Counting({0: OPENING})
    found = reading(engine, 60)
    assert engine.read_in_full() == list(range(OPENING_PAGES))
    assert sum(text.effort == "skim" for text in found.texts) == 60 - OPENING_PAGES
    assert codes(found) == ["read.skimmed"]
    assert "58" in found.notices[0].message.zh
    assert len(found.texts) == len(found.qualities) == len(found.sizes) == 60


def test_a_page_that_carries_labels_is_read_again_in_full() -> None:
    engine = Counting({0: OPENING, 41: PRICE})
    found = reading(engine, 60)
    assert engine.read_in_full() == [0, 1, 41]
    assert found.texts[41].effort == "full"
    assert [line.text for line in found.texts[41].lines] == [line.text for line in PRICE]


def test_pages_that_all_carry_labels_are_not_all_read_again() -> None:
    engine = Counting({n: [*PRICE, *OPENING] for n in range(100)})
    reading(engine, 100)
    assert len(engine.read_in_full()) <= MOST_FULL_PAGES


def test_the_pages_with_most_labels_come_first() -> None:
    labels = [words(60, 100, "招标编号：2026"), words(60, 150, "资质类别及等级：一级"), words(60, 200, "建筑面积：100"),
              words(60, 250, "认证范围：施工"), words(60, 300, "签发机关：样张局"), words(60, 350, "实收"),
              words(60, 400, "许可范围：施工"), words(60, 450, "监理单位：样张公司"), words(60, 500, "验收结论：合格"),
              words(60, 550, "经济性质：民营")]  # fmt: skip
    scattered = {10 + n: [label] for n, label in enumerate(labels)}
    engine = Counting({**scattered, 50: PRICE})
    reading(engine, 60)
    full = engine.read_in_full()
    assert len(full) <= MOST_FULL_PAGES
    assert 50 in full


def scanned_contract(count: int) -> bytes:
    """A PDF of page images without text, as a copier makes it."""
    objects = Objects()
    image = drawn(BODY)[:, :, 0]
    scan = picture(objects, image.shape[1], image.shape[0], image.tobytes())
    page = PageSpec("q 595 0 0 842 0 0 cm /P Do Q")
    return pdf([page] * count, objects, pictures=f"/P {scan} 0 R")


def test_a_scanned_contract_of_thirty_pages_is_not_read_in_full() -> None:
    engine = Counting({})
    with take([("contract.pdf", scanned_contract(30))]) as document:
        outcome = read(document, Desk(engine))
    assert len(outcome.result.pages) == 30
    assert len(engine.read_in_full()) <= MOST_FULL_PAGES
    # What is read in full beside whole pages is a few lines a page, to verify which way up they stand.
    assert engine.lines["full"] <= MOST_FULL_PAGES * len(BODY) + 30 * 12
    assert engine.lines["skim"] >= (30 - MOST_FULL_PAGES) * len(BODY)
    assert "read.skimmed" in [notice.code for notice in outcome.result.reading.notices]
