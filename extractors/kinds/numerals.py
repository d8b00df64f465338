"""Numbers written in Chinese characters, everyday (五千万) and financial (伍仟万), simplified or traditional."""

from __future__ import annotations

import unicodedata

_CIRCLES = "〇○◯⭕零"
"""Ways a zero is drawn in a Chinese date: the numeral itself, geometric circles, an emoji from careless editors."""
_UNITS = {10: "十", 100: "百", 1000: "千", 10_000: "万", 100_000_000: "亿"}
_TENS = {20: "二十", 30: "三十", 40: "四十"}
_EXTRA = {"两": "二", **dict.fromkeys(_CIRCLES, "零")}
DIGITS = "零一二三四五六七八九"
UNITS = "".join(_UNITS.values())
NUMERALS = frozenset((*DIGITS, *UNITS, *_TENS.values()))
"""What ``plain`` makes of a single numeral."""


def plain(text: str) -> str:
    """The text with every Chinese numeral as its everyday simplified character (贰 → 二, 萬 → 万, ○ → 零, 廿 → 二十).

    Latin letters and digits stay as they are; the length changes only for 廿 卅 卌.
    """
    return "".join(_plain_char(c) for c in text)


def _plain_char(char: str) -> str:
    if char in _EXTRA:
        return _EXTRA[char]
    if not ("\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"):
        return char
    number = unicodedata.numeric(char, None)
    if number is None or number != int(number):
        return char
    value = int(number)
    if value < 10:
        return DIGITS[value]
    return _UNITS.get(value) or _TENS.get(value) or char


def digit_string(text: str) -> str | None:
    """``二零二五`` → ``2025``: numerals read one by one, ASCII digits among them allowed; None for anything else."""
    digits = [c if c.isascii() and c.isdigit() else str(DIGITS.find(c)) for c in plain(text)]
    return "".join(digits) if digits and "-1" not in digits else None


def integer(text: str) -> int | None:
    """``一千零五十万`` → 10500000; None where it is not one well-formed number below 10 000 万亿.

    Units must fall within a section and every digit but the last needs one; 零 may stand or be left out between them,
    as both are usual. Spoken shortcuts (三万五 for 35 000) are refused: they are not printed on certificates.
    """
    text = plain(text)
    if not text or len(text) > 40 or any(c not in DIGITS + UNITS for c in text):
        return None
    if text == "零":
        return 0
    total = 0
    for section, scale in _sections(text):
        value = _section(section)
        if value is None:
            return None
        total += value * scale
    return total or None


def _sections(text: str) -> list[tuple[str, int]]:
    """Split at 亿 and 万; a section before 亿 may itself carry 万 (一万亿)."""
    head, mark, tail = text.rpartition("亿")
    parts: list[tuple[str, int]] = []
    if mark:
        upper, wan, lower = head.rpartition("万")
        parts += [(upper, 10**12)] if wan else []
        parts += [(lower, 10**8)] if lower or not wan else []
    upper, wan, lower = tail.rpartition("万")
    parts += [(upper, 10**4)] if wan else []
    parts += [(lower, 1)] if lower else []
    return parts


def _section(text: str) -> int | None:
    """A number below 10 000 without 万 and 亿; None where it is malformed or empty."""
    total, limit, digit, zero = 0, 10_000, 0, False
    for index, char in enumerate(text):
        if char == "零":
            if digit or zero:
                return None
            zero = True
            continue
        zero = False
        place = DIGITS.find(char)
        if place > 0:
            if digit:
                return None
            digit = place
            continue
        unit = {"十": 10, "百": 100, "千": 1000}.get(char)
        if unit is None or unit >= limit or (digit == 0 and not (unit == 10 and index == 0)):
            return None
        total, limit, digit = total + (digit or 1) * unit, unit, 0
    if digit and limit > 10 and total and text[-2:-1] != "零":
        return None
    return (total + digit) or None
