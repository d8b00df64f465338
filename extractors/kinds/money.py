"""Amounts of money in figures and in 大写, with their currency; canonical form a plain decimal string in yuan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale

from extractors.kinds.folding import folded, with_plain_dashes, with_round_brackets
from extractors.kinds.numerals import DIGITS, UNITS, integer, plain

_LONGEST = 200
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_SCALES |= {"十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_FIGURES = re.compile(
    rf"(?P<sign>-|负)?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![.,]?\d)(?P<scale>\(?(?:{_SCALE})(?![{DIGITS}]))?"
)
_NUMERAL = f"[{DIGITS}{UNITS}]"
_WORDS = re.compile(
    rf"(?P<sign>负)?(?P<yuan>{_NUMERAL}{{1,40}})(?:元(?:零?(?P<jiao>[{DIGITS}])角)?(?:零?(?P<fen>[{DIGITS}])分)?)?"
)
_CENTS = re.compile(r"元(?:(\d)角)?(?:(\d)分)?")
_TOO_LARGE = Decimal(10) ** 16
_NOISE = re.compile(
    r"大写金额|小写金额|金额大写|金额小写|大写|小写|人民币|含税价?|合计|共计|总计|约|计|为|即|金额|元整|元正|整|正|元|[()::;;,、。/]"
)
_CODES = (
    "AUD", "CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HKD", "INR", "JPY", "KRW", "MOP", "MYR", "NOK", "NZD", "RUB",
    "SEK", "SGD", "THB", "TWD", "USD", "VND",
)  # fmt: skip
"""Currencies of registered capital and contracts; their Chinese names come from the Unicode CLDR."""
_TRADE_NAMES = {
    "美金": "USD", "美圆": "USD", "US$": "USD", "$": "USD", "HK$": "HKD", "港币": "HKD", "港元": "HKD", "€": "EUR",
    "£": "GBP", "英磅": "GBP", "日币": "JPY", "澳元": "AUD", "加元": "CAD", "加币": "CAD", "新元": "SGD", "瑞郎": "CHF",
    "韩币": "KRW", "台币": "TWD", "澳门元": "MOP", "RMB": "CNY", "¥": "CNY", "元人民币": "CNY",
}  # fmt: skip
"""What trade papers call currencies beside those names."""


@dataclass(frozen=True, slots=True)
class MoneyReading:
    """Both printed forms of one amount; None where a form is absent. ``currency`` is an ISO 4217 code."""

    figures: Decimal | None
    words: Decimal | None
    currency: str

    @property
    def agrees(self) -> bool:
        """False only where both forms are printed and differ."""
        return self.figures is None or self.words is None or self.figures == self.words

    @property
    def value(self) -> Decimal | None:
        """The amount, or None where the two forms contradict each other."""
        return (self.figures if self.figures is not None else self.words) if self.agrees else None


def amounts(raw: str) -> MoneyReading | None:
    """The amount in figures and in words, as far as each is printed.

    None where there is neither, where there are two different ones of one form, two currencies, or other text.
    """
    if len(raw) > _LONGEST:
        return None
    text, currencies = _without_currency(plain(_flat(raw)))
    if len(currencies) > 1:
        return None
    figures: set[Decimal] = set()
    words: set[Decimal] = set()
    rest, position = "", 0
    while position < len(text):
        if _FIGURES.match(text, position):
            mixed, position = _mixed(text, position)
            figures.add(mixed)
        elif (found := _WORDS.match(text, position)) and (amount := _in_words(found)) is not None:
            words.add(amount)
            position = found.end()
        else:
            rest += text[position]
            position += 1
    if len(figures) > 1 or len(words) > 1 or not (figures or words) or _NOISE.sub("", rest):
        return None
    if any(abs(amount) >= _TOO_LARGE for amount in figures | words):
        return None
    return MoneyReading(next(iter(figures), None), next(iter(words), None), next(iter(currencies), "CNY"))


def money(raw: str) -> str | None:
    """``50000000`` or ``2600000 EUR``; None where nothing or contradictory amounts can be read."""
    found = amounts(raw)
    value = found.value if found else None
    if found is None or value is None:
        return None
    return plain_decimal(value) + ("" if found.currency == "CNY" else f" {found.currency}")


def plain_decimal(value: Decimal) -> str:
    """Without exponent and trailing zeros. Exact: never rounds to the decimal context."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def number(text: str) -> Decimal | None:
    """A decimal in figures with optional thousands commas; None beyond 20 digits, which no amount has."""
    if not re.fullmatch(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", text) or len(re.sub(r"\D", "", text)) > 20:
        return None
    return Decimal(text.replace(",", ""))


def _flat(raw: str) -> str:
    text = with_plain_dashes(with_round_brackets(folded(raw)))
    return text.replace("圆", "元").replace("圓", "元").replace("園", "元").replace("整元", "元整").replace("'", "")


def _mixed(text: str, position: int) -> tuple[Decimal, int]:
    """``1亿2000万`` at ``position``: figures with falling scales add up. Returns the amount and where it ends."""
    total, limit, sign = Decimal(0), 10**18, 1
    while found := _FIGURES.match(text, position):
        scale_name = (found["scale"] or "").lstrip("(")
        scale = _SCALES.get(scale_name, 1)
        value = number(found["number"])
        if value is None or scale >= limit or (total and found["sign"]):
            break
        sign = -1 if found["sign"] and not total else sign
        total, limit, position = total + value * scale, scale, found.end()
        if scale == 1:
            break
    if limit == 10**18:  # too many digits to be an amount: take them as text, which refuses the whole
        return Decimal(-1), position + 1
    if limit == 1 and (cents := _CENTS.match(text, position)) and cents.lastindex:
        total += Decimal(int(cents[1] or 0)) / 10 + Decimal(int(cents[2] or 0)) / 100
        position = cents.end()
    return sign * total, position


def _in_words(found: re.Match[str]) -> Decimal | None:
    yuan = integer(found["yuan"])
    if yuan is None:
        return None
    cents = 10 * _digit(found["jiao"]) + _digit(found["fen"])
    value = Decimal(yuan) + Decimal(cents) / 100
    return -value if found["sign"] else value


def _digit(char: str | None) -> int:
    return DIGITS.index(char) if char else 0


def _without_currency(text: str) -> tuple[str, frozenset[str]]:
    """The text with every currency name cut out (its 元 with it), and the ISO codes they stand for."""
    names = _names()
    found: set[str] = set()

    def note(match: re.Match[str]) -> str:
        found.add(names[match[0].upper()])
        return ""

    return _name_pattern().sub(note, text), frozenset(found)


@cache
def _names() -> dict[str, str]:
    """Currency names as they stand after folding, each with its ISO 4217 code."""
    local = Locale("zh").currencies
    named = {plain(_flat(name)): code for code in _CODES for name in (local[code], code)}
    return {**named, **{plain(_flat(name)): code for name, code in _TRADE_NAMES.items()}}


@cache
def _name_pattern() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(n) for n in sorted(_names(), key=len, reverse=True)), re.I)
