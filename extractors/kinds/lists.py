"""Lists of entries: qualifications and grades, insurances, parties of a consortium."""

from __future__ import annotations

import re

from extractors.kinds.text import text

_SEPARATORS = ",|"
_BREAKS = ";。"
_NUMBERING = re.compile(r"^(?:[,;:。.]*\(?\d{1,2}[.)](?!\d))+")


def entries(raw: str) -> tuple[str, ...] | None:
    """The canonical entries in printed order, each once; None where there is none.

    Separators inside brackets belong to their entry; numbering (``1.``, ``(2)``) is dropped.
    """
    found: dict[str, None] = {}
    for line in re.split(r"[\n\r]", raw):
        for part in _split(text(line) or ""):
            value = text(_NUMBERING.sub("", part))
            if value and not re.fullmatch(r"[\W_]*\d{0,2}[\W_]*", value):
                found.setdefault(value)
    return tuple(found) or None


def _split(line: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, char in enumerate(line):
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char in _BREAKS or (char in _SEPARATORS and depth == 0):
            # A bracket that OCR lost its other half of must not swallow the rest of the list.
            depth = 0
            parts.append(line[start:index])
            start = index + 1
    return [*parts, line[start:]]
