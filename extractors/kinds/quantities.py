"""Measured quantities with their unit, and durations in days."""

from __future__ import annotations

import re

from extractors.kinds.folding import folded, with_plain_dashes, with_round_brackets
from extractors.kinds.money import number, plain_decimal
from extractors.kinds.numerals import DIGITS, UNITS, integer, plain

_LONGEST = 80
_UNITS = {
    "平方米": "m2", "平米": "m2", "m2": "m2", "m²": "m2", "㎡": "m2", "平方公里": "km2", "km2": "km2",
    "立方米": "m3", "m3": "m3",
    "公里": "km", "千米": "km", "km": "km", "米": "m", "m": "m", "公顷": "hm2", "hm2": "hm2",
    "吨": "t", "t": "t", "千克": "kg", "公斤": "kg", "kg": "kg", "千瓦": "kW", "kw": "kW", "兆瓦": "MW", "mw": "MW",
}  # fmt: skip
"""Printed unit → its symbol (GB 3100); units that are not listed keep the printed word."""
_QUANTITY = re.compile(r"约?(?P<n>-?\d[\d,]*(?:\.\d+)?)\(?(?P<scale>万|亿)?(?P<unit>(?:[^\d().,万亿]{1,6}[23]?)?)\)?")
_DAYS = re.compile(
    rf"(?:总工期|工期|共计|共|合计|计|为|:)*(?P<n>\d{{1,6}}|[{DIGITS}{UNITS}]{{1,12}})\(?个?(?P<unit>[^\d()]{{0,6}})\)?"
)
_DAY_WORDS = {"日历天", "日历日", "天", "日", "工作日", "晴天", "days", "day", ""}
_LONGER = {"月": "months", "月份": "months", "months": "months", "年": "years", "years": "years"}


def quantity(raw: str) -> str | None:
    """``12345.67 m2``: the decimal in plain form, and the unit's symbol after a space where one is printed."""
    if len(raw) > _LONGEST:
        return None
    found = _QUANTITY.fullmatch(with_plain_dashes(with_round_brackets(folded(raw))))
    value = number(found["n"]) if found else None
    if found is None or value is None:
        return None
    value *= {"万": 10**4, "亿": 10**8}.get(found["scale"] or "", 1)
    unit = found["unit"]
    return f"{plain_decimal(value)} {_UNITS.get(unit.lower(), unit)}".strip()


def days(raw: str) -> str | None:
    """``365`` for a duration in days (日历天, 天); ``12 months`` where it is printed in months, which are not days."""
    if len(raw) > _LONGEST:
        return None
    found = _DAYS.fullmatch(plain(with_round_brackets(folded(raw))))
    count = (int(found["n"]) if found["n"].isascii() else integer(found["n"])) if found else None
    if found is None or count is None or count >= 10**6:
        return None
    unit = found["unit"].lower().strip("。.;,:")
    if unit in _DAY_WORDS:
        return str(count)
    return f"{count} {_LONGER[unit]}" if unit in _LONGER else None
