"""Days, months and periods in every style certificates print them; canonical form ISO 8601.

A period is ``from/to``; an end that is blank, starred out or 长期 is empty.
"""

from __future__ import annotations

import datetime
import re

from extractors.kinds.folding import folded, with_plain_dashes
from extractors.kinds.numerals import digit_string, integer, plain

_LONGEST = 100
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORD = "january|february|march|april|june|july|august|september|october|november|december|sept|" + "|".join(_MONTHS)

# Only fixed-width and short bounded repetitions: no input can make these backtrack for long.
_NUMERIC = r"\d{4}年\d{1,2}月(?:\d{1,2}日?)?|\d{4}-\d{1,2}(?:-\d{1,2})?|\d{4}\.\d{1,2}(?:\.\d{1,2})?"
_NUMERIC += r"|\d{4}/\d{1,2}(?:/\d{1,2})?|\d{8}"
_CHINESE = r"[零一二三四五六七八九0oO]{4}年[零一二三四五六七八九十0-9]{1,4}月(?:[零一二三四五六七八九十0-9]{1,4}日?)?"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_ENGLISH = rf"(?:{_WORD})\.?,?{_NTH},?\d{{4}}|{_NTH}[-.]?(?:{_WORD})[-.,]?,?\d{{4}}"
_DATE = f"(?:{_NUMERIC}|{_CHINESE}|{_ENGLISH})"
_FOREVER = "长期有效|长期|永久有效|永久|永续|长久|无固定期限|无期限|不约定期限|无限期"
_OPEN = rf"(?:{_FOREVER}|\(?空白\)?|\*+|-+|/|年月日(?:\(空白\))?|无)"
_ONE = re.compile(rf"(?:公元|有效期至|有效期限?至|至|到|于|自|从)?(?P<d>{_DATE})(?:止|起|前|为止|截止)?", re.I)
_RANGE = re.compile(
    rf"(?:自|从|由)?(?:(?P<a>{_DATE})(?P<rise>起)?)?(?P<sep>至|到|-+|~+|/|→|to)?(?:(?P<b>{_DATE})|(?P<open>{_OPEN}))?(?:止|为止)?",
    re.I,
)
_CLOCK = re.compile(r"(?<=\d)[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\s*$")
_ENGLISH_PARTS = re.compile(rf"(?P<d1>\d{{1,2}})?(?:st|nd|rd|th)?[-.]?(?P<m>{_WORD})\.?,?(?P<rest>.*)", re.I)


def date(raw: str) -> str | None:
    """``2025-03-01``, or ``2019-05`` where only year and month are given; None for no or an impossible date."""
    if len(raw) > _LONGEST:
        return None
    found = _ONE.fullmatch(_flat(raw))
    return _iso(found["d"]) if found else None


def month(raw: str) -> str | None:
    """``2019-05``; a full date is not a month."""
    if len(raw) > _LONGEST:
        return None
    text = _flat(raw)
    if re.fullmatch(r"\d{6}", text):
        text = f"{text[:4]}-{text[4:]}"
    value = date(text)
    return value if value is not None and len(value) == 7 else None


def date_range(raw: str) -> str | None:
    """``from/to`` with open ends empty; a lone date without 自 or 起 is an end, as after 有效期.

    ``长期`` alone is ``/``. None where no date and no word for an open end stands there.
    """
    if len(raw) > _LONGEST:
        return None
    text = _flat(raw)
    found = _RANGE.fullmatch(re.sub(r"^有效期限?(?=[至到自])|^有效期限?:", "", text))
    if not found or not text:
        return None
    start, end = found["a"], found["b"]
    if start is None and end is None:
        return "/" if found["open"] not in (None, "-", "/", "无", "年月日", "空白", "(空白)") or text == "/" else None
    if start and end and not found["sep"] and not (start.endswith("日") or found["rise"]):
        return None
    if start and not end and not (found["sep"] or found["open"] or found["rise"] or text[0] in "自从由"):
        start, end = None, start
    sides = [_iso(side) if side else "" for side in (start, end)]
    return None if None in sides else "/".join(side or "" for side in sides)


def ends(period: str) -> tuple[str, str]:
    """Both ends of a canonical period, empty where open."""
    start, _, end = period.partition("/")
    return start, end


def last_day(value: str) -> datetime.date:
    """The last day a canonical date or month covers."""
    if len(value) == 10:
        return datetime.date.fromisoformat(value)
    year, number = int(value[:4]), int(value[5:7])
    return datetime.date(year + number // 12, number % 12 + 1, 1) - datetime.timedelta(days=1)


def _flat(raw: str) -> str:
    text = plain(with_plain_dashes(folded(_CLOCK.sub("", raw.rstrip()))))
    return text.replace("号", "日").replace("元月", "一月").replace("〜", "~").strip(",;。、:.")


def _iso(text: str) -> str | None:
    parts = _english(text) or _numbers(text)
    if parts is None:
        return None
    year, number, day = parts
    if not 1900 <= year <= 2199:
        return None
    try:
        checked = datetime.date(year, number, day or 1)
    except ValueError:
        return None
    return checked.isoformat() if day is not None else checked.isoformat()[:7]


def _numbers(text: str) -> tuple[int, int, int | None] | None:
    if re.fullmatch(r"\d{8}", text):
        return int(text[:4]), int(text[4:6]), int(text[6:])
    year, *rest = [part for part in re.split(r"[年月日./-]", text) if part]
    years = digit_string(re.sub("[oO]", "零", year))
    numbers = [_small(part) for part in rest]
    if years is None or None in numbers or not numbers:
        return None
    return int(years), numbers[0] or 0, (numbers[1] or 0) if len(numbers) > 1 else None


def _small(text: str) -> int | None:
    """A month or day number: ``03``, ``三``, ``十二``, ``〇三``, ``二五``, ``零壹拾``."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    number = integer(text if text == "零" else text.lstrip("零"))
    if number is not None:
        return number
    digits = digit_string(text)
    return int(digits) if digits is not None and len(digits) <= 2 else None


def _english(text: str) -> tuple[int, int, int] | None:
    found = _ENGLISH_PARTS.fullmatch(text)
    if found is None:
        return None
    numbers = re.findall(r"\d+", found["rest"])
    days = [found["d1"], *numbers] if found["d1"] else numbers
    if len(days) != 2:
        # "25 June2028" leaves two numbers, "June25,2028" too; anything else is no date.
        return None
    return int(days[1]), _MONTHS.index(found["m"].lower()[:3]) + 1, int(days[0])
