"""The answer a clerk reads first: one sentence, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from certlight.china import moment
from certlight.light import Light
from certlight.text import Text
from signing.report.clip import NAME, clip
from signing.report.document import ValidatedFile
from signing.report.reasons import BY_CODE, MODIFIED, REASONS, Reason
from signing.report.words import KINDS, UNNAMED
from signing.validation.indication import Indication, SubIndication
from signing.validation.light import finding_light, report_light, signature_light
from signing.validation.report import Coverage, Finding, Kind, Modifications, Revocation, SealReport, SignatureReport

_NAMES_SHOWN: Final = 4

UNCONFIRMED: Final = Text("无法确认", "Cannot be confirmed")
CONTRADICTED: Final = Text("不予认可", "Not acceptable")
"""INDETERMINATE with a definite contradiction: not proved forged, yet refused (``signing.validation.light``)."""
INVALID: Final = {
    Kind.SEAL: Text("签章无效", "Invalid seal"),
    Kind.DOCUMENT_TIMESTAMP: Text("时间戳无效", "Invalid timestamp"),
}
VALID: Final = {
    Kind.SEAL: Text("签章有效", "Valid seal"),
    Kind.DOCUMENT_TIMESTAMP: Text("时间戳有效", "Valid timestamp"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The document's answer for people."""

    headline: Text
    """One sentence without its full stop: ``签章无效：签章后内容被改动``."""
    detail: Text
    """Who sealed and when where it is green; else what to do."""


def file_answer(file: ValidatedFile) -> Answer:
    """What the validation of a file says together with what holds for its entries, where that is the worse of both."""
    said = answer(file.report)
    recheck = file.entries
    if recheck is None or recheck.light <= report_light(file.report):
        return said
    doubt = _RECHECKED[recheck.light]
    joint = Text("，但", ", but ") if report_light(file.report) is Light.GREEN else Text("；", "; ")
    return Answer(
        Text(said.headline.zh + joint.zh + doubt.zh, said.headline.en + joint.en + doubt.en),
        Text(f"{recheck.message.zh}{said.detail.zh}", f"{recheck.message.en} {said.detail.en}"),
    )


def answer(report: SealReport) -> Answer:
    """What the validation of a whole file says."""
    light = report_light(report)
    if light is Light.GREEN:
        return _praise(report.seals)
    finding = decisive(report.findings)
    if finding is not None and finding_light(finding) is light:
        reason = finding_reason(finding)
        return Answer(_headline(light, finding.indication, finding.sub_indication, reason), reason.advice)
    for number, signature in enumerate(report.signatures, start=1):
        reason_found = reason_of(signature)
        if reason_found is not None and signature_light(signature) is light:
            who = _who(number, signature) if len(report.signatures) > 1 else Text("", "")
            advice = reason_found.advice
            return Answer(
                _headline(light, signature.indication, signature.sub_indication, reason_found, signature.kind),
                Text(who.zh + advice.zh, who.en + advice.en),
            )
    reason = REASONS[SubIndication.NO_SIGNATURE]
    return Answer(_headline(light, report.indication, SubIndication.NO_SIGNATURE, reason), reason.advice)


def signature_answer(signature: SignatureReport) -> Text:
    """The answer for one signature: one sentence without its full stop."""
    reason = reason_of(signature)
    if reason is None:
        return VALID[signature.kind]
    light = signature_light(signature)
    return _headline(light, signature.indication, signature.sub_indication, reason, signature.kind)


def reason_of(signature: SignatureReport) -> Reason | None:
    """Why the signature is not green, by what weighs most; None where it is."""
    light = signature_light(signature)
    if light is Light.GREEN:
        return None
    finding = decisive(signature.findings)
    if finding is not None and finding_light(finding) is light:
        return finding_reason(finding)
    # A facet speaks against it that no finding explains.
    if not all(change.allowed for change in signature.changes):
        return MODIFIED
    if signature.revocation is Revocation.REVOKED:
        return REASONS[SubIndication.REVOKED_NO_POE]
    if signature.coverage is Coverage.PARTIAL:
        return REASONS[SubIndication.FORMAT_FAILURE]
    if signature.intact and signature.trusted and signature.revocation is Revocation.UNKNOWN:
        return REASONS[SubIndication.TRY_LATER]
    return REASONS[SubIndication.GENERIC]


def finding_reason(finding: Finding) -> Reason:
    """In words: by its code where the sub-indication says too little, else by that."""
    return BY_CODE.get(finding.code) or REASONS[finding.sub_indication or SubIndication.GENERIC]


def decisive(findings: Iterable[Finding]) -> Finding | None:
    """The finding that weighs most: by its light, then its indication, the first among equals; None without any."""
    against = [finding for finding in findings if finding.indication is not Indication.TOTAL_PASSED]
    return max(against, key=lambda f: (finding_light(f), f.indication is Indication.TOTAL_FAILED), default=None)


_RECHECKED: Final = {
    Light.YELLOW: Text("内嵌的填报数据需人工核对", "the embedded entries need a person's look"),
    Light.RED: Text("内嵌的填报数据与页面不符", "the embedded entries do not match the pages"),
}


def _headline(
    light: Light, indication: Indication, sub: SubIndication | None, reason: Reason, kind: Kind = Kind.SEAL
) -> Text:
    if sub is SubIndication.NO_SIGNATURE:
        return Text(reason.short.zh, reason.short.en[0].upper() + reason.short.en[1:])
    failed = INVALID[kind] if indication is Indication.TOTAL_FAILED else CONTRADICTED
    word = UNCONFIRMED if light is Light.YELLOW else failed
    return Text(f"{word.zh}：{reason.short.zh}", f"{word.en}: {reason.short.en}")


def _who(number: int, signature: SignatureReport) -> Text:
    kind, name = KINDS[signature.kind], name_of(signature)
    return Text(
        f"问题出在第 {number} 个签名（{kind.zh}，{name.zh}）。", f"Signature {number} ({kind.en.lower()}, {name.en}): "
    )


def name_of(signature: SignatureReport) -> Text:
    """Whom the certificate names, cut to what can be shown; a phrase where it names nobody."""
    name = clip(signature.holder.label, NAME)
    return Text(name, name) if name else UNNAMED


def _praise(seals: tuple[SignatureReport, ...]) -> Answer:
    if len(seals) == 1:
        (seal,) = seals
        name = name_of(seal)
        after = (
            Text("签章后文件没有改动。", "Nothing was changed afterwards.")
            if seal.modifications is Modifications.NONE
            else Text("此后只追加了允许的内容。", "Only permitted additions were made afterwards.")
        )
        time = _proved(seal)
        return Answer(
            VALID[Kind.SEAL],
            Text(f"由{name.zh}签署。{after.zh}{time.zh}", f"Sealed by {name.en}. {after.en} {time.en}"),
        )
    names = list(dict.fromkeys(name_of(seal) for seal in seals))
    more = len(names) > _NAMES_SHOWN
    zh = "、".join(name.zh for name in names[:_NAMES_SHOWN]) + ("等" if more else "")
    en = ", ".join(name.en for name in names[:_NAMES_SHOWN]) + (" and others" if more else "")
    return Answer(
        Text(f"{len(seals)} 个签章全部有效", f"All {len(seals)} seals are valid"),
        Text(f"由{zh}签署。", f"Sealed by {en}."),
    )


def _proved(seal: SignatureReport) -> Text:
    if seal.timestamp is None:
        return Text("签章时间没有时间戳证明。", "No timestamp proves when.")
    return Text(
        f"时间戳证明签章不晚于 {moment(seal.timestamp)}。", f"A timestamp proves it by {moment(seal.timestamp)}."
    )
