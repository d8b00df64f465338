"""Amounts in the ways certificates print them; canonical form is a decimal string in yuan."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from samples.values.value import Value

_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def canonical(yuan: Decimal) -> str:
    """Yuan without trailing zeros or exponent: ``5000000``, ``1234567.8``."""
    text = f"{yuan:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_words(yuan: Decimal) -> str:
    """大写 of an amount below 10^12 yuan, with 圆 as 元: 壹仟贰佰叁拾肆元伍角陆分."""
    cents = int((yuan * 100).to_integral_value())
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = _whole(whole) + "元" if whole else ""
    if not jiao and not fen:
        return (words or "零元") + "整"
    words += f"{_DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return words + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    parts: list[str] = []
    gap = False
    for power, name in ((8, "亿"), (4, "万"), (0, "")):
        group = number // 10**power % 10**4
        if group == 0:
            gap = gap or bool(parts)
            continue
        if parts and (gap or group < 1000):
            parts.append("零")
        parts.append(_group(group) + name)
        gap = False
    return "".join(parts)


def _group(group: int) -> str:
    out, zero = "", False
    for power, name in ((3, "仟"), (2, "佰"), (1, "拾"), (0, "")):
        digit = group // 10**power % 10
        if digit:
            out += ("零" if zero and out else "") + _DIGITS[digit] + name
            zero = False
        else:
            zero = True
    return out


def capital(rng: Random, *, foreign: bool = False) -> Value:
    """Registered capital, between 10 万 and 6 亿."""
    wan = Decimal(
        rng.choice((10, 50, 100, 200, 500, 600, 800, 1000, 1008, 2000, 3000, 5000, 5080, 8000, 10800, 20000, 60000))
    )
    if foreign:
        code, word = rng.choice((("USD", "美元"), ("EUR", "欧元"), ("HKD", "港元")))
        return Value(
            f"{wan}万{word}" if rng.random() < 0.5 else f"{word}{wan}.0000万", f"{canonical(wan * 10000)} {code}"
        )
    words = in_words(wan * 10000)
    forms = (
        f"{wan}万元",
        f"{wan}万元整",
        f"人民币{wan}万元",
        f"{wan}.000000万人民币",
        words,
        f"人民币{words}",
        f"{wan}万元人民币",
    )
    return Value(rng.choice(forms), canonical(wan * 10000))


def price(rng: Random) -> Decimal:
    """The price of a works contract in yuan, to the cent; one in five is a round sum."""
    if rng.random() < 0.2:
        return Decimal(rng.randrange(2, 900) * 100_000).quantize(Decimal("0.01"))
    return (Decimal(rng.randrange(120_000_00, 90_000_000_00)) / 100).quantize(Decimal("0.01"))


def figures(rng: Random, yuan: Decimal) -> str:
    """The amount in figures: ``¥1,234,567.89`` or ``1234567.89元``."""
    return rng.choice((f"¥{yuan:,.2f}元", f"￥{yuan:.2f}元", f"¥{yuan:,.2f}", f"{yuan:.2f}元"))
