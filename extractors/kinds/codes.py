"""Identifiers: credit codes, registration and identity numbers, certificate numbers, account numbers.

GB 32100-2015 (unified social credit code), GS 15-2006 (15-digit registration number), GB 11643-1999 (identity number).
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from extractors.kinds.folding import folded, settled, upper, with_middle_dots, with_plain_dashes, with_round_brackets
from extractors.template import KindName

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LONGEST_CODE = 120
_USCC = re.compile(f"[{USCC_ALPHABET}]{{18}}|[0-9]{{15}}")
_CN_ID = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_EDGE = ":;,.。、·-_*|'\""

_SURE = {"O": "0", "o": "0", "I": "1", "l": "1", "i": "1", "|": "1", "!": "1", "Z": "2", "z": "2", "S": "5", "s": "5"}
"""Glyphs outside the alphabet of GB 32100-2015 (and lower-case shapes), each with the one character it can be."""
_IN_DIGITS = {**_SURE, "D": "0", "Q": "0", "U": "0", "L": "1", "A": "4", "G": "6", "b": "6", "T": "7", "B": "8"}
_IN_DIGITS |= {"g": "9", "q": "9", "d": "0"}
"""The same for positions where the standard has digits only; here the letter is legal elsewhere, so it is less sure."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A code whose illegal glyphs were replaced by the legal ones they look like, accepted by its check digit."""

    value: str
    positions: tuple[int, ...]
    """Indices in ``value`` that were replaced, from 0."""
    certain: bool
    """True when every replaced glyph is outside the whole alphabet of the code, so that it can be nothing else."""


def code(kind: KindName, raw: str) -> str | None:
    """Canonical form of ``uscc``, ``digits15``, ``cn_id``, ``digits`` or ``cert_no``; None where the shape is wrong.

    The shape alone decides here: a code whose check digit fails is still what stands on the page.
    """
    if len(raw) > _LONGEST_CODE:
        return None
    if kind == "cert_no":
        return _cert_no(raw)
    text = upper(_compact(raw))
    if kind == "uscc":
        return text if _USCC.fullmatch(text) else None
    if kind == "cn_id":
        return text if _CN_ID.fullmatch(text) and (len(text) == 18 or _old_birth(text) is not None) else None
    if kind == "digits15":
        return text if re.fullmatch(r"[0-9]{15}", text) else None
    return text if re.fullmatch(r"[0-9]+", text) else None


def check_digit_ok(kind: KindName, value: str) -> bool | None:
    """Whether the check character of a canonical code holds; None where the kind or the length carries none.

    An identity number whose birth date does not exist fails too: no such number was ever issued.
    """
    if kind in ("uscc", "digits15") and re.fullmatch(r"[0-9]{15}", value):
        return bool(mod_11_10.is_valid(value))
    if kind == "uscc" and re.fullmatch(f"[{USCC_ALPHABET}]{{18}}", value):
        return bool(uscc.calc_check_digit(value) == value[-1])
    if kind == "cn_id" and re.fullmatch(r"[0-9]{17}[0-9X]", value):
        return bool(ric.calc_check_digit(value) == value[-1]) and birth_date(value) is not None
    return None


def birth_date(number: str) -> datetime.date | None:
    """The birth date inside a canonical identity number of 18 or 15 characters; None where there is no such day."""
    if len(number) == 15:
        return _old_birth(number)
    return _day(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def is_male(number: str) -> bool:
    """Sex by GB 11643-1999: the digit before the check character (the last of 15) is odd for men."""
    return int(number[14] if len(number) == 15 else number[16]) % 2 == 1


def repair(kind: KindName, raw: str) -> Repair | None:
    """Resolve glyphs that cannot stand in a ``uscc`` or ``cn_id``; None where nothing is to repair or the check fails.

    Only positions that are illegal by the standard are touched, and the check digit has to accept the result.
    """
    if kind not in ("uscc", "cn_id") or len(raw) > _LONGEST_CODE or code(kind, raw) is not None:
        return None
    text = _compact(raw)
    if len(text) != 18:
        return None
    repaired = [_legal(kind, index, char) for index, char in enumerate(text)]
    value = "".join(char for char, _ in repaired)
    if code(kind, value) != value or not check_digit_ok(kind, value):
        return None
    positions = tuple(i for i, char in enumerate(text) if upper(char) != value[i])
    return Repair(value, positions, all(repaired[i][1] for i in positions)) if positions else None


def _legal(kind: KindName, index: int, char: str) -> tuple[str, bool]:
    """The legal character for a glyph at ``index`` and whether no other reading of the glyph exists."""
    big = upper(char)
    if kind == "cn_id":
        if big.isdigit() or (index == 17 and big == "X"):
            return big, True
        return _IN_DIGITS.get(char) or _IN_DIGITS.get(big, big), True
    sure = _SURE.get(char) if big not in USCC_ALPHABET else None
    if sure or (char in "|!" and (sure := "1")):
        return sure, True
    if 2 <= index < 8 and not big.isdigit():
        return _IN_DIGITS.get(char) or _IN_DIGITS.get(big, big), False
    return big, True


def _compact(raw: str) -> str:
    return with_plain_dashes(folded(raw)).replace("-", "")


def _cert_no(raw: str) -> str | None:
    text = settled(_cert_no_once, raw)
    return text if any(c.isalnum() for c in text) else None


def _cert_no_once(text: str) -> str:
    return upper(with_middle_dots(with_plain_dashes(with_round_brackets(folded(text))))).strip(_EDGE)


def _old_birth(number: str) -> datetime.date | None:
    # 15-digit numbers were issued until 1999 to people born in the twentieth century.
    return _day(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
