"""Which part of the text beside a label is the value, kind by kind.

The text behind a label often carries more than the value (``410100100003919-1/1``, ``李某（签字）``, a remark); and
where the wrong text was picked up, it rarely has the shape of the kind.
"""

from __future__ import annotations

import re

from extractors.kinds import canonical
from extractors.reading import Canonical
from extractors.template import FieldSpec, KindName

_DIGIT = r"[0-9〇○零O一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_NUMBER = r"(?:[0-9O〇○零一二三四五六七八九十廿卅元壹贰叁肆伍陆柒捌玖拾]{1,3})"
_DATE = re.compile(
    rf"(?:公元)?{_DIGIT}{{4}}年(?:{_NUMBER}月(?:{_NUMBER}[日号]?)?)?"
    r"|\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?|(?<!\d)(?:19|20)\d{6}(?!\d)"
)
_AMOUNT_BEHIND = re.compile(r"(?<=[司院所厂心团部社局厅委会府])[¥￥\d]")
_LABEL_REST = re.compile(r"^[㐀-鿿]{0,4}[:：]")
_OPEN_END = re.compile(r"长期|永久|无固定期限|\*{3,}|年月日|至今")
_PATTERNS: dict[str, tuple[re.Pattern[str], ...]] = {
    "uscc": (
        re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])"),
        # "… 1-1" behind a code is the number of the copy.
        re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?=\d{1,2}[-/]\d{1,2}(?!\d))"),
        re.compile(r"(?<![0-9])[0-9]{15}(?![0-9])"),
        re.compile(r"(?<![0-9])[0-9]{15}(?=\d{1,2}[-/]\d{1,2}(?!\d))"),
        re.compile(r"[0-9A-Za-z]{10,}"),
    ),
    "digits15": (re.compile(r"[0-9]{15}"),),
    "cn_id": (re.compile(r"(?<!\d)\d{17}[\dXx×](?!\d)"), re.compile(r"[0-9A-Za-z]{15,19}")),
    "digits": (re.compile(r"[0-9]{4,}"),),
    "days": (re.compile(r"\d+(?:\.\d+)?(?:个)?(?:日历天|日历日|工作日|天|日|个月|月|年)"), re.compile(r"\d+")),
}
_PERSON = re.compile(r"[㐀-鿿\U00020000-\U0003ffff·•．.∙・]{2,20}|[A-Za-z][A-Za-z .,'-]{2,40}")
_CJK = re.compile(r"[㐀-鿿]")
_TRIM = " 　:：;；,，.。、·_-—|*"

LINES_OF_KIND: dict[str, int] = {
    "org_name": 3, "address": 4, "text": 3, "long_text": 40, "list": 30, "money": 2, "date_range": 2,
}  # fmt: skip
"""How many lines a value of the kind may wrap over, where the template does not say; one for all others."""


def pick(kind: KindName, text: str) -> tuple[int, int]:
    """Start and end of the value inside ``text`` (spaces already removed); equal when there is none."""
    if kind == "date":
        found = _DATE.search(text)
        return found.span() if found else (0, 0)
    if kind == "date_range":
        return _range(text)
    for pattern in _PATTERNS.get(kind, ()):
        found = pattern.search(text)
        if found:
            return found.span()
    if kind in _PATTERNS:
        return (0, 0)
    start, end = 0, len(text)
    rest = _LABEL_REST.match(text) if kind in ("org_name", "person", "address", "cert_no") else None
    if rest:
        # The tail of a label whose beginning was misread: "科称：…".
        start = rest.end()
    while start < end and text[start] in _TRIM:
        start += 1
    while end > start and text[end - 1] in _TRIM and kind != "long_text":
        end -= 1
    if kind == "org_name":
        # The date under an authority, or the amount in the next row, is set as close as a wrapped line would be.
        behind = (_DATE.search(text, start + 4, end), _AMOUNT_BEHIND.search(text, start + 4, end))
        end = min((found.start() for found in behind if found), default=end)
    if kind == "person":
        found = _PERSON.match(text, start, end)
        return found.span() if found else (0, 0)
    return start, end


def value_of(spec: FieldSpec, raw: str) -> Canonical | None:
    """The canonical value of a field printed or typed as ``raw``, its declared unit put back where it was left out."""
    value = canonical(spec.kind, raw, words=spec.words)
    if spec.unit and isinstance(value, str):
        number, _, unit = value.partition(" ")
        if unit in ("", spec.unit.rstrip("23")):
            return f"{number} {spec.unit}"
    return value


def plausible(kind: KindName, text: str) -> bool:
    """Whether the text has the shape of the kind at all; False for what was surely picked up by mistake."""
    if not text:
        return False
    if kind == "org_name":
        return len(text) >= 4 and (len(_CJK.findall(text)) >= 3 or sum(c.isalpha() for c in text) >= 6)
    if kind == "address":
        return len(text) >= 5 and bool(_CJK.search(text))
    if kind == "money":
        return bool(re.search(r"[0-9零壹贰叁肆伍陆柒捌玖拾一二三四五六七八九十]", text))
    if kind == "cert_no":
        return bool(re.search(r"[0-9]", text)) and len(text) >= 4
    return True


_ORGANISATION = re.compile(
    r"(?:公司|院|所|厂|中心|集团|部|社|局|厅|委|会|行|店|站|队|室|校|馆|处|企业|联合体|府|大学|学校|医院|庄|坊|场|园|矿|铺|吧|城|村"
    r"|分局|支行|[)）]|[A-Za-z.])$"
)


def typical(kind: KindName, text: str) -> bool:
    """Whether the text ends as values of the kind usually do; a sentence that was taken for a name does not."""
    return kind != "org_name" or _ORGANISATION.search(text) is not None


def _range(text: str) -> tuple[int, int]:
    dates = list(_DATE.finditer(text))
    opened = _OPEN_END.search(text)
    starts = [m.start() for m in dates] + ([opened.start()] if opened else [])
    if not starts:
        return (0, 0)
    end = max([m.end() for m in dates[:2]] + ([opened.end()] if opened else []))
    start = min(starts)
    # "至2026年3月1日" names only an end, "2019年5月8日至" only a start: the word belongs to the value.
    if start > 0 and text[start - 1] in "至自":
        start -= 1
    if end < len(text) and text[end] in "至起—-":
        end += 1
    return start, end
