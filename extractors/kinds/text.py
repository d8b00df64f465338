"""Names and running text: persons, organisations, addresses, descriptions, and words from a closed set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from opencc import OpenCC

from extractors.kinds.folding import (
    folded,
    settled,
    with_middle_dots,
    with_plain_dashes,
    with_plain_quotes,
    with_round_brackets,
)

_LONGEST = 20_000
_GRADE = re.compile("([壹贰叁肆伍])(?=级)")
_GRADES = dict(zip("壹贰叁肆伍", "一二三四五", strict=True))
_PUNCTUATION = str.maketrans({"、": ",", "｡": "。", "﹑": ",", "∶": ":", "﹕": ":"})
_FULL_STOP = re.compile(r"(?<=[\u3400-\u9fff)])\.(?!\d)")
_EDGE = ",;:。."


def person(raw: str) -> str | None:
    """A personal name without inner spaces; the dots of transcribed names as ``·``."""
    return _done(settled(lambda t: _dotted(with_middle_dots(with_round_brackets(folded(t)))).strip(_EDGE), _cut(raw)))


def org_name(raw: str) -> str | None:
    """An organisation's name: widths, brackets and spaces unified, every character kept (有限责任公司 ≠ 有限公司)."""
    return _done(settled(lambda t: _marks(folded(t)).strip(_EDGE), _cut(raw)))


def address(raw: str) -> str | None:
    """An address: as a name, with separators unified; 号楼 and 室 variants stay different (they are only ``near``)."""
    return _done(settled(lambda t: _marks(folded(t)).translate(_PUNCTUATION).strip(_EDGE), _cut(raw)))


def text(raw: str) -> str | None:
    """Running text: spaces dropped, punctuation unified, 壹级 and 一级 (used side by side on certificates) as 一级."""
    return _done(settled(_text_once, _cut(raw)))


def clauses(value: str) -> tuple[str, ...]:
    """The clauses of a canonical text, split at ``;`` and ``。``, in printed order."""
    return tuple(part for part in (p.strip(_EDGE) for p in re.split("[;。]", value)) if part)


def enum(raw: str, words: Sequence[str]) -> str | None:
    """The declared word that stands in the text, the longest where one contains another.

    None where none does, or where two unrelated ones do (男 女 both printed on a form).
    """
    body = text(raw)
    if body is None:
        return None
    forms = {word: text(word) or "" for word in words}
    present = [word for word in words if forms[word] and forms[word] in body]
    widest = [w for w in present if not any(w != o and forms[w] != forms[o] and forms[w] in forms[o] for o in present)]
    return widest[0] if len({forms[w] for w in widest}) == 1 else None


def simplified(value: str) -> str:
    """The text in simplified characters (OpenCC): an older licence in traditional ones is *near*, never equal."""
    return str(_converter().convert(value))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _cut(raw: str) -> str:
    # No printed value is this long; the bound keeps a hostile entry from costing time.
    return raw[:_LONGEST]


def _done(value: str) -> str | None:
    return value or None


def _marks(value: str) -> str:
    return with_plain_quotes(with_middle_dots(with_plain_dashes(with_round_brackets(value))))


def _text_once(value: str) -> str:
    value = _FULL_STOP.sub("。", _marks(folded(value)).translate(_PUNCTUATION))
    return _GRADE.sub(lambda m: _GRADES[m[1]], value).strip(_EDGE)


def _dotted(name: str) -> str:
    """A full stop between Chinese characters is a badly typed middle dot."""
    return re.sub(r"(?<=[\u3400-\u9fff])\.(?=[\u3400-\u9fff])", "·", name)
