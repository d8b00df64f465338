"""Whether the characters of a text layer can be text at all, told without looking at the page."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from typing import Final

_CID: Final = re.compile(r"\(cid:\d+\)")
"""What pdfminer writes for a glyph without a ToUnicode entry."""

_PLAUSIBLE: Final[tuple[tuple[int, int], ...]] = (
    (0x0009, 0x000D),
    (0x0020, 0x007E),
    (0x00A0, 0x024F),  # Latin
    (0x02B0, 0x036F),  # accents, spacing and combining
    (0x0370, 0x045F),  # Greek, Russian
    (0x2000, 0x209F),  # punctuation, superscripts, subscripts
    (0x20A0, 0x20CF),  # currencies
    (0x2100, 0x21FF),  # ℃ №, Roman numerals, arrows
    (0x2200, 0x226F),  # mathematics as far as GB 2312 and GBK go
    (0x2460, 0x27BF),  # ① ─ ■ ☑ ✓
    (0x2E80, 0x2FDF),  # radicals, which fonts of some systems give for the characters
    (0x3000, 0x312F),  # 、。〔〕, kana, bopomofo
    (0x31C0, 0x33FF),  # strokes, ㎡ ㈱
    (0x3400, 0x9FFF),
    (0xF020, 0xF0FF),  # private use: bullets of the symbol fonts, in every second Word file
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFFEF),
    (0x20000, 0x3FFFF),
)
"""Ranges in which text on Chinese certificates and contracts lies. Broken ToUnicode maps scatter over all the others
(Ethiopic, Hangul letters, Canadian syllabics, private use)."""

_STARTS: Final = [first for first, _ in _PLAUSIBLE]


def implausible(text: str) -> int:
    """Number of characters that no document of this kind has; an unmapped glyph counts as one."""
    unmapped = len(_CID.findall(text))
    return unmapped + sum(1 for c in _CID.sub("", text) if not _is_plausible(c))


def length(text: str) -> int:
    """Characters that carry ink; an unmapped glyph counts as one."""
    return sum(1 for c in _CID.sub("?", text) if not c.isspace())


def _is_plausible(character: str) -> bool:
    point = ord(character)
    at = bisect_right(_STARTS, point) - 1
    inside = at >= 0 and point <= _PLAUSIBLE[at][1]
    return inside and (unicodedata.category(character) not in ("Cn", "Cs") or point >= 0x20000)
