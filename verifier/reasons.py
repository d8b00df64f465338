"""Sentences a clerk can act on, one for every way a comparison can end."""

from __future__ import annotations

from collections.abc import Sequence

from certlight.text import Text
from extractors.reading import Canonical
from extractors.template import KindName
from verifier.diff import diff, joined
from verifier.edits import Edit

_SHOWN = 48
"""Characters of a value a sentence shows; a longer one is cut to the surroundings of the first difference."""
_FORMS: dict[KindName, Text] = {
    "uscc": Text("18 位统一社会信用代码（或 15 位注册号）", "an 18-character credit code (or a 15-digit number)"),
    "digits15": Text("15 位数字", "15 digits"),
    "cn_id": Text("18 位公民身份号码", "an 18-character identity number"),
    "cert_no": Text("证书编号", "a certificate number"),
    "digits": Text("只含数字的号码", "digits only"),
    "date": Text("日期，如 2025-03-01", "a date such as 2025-03-01"),
    "date_range": Text("起止日期，如 2025-03-01至2028-02-29 或 …至长期", "a period such as 2025-03-01至2028-02-29"),
    "month": Text("年月，如 2025-03", "a month such as 2025-03"),
    "money": Text("金额，如 5000万元 或 50000000", "an amount such as 50000000"),
    "quantity": Text("数量和单位，如 1200.5平方米", "a quantity such as 1200.5 m2"),
    "days": Text("天数，如 365", "a number of days such as 365"),
    "enum": Text("规定的选项之一", "one of the given words"),
}
_NOT_BLANK = Text("文字内容", "text")


def excerpts(entered: Canonical | None, recognised: Canonical | None) -> tuple[str, str]:
    """Both values as a sentence shows them: whole when short, else around the first difference."""
    mine, theirs = joined(entered), joined(recognised)
    if max(len(mine), len(theirs)) <= _SHOWN:
        return mine or "—", theirs or "—"
    parts = diff(mine, theirs)
    start = len(parts[0].entered) if parts and parts[0].same else 0
    return _around(mine, start), _around(theirs, start)


def match(name: Text, rule: str, entered: Canonical, recognised: Canonical | None) -> Text:
    mine, theirs = excerpts(entered, recognised)
    if rule == "evidence":
        return Text(
            f"{name.zh}：与证照一致（首选识别为 {theirs}，识别器的评分支持填写的 {mine}）",
            f"{name.en}: agrees with the document (first read as {theirs}; the recogniser's scores support {mine})",
        )
    if rule == "repaired":
        return Text(
            f"{name.zh}：与证照一致（识别出该代码不允许的字形，已按唯一可能的字符读取，校验位通过）",
            f"{name.en}: agrees with the document (a glyph the code cannot hold was read as the only possible one)",
        )
    return Text(f"{name.zh}：与证照一致", f"{name.en}: agrees with the document")


def near(
    name: Text, rule: str, entered: Canonical, recognised: Canonical | None, confidence: float, changes: Sequence[Edit]
) -> Text:
    mine, theirs = excerpts(entered, recognised)
    if rule == "low_confidence" and not changes:
        return Text(
            f"{name.zh}：识别为 {theirs}，与填写一致，但字迹不清（置信度 {confidence:.2f}），请人工核对",
            f"{name.en}: reads {theirs} as entered, but faintly (confidence {confidence:.2f}); please look at it",
        )
    pairs = "、".join(f"{c.entered or '∅'}/{c.read or '∅'}" for c in changes[:4])
    why = {
        "confusable": Text(f"仅易混字形不同（{pairs}）", f"only look-alike glyphs differ ({pairs})"),
        "evidence": Text(f"识别器不能排除填写的内容（{pairs}）", f"the recogniser cannot exclude the entry ({pairs})"),
        "low_confidence": Text(f"不同之处字迹不清（{pairs}）", f"what differs is faint ({pairs})"),
        "formatting": Text("仅写法不同", "only the way of writing differs"),
        "traditional": Text("仅繁简字形不同", "only traditional and simplified characters differ"),
        "misread": Text("识别结果不是有效的值，疑为误读", "the reading is no possible value and may be misread"),
        "repaired": Text("按校验位修正后与填写一致", "it agrees after a correction by the check digit"),
        "contradiction": Text("证照上大写与小写不一致", "its figures and its words disagree"),
        "illegible": Text("字迹不清", "the print is faint"),
    }.get(rule, Text("写法不同", "the notation differs"))
    return Text(
        f"{name.zh}：填写 {mine}，识别为 {theirs}，{why.zh}，请人工核对",
        f"{name.en}: entered {mine}, read {theirs}; {why.en}; please look at it",
    )


def mismatch(name: Text, rule: str, entered: Canonical, recognised: Canonical | None) -> Text:
    mine, theirs = excerpts(entered, recognised)
    tail = (
        Text("，填写的号码校验位不符", "; the check digit of the entry is wrong")
        if rule == "check_digit"
        else Text("", "")
    )
    return Text(
        f"{name.zh}：填写 {mine}，证照为 {theirs}{tail.zh}",
        f"{name.en}: entered {mine}, the document says {theirs}{tail.en}",
    )


def unparsable(name: Text, kind: KindName, entered: Canonical, recognised: Canonical | None) -> Text:
    form = _FORMS.get(kind, _NOT_BLANK)
    mine, theirs = excerpts(entered, recognised)
    also = Text(f"；证照为 {theirs}", f"; the document says {theirs}") if recognised else Text("", "")
    return Text(f"{name.zh}：填写的 {mine} 应为{form.zh}{also.zh}", f"{name.en}: {mine} should be {form.en}{also.en}")


def missing(name: Text, recognised: Canonical | None) -> Text:
    _, theirs = excerpts(None, recognised)
    also = Text(f"，证照为 {theirs}", f"; the document says {theirs}") if recognised else Text("", "")
    return Text(f"{name.zh}：未填写{also.zh}，请补填", f"{name.en}: nothing entered{also.en}; please fill it in")


def unreadable(name: Text, entered: Canonical, marked: bool, elsewhere: bool) -> Text:
    mine, _ = excerpts(entered, None)
    if marked and elsewhere:
        return Text(
            f"{name.zh}：标记框内没有可辨认的文字，页面其他位置有填写的 {mine}，请重新标记",
            f"{name.en}: nothing legible inside the mark, {mine} stands elsewhere on the page; please mark it again",
        )
    if marked:
        return Text(
            f"{name.zh}：标记框内没有可辨认的文字（填写 {mine}），请重新标记或合并上传更清晰的页面",
            f"{name.en}: nothing legible inside the mark (entered {mine}); mark it again or add a clearer page",
        )
    return Text(
        f"{name.zh}：证照上未找到该项（填写 {mine}），请标记其位置或合并上传更清晰的页面",
        f"{name.en}: not found on the document (entered {mine}); mark where it stands or add a clearer page",
    )


def misplaced(name: Text, entered: Canonical, held: Canonical, owner: Text | None) -> Text:
    mine, theirs = excerpts(entered, held)
    if owner is not None:
        return Text(
            f"{name.zh}：标记框内是“{owner.zh}”的内容 {theirs}（填写 {mine}），请重新标记",
            f"{name.en}: the mark holds {theirs}, which is “{owner.en}” (entered {mine}); please mark it again",
        )
    return Text(
        f"{name.zh}：标记框内为 {theirs}，而填写的 {mine} 在页面其他位置，请重新标记",
        f"{name.en}: the mark holds {theirs}, but the entered {mine} stands elsewhere; please mark it again",
    )


def contradicted(name: Text, entered: Canonical, elsewhere: Canonical, owner: Text | None) -> Text:
    """The mark reads as entered, but the labelled place on the page says something else."""
    mine, theirs = excerpts(entered, elsewhere)
    whose_zh = f"（该处为“{owner.zh}”）" if owner else ""
    whose_en = f" (which is “{owner.en}”)" if owner else ""
    return Text(
        f"{name.zh}：标记框内与填写的 {mine} 一致{whose_zh}，但证照上该项为 {theirs}，请人工核对",
        f"{name.en}: the mark reads {mine} as entered{whose_en}, but the labelled place says {theirs}; "
        "please look at it",
    )


def _around(value: str, start: int) -> str:
    left = max(0, start - 12)
    shown = value[left : left + _SHOWN]
    return ("…" if left else "") + shown + ("…" if left + _SHOWN < len(value) else "") if value else "—"
