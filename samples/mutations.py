"""Wrong entries made from right ones: what a slip, a misreading or a forgery does to a canonical value.

The benchmark counts how many of these a check lets through (false green), so every result must differ canonically.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from random import Random

from stdnum.cn import ric, uscc

from certlight.errors import UsageError
from certlight.text import Text
from samples.values import money
from samples.values.value import Canonical, comparable

Mutation = Callable[[str, Random], str | None]
"""From a canonical value to a wrong one; None where this slip cannot happen to it."""

_PAIRS = (
    "未末 土士 己已 己巳 已巳 日曰 人入 大太 太犬 干千 午牛 王玉 天夫 刀力 甲申 田由 末本 木本 "
    "戊戌 戌戍 兔免 鸟乌 今令 间问 大丈 佳住 侯候 洋样 恒桓 泰秦 宏宠 辰晨 晴睛 明朋 拓柘 博搏 "
    "崔催 苏办 陈阵 杨扬 徐除 建健 筑巩 设没 工士 市巿 宁宇 桥侨 辉挥 元无 创刨 嘉喜 昊旲 鑫金 "
    "通遍 远运 科料 信倍 基墓 源原 安宴 城诚 诚成 达迏 楼搂 座坐 室宝 壹壶 贰贡 东车 西酉 南甫 "
    "北比 中申 0O 0D 1I 1L 2Z 5S 8B 6G 9Q 3E 4A 7T UV MN XY CG "
    "KX PR WV 38 17 56 68 03 09 12 "
)
LOOK_ALIKE: Mapping[str, str] = {
    char: "".join(p[1 - p.index(char)] for p in _PAIRS.split() if char in p)
    for char in sorted(set(_PAIRS.replace(" ", "")))
}
"""Characters that eyes and readers confuse: each with those it is taken for."""

_COMMON = "华中建东南西北新安明文海天宏国金山江长春光平和达成林大元兴业方正信立德胜永利城乡河川阳"
_FORMS = (("有限责任公司", "有限公司"), ("股份有限公司", "有限公司"), ("集团有限公司", "有限公司"))


def mutate(kind: str, value: Canonical, rng: Random) -> tuple[Canonical, str]:
    """A wrong value of the same kind and the name of the slip that made it.

    ``value`` is canonical. Raises UsageError (``samples.immutable``) where no slip changes it.
    """
    if not isinstance(value, str):
        at = rng.randrange(len(value))
        entry, name = mutate("entry", value[at], rng)
        return (*value[:at], str(entry), *value[at + 1 :]), f"list_{name}"
    names = list(BY_KIND[kind])
    rng.shuffle(names)
    for name in names:
        for _ in range(6):
            wrong = MUTATIONS[name](value, rng)
            if wrong is not None and differs(kind, value, wrong):
                return wrong, name
    raise UsageError(
        "samples.immutable",
        Text(f"无法构造与“{value}”不同的错误值。", f"No slip makes a wrong value out of {value!r}."),
        Text("请换一个字段。", "Choose another field."),
    )


def differs(kind: str, right: str, wrong: str) -> bool:
    """Whether two values of a kind mean different things; a date must also exist."""
    if kind in ("date", "date_range"):
        return wrong != right and all(_is_date(end) for end in wrong.split("/") if end)
    if kind in ("money", "quantity", "days"):
        return _number(wrong) is not None and (_number(wrong), wrong.partition(" ")[2]) != (
            _number(right),
            right.partition(" ")[2],
        )
    return comparable(wrong) != comparable(right) and bool(comparable(wrong))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.partition(" ")[0])
    except InvalidOperation:
        return None


def _is_date(text: str) -> bool:
    try:
        return 1900 <= dt.date.fromisoformat(text).year <= 2199
    except ValueError:
        return False


def _at(value: str, rng: Random, accept: Callable[[str], bool]) -> int | None:
    # The unit of a quantity and the code of a currency stand after a space and are not figures to slip in.
    stop = value.index(" ") if " " in value and value[:1].isdigit() else len(value)
    places = [i for i, c in enumerate(value[:stop]) if accept(c)]
    return rng.choice(places) if places else None


def _digit(c: str) -> bool:
    return c.isascii() and c.isdigit()


def digit_changed(value: str, rng: Random) -> str | None:
    at = _at(value, rng, _digit)
    return (
        None if at is None else value[:at] + rng.choice([d for d in "0123456789" if d != value[at]]) + value[at + 1 :]
    )


def digits_swapped(value: str, rng: Random) -> str | None:
    """Two neighbouring unequal digits change places."""
    places = [
        i for i in range(len(value) - 1) if _digit(value[i]) and _digit(value[i + 1]) and value[i] != value[i + 1]
    ]
    if not places:
        return None
    at = rng.choice(places)
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


def look_alike(value: str, rng: Random) -> str | None:
    at = _at(value, rng, lambda c: c in LOOK_ALIKE)
    return None if at is None else value[:at] + rng.choice(LOOK_ALIKE[value[at]]) + value[at + 1 :]


def char_replaced(value: str, rng: Random) -> str | None:
    at = _at(value, rng, str.isalnum)
    if at is None:
        return None
    pool = "0123456789" if _digit(value[at]) else "ABCDEFGHJKMNPQRTUWXY" if value[at].isascii() else _COMMON
    return value[:at] + rng.choice([c for c in pool if c != value[at]]) + value[at + 1 :]


def char_dropped(value: str, rng: Random) -> str | None:
    at = _at(value, rng, str.isalnum)
    return None if at is None or len(value) < 2 else value[:at] + value[at + 1 :]


def char_added(value: str, rng: Random) -> str | None:
    at = _at(value, rng, str.isalnum)
    if at is None:
        return None
    extra = rng.choice("0123456789") if _digit(value[at]) else rng.choice(_COMMON)
    return value[: at + 1] + extra + value[at + 1 :]


def company_form(value: str, rng: Random) -> str | None:
    """有限责任公司 for 有限公司 or the other way round: never the same company."""
    for long, short in _FORMS:
        if long in value:
            return value.replace(long, short)
    return value.replace("有限公司", "有限责任公司") if "有限公司" in value else None


def date_shifted(value: str, rng: Random) -> str | None:
    """One end of the date or range moves by a day, a month or a year."""
    ends = value.split("/")
    filled = [i for i, end in enumerate(ends) if _is_date(end)]
    if not filled:
        return None
    at = rng.choice(filled)
    day = dt.date.fromisoformat(ends[at])
    step, unit = rng.choice((-1, 1)), rng.choice(("day", "month", "year"))
    try:
        if unit == "day":
            moved = day + dt.timedelta(days=step)
        elif unit == "month":
            months = day.year * 12 + day.month - 1 + step
            moved = day.replace(year=months // 12, month=months % 12 + 1)
        else:
            moved = day.replace(year=day.year + step)
    except ValueError:
        return None
    return "/".join([*ends[:at], moved.isoformat(), *ends[at + 1 :]])


def end_changed(value: str, rng: Random) -> str | None:
    """A fixed end becomes open, an open end fixed."""
    start, slash, end = value.partition("/")
    if not slash:
        return None
    return (
        f"{start}/"
        if end
        else f"{start}/{rng.randrange(2030, 2060)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    )


def unit_changed(value: str, rng: Random) -> str | None:
    """万元 taken for 元 or for 亿元; another currency for another."""
    number, _, unit = value.partition(" ")
    amount = _number(number)
    if amount is None:
        return None
    text = money.canonical(amount * 10000 if rng.random() < 0.5 else amount / 10000)
    return f"{text} {unit}" if unit else text


def check_kept(value: str, rng: Random) -> str | None:
    """A forged credit code whose check character is right again: only the page itself can tell."""
    if len(value) != 18:
        return None
    at = rng.randrange(8, 17)
    pool = "0123456789" if _digit(value[at]) else "ABCDEFGHJKLMNPQRTUWXY"
    stem = value[:at] + rng.choice([c for c in pool if c != value[at]]) + value[at + 1 : 17]
    return stem + str(uscc.calc_check_digit(stem))


def identity_check_kept(value: str, rng: Random) -> str | None:
    """A forged identity number of the same place and birth date, its check character right again."""
    if len(value) != 18:
        return None
    at = rng.randrange(14, 17)
    stem = value[:at] + rng.choice([c for c in "0123456789" if c != value[at]]) + value[at + 1 : 17]
    return stem + str(ric.calc_check_digit(stem + "0"))


def grade_changed(value: str, rng: Random) -> str | None:
    """Another grade: 二级 for 一级."""
    for word in ("特", "一", "二", "三", "壹", "贰", "叁"):
        if f"{word}级" in value:
            others = "壹贰叁" if word in "壹贰叁" else "一二三"
            return value.replace(f"{word}级", f"{rng.choice([o for o in others if o != word])}级")
    return None


def word_changed(value: str, rng: Random) -> str | None:
    return {"男": "女", "女": "男"}.get(value)


MUTATIONS: Mapping[str, Mutation] = {
    f.__name__: f
    for f in (
        digit_changed, digits_swapped, look_alike, char_replaced, char_dropped, char_added, company_form, date_shifted,
        end_changed, unit_changed, check_kept, identity_check_kept, grade_changed, word_changed,
    )
}  # fmt: skip

_CODE = ("digit_changed", "digits_swapped", "look_alike", "char_replaced", "char_dropped", "char_added")
_PROSE = ("look_alike", "char_replaced", "char_dropped", "char_added", "digit_changed")
BY_KIND: Mapping[str, tuple[str, ...]] = {
    "uscc": (*_CODE, "check_kept"),
    "digits15": _CODE,
    "cn_id": (*_CODE, "identity_check_kept"),
    "cert_no": _CODE,
    "digits": _CODE,
    "date": ("date_shifted", "digit_changed", "digits_swapped"),
    "date_range": ("date_shifted", "digit_changed", "digits_swapped", "end_changed"),
    "month": ("digit_changed", "digits_swapped"),
    "money": ("digit_changed", "digits_swapped", "unit_changed", "char_dropped", "char_added"),
    "quantity": ("digit_changed", "digits_swapped", "char_dropped", "char_added"),
    "days": ("digit_changed", "digits_swapped", "char_dropped", "char_added"),
    "person": ("look_alike", "char_replaced", "char_dropped", "char_added"),
    "org_name": (*_PROSE, "company_form"),
    "address": _PROSE,
    "text": _PROSE,
    "long_text": _PROSE,
    "entry": ("grade_changed", "look_alike", "char_replaced", "company_form"),
    "list": ("grade_changed", "look_alike", "char_replaced", "company_form"),
    "enum": ("word_changed",),
}
"""Slips by kind of value; ``entry`` is one member of a list."""
