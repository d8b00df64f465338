"""Rules about the whole document: what can be wrong with it although every field agrees.

Codes of findings are part of the public contract: ``rule.expired``, ``rule.identity_number``, ``rule.amount_in_words``,
``rule.date_order``, ``rule.code_in_qr``, ``rule.check_digit``, ``rule.poor_quality``, ``rule.text_layer``,
``rule.wrong_type``, ``rule.unknown_type``, ``rule.nothing_checked``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from certlight.light import Light
from certlight.text import Text
from extractors.kinds import amounts, canonical, check_digit_ok
from extractors.kinds.codes import birth_date, is_male
from extractors.kinds.dates import ends, last_day
from extractors.kinds.folding import folded, with_round_brackets
from extractors.kinds.money import plain_decimal
from extractors.kinds.numerals import DIGITS, plain
from extractors.page import Quality
from extractors.reading import Canonical, FieldReading, Notice, Reading
from extractors.template import AmountInWords, CodeInQr, DateOrder, Expiry, IdentityNumber, Rule, Template
from verifier.thresholds import Thresholds
from verifier.verdict import FieldCheck, RuleFinding

LAYER_NOTICES = frozenset(
    {"layer.garbled", "layer.hidden", "layer.overlap", "layer.mismatch", "read.text_layer_distrusted"}
)
"""Notices that say a PDF text layer disagrees with its pixels. A layer that is merely partial or could not be checked
says nothing against the document: its page was read from the pixels."""
_QR_TOKEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{15,18}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. ``read`` holds the reading that counts for each field (marked before extracted)."""

    template: Template
    read: Mapping[str, FieldReading]
    entered: Mapping[str, Canonical]
    """Canonical entries; fields whose entry could not be parsed are absent."""
    qr_texts: Sequence[str]
    today: datetime.date
    limits: Thresholds

    def recognised(self, code: str) -> str | None:
        reading = self.read.get(code)
        return reading.value if reading is not None and isinstance(reading.value, str) else None

    def known(self, code: str) -> str | None:
        """The recognised value, or the entered one where nothing was read."""
        entry = self.entered.get(code)
        return self.recognised(code) or (entry if isinstance(entry, str) else None)

    def sure(self, *codes: str) -> bool:
        """Whether every one of these fields that was read was read with the confidence of a match."""
        readings = [(code, self.read[code]) for code in codes if code in self.read]
        return all(
            r.confidence >= self.limits.equality_confidence(self.template.fields[code].kind) for code, r in readings
        )

    def name(self, code: str) -> Text:
        return self.template.fields[code].name.text


def findings_of_template(facts: Facts) -> list[RuleFinding]:
    """What the template's own rules find."""
    return [finding for rule in facts.template.rules for finding in _CHECKS[type(rule)](rule, facts)]


def findings_of_check_digits(facts: Facts) -> list[RuleFinding]:
    """Codes that were read clearly and cannot exist (GB 32100-2015, GB 11643-1999, GS 15-2006).

    Yellow, because a misprint or a misreading is possible; red where a key field's entry repeats the impossible number.
    15-digit registration numbers stay yellow: some predate their check digit.
    """
    found: list[RuleFinding] = []
    for code, spec in facts.template.fields.items():
        value = facts.recognised(code)
        if value is None or check_digit_ok(spec.kind, value) is not False:
            continue
        repeated = facts.entered.get(code) == value
        if not repeated and not facts.sure(code):
            continue
        name = facts.name(code)
        red = repeated and spec.field_class == "key" and len(value) == 18
        found.append(
            RuleFinding(
                "rule.check_digit",
                Light.RED if red else Light.YELLOW,
                Text(
                    f"{name.zh} {value} 的校验位不符，这样的号码不可能存在",
                    f"{name.en} {value}: the check digit is wrong; no such number can exist",
                ),
                (code,),
            )
        )
    return found


def findings_of_pages(qualities: Sequence[Quality], notices: Sequence[Notice]) -> list[RuleFinding]:
    """Pages too poor for a green light, and PDF text that is not what its pixels show."""
    found: dict[str, RuleFinding] = {}
    for number, quality in enumerate(qualities, start=1):
        for issue in quality.issues:
            if issue.severe:
                message = Text(
                    f"第 {number} 页图像质量不足：{issue.advice.zh}", f"Page {number} is too poor: {issue.advice.en}"
                )
                found.setdefault(issue.code, RuleFinding("rule.poor_quality", Light.YELLOW, message))
    for notice in notices:
        if notice.code in LAYER_NOTICES:
            found.setdefault(notice.code, RuleFinding("rule.text_layer", Light.YELLOW, notice.message))
    return list(found.values())


def findings_of_type(claimed: str, template: Template, reading: Reading, limits: Thresholds) -> list[RuleFinding]:
    """The document is not, or not recognisably, what the claim says."""
    name = template.name
    if reading.doc_type is None or (reading.doc_type != claimed and reading.type_confidence < limits.type_confidence):
        message = Text(
            f"无法确认上传的材料是{name.zh}，请人工核对",
            f"The upload is not recognisably a {name.en}; please look at it",
        )
        return [RuleFinding("rule.unknown_type", Light.YELLOW, message)]
    if reading.doc_type != claimed:
        message = Text(
            f"上传的材料不是{name.zh}（识别为 {reading.doc_type}），请更换文件或证照类型",
            f"The upload is not a {name.en} (it looks like {reading.doc_type}); change the file or the type",
        )
        return [RuleFinding("rule.wrong_type", Light.RED, message)]
    return []


def finding_of_nothing(checks: Sequence[FieldCheck]) -> list[RuleFinding]:
    """A verdict that rests on no compared field must not be green."""
    if any(check.outcome == "match" for check in checks):
        return []
    message = Text("没有任何一项与证照核对一致", "Not one field was found to agree with the document")
    return [RuleFinding("rule.nothing_checked", Light.YELLOW, message)]


def _expiry(rule: Expiry, facts: Facts) -> list[RuleFinding]:
    values = {facts.recognised(rule.field), facts.entered.get(rule.field)}
    last = min((end for end in map(last_valid_day, values) if end is not None), default=None)
    if last is None or last >= facts.today:
        return []
    name = facts.name(rule.field)
    message = Text(
        f"证照已过期：{name.zh}截至 {last.isoformat()}，核验日期 {facts.today.isoformat()}",
        f"The document has expired: {name.en} ended on {last.isoformat()}, checked on {facts.today.isoformat()}",
    )
    return [RuleFinding("rule.expired", Light.YELLOW, message, (rule.field,))]


def last_valid_day(value: Canonical | None) -> datetime.date | None:
    """The last day on which a canonical date, or period, still holds; None for an open end and for what is neither."""
    if not isinstance(value, str):
        return None
    end = ends(value)[1] if "/" in value else value
    return last_day(end) if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", end) else None


def _identity_number(rule: IdentityNumber, facts: Facts) -> list[RuleFinding]:
    number = facts.known(rule.number)
    if number is None or check_digit_ok("cn_id", number) is False:
        return []  # a number that cannot exist says nothing about its holder; the check digit has its own finding
    born, sex = facts.known(rule.born_on), facts.known(rule.sex)
    carried = birth_date(number)
    wrong = []
    if born is not None and carried is not None and not carried.isoformat().startswith(born):
        wrong.append((rule.born_on, born, carried.isoformat()))
    if sex in ("男", "女") and (sex == "男") != is_male(number):
        wrong.append((rule.sex, sex, "男" if is_male(number) else "女"))
    return [
        RuleFinding(
            "rule.identity_number",
            Light.RED if facts.sure(rule.number, code) else Light.YELLOW,
            Text(
                f"{facts.name(code).zh} {shown} 与{facts.name(rule.number).zh}不符（号码中为 {held}）",
                f"{facts.name(code).en} {shown} contradicts {facts.name(rule.number).en}, which holds {held}",
            ),
            (rule.number, code),
        )
        for code, shown, held in wrong
    ]


def _amount_in_words(rule: AmountInWords, facts: Facts) -> list[RuleFinding]:
    reading = facts.read.get(rule.field)
    printed = amounts(reading.raw) if reading is not None else None
    if printed is None or printed.agrees or printed.figures is None or printed.words is None:
        return []
    name = facts.name(rule.field)
    figures, words = plain_decimal(printed.figures), plain_decimal(printed.words)
    message = Text(
        f"{name.zh}大写与小写不一致：小写 {figures}，大写 {words}",
        f"{name.en}: {figures} in figures, but {words} in words",
    )
    sure = facts.sure(rule.field) and reading is not None and not _cut_off(reading.raw)
    return [RuleFinding("rule.amount_in_words", Light.RED if sure else Light.YELLOW, message, (rule.field,))]


def _cut_off(raw: str) -> bool:
    """Whether an amount was perhaps not read to its end: a bracket stays open, or it ends inside a number in words."""
    text = with_round_brackets(folded(raw))
    return text.count("(") != text.count(")") or plain(text[-1:]) in DIGITS


def _date_order(rule: DateOrder, facts: Facts) -> list[RuleFinding]:
    dated: list[tuple[str, str]] = []
    for code in rule.fields:
        value = facts.known(code)
        dated += [(code, part) for part in (ends(value) if "/" in value else (value,)) if part] if value else []
    found = []
    for (first, early), (second, late) in pairwise(dated):
        shared = min(len(early), len(late))
        if early[:shared] > late[:shared]:
            one, two = facts.name(first), facts.name(second)
            message = Text(
                f"日期先后不合理：{one.zh} {early} 晚于{two.zh} {late}",
                f"Dates out of order: {one.en} {early} lies after {two.en} {late}",
            )
            found.append(RuleFinding("rule.date_order", Light.YELLOW, message, tuple(dict.fromkeys((first, second)))))
    return found


def _code_in_qr(rule: CodeInQr, facts: Facts) -> list[RuleFinding]:
    """Only codes whose check digit holds are taken from a QR code: web addresses are full of other long numbers."""
    kind, value = facts.template.fields[rule.field].kind, facts.recognised(rule.field)
    if value is None:
        return []
    tokens = [token[0] for text in facts.qr_texts for token in _QR_TOKEN.finditer(text)]
    held = {code for t in tokens if isinstance(code := canonical(kind, t), str) and check_digit_ok(kind, code)}
    if not held or value in held:
        return []
    name, other = facts.name(rule.field), "、".join(sorted(held))
    message = Text(
        f"{name.zh} {value} 与二维码中的 {other} 不一致", f"{name.en} {value} is not the {other} of the QR code"
    )
    sure = facts.sure(rule.field) and check_digit_ok(kind, value) is not False
    return [RuleFinding("rule.code_in_qr", Light.RED if sure else Light.YELLOW, message, (rule.field,))]


_CHECKS: dict[type[Rule], Callable[..., list[RuleFinding]]] = {
    Expiry: _expiry,
    IdentityNumber: _identity_number,
    AmountInWords: _amount_in_words,
    DateOrder: _date_order,
    CodeInQr: _code_in_qr,
}
