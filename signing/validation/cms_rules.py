"""The rules that the form of a CMS must keep: attributes, certificate binding, algorithms.

RFC 5652 §5.3 and §11, RFC 5035, EN 319 122-1 and EN 319 142-1 §6 (what PAdES asks of a seal), RFC 3161 §2.4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from asn1crypto import tsp
from asn1crypto.core import ObjectIdentifier
from pyhanko.sign.general import check_ess_certid

from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.constraints import weak_signature
from signing.validation.cms import PARSING, Signed, malformed
from signing.validation.cms_regular import irregularities
from signing.validation.der import is_canonical
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import DIGESTS
from signing.validation.report import Finding

_RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"
_SMIME: Final = "1.2.840.113549.1.9.16.2."
UNSIGNED_ATTRIBUTES: Final = frozenset(
    {
        "1.2.840.113549.1.9.6",  # countersignature, RFC 5652 §11.4
        *(f"{_SMIME}{number}" for number in (14, 21, 22, 23, 24, 25, 26, 27, 44, 45, 48)),  # RFC 3161, EN 319 122-1
        "0.4.0.1733.2.4",  # archive timestamp v3
        "0.4.0.1733.2.5",
        "1.2.840.113583.1.1.8",  # Adobe's revocation information
    }
)
"""Those that standards put there: timestamps, and material for long-term validation."""
_TIMESTAMP: Final = ObjectIdentifier("1.2.840.113549.1.9.16.1.4").dump()
"""id-ct-TSTInfo, RFC 3161 §2.4.2: stands in every timestamp token, and hardly by chance anywhere else."""
_UNKNOWN_ATTRIBUTE: Final = Finding(
    "seal.unsigned_attribute",
    Text(
        "签名附带的时间戳名目不明，可能被改动过，不能作为时间证明。请向签章单位索取原件。",
        "The signature carries a timestamp under an unknown name, perhaps tampered with. Ask for the original.",
    ),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)


def form_findings(signed: Signed, *, cades: bool) -> tuple[Finding, ...]:
    """Rules of form that the attributes and algorithms break; ``cades``: of ETSI.CAdES.detached."""
    try:
        return (
            *_attribute_findings(signed),
            *_certificate_findings(signed, cades),
            *_algorithm_findings(signed),
            *irregularities(signed),
        )
    except PARSING:
        return (malformed("签名属性已损坏，无法识别。", "The signed attributes are damaged."),)


def unsigned_findings(signed: Signed) -> tuple[Finding, ...]:
    """Timestamps under a name that nobody knows: one whose name was changed would else silently count as none.

    Other attributes of vendors are their own business.
    """
    try:
        strange = [
            attribute
            for attribute in signed.signer["unsigned_attrs"]
            if attribute["type"].dotted not in UNSIGNED_ATTRIBUTES and _TIMESTAMP in attribute.dump()
        ]
    except PARSING:
        return (malformed("签名附带的属性已损坏，无法识别。", "The unsigned attributes are damaged."),)
    return (_UNKNOWN_ATTRIBUTE,) if strange else ()


def _attribute_findings(signed: Signed) -> Iterator[Finding]:
    attributes = signed.signer["signed_attrs"]
    encoded = [attribute.dump() for attribute in attributes]
    if encoded != sorted(encoded) or not all(map(is_canonical, encoded)):
        yield malformed(
            "签名属性不是规范编码（DER），不同软件会得出不同的验证结果。",
            "The signed attributes are not DER; validators would disagree about them.",
        )
    kinds = [attribute["type"].dotted for attribute in attributes]
    if len(set(kinds)) != len(kinds):
        yield malformed("签名属性重复。", "A signed attribute appears twice.")
    types = signed.values("content_type")
    if [value.native for value in types] != [signed.data["encap_content_info"]["content_type"].native]:
        yield malformed("签名属性中的内容类型缺失或不符。", "The content-type attribute is missing or wrong.")
    if len(signed.values("message_digest")) != 1:
        yield malformed("签名属性中没有文件摘要。", "The message-digest attribute is missing.")


def _certificate_findings(signed: Signed, cades: bool) -> Iterator[Finding]:
    second, first = signed.values("signing_certificate_v2"), signed.values("signing_certificate")
    if len(second) > 1 or len(first) > 1:
        yield malformed("签名证书属性重复。", "The signing-certificate attribute appears twice.")
        return
    if cades and not second:
        yield Finding(
            "seal.signing_certificate",
            Text(
                "签名未按 PAdES 要求绑定签名证书（缺少 signing-certificate-v2 属性），证书可能被替换。",
                "The signature does not bind its certificate (no signing-certificate-v2); PAdES demands it.",
            ),
            Indication.INDETERMINATE,
            SubIndication.SIG_CONSTRAINTS_FAILURE,
        )
    for attribute in (*second, *first):
        named = attribute["certs"]
        if not len(named) or not _named(named[0], signed.certificate):
            yield Finding(
                "seal.signing_certificate",
                Text(
                    "签名绑定的证书与所附证书不同：证书被替换过。",
                    "The certificate beside the signature is not the one it was made with.",
                ),
                Indication.INDETERMINATE,
                SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
            )
            return


def _named(identifier: tsp.ESSCertID | tsp.ESSCertIDv2, certificate: Certificate) -> bool:
    if isinstance(identifier, tsp.ESSCertIDv2) and identifier["hash_algorithm"]["algorithm"].native not in DIGESTS:
        return False
    return bool(check_ess_certid(certificate.asn1, identifier))


def _algorithm_findings(signed: Signed) -> Iterator[Finding]:
    if signed.digest not in DIGESTS:
        yield weak_digest(signed.digest)
    algorithm = signed.signer["signature_algorithm"]
    if algorithm["algorithm"].dotted != _RSA_ENCRYPTION:
        # The bare OID rsaEncryption leaves the digest to the SignerInfo (RFC 3370 §3.2).
        if weak_signature(algorithm):
            if signed.digest in DIGESTS:
                yield weak_digest(_algorithm_name(algorithm))
        elif algorithm.hash_algo != signed.digest or not _pss_suits(algorithm, signed.digest):
            yield Finding(
                "seal.algorithms",
                Text(
                    "签名所用的各摘要算法互相矛盾。",
                    "The digest algorithms that the signature names contradict each other.",
                ),
                Indication.INDETERMINATE,
                SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
            )


def _pss_suits(algorithm: Any, digest: str) -> bool:
    """RSASSA-PSS: the mask is made with the same digest (RFC 4055 §3.1 recommends it, validators rely on it)."""
    if algorithm.signature_algo != "rsassa_pss":
        return True
    mask = algorithm["parameters"]["mask_gen_algorithm"]
    return bool(mask["algorithm"].native == "mgf1" and mask["parameters"]["algorithm"].native == digest)


def _algorithm_name(algorithm: Any) -> str:
    return str(algorithm["algorithm"].native)


def weak_digest(name: str) -> Finding:
    """A digest or signature algorithm below SHA-256, or one that nobody here knows."""
    return Finding(
        "seal.weak_digest",
        Text(
            f"签名使用了强度不足或不受支持的算法（{name}），须为 SHA-256 或更强；请要求对方用现行算法重新签章。",
            f"The signature's algorithm is too weak or not supported ({name}); SHA-256 or stronger is needed.",
        ),
        Indication.INDETERMINATE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
    )
