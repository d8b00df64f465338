"""A value as printed, beside its canonical form."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

Canonical = str | tuple[str, ...]

_BRACKETS = str.maketrans({**dict.fromkeys("〔［【〖[{", "("), **dict.fromkeys("〕］】〗]}", ")")})
_GRADES = str.maketrans("壹贰叁肆伍", "一二三四五")
_EDGE = ",;:。."


@dataclass(frozen=True, slots=True)
class Value:
    """``printed`` is what the page shows (wrapped lines joined), ``value`` its canonical form."""

    printed: str
    value: Canonical

    @staticmethod
    def plain(text: str) -> Value:
        """A value whose canonical form is its folded printed form: a name or a number."""
        return Value(text, folded(text))


def folded(text: str) -> str:
    """NFKC, brackets of every shape as ``( )``, no white space: the canonical form of names and numbers."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_BRACKETS)).translate(_BRACKETS).split())


def prose(text: str) -> str:
    """The canonical form of running text and addresses: folded, 、 as a comma, no punctuation at the ends."""
    return folded(text).replace("、", ",").strip(_EDGE)


def graded(text: str) -> str:
    """``prose``, and 壹级 as 一级: both are printed for the same grade."""
    text = prose(text)
    return "".join(c.translate(_GRADES) if text[i + 1 : i + 2] == "级" else c for i, c in enumerate(text))


def comparable(text: str) -> str:
    """Two texts that differ here differ for any reader, whatever case, width and punctuation they are typed in."""
    return "".join(c for c in graded(text).upper() if c.isalnum())
