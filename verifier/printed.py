"""An entered value written the way the page writes it: same separators, same numerals, same units.

Only so can the recogniser be asked how likely the entered date or amount is on that very line. Where the style cannot
be reproduced there is no evidence, and none is invented: the rewritten text must read back as the entered value.
"""

from __future__ import annotations

import re
from decimal import Decimal

import cn2an

from extractors.kinds import canonical
from extractors.kinds.folding import folded
from extractors.kinds.numerals import DIGITS, UNITS, plain
from extractors.template import KindName

_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_CJK_NUMERALS = "〇○◯零一二三四五六七八九十百千万亿壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億两廿卅"
# O and l are let into a number of a date because that is how zeros and ones are misread; the rewriting replaces them.
_NUMBER = re.compile(rf"[0-9OoIl]+|[{_CJK_NUMERALS}]+")
_FIGURES = re.compile(r"(?P<n>\d[\d,，]*(?:\.\d+)?)(?P<gap>\s*[(（]?)(?P<scale>[十百千万亿萬億]*)")
_WORDS = re.compile(rf"[{_CJK_NUMERALS}]+")
_ZERO_GLYPHS = "〇○◯零0"


def as_printed(kind: KindName, value: str, printed: str, *, garbled: bool = False) -> str | None:
    """``value`` (canonical) in the style of ``printed``, or None where that style cannot be reproduced.

    ``garbled`` print is no value itself (a misread 至 between two dates), so the result need not read back as one.
    """
    if kind in ("date", "date_range", "month"):
        text = _dates(value, printed)
    elif kind in ("money", "quantity", "days"):
        text = _amount(value.split(" ")[0], printed)
    else:
        return None
    return text if text is not None and (garbled or canonical(kind, text) == value) else None


def _dates(value: str, printed: str) -> str | None:
    sides = [side.split("-") for side in value.split("/") if side]
    numbers = list(_NUMBER.finditer(printed))
    compact = [n for n in numbers if n[0].isascii() and len(n[0]) in (6, 8)]
    if compact and len(compact) == len(numbers) == len(sides):
        wanted = ["".join(side) for side in sides]
    else:
        wanted = [part for side in sides for part in side]
    if len(wanted) != len(numbers):
        return None
    padded = not any(len(n[0]) == 1 and n[0].isascii() for n in numbers)
    text, end = "", 0
    for number, part in zip(numbers, wanted, strict=True):
        text += printed[end : number.start()] + _numeral(part, number[0], padded)
        end = number.end()
    return text + printed[end:]


def _numeral(part: str, style: str, padded: bool) -> str:
    """A year, month or day (``2025``, ``03``) in the manner of the printed number ``style``."""
    if style.isascii():
        return part if padded or len(part) > 2 else str(int(part))
    formal = any(char in _FORMAL[1:] + "拾" for char in style)
    zero = next((char for char in style if char in _ZERO_GLYPHS), "零" if formal else "〇")
    digits = (zero, *(_FORMAL if formal else DIGITS)[1:])
    if len(part) == 4:
        return "".join(digits[int(d)] for d in part)
    number = str(cn2an.an2cn(int(part), "up" if formal else "low"))
    if not formal and number.startswith("一十"):
        number = number[1:]
    return zero + number if style[0] in _ZERO_GLYPHS else number


def _amount(value: str, printed: str) -> str | None:
    amount = Decimal(value)
    text = printed
    figures = list(_FIGURES.finditer(text))
    words = [w for w in _WORDS.finditer(text) if len(plain(w[0])) > 1 or not figures]
    words = [w for w in words if not any(f.start() <= w.start() < f.end() for f in figures)]
    if len(figures) > 1 or len(words) > 1 or amount < 0:
        return None
    for found in sorted([*figures, *words], key=lambda m: m.start(), reverse=True):
        new = _in_figures(amount, found) if found in figures else _in_words(amount, found[0])
        if new is None:
            return None
        text = text[: found.start()] + new + text[found.end() :]
    return text


def _in_figures(amount: Decimal, found: re.Match[str]) -> str | None:
    scale = Decimal(1)
    for unit in plain(found["scale"]):
        scale *= {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[unit]
    whole, _, fraction = folded(found["n"]).partition(".")
    scaled = amount / scale
    if scaled != round(scaled, len(fraction)):
        return None
    grouping = "," if "," in whole else ""
    number = format(scaled, f"{grouping}.{len(fraction)}f")
    return number + found["gap"] + found["scale"]


def _in_words(amount: Decimal, style: str) -> str | None:
    if amount != int(amount) or any(c not in DIGITS + UNITS for c in plain(style)):
        return None
    formal = any(char in _FORMAL[1:] + "拾佰仟貳參陸" for char in style)
    number = str(cn2an.an2cn(int(amount), "up" if formal else "low"))
    return number.replace("万", "萬") if "萬" in style else number
