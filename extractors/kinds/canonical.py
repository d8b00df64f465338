"""From a printed or typed value to the canonical form of its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from extractors.kinds import codes, dates, lists, money, quantities, text
from extractors.reading import Canonical
from extractors.template import KindName

_BY_KIND: dict[KindName, Callable[[str], Canonical | None]] = {
    "cert_no": lambda raw: codes.code("cert_no", raw),
    "uscc": lambda raw: codes.code("uscc", raw),
    "digits15": lambda raw: codes.code("digits15", raw),
    "cn_id": lambda raw: codes.code("cn_id", raw),
    "digits": lambda raw: codes.code("digits", raw),
    "date": dates.date,
    "date_range": dates.date_range,
    "month": dates.month,
    "money": money.money,
    "quantity": quantities.quantity,
    "days": quantities.days,
    "person": text.person,
    "org_name": text.org_name,
    "address": text.address,
    "text": text.text,
    "long_text": text.text,
    "list": lists.entries,
}

STRICT_KINDS: frozenset[KindName] = frozenset(
    ("uscc", "digits15", "cn_id", "cert_no", "digits", "date", "date_range", "month", "money", "quantity", "days")
)
"""Codes, numbers, dates and amounts: one character is the difference between a real and a forged certificate."""

KINDS: tuple[KindName, ...] = get_args(KindName)


def canonical(kind: KindName, raw: str, *, words: tuple[str, ...] = ()) -> Canonical | None:
    """The canonical form of ``raw`` as a value of ``kind``, or None where it cannot be one. Never raises.

    ``words`` are the declared words of an ``enum``. Applying it to its own result (lists joined by ;) changes nothing.
    """
    if kind == "enum":
        return text.enum(raw, words)
    return _BY_KIND[kind](raw)
