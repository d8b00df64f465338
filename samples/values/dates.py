"""Dates in order, printed the ways certificates print them; canonical form is ISO 8601."""

from __future__ import annotations

import datetime as dt
from random import Random

from samples.values.value import Value

_NUMERALS = "〇一二三四五六七八九"


def between(rng: Random, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=rng.randrange((last - first).days + 1))


def later(day: dt.date, years: int, *, less_a_day: bool = True) -> dt.date:
    """``years`` after ``day``; certificates usually end a day before the anniversary."""
    same = day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
    return same - dt.timedelta(days=1) if less_a_day else same


def full(day: dt.date) -> Value:
    """2021年05月08日."""
    return Value(f"{day.year}年{day.month:02d}月{day.day:02d}日", day.isoformat())


def printed(rng: Random, day: dt.date) -> Value:
    """One of the usual forms with figures."""
    forms = (
        f"{day.year}年{day.month:02d}月{day.day:02d}日",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}-{day.month:02d}-{day.day:02d}",
        f"{day.year}.{day.month:02d}.{day.day:02d}",
        f"{day.year} 年 {day.month:02d} 月 {day.day:02d} 日",
    )
    return Value(rng.choice(forms), day.isoformat())


def in_characters(day: dt.date) -> Value:
    """二〇一三年六月十七日."""
    year = "".join(_NUMERALS[int(d)] for d in str(day.year))
    return Value(f"{year}年{_ordinal(day.month)}月{_ordinal(day.day)}日", day.isoformat())


def _ordinal(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else ("" if tens == 1 else _NUMERALS[tens]) + "十") + (_NUMERALS[ones] if ones else "")


def span(rng: Random, start: dt.date, end: dt.date | None, *, joiner: str | None = None) -> Value:
    """From ``start`` to ``end``, printed 长期 where open. Canonical form ``from/to``, an open end empty."""
    joiner = joiner or rng.choice(("至", " 至 "))
    first = full(start).printed
    last = full(end).printed if end else "长期"
    return Value(f"{first}{joiner}{last}", f"{start.isoformat()}/{end.isoformat() if end else ''}")


def open_term() -> Value:
    """A term printed as 长期 alone."""
    return Value("长期", "/")
