"""The findings of a certificate check in words, and what to do about each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyhanko_certvalidator import errors

from certlight.china import day
from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.material import Purpose
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding


def untrusted(certificate: Certificate) -> Finding:
    """No anchor above it."""
    return Finding(
        "certificate.untrusted",
        Text(
            f"证书不是由受信任的 CA 机构签发的（签发者：{certificate.issuer}）。",
            f"The certificate was not issued by a trusted authority (issuer: {certificate.issuer}).",
        ),
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )


def is_anchor() -> Finding:
    """The certificate is itself among the anchors."""
    return Finding(
        "certificate.is_anchor",
        Text(
            "这张证书本身被配置为信任根，不能再用它签章或登录。",
            "The certificate is itself configured as a trust anchor; it cannot seal or log in.",
        ),
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )


def wrong_purpose(purpose: Purpose) -> Finding:
    """Its anchor is configured, for something else."""
    zh = {Purpose.SEAL: "签章", Purpose.TIMESTAMP: "时间戳", Purpose.LOGIN: "登录"}[purpose]
    return Finding(
        "certificate.anchor_purpose",
        Text(
            f"签发该证书的信任根未被配置为可用于{zh}。",
            f"The anchor above the certificate is not configured for {purpose}.",
        ),
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )


def not_for_production() -> Finding:
    """Its anchor is a demonstration's, and this is production."""
    return Finding(
        "certificate.demonstration",
        Text(
            "这是演示用证书，在正式环境中不被承认。",
            "This is a demonstration certificate; it counts for nothing in production.",
        ),
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )


def reason(error: Exception, path: Sequence[Certificate]) -> Finding:
    """What pyHanko's validator had against ``path`` (from the certificate up to the anchor)."""
    own = getattr(error, "is_ee_cert", False) and not getattr(error, "is_side_validation", False)
    zh, en = ("证书", "The certificate") if own else ("上级 CA 证书", "A certificate of the chain above")
    match error:
        case errors.RevokedError():
            return Finding(
                "certificate.revoked",
                Text(
                    f"{zh}已被吊销（{day(error.revocation_dt)}）。", f"{en} was revoked ({day(error.revocation_dt)})."
                ),
                Indication.TOTAL_FAILED if own else Indication.INDETERMINATE,
                SubIndication.REVOKED if own else SubIndication.REVOKED_CA_NO_POE,
            )
        case errors.ExpiredError():
            return Finding(
                "certificate.expired",
                Text(f"{zh}已过期（有效期至 {day(error.expired_dt)}）。", f"{en} expired on {day(error.expired_dt)}."),
                Indication.TOTAL_FAILED if own else Indication.INDETERMINATE,
                SubIndication.EXPIRED if own else SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
            )
        case errors.NotYetValidError():
            return Finding(
                "certificate.not_yet_valid",
                Text(
                    f"{zh}尚未生效（自 {day(error.valid_from)} 起有效）。",
                    f"{en} is not valid before {day(error.valid_from)}.",
                ),
                Indication.TOTAL_FAILED if own else Indication.INDETERMINATE,
                SubIndication.NOT_YET_VALID if own else SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
            )
        case errors.StaleRevinfoError():
            return Finding(
                "certificate.revocation_stale",
                Text(
                    f"{zh}的吊销信息已过期，无法确认证书是否被吊销。",
                    f"The revocation evidence is out of date ({en[0].lower()}{en[1:]}).",
                ),
                Indication.INDETERMINATE,
                SubIndication.TRY_LATER,
            )
        case errors.InsufficientRevinfoError():
            return Finding(
                "certificate.revocation_missing",
                Text(
                    f"没有可用的吊销信息，无法确认{zh}是否被吊销。",
                    f"There is no usable revocation evidence ({en[0].lower()}{en[1:]}).",
                ),
                Indication.INDETERMINATE,
                SubIndication.TRY_LATER,
            )
        case errors.DisallowedAlgorithmError():
            return Finding(
                "certificate.weak_signature",
                Text(
                    f"{zh}的签发签名使用了强度不足的算法或密钥（须 SHA-256 以上、RSA 2048 位以上）。",
                    f"{en} is signed by too weak an algorithm or key (SHA-256 or stronger, RSA from 2048 bits).",
                ),
                Indication.INDETERMINATE,
                SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
            )
        case errors.PathValidationError():
            return Finding(
                "certificate.chain_constraints",
                Text(
                    "证书链不符合上级 CA 的限定（CA 标志、路径长度、名称约束或关键扩展）。",
                    f"The chain breaks a constraint. {error.failure_msg}",
                ),
                Indication.INDETERMINATE,
                SubIndication.CHAIN_CONSTRAINTS_FAILURE,
            )
    return Finding(
        "certificate.chain_unreadable",
        Text(
            "证书链中有无法识别的内容，不能判定其有效性。",
            f"The chain of {path[0].issuer} holds something that cannot be judged ({type(error).__name__}).",
        ),
        Indication.INDETERMINATE,
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    )


def remedy(code: str) -> Text:
    """What to do about the finding ``code`` of a certificate check."""
    return _REMEDIES.get(code, _OTHER_CERTIFICATE)


_OTHER_CERTIFICATE: Final = Text(
    "请使用由受信任 CA 机构签发的企业签名证书；如有疑问请联系 CA 机构。",
    "Use a signing certificate issued to the enterprise by a trusted authority; ask the authority where in doubt.",
)
_RENEW: Final = Text("请向 CA 机构申请更新证书后再试。", "Have the authority renew the certificate, then try again.")
_FETCH: Final = Text(
    "请管理员运行 certlight pki fetch 更新吊销列表；再用 certlight pki status 查看。",
    "Let the administrator update the revocation lists (certlight pki fetch), then look at certlight pki status.",
)
_REMEDIES: Final = {
    "certificate.untrusted": Text(
        "请使用受信任 CA 机构签发的证书；若该 CA 应被信任，请管理员把它的根证书加入信任库。",
        "Use a certificate of a trusted authority; where this one should be, let the administrator add its root.",
    ),
    "certificate.anchor_purpose": Text(
        "请管理员在信任库的 trust.yaml 中核对该信任根的用途。",
        "Let the administrator check the anchor's purposes in the store's trust.yaml.",
    ),
    "certificate.is_anchor": Text(
        "请把企业证书从信任库的 anchors 中移除，只保留 CA 机构的根证书。",
        "Take the enterprise's certificate out of the store's anchors; only authorities belong there.",
    ),
    "certificate.demonstration": Text(
        "请改用正式证书，或在非正式环境中试用。", "Use a real certificate, or try this outside production."
    ),
    "certificate.expired": _RENEW,
    "certificate.not_yet_valid": Text(
        "请核对本机时间；证书生效后再试。", "Check this machine's clock; try again once the certificate is valid."
    ),
    "certificate.revoked": Text(
        "该证书已作废，请向 CA 机构申领新证书。", "The certificate is void; have the authority issue a new one."
    ),
    "certificate.revocation_stale": _FETCH,
    "certificate.revocation_missing": _FETCH,
}
