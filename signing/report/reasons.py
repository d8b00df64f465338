"""Why a seal is not green, in a clause, and what to do about it: for every sub-indication, and for some findings.

The order of preference is :func:`signing.report.answer.finding_reason`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from certlight.text import Text
from signing.validation.indication import SubIndication


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a seal is not green, and what to do about it."""

    short: Text
    """A clause without a full stop, to stand behind a colon."""
    advice: Text


_ORIGINAL: Final = Text(
    "请勿采信。请向签章单位索取原始 PDF：未经另存、打印、转换或编辑的那一份。",
    "Do not rely on it. Ask the signer for the original PDF, the one not saved again, printed, converted or edited.",
)
_RESEAL: Final = Text(
    "请联系签章单位，用有效的企业证书重新签章。", "Have the signer seal the document again with a valid certificate."
)
_RESEAL_STAMPED: Final = Text(
    "请签章单位提供带可信时间戳的文件，或用有效证书重新签章。",
    "Ask the signer for a copy with a trusted timestamp, or have it sealed again with a valid certificate.",
)
_ADMINISTRATOR: Final = Text(
    "请联系管理员检查验证配置，然后重新验证。", "Let the administrator check the configuration, then validate again."
)

MODIFIED: Final = Reason(Text("签章后内容被改动", "the content was changed after sealing"), _ORIGINAL)

REASONS: Final[Mapping[SubIndication, Reason]] = {
    SubIndication.FORMAT_FAILURE: Reason(
        Text("签章结构不符合规范，可能被做过手脚", "its structure breaks the standard; it may be forged"), _ORIGINAL
    ),
    SubIndication.HASH_FAILURE: Reason(Text("文件内容与签章时不一致", "the content is not what was sealed"), _ORIGINAL),
    SubIndication.SIG_CRYPTO_FAILURE: Reason(
        Text("签名值不正确，签章是伪造的或已损坏", "the signature value is wrong; the seal is forged or damaged"),
        _ORIGINAL,
    ),
    SubIndication.REVOKED: Reason(Text("签章时证书已被吊销", "the certificate was revoked when it sealed"), _RESEAL),
    SubIndication.EXPIRED: Reason(Text("签章时证书已过期", "the certificate had expired when it sealed"), _RESEAL),
    SubIndication.NOT_YET_VALID: Reason(
        Text("签章时证书尚未生效", "the certificate was not yet valid when it sealed"), _RESEAL
    ),
    SubIndication.SIG_CONSTRAINTS_FAILURE: Reason(
        Text("签章单位或签章方式不符合本文件的要求", "the signer or the seal is not what this document demands"),
        Text(
            "请勿采信。请核对签章单位的名称和统一社会信用代码，由本文件的企业重新签章。",
            "Do not rely on it. Compare name and credit code; the document's own enterprise has to seal it.",
        ),
    ),
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: Reason(
        Text("该证书不允许用于签章", "the certificate may not be used for sealing"),
        Text(
            "请签章单位改用 CA 机构签发的企业签章证书重新签章。",
            "Have the document sealed again with a certificate that a CA issued for sealing.",
        ),
    ),
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: Reason(
        Text("证书链未能通过校验", "the certificate chain did not hold"), _RESEAL
    ),
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: Reason(
        Text("签章使用的算法或密钥强度不足", "its algorithm or key is too weak"),
        Text(
            "请签章单位用 SHA-256 以上、RSA 2048 位以上的证书重新签章。",
            "Have it sealed again with SHA-256 or stronger and RSA from 2048 bits.",
        ),
    ),
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Reason(
        Text(
            "签章算法如今已不安全，且没有时间戳证明签章早于此",
            "its algorithm is no longer safe, and no timestamp proves that the seal is older",
        ),
        _RESEAL_STAMPED,
    ),
    SubIndication.POLICY_PROCESSING_ERROR: Reason(
        Text("验证规则未能执行", "the validation policy could not be applied"), _ADMINISTRATOR
    ),
    SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE: Reason(
        Text("签章引用的签名策略无法取得", "the signature policy it refers to is not to be had"), _RESEAL
    ),
    SubIndication.TIMESTAMP_ORDER_FAILURE: Reason(
        Text("时间戳先后矛盾", "its timestamps contradict one another"), _ORIGINAL
    ),
    SubIndication.NO_SIGNING_CERTIFICATE_FOUND: Reason(
        Text("签章中没有签章证书，不知道是谁签的", "it holds no signing certificate; nobody knows who sealed"),
        _ORIGINAL,
    ),
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: Reason(
        Text("签章证书不是由受信任的 CA 机构签发的", "its certificate was not issued by a trusted authority"),
        Text(
            "请核对签发机构；若该 CA 应被信任，请管理员把它的根证书加入信任库后重新验证，否则请勿采信。",
            "Look at the issuer. Where it should be trusted, let the administrator add its root and validate again; "
            "else do not rely on the seal.",
        ),
    ),
    SubIndication.REVOKED_NO_POE: Reason(
        Text(
            "签章证书已被吊销，且没有时间戳证明签章早于吊销",
            "its certificate was revoked, and no timestamp proves that the seal is older",
        ),
        _RESEAL_STAMPED,
    ),
    SubIndication.REVOKED_CA_NO_POE: Reason(
        Text(
            "签发机构的证书已被吊销，且没有时间戳证明签章早于吊销",
            "an authority of its chain was revoked, and no timestamp proves that the seal is older",
        ),
        _RESEAL_STAMPED,
    ),
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED: Reason(
        Text(
            "签章证书不在有效期内，没有时间戳证明签章时有效",
            "its certificate is out of its validity, and no timestamp proves that it was valid then",
        ),
        _RESEAL_STAMPED,
    ),
    SubIndication.OUT_OF_BOUNDS_NO_POE: Reason(
        Text(
            "签章证书不在有效期内，没有时间戳证明签章时有效",
            "its certificate is out of its validity, and no timestamp proves that it was valid then",
        ),
        _RESEAL_STAMPED,
    ),
    SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE: Reason(
        Text(
            "吊销信息的签发证书不在有效期内，无法确认证书是否被吊销",
            "the revocation evidence was signed by a certificate out of its validity",
        ),
        _RESEAL_STAMPED,
    ),
    SubIndication.NO_POE: Reason(
        Text("没有可信时间戳证明签章时间", "no trusted timestamp proves when it was made"), _RESEAL_STAMPED
    ),
    SubIndication.TRY_LATER: Reason(
        Text("缺少最新的吊销信息，暂时无法确认证书是否被吊销", "fresh revocation evidence is missing for now"),
        Text(
            "请管理员更新吊销列表（certlight pki fetch），然后重新验证。",
            "Let the administrator fetch the revocation lists (certlight pki fetch), then validate again.",
        ),
    ),
    SubIndication.SIGNED_DATA_NOT_FOUND: Reason(
        Text("找不到被签章的内容", "what was sealed is not to be found"), _ORIGINAL
    ),
    SubIndication.GENERIC: Reason(
        Text("签章未能完成验证", "the seal could not be validated"),
        Text(
            "请勿采信。请查看下列原因；若不明确，请联系管理员。",
            "Do not rely on it. See the reasons; where they do not help, ask the administrator.",
        ),
    ),
    SubIndication.NO_SIGNATURE: Reason(
        Text("文件中没有签章", "the document bears no seal"),
        Text(
            "请索取加盖电子签章的原始 PDF；打印后再扫描的文件不含电子签章。",
            "Ask for the original PDF with its seal; a printed and scanned copy has none.",
        ),
    ),
}

_WITH_CODE: Final = Text(
    "请人工核实，或由企业改用载有统一社会信用代码的证书重新签章。",
    "Check by hand, or have it sealed with a certificate that holds the credit code.",
)
BY_CODE: Final[Mapping[str, Reason]] = {
    "seal.modified": MODIFIED,
    "seal.docmdp": Reason(
        Text("签章后做了签章所禁止的改动", "changes were made that the seal itself forbids"), _ORIGINAL
    ),
    "seal.stripped": Reason(
        Text("文件中原有的签章被移除或替换", "a seal that was there was removed or replaced"), _ORIGINAL
    ),
    "seal.trailing_bytes": Reason(
        Text("文件末尾有不受签章保护的数据", "data after the end of the file is not covered by any seal"), _ORIGINAL
    ),
    "seal.truncated": Reason(Text("文件不完整", "the file is incomplete"), _ORIGINAL),
    "seal.only_timestamp": Reason(
        Text("文件只有时间戳，没有签章", "the document bears only a timestamp, no seal"),
        REASONS[SubIndication.NO_SIGNATURE].advice,
    ),
    "seal.unsupported": Reason(
        Text("签章格式不受支持，本系统不能验证", "a seal of this format is not validated here"),
        Text("请用签章厂商的软件验证，或人工核实。", "Use the software of its vendor, or check by hand."),
    ),
    "seal.enterprise": Reason(
        Text("签章单位不是本文件的企业", "it was sealed by another enterprise"),
        REASONS[SubIndication.SIG_CONSTRAINTS_FAILURE].advice,
    ),
    "seal.parties_disagree": Reason(
        Text("这不是应核对的那家企业的文件", "this is the document of another enterprise"),
        Text(
            "请勿采信。请核对文件内嵌数据所写的企业。",
            "Do not rely on it. Compare the enterprise that its entries name.",
        ),
    ),
    "seal.enterprise_missing": Reason(
        Text("文件所属企业还没有签章", "the enterprise whose document it is has not sealed it"),
        Text("请由该企业用自己的证书签章。", "Let that enterprise seal it with its own certificate."),
    ),
    "seal.enterprise_name": Reason(
        Text("签章证书的单位名称与本文件的企业不同", "the certificate gives the enterprise another name"),
        Text(
            "请核实企业是否更名，以登记机关的变更证明为准。",
            "Find out whether it was renamed, and ask for the registry's proof.",
        ),
    ),
    "seal.enterprise_unproved": Reason(
        Text("签章证书没有信用代码，不能确认是同一企业", "no credit code in the certificate proves the enterprise"),
        _WITH_CODE,
    ),
    "seal.enclosure": Reason(
        Text("内嵌的填报数据已损坏", "the embedded entries are damaged"),
        Text("请重新生成并签章该文件。", "Compose and seal the document again."),
    ),
    "seal.enclosure_changed": Reason(
        Text("内嵌的填报数据在签章后被更换", "the embedded entries were changed after sealing"), _ORIGINAL
    ),
    "seal.demonstration": Reason(
        Text("这是演示用证书的签章", "it was sealed with a demonstration certificate"),
        Text("请由企业用正式证书签章。", "Let the enterprise seal it with a real certificate."),
    ),
    "seal.timestamp_invalid": Reason(
        Text("签章所附的时间戳不可采信", "the timestamp that comes with it is not to be believed"), _RESEAL_STAMPED
    ),
    "seal.timestamp_unbound": Reason(
        Text("时间戳不是针对这份签章的", "its timestamp was made for something else"), _ORIGINAL
    ),
    "seal.signing_certificate": Reason(
        Text("签名没有绑定所附的证书，证书可能被替换", "the signature does not bind the certificate beside it"),
        _ORIGINAL,
    ),
}
"""Findings of ``signing.validation`` whose sub-indication says too little to a clerk."""
