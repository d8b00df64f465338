"""What a certificate must be for a purpose: key usage, extended key usage, key strength, signature algorithms.

One set of numbers and OIDs for the check before sealing, at login and in validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from asn1crypto import algos, keys
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy

from certlight.text import Text
from signing.certificate import MALFORMED, Certificate
from signing.trust.material import Purpose
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import DIGESTS, MIN_RSA_BITS
from signing.validation.report import Finding

MIN_EC_BITS: Final = 224
"""Shortest elliptic curve, always a named one (ETSI TS 119 312 §6.2)."""
SIGNATURE_ALGORITHMS: Final = frozenset({"rsassa_pkcs1v15", "rsassa_pss", "ecdsa"})
"""Signature schemes of certificates, CRLs and OCSP answers, in asn1crypto's names; the digest is one of DIGESTS."""

ANY_EXTENDED_KEY_USAGE: Final = "2.5.29.37.0"
CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"
EMAIL_PROTECTION: Final = "1.3.6.1.5.5.7.3.4"
TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
DOCUMENT_SIGNING: Final = ("1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12", "1.2.840.113583.1.1.5")
"""id-kp-documentSigning (RFC 9336), Microsoft's and Adobe's older ones of the same meaning."""

KEY_USAGES: Final = frozenset({"digital_signature", "non_repudiation"})
"""One of these is needed for every purpose; a certificate without keyUsage has none (GM/T 0015 demands it)."""
EXTENDED_KEY_USAGES: Final = {
    Purpose.SEAL: frozenset({ANY_EXTENDED_KEY_USAGE, EMAIL_PROTECTION, *DOCUMENT_SIGNING}),
    Purpose.LOGIN: frozenset({ANY_EXTENDED_KEY_USAGE, EMAIL_PROTECTION, CLIENT_AUTH, *DOCUMENT_SIGNING}),
}
"""One of these is needed where the extension stands; without it every usage is allowed (RFC 5280 §4.2.1.12). TIMESTAMP
is stricter: the extension is there, critical, and names time stamping alone (RFC 3161 §2.3)."""

_RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"


class StrongAlgorithms(AlgorithmUsagePolicy):
    """The same bounds for pyHanko: SHA-256 or stronger, RSA from 2048 and EC from 224 bits, at any time."""

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """Whether the digest is one of DIGESTS."""
        name = str(algo["algorithm"].native)
        return AlgorithmUsageConstraint(name in DIGESTS, failure_reason=f"digest {name}")

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        """Whether scheme, digest and, where it is given, the key are strong enough."""
        # In CMS the bare OID rsaEncryption leaves the digest to the SignerInfo, where it is judged by itself.
        reason = "" if algo["algorithm"].dotted == _RSA_ENCRYPTION else weak_signature(algo)
        if not reason and public_key is not None:
            reason = weak_key_info(public_key)
        return AlgorithmUsageConstraint(not reason, failure_reason=reason or None)


def weak_signature(algorithm: algos.SignedDigestAlgorithm) -> str:
    """Why a signature made this way does not count; empty when it does."""
    try:
        scheme = str(algorithm.signature_algo)
    except ValueError:
        return f"signature algorithm {algorithm['algorithm'].dotted}"
    if scheme not in SIGNATURE_ALGORITHMS:
        return f"signature algorithm {scheme}"
    try:
        digest = str(algorithm.hash_algo)
    except ValueError:
        return f"signature algorithm {scheme} without digest"
    return "" if digest in DIGESTS else f"digest {digest}"


def weak_key(certificate: Certificate) -> str:
    """Why the certificate's key pair does not count; empty when it does."""
    return weak_key_info(certificate.asn1.public_key)


def weak_key_info(info: keys.PublicKeyInfo) -> str:
    """Why a public key does not count; empty when it does: RSA from 2048 bits, or a named curve from 224 bits."""
    try:
        kind = str(info.algorithm)
        if kind in ("rsa", "rsassa_pss"):
            bits = int(info.bit_size)
            return "" if bits >= MIN_RSA_BITS else f"RSA {bits} bits"
        if kind != "ec":
            return f"key of kind {kind}"
        if info["algorithm"]["parameters"].name != "named":
            return "elliptic curve without a name"
        bits = int(info.bit_size)
        return "" if bits >= MIN_EC_BITS else f"EC {bits} bits"
    except MALFORMED:
        return "unknown curve or damaged key"


def loadable_key(certificate: Certificate) -> bool:
    """Whether the certificate's key is one that signatures can be checked with: RSA or EC on a known curve."""
    try:
        return isinstance(certificate.crypto.public_key(), rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    except (UnsupportedAlgorithm, *MALFORMED):
        return False


def may_issue(certificate: Certificate) -> bool:
    """Whether it is a CA's: basicConstraints says so, and keyUsage, where present, allows signing certificates."""
    parsed = certificate.asn1
    usage = parsed.key_usage_value
    issuing = bool(parsed.ca) and (usage is None or "key_cert_sign" in usage.native)
    return issuing and not has_duplicate_extension(certificate)


def has_duplicate_extension(certificate: Certificate) -> bool:
    """Whether an extension stands twice, against RFC 5280 §4.2: libraries would each believe another one."""
    found = [extension["extn_id"].dotted for extension in certificate.asn1["tbs_certificate"]["extensions"]]
    return len(found) != len(set(found))


def purpose_findings(certificate: Certificate, purpose: Purpose) -> tuple[Finding, ...]:
    """What of the certificate itself stands against using it for ``purpose``; nothing of its chain."""
    return tuple(_findings(certificate, purpose))


def _findings(certificate: Certificate, purpose: Purpose) -> Iterator[Finding]:
    parsed = certificate.asn1
    usage = parsed.key_usage_value
    if not (usage is not None and KEY_USAGES & usage.native):
        yield Finding(
            "certificate.key_usage",
            Text(
                "该证书的密钥用途不含“数字签名”或“抗抵赖”，不能用于签章。",
                "The certificate's key usage has neither digital signature nor non-repudiation.",
            ),
            *_CHAIN,
        )
    if not _extended_usage_suits(certificate, purpose):
        yield Finding("certificate.extended_key_usage", _EKU_TEXTS[purpose], *_CHAIN)
    if has_duplicate_extension(certificate):
        yield Finding(
            "certificate.duplicate_extension",
            Text("证书中同一扩展出现两次，含义不明。", "An extension stands twice; the certificate is ambiguous."),
            *_CHAIN,
        )
    if parsed.ca:
        yield Finding(
            "certificate.is_ca",
            Text(
                "这是 CA 机构的证书，不是可用于签章的证书。",
                "This is a certification authority's certificate, not one to sign documents with.",
            ),
            *_CHAIN,
        )
    reason = weak_key(certificate) or ("" if loadable_key(certificate) else "key cannot be used")
    if reason:
        yield Finding(
            "certificate.weak_key",
            Text(
                f"证书的密钥强度不足或不受支持（{reason}）："
                f"RSA 须不少于 {MIN_RSA_BITS} 位，EC 须为不少于 {MIN_EC_BITS} 位的命名曲线。",
                f"The certificate's key is too weak or not supported ({reason}): RSA from {MIN_RSA_BITS} bits, or a"
                f" named curve from {MIN_EC_BITS} bits.",
            ),
            Indication.INDETERMINATE,
            SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
        )


def _extended_usage_suits(certificate: Certificate, purpose: Purpose) -> bool:
    extension = certificate.asn1.extended_key_usage_value
    usages = frozenset(usage.dotted for usage in extension) if extension is not None else None
    if purpose is Purpose.TIMESTAMP:
        return usages == frozenset({TIME_STAMPING}) and "extended_key_usage" in certificate.asn1.critical_extensions
    return usages is None or bool(usages & EXTENDED_KEY_USAGES[purpose])


_CHAIN: Final = (Indication.INDETERMINATE, SubIndication.CHAIN_CONSTRAINTS_FAILURE)
_EKU_TEXTS: Final = {
    Purpose.SEAL: Text(
        "该证书的增强型密钥用法不含文件签名，不能用于签章。",
        "The certificate's extended key usage does not include signing documents.",
    ),
    Purpose.LOGIN: Text(
        "该证书的增强型密钥用法不含身份认证，不能用于登录。",
        "The certificate's extended key usage does not include authentication.",
    ),
    Purpose.TIMESTAMP: Text(
        "该证书不是时间戳机构的证书（增强型密钥用法须为且仅为时间戳，并标记为关键）。",
        "The certificate is no time-stamping authority's: extended key usage must be time stamping alone, critical.",
    ),
}
