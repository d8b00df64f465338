"""Finding the words that a seal belongs to, such as 发包人（盖章）, in a PDF's text layer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

import pypdfium2
from pypdfium2 import raw

from certlight.errors import UsageError
from certlight.text import Text
from signing.appearance.page_frame import PageFrame, frame_of, opened, resolve_page, unreadable
from signing.appearance.picture import SealPicture
from signing.appearance.placement import Placement, size_of

Beside = Literal["over", "right"]

LONGEST_ANCHOR: Final = 60
_WIDEST_GAP: Final = 6.0
"""Neighbours of one label may stand this many character heights apart: 发　　包　　人 is often spread out."""
_SAME_LINE: Final = 0.5
"""Middles of one line's characters differ by less than this share of their height."""
_TWICE: Final = 0.3
"""The same character again within this share of its height is the same ink: bold faked by drawing twice, or a
recognised layer over printed text."""
_RIGHT_GAP_MM: Final = 2.0
_FILLERS: Final = frozenset(":_.…·-—|")
"""Leaders and colons that forms put between a label's words, after folding of widths."""


@dataclass(frozen=True, slots=True)
class _Char:
    """A folded character and its box as displayed, mm from the page's top-left corner."""

    folded: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, self.right - self.left, 0.1)


def find_anchor(
    pdf: bytes,
    text: str,
    picture: SealPicture,
    *,
    page: int | None = None,
    occurrence: int = -1,
    beside: Beside = "over",
    width_mm: float | None = None,
) -> Placement:
    """Where ``picture`` stands centred over the words ``text``, or to their right, moved inwards as far as needed to
    be wholly on the page.

    The words are sought in the text layer, the invisible one of composed scans included, on ``page`` (from 0, negative
    from the end) or on all. Width of characters and brackets, white space, colons and leaders make no difference; words
    outside the visible part of a page do not count. Of several places, ordered by page, then from top to bottom and
    left to right, ``occurrence`` counts from 0, negative from the end: by default the last is taken, because parties
    are named at the head of a contract and seal at its foot.

    Raises UsageError ``seal.anchor_malformed``, ``seal.anchor_absent``, ``seal.place_page``, ``seal.place_size``;
    InputRefused ``seal.pdf_unreadable``.
    """
    words = _fold(text)
    if not words or len(text) > LONGEST_ANCHOR:
        raise UsageError(
            "seal.anchor_malformed",
            Text("没有给出可以查找的盖章位置文字。", "There are no words to look for."),
            Text(
                "请给出印章旁的文字，例如“发包人（盖章）”，不超过 60 个字。",
                "Give the words beside the seal, at most 60 characters.",
            ),
        )
    width, height = size_of(width_mm, picture)
    with opened(pdf) as document:
        frames = [frame_of(each.obj) for each in document.pages]
    pages = list(range(len(frames))) if page is None else [resolve_page(page, len(frames))]
    index, hit = _occurrence(pdf, words, pages, frames, occurrence)
    frame = frames[index]
    middle_x, middle_y = hit.middle
    x = middle_x - width / 2 if beside == "over" else hit.right + _RIGHT_GAP_MM
    return Placement(
        index,
        max(0.0, min(x, frame.width_mm - width)),
        max(0.0, min(middle_y - height / 2, frame.height_mm - height)),
        width_mm,
    )


def _occurrence(
    pdf: bytes, words: str, pages: list[int], frames: list[PageFrame], occurrence: int
) -> tuple[int, _Char]:
    from_end = occurrence < 0
    left = -occurrence - 1 if from_end else occurrence
    found = 0
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise unreadable() from error
    try:
        for index in reversed(pages) if from_end else pages:
            hits = _hits_on(document, index, words, frames[index])
            found += len(hits)
            if left < len(hits):
                return index, hits[-1 - left] if from_end else hits[left]
            left -= len(hits)
    except pypdfium2.PdfiumError as error:
        raise unreadable() from error
    finally:
        document.close()
    raise UsageError(
        "seal.anchor_absent",
        Text(
            "页面文字中没有找到指定的盖章位置文字。" if not found else f"指定的盖章位置文字只出现 {found} 次。",
            "The words to seal at were not found in the document's text."
            if not found
            else f"The words to seal at occur only {found} time(s).",
        ),
        Text(
            "请核对文字是否与页面一致（扫描件须含文字层），或改用页码和坐标指定位置。",
            "Check the wording (a scan needs a text layer), or give page and coordinates instead.",
        ),
    )


def _hits_on(document: Any, index: int, words: str, frame: PageFrame) -> list[_Char]:
    page = document[index]
    try:
        layer = page.get_textpage()
        try:
            if not set(words) <= set(_fold(layer.get_text_range())):
                return []
            chars = [char for char in _chars(layer, frame) if _on_page(char, frame)]
        finally:
            layer.close()
    finally:
        page.close()
    hits = [hit for line in _lines(chars) for hit in _search(line, words)]
    # Words in another direction than the page stand in no line; the order in which the file has them remains.
    hits = hits or list(_search(chars, words))
    return sorted(hits, key=lambda hit: (hit.top, hit.left))


def _chars(layer: Any, frame: PageFrame) -> Iterator[_Char]:
    for index in range(layer.count_chars()):
        code = raw.FPDFText_GetUnicode(layer, index)
        folded = _fold(chr(code)) if 0 < code < 0x110000 else ""
        if not folded or raw.FPDFText_IsGenerated(layer, index) == 1:
            continue
        left, bottom, right, top = layer.get_charbox(index, loose=True)
        x0, y0 = frame.to_displayed(left, bottom)
        x1, y1 = frame.to_displayed(right, top)
        box = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        for each in folded:
            yield _Char(each, *box)


def _lines(chars: list[_Char]) -> list[list[_Char]]:
    """Characters whose middles are level, from left to right, none twice."""
    lines: list[list[_Char]] = []
    for char in sorted(chars, key=lambda each: each.middle[1]):
        if lines and char.middle[1] - lines[-1][0].middle[1] < _SAME_LINE * min(char.height, lines[-1][0].height):
            lines[-1].append(char)
        else:
            lines.append([char])
    return [_once(sorted(line, key=lambda each: each.left)) for line in lines]


def _once(line: list[_Char]) -> list[_Char]:
    kept: list[_Char] = []
    for char in line:
        near = (each for each in kept[-3:] if each.folded == char.folded)
        if not any(_apart(each, char) < _TWICE * char.height for each in near):
            kept.append(char)
    return kept


def _search(chars: Sequence[_Char], words: str) -> Iterator[_Char]:
    """Every place of ``words``, as one box."""
    text = "".join(char.folded for char in chars)
    at = text.find(words)
    while at >= 0:
        found = chars[at : at + len(words)]
        if all(_apart(a, b) <= _WIDEST_GAP * max(a.height, b.height) for a, b in pairwise(found)):
            yield _Char(
                words,
                min(char.left for char in found),
                min(char.top for char in found),
                max(char.right for char in found),
                max(char.bottom for char in found),
            )
        at = text.find(words, at + 1)


def _apart(one: _Char, other: _Char) -> float:
    (x0, y0), (x1, y1) = one.middle, other.middle
    return max(abs(x1 - x0), abs(y1 - y0))


def _on_page(char: _Char, frame: PageFrame) -> bool:
    x, y = char.middle
    return 0 <= x <= frame.width_mm and 0 <= y <= frame.height_mm


def _fold(text: str) -> str:
    """One spelling for characters that mean the same; white space, control characters and fillers vanish."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = folded.translate({ord(a): b for a, b in zip("〔〕[]【】〈〉{}", "()()()()()", strict=True)})
    return "".join(char for char in folded if char not in _FILLERS and unicodedata.category(char)[0] not in "ZC")
