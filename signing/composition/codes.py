"""Character codes of one document's invisible text.

Each character of the document (with the marks and selectors that belong to it) gets a code of its own, and ToUnicode
tells what it is: so characters outside the Basic Multilingual Plane are as searchable as any.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

EM: Final = 1000
_WIDE, _NARROW = 1, 2
ADVANCES: Final = (EM, EM, EM // 2)
"""Advance width of each glyph: .notdef, wide, narrow."""
_LAST_CODE: Final = 0xFFFE
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_BLOCK: Final = 100
"""Entries of one bfchar section (Adobe Technical Note 5014)."""


class Codes:
    """Character codes of one document, given in order of appearance; the same texts always get the same codes."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {_REPLACEMENT: 1}

    def encode(self, text: str) -> tuple[bytes, int]:
        """The text as two-byte codes, and its width in thousandths of the font size."""
        clusters = list(_clusters(text))
        codes = [self._code(cluster) for cluster in clusters]
        width = sum(ADVANCES[_glyph(cluster)] for cluster in clusters)
        return b"".join(code.to_bytes(2, "big") for code in codes), width

    def _code(self, cluster: str) -> int:
        code = self._codes.get(cluster)
        if code is None:
            # A document with more than 65,000 different characters is no document; what is beyond is shown as such.
            code = len(self._codes) + 1 if len(self._codes) < _LAST_CODE else self._codes[_REPLACEMENT]
            self._codes.setdefault(cluster, code)
        return code

    def widths(self) -> list[tuple[int, int, int]]:
        """First code, last code and width of every run of equal widths, for the /W of a CIDFont."""
        entries = ((code, ADVANCES[_glyph(cluster)]) for cluster, code in self._entries())
        runs = []
        for width, run in itertools.groupby(entries, key=lambda entry: entry[1]):
            codes = [code for code, _ in run]
            runs.append((codes[0], codes[-1], width))
        return runs

    def glyphs(self) -> bytes:
        """The CIDToGIDMap: two bytes a code, from code 0."""
        out = bytearray(2)
        for cluster, _ in self._entries():
            out += _glyph(cluster).to_bytes(2, "big")
        return bytes(out)

    def to_unicode(self) -> bytes:
        """The ToUnicode CMap (ISO 32000-1 §9.10.3)."""
        lines = [f"<{code:04X}> <{cluster.encode('utf-16-be').hex().upper()}>" for cluster, code in self._entries()]
        sections = []
        for at in range(0, len(lines), _BLOCK):
            block = lines[at : at + _BLOCK]
            sections.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n")
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            + "".join(sections)
            + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode("ascii")

    def _entries(self) -> Iterable[tuple[str, int]]:
        seen = 0
        for cluster, code in self._codes.items():
            if code > seen:
                seen = code
                yield cluster, code


def _clusters(text: str) -> Iterator[str]:
    """Characters with the marks, selectors and joiners that belong to them; control characters are left out.

    Unassigned code points stay: the Chinese characters of tomorrow's Unicode are among them.
    """
    cluster = ""
    for character in text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace"):
        category = unicodedata.category(character)
        if category in ("Mn", "Me", "Cf"):
            cluster += character if cluster and character != "\ufeff" else ""
            continue
        if cluster:
            yield cluster
        if character.isspace() and character != "\u3000":
            character = " "
        cluster = "" if (category == "Cc" and character != " ") or ord(character) & 0xFFFE == 0xFFFE else character
    if cluster:
        yield cluster


def _glyph(cluster: str) -> int:
    return _WIDE if unicodedata.east_asian_width(cluster[0]) in ("W", "F", "A") else _NARROW
