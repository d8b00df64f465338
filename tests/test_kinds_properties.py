"""Contracts of every kind: idempotent, never raises, never slow, and blind to the style a value is printed in."""

from __future__ import annotations

import calendar
import datetime
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.kinds import amounts, canonical, check_digit_ok, clauses, repair, simplified
from extractors.kinds.canonical import KINDS
from extractors.kinds.numerals import integer
from extractors.template import KindName

WORDS = ("男", "女", "一级", "特级")
ALPHABET = st.sampled_from(
    [
        *"0123456789OIlXx零一二三十百千万亿元角分整年月日至长期壹贰叁拾,.。-—/()（）〔〕;；、:：¥$ *~\n\u3000",
        "USD",
        "大写",
    ]
)
TEXTS = st.one_of(st.text(max_size=500), st.lists(ALPHABET, max_size=60).map("".join))
DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))
DIGITS = "〇一二三四五六七八九"
FORMAL = "零壹贰叁肆伍陆柒捌玖"


def rejoined(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ";".join(value)


@pytest.mark.parametrize("kind", KINDS)
@given(raw=TEXTS)
def test_canonical_is_idempotent_and_never_raises(kind: KindName, raw: str) -> None:
    value = canonical(kind, raw, words=WORDS)
    if value is not None:
        assert value != ""
        assert canonical(kind, rejoined(value), words=WORDS) == value


@given(raw=TEXTS)
def test_helpers_never_raise(raw: str) -> None:
    amounts(raw)
    clauses(raw)
    simplified(raw)
    for kind in KINDS:
        repair(kind, raw)
        check_digit_ok(kind, raw)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "unit", ["1", "1,", "一", "十", "(", "((1.", "万", "2025-", "年", "a ", "，", "零", "九亿", "\u0301", "1."]
)
def test_long_adversarial_text_is_refused_or_read_but_ends(kind: KindName, unit: str) -> None:
    # No clock: a backtracking pattern or a quadratic loop would make this test hang, not fail.
    value = canonical(kind, unit * 50_000, words=WORDS)
    assert value is None or isinstance(value, (str, tuple))


def chinese(number: int) -> str:
    return cn2an.an2cn(number, "low").replace("一十", "十", 1) if number < 20 else cn2an.an2cn(number, "low")


def formal(number: int) -> str:
    return cn2an.an2cn(number, "up")


def styles(day: datetime.date) -> list[str]:
    y, m, d = day.year, day.month, day.day
    english = calendar.month_name[m]
    circles = "".join(DIGITS[int(c)] for c in str(y))
    return [
        f"{y}年{m:02d}月{d:02d}日", f"{y}年{m}月{d}日", f"{y} 年 {m} 月 {d} 日", f"{y}　年　{m:02d}　月　{d:02d}　日",
        f"{y}-{m}-{d}", f"{y}-{m:02d}-{d:02d}", f"{y}.{m:02d}.{d:02d}", f"{y}/{m}/{d}", f"{y}{m:02d}{d:02d}",
        f"{circles}年{chinese(m)}月{chinese(d)}日", f"{circles.replace('〇', '○')}年{chinese(m)}月{chinese(d)}日",
        f"{circles.replace('〇', '零')}年{chinese(m)}月{chinese(d)}日",
        f"{circles.replace('〇', 'O')}年{chinese(m)}月{chinese(d)}日" if not circles.isascii() else f"{y}-{m}-{d}",
        "".join(FORMAL[int(c)] for c in str(y)) + f"年{formal(m)}月{formal(d)}日",
        f"{english} {d}, {y}", f"{english[:3]}. {d}, {y}", f"{d} {english} {y}", f"{d:02d}-{english[:3].upper()}-{y}",
        f"{y}年{m}月{d}号", f"至{y}年{m}月{d}日止", f"{y}-{m:02d}-{d:02d} 00:00:00",
    ]  # fmt: skip


@given(day=DAYS)
def test_every_printed_style_of_a_date_is_the_same_date(day: datetime.date) -> None:
    assert {canonical("date", style) for style in styles(day)} == {day.isoformat()}


@given(day=DAYS)
def test_every_printed_style_of_a_month_is_the_same_month(day: datetime.date) -> None:
    year = "".join(DIGITS[int(c)] for c in str(day.year))
    printed = [
        f"{day.year}年{day.month}月",
        f"{day:%Y-%m}",
        f"{day.year}.{day.month}",
        f"{year}年{chinese(day.month)}月",
    ]
    assert {canonical(k, p) for p in printed for k in ("date", "month")} == {f"{day:%Y-%m}"}  # type: ignore[arg-type]
    assert canonical("month", f"{day:%Y%m}") == f"{day:%Y-%m}"


@given(
    start=DAYS, end=DAYS, style=st.integers(0, 17), between=st.sampled_from(["至", "—", " - ", "~", "起至", "到", "－"])
)
def test_every_printed_style_of_a_period_is_the_same_period(
    start: datetime.date, end: datetime.date, style: int, between: str
) -> None:
    first, last = styles(start)[style], styles(end)[style]
    expected = f"{start.isoformat()}/{end.isoformat()}"
    assert canonical("date_range", f"{first}{between}{last}") == expected
    assert canonical("date_range", f"自{first}{between}{last}止") == expected
    assert canonical("date_range", f"有效期至{last}") == f"/{end.isoformat()}"
    for open_end in ("至长期", "至永久", "至无固定期限", "至******", "至", "至    年  月  日", "起"):
        assert canonical("date_range", first + open_end) == f"{start.isoformat()}/"


def money_styles(yuan: int, cents: int) -> list[str]:
    exact = Decimal(yuan) + Decimal(cents) / 100
    words = formal(yuan) + "元" if yuan else "零元"
    if cents:
        words += FORMAL[cents // 10] + "角" if cents >= 10 else "零"
        words += FORMAL[cents % 10] + "分" if cents % 10 else ""
    else:
        words += "整"
    wan = (exact / 10_000).normalize()
    return [
        f"{exact:.2f}", f"¥{exact:,.2f}", f"￥{exact:.2f}元", f"人民币{exact:,.2f}元", f"RMB {exact:,.2f}",
        f"CNY{exact}",
        f"{wan:f}万元", f"{wan:.6f}万人民币", f"人民币{wan:.6f}万元整", f"{wan:.6f}（万元）", f"{exact:.2f}元人民币",
        words, f"人民币{words}", f"人民币（大写）：{words}", f"大写：{words}（小写：¥{exact:,.2f}）",
        f"¥{exact:,.2f}元（大写：人民币{words}）", words.replace("元", "圆"),
        words.replace("万", "萬").replace("亿", "億"),
    ]  # fmt: skip


@given(yuan=st.integers(0, 10**11), cents=st.integers(0, 99))
def test_every_printed_style_of_an_amount_is_the_same_amount(yuan: int, cents: int) -> None:
    expected = canonical("money", f"{yuan}.{cents:02d}")
    assert {style: canonical("money", style) for style in money_styles(yuan, cents)} == dict.fromkeys(
        money_styles(yuan, cents), expected
    )


@given(number=st.integers(0, 10**15))
def test_numerals_agree_with_cn2an(number: int) -> None:
    assert integer(cn2an.an2cn(number, "low")) == number
    assert integer(cn2an.an2cn(number, "up")) == number


@given(prefix=st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), region=st.integers(110000, 659000))
def test_single_substitutions_break_the_check_digit(prefix: str, region: int) -> None:
    from stdnum.cn import uscc

    body = f"91{region}{prefix}"
    value = body + uscc.calc_check_digit(body)
    assert check_digit_ok("uscc", value) is True
    for index in range(18):
        other = "A" if value[index] != "A" else "C"
        assert check_digit_ok("uscc", value[:index] + other + value[index + 1 :]) is False


@pytest.mark.parametrize(("printed", "expected"), [("12个月", "12 months"), ("十亿天", None), ("2年", "2 years")])
def test_durations_that_are_not_days_keep_their_unit(printed: str, expected: str | None) -> None:
    assert canonical("days", printed) == expected
    assert expected is None or canonical("days", expected) == expected
