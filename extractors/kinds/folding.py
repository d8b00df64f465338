"""One spelling for characters that mean the same: widths, brackets, dashes, dots, quotes, invisible characters.

Every fold is idempotent and keeps the order of what it keeps, so it can also be applied character by character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from string import ascii_lowercase, ascii_uppercase

_BRACKETS = str.maketrans({**dict.fromkeys("〔【〖[{「『", "("), **dict.fromkeys("〕】〗]}」』", ")")})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−⁃➖─━", "-"))
_DOTS = str.maketrans(dict.fromkeys("•∙・‧⋅●", "·"))
_QUOTES = str.maketrans({**dict.fromkeys("“”„‟", '"'), **dict.fromkeys("‘’‛`", "'")})
_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)


def folded(raw: str) -> str:
    """NFKC without white space, control characters and glyph variants: what a reader of the page would call the text.

    Repeated until nothing changes, because removing a space can let two characters compose.
    """
    return settled(_fold_once, raw)


def settled(step: Callable[[str], str], text: str) -> str:
    """``step`` applied until it changes nothing. Two rounds settle real text; the bound only stops a faulty step."""
    for _ in range(8):
        after = step(text)
        if after == text:
            break
        text = after
    return text


def with_round_brackets(text: str) -> str:
    """All kinds of brackets as ``(`` and ``)``; certificates of one series are printed with different ones."""
    return text.translate(_BRACKETS)


def with_plain_dashes(text: str) -> str:
    return text.translate(_DASHES)


def with_middle_dots(text: str) -> str:
    """The dots inside transcribed and minority names as ``·`` (U+00B7)."""
    return text.translate(_DOTS)


def with_plain_quotes(text: str) -> str:
    return text.translate(_QUOTES)


def upper(text: str) -> str:
    """ASCII letters in upper case; other scripts have case rules that do not round-trip."""
    return text.translate(_UPPER)


def _fold_once(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(c for c in unicodedata.normalize("NFKC", text) if _visible(c)))


def _visible(char: str) -> bool:
    if char.isascii():
        return char > " " and char != "\x7f"
    if unicodedata.category(char) in ("Zs", "Zl", "Zp", "Cc", "Cf"):
        return False
    # Variation selectors choose between glyphs of one character; OCR and keyboards never agree on them.
    return not ("\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef")
