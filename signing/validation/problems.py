"""A problem of a certificate's chain as a finding in words, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certlight import china
from certlight.text import Text
from signing.validation.chain import Cause, Problem
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding


@dataclass(frozen=True, slots=True)
class Words:
    """What a certificate is called."""

    zh: str
    en: str


SEAL: Final = Words("签章证书", "The seal's certificate")
AUTHORITY: Final = Words("时间戳机构的证书", "The time-stamping authority's certificate")
_ABOVE: Final = Words("上级 CA 证书", "a CA certificate above it")


def problem_finding(problem: Problem, whose: Words) -> Finding:
    """The finding, for a moment at which nothing but the present is proved: EN 319 102-1 §5.2.6 and tables 5 and 6."""
    zh = whose.zh if problem.own else f"{whose.zh}的{_ABOVE.zh}"
    en = whose.en if problem.own else f"{whose.en}: {_ABOVE.en}"
    code, sub, (tail_zh, tail_en) = _table(problem)
    return Finding(
        code,
        Text(f"{zh}{tail_zh.format(day=day(problem.since))}", f"{en} {tail_en.format(day=day(problem.since))}"),
        Indication.INDETERMINATE,
        sub,
    )


def day(moment: datetime | None) -> str:
    """A date for people, by the calendar of China."""
    return "" if moment is None else china.day(moment)


def _table(problem: Problem) -> tuple[str, SubIndication, tuple[str, str]]:
    code, own, above, words = _TABLE[problem.cause]
    return code, own if problem.own else above, words


_ASK: Final = "；请向签章单位核实，或请管理员核对信任库。"
_RENEW_ZH: Final = "，无法确认证书是否被吊销；请管理员更新吊销列表（certlight pki fetch）后重新验证。"
_RENEW_EN: Final = "whether it was revoked is not known; update the revocation lists (certlight pki fetch), then again."
_NO_CHAIN: Final = SubIndication.NO_CERTIFICATE_CHAIN_FOUND
_TABLE: Final[dict[Cause, tuple[str, SubIndication, SubIndication, tuple[str, str]]]] = {
    Cause.UNTRUSTED: (
        "seal.untrusted",
        _NO_CHAIN,
        _NO_CHAIN,
        (
            f"不是由受信任的 CA 机构签发的，不能确认签章人的身份{_ASK}",
            "was not issued by a trusted authority; who sealed is not known. Ask the sealer, or check the trust store.",
        ),
    ),
    Cause.IS_ANCHOR: (
        "seal.untrusted",
        _NO_CHAIN,
        _NO_CHAIN,
        (
            "本身被配置为信任根，没有机构为它担保；请管理员把它从信任库的信任根中移除。",
            "is itself configured as an anchor, nobody vouches for it; take it out of the store's anchors.",
        ),
    ),
    Cause.PURPOSE: (
        "seal.untrusted",
        _NO_CHAIN,
        _NO_CHAIN,
        (
            "的信任根未被配置为可用于此用途；请管理员核对信任库中该信任根的用途。",
            "ends at an anchor not configured for this purpose; check the anchor's purposes in the trust store.",
        ),
    ),
    Cause.DEMONSTRATION: (
        "seal.demonstration",
        _NO_CHAIN,
        _NO_CHAIN,
        (
            "是演示用证书，在正式环境中不被承认；请要求对方用正式证书签章。",
            "is a demonstration's, which counts for nothing in production; have it sealed with a real one.",
        ),
    ),
    Cause.EXPIRED: (
        "seal.expired",
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        (
            "已于 {day} 过期，且没有可信时间戳证明是在有效期内签署的；请要求对方重新签章，或提供带时间戳的文件。",
            "expired on {day}, and no trusted timestamp proves that it was used before; have it sealed again.",
        ),
    ),
    Cause.NOT_YET_VALID: (
        "seal.not_yet_valid",
        SubIndication.NOT_YET_VALID,
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        (
            "自 {day} 起才有效，签署时尚未生效。",
            "is not valid before {day}; it was used before.",
        ),
    ),
    Cause.REVOKED: (
        "seal.revoked",
        SubIndication.REVOKED_NO_POE,
        SubIndication.REVOKED_CA_NO_POE,
        (
            "已于 {day} 被吊销，且没有可信时间戳证明是在吊销之前签署的；请勿采信，并向签章单位核实。",
            "was revoked on {day}, and no trusted timestamp proves that it was used before; ask the sealer.",
        ),
    ),
    Cause.REVOCATION_MISSING: (
        "seal.revocation_missing",
        SubIndication.TRY_LATER,
        SubIndication.TRY_LATER,
        (f"没有可用的吊销信息{_RENEW_ZH}", f"has no usable revocation evidence: {_RENEW_EN}"),
    ),
    Cause.REVOCATION_STALE: (
        "seal.revocation_stale",
        SubIndication.TRY_LATER,
        SubIndication.TRY_LATER,
        (f"的吊销信息已过时{_RENEW_ZH}", f"has only outdated revocation evidence: {_RENEW_EN}"),
    ),
    Cause.WEAK: (
        "seal.weak_digest",
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
        (
            "的签发签名使用了强度不足的算法或密钥，证书可能被伪造；请要求对方换用合规证书重新签章。",
            "is signed by too weak an algorithm or key and may be forged; have it sealed with another certificate.",
        ),
    ),
    Cause.CONSTRAINTS: (
        "seal.chain",
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        (
            f"不符合上级 CA 的限定（CA 标志、路径长度、名称约束或关键扩展）{_ASK}",
            "breaks a constraint of its authorities (CA flag, path length, name constraints, critical extension).",
        ),
    ),
    Cause.UNREADABLE: (
        "seal.chain",
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        (
            f"的证书链中有无法识别的内容，不能判定其有效性{_ASK}",
            "has something in its chain that cannot be judged.",
        ),
    ),
}
