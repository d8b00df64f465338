"""Hostile and invisible characters made harmless before anybody sees them.

A value from a scan, a form or a certificate may carry terminal escapes, right-to-left overrides that show one code and
hold another, zero-width characters that make two equal-looking values differ, or halves of surrogate pairs that no
encoder takes. Markup is not the business of this module: the HTML template escapes, and the terminal gets
``rich.text.Text``.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_INVISIBLE_OTHERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Fillers and variation selectors: letters or marks by category, yet nothing is drawn."""
_SURROGATES = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    """``text`` with every character that draws nothing, or steers how others are drawn, written as ``[U+202E]``.

    Line feeds and tabs stay, carriage returns before a line feed go. The result is always encodable and, apart from
    line feeds and tabs, holds no control or formatting character.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in "\n\t":
        return char
    if unicodedata.category(char) in _INVISIBLE_CATEGORIES or _INVISIBLE_OTHERS.match(char):
        return f"[U+{ord(char):04X}]"
    return char


def encodable(text: str) -> str:
    """``text`` with lone surrogates replaced by U+FFFD, and nothing else touched: what a JSON document may carry."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
