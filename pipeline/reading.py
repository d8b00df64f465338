"""Reading the pages of a document: by OCR, from a text layer that its pixels confirm, and no more than is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from certlight.text import Text
from extractors.catalogue import templates
from extractors.engines.protocol import Effort, OcrEngine
from extractors.geometry import Box
from extractors.labels import find_labels, names_a_field
from extractors.layout import PageLayout
from extractors.page import Page, Quality
from extractors.page_reader import in_reading_order, lines_of, look_again, read_page, read_qr_codes
from extractors.reading import Notice
from extractors.text import PageText, TextLine
from extractors.text_layer import audit, text_lines
from pipeline.imaging.quality import with_text_height
from pipeline.pages import StraightPages

FULL_PAGES = 6
"""Documents up to this many pages are read whole; certificates have one to four."""

OPENING_PAGES = 2
"""Pages of a long document that are always read at full accuracy: title and agreement."""

MOST_FULL_PAGES = 10
"""Pages of a long document read at full accuracy at most, the opening included."""

COVERED = 0.5
"""Share of a detected line inside a line of the text layer from which it is that line."""

Progress = Callable[[str, int, int], None]
"""Told a stage (``read``, ``reread``), how many pages are done, and how many there are."""


@dataclass(frozen=True, slots=True, eq=False)
class PagesRead:
    """All pages' texts and qualities in page order, and what was noticed on the way."""

    texts: tuple[PageText, ...]
    qualities: tuple[Quality, ...]
    sizes: tuple[tuple[int, int, int], ...]
    """Width, height and rotation of every page; the bitmaps themselves may be gone."""
    notices: tuple[Notice, ...]

    @property
    def layouts(self) -> list[PageLayout]:
        return [PageLayout(text) for text in self.texts]


def read_pages(
    pages: StraightPages, engine: OcrEngine, progress: Progress = lambda stage, done, total: None
) -> PagesRead:
    """Read every page as well as the document's length calls for.

    Short documents are read whole. Of long ones the opening is; the other pages are skimmed, and those that carry the
    labels of some template are read again at full accuracy. Raises InputRefused for a page that cannot be drawn.
    """
    short = len(pages) <= FULL_PAGES
    texts: list[PageText] = []
    qualities: list[Quality] = []
    sizes: list[tuple[int, int, int]] = []
    notices: list[Notice] = []
    for index in range(len(pages)):
        page = pages[index]
        effort: Effort = "full" if short or index < OPENING_PAGES else "skim"
        text, noticed = _text_of(page, engine, effort)
        notices.extend(noticed)
        texts.append(text)
        qualities.append(measured(page, text))
        sizes.append((page.width, page.height, page.rotation))
        progress("read", index + 1, len(pages))
    if not short:
        wanted = _worth_full_reading(texts)
        for done, index in enumerate(wanted, start=1):
            page = pages[index]
            texts[index] = read_page(engine, page)
            qualities[index] = measured(page, texts[index])
            progress("reread", done, len(wanted))
        skimmed = sum(text.effort == "skim" for text in texts)
        if skimmed:
            notices.append(
                Notice(
                    "read.skimmed",
                    Text(
                        f"文件较长，其中 {skimmed} 页仅快速浏览，未逐字识别。",
                        f"The document is long; {skimmed} of its pages were skimmed, not read in full.",
                    ),
                )
            )
    return PagesRead(tuple(texts), tuple(qualities), tuple(sizes), (*pages.notices, *notices))


def look_closer(read: PagesRead, pages: StraightPages, engine: OcrEngine) -> PagesRead:
    """The same pages after a second, coarser look at the opening ones: a field of the type is missing."""
    texts = tuple(
        look_again(engine, pages[text.page], text) if text.page < OPENING_PAGES and text.effort == "full" else text
        for text in read.texts
    )
    return replace(read, texts=texts)


def measured(page: Page, text: PageText) -> Quality:
    """The page's quality completed by what reading it told: the height of its letters."""
    heights = [line.box.height for line in text.lines if line.box.width > line.box.height]
    return with_text_height(page.quality, heights)


def _text_of(page: Page, engine: OcrEngine, effort: Effort) -> tuple[PageText, list[Notice]]:
    if not page.layer:
        return read_page(engine, page, effort), []
    found = audit(page, page.layer, engine.recognise)
    if not found.trusted:
        return read_page(engine, page, effort), [_on_page(page, notice) for notice in found.reasons]
    lines = list(text_lines(page.layer))
    if not found.complete:
        lines.extend(_beside_layer(page, engine, lines))
    text = PageText(page.index, page.width, page.height, in_reading_order(lines), read_qr_codes(page.image))
    return text, [_on_page(page, notice) for notice in found.reasons]


def _beside_layer(page: Page, engine: OcrEngine, lines: Sequence[TextLine]) -> list[TextLine]:
    """What the page shows outside its text layer: a scan pasted into a digital page, a stamp."""
    quads = [
        quad
        for quad in engine.detect(page.reading_image)
        if all(Box.of_quad(quad).covered_by(line.box) < COVERED for line in lines)
    ]
    return lines_of(quads, engine.recognise(page.reading_image, quads))


def _on_page(page: Page, notice: Notice) -> Notice:
    where = Text(f"第 {page.index + 1} 页：", f"Page {page.index + 1}: ")
    return Notice(notice.code, Text(where.zh + notice.message.zh, where.en + notice.message.en))


def _worth_full_reading(texts: Sequence[PageText]) -> list[int]:
    """Skimmed pages that carry labels of fields, the best of every field first, in page order."""
    best: dict[tuple[str, str], tuple[float, int]] = {}
    for text in texts:
        if not text.lines:
            continue
        layout = PageLayout(text)
        for template in templates().values():
            for hit in find_labels(layout, template):
                if not names_a_field(hit) or hit.score < 0.8:
                    continue
                key = (template.type, hit.field)
                score = hit.score - 0.01 * text.page
                if key not in best or score > best[key][0]:
                    best[key] = (score, text.page)
    opening = {text.page for text in texts if text.effort == "full"}
    votes: dict[int, int] = {}
    for _, page in best.values():
        votes[page] = votes.get(page, 0) + 1
    chosen = sorted((p for p in votes if p not in opening), key=lambda p: (-votes[p], p))
    return sorted(chosen[: MOST_FULL_PAGES - OPENING_PAGES])
