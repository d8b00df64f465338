"""Whether the signed bytes are those that were signed, and the signature value is the certificate's."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from certlight.text import Text
from signing.trust.constraints import SIGNATURE_ALGORITHMS
from signing.validation.cms import PARSING, Signed, malformed
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding


def integrity_findings(signed: Signed, content_digest: bytes | None) -> tuple[Finding, ...]:
    """What is wrong with digest and signature value; empty: both hold.

    ``content_digest`` is of the bytes that are signed, with the algorithm that ``signed`` names; None where that
    cannot be computed.
    """
    if content_digest is None or not _known(signed):
        return (_UNSUPPORTED,)
    try:
        content = str(signed.data["encap_content_info"]["content_type"].native)
        intact, valid = validate_sig_integrity(signed.signer, signed.certificate.asn1, content, content_digest)
    except SignatureValidationError:
        return (malformed("签名属性与签名不符。", "The signed attributes do not fit the signature."),)
    except (UnsupportedAlgorithm, AssertionError, NotImplementedError, *PARSING):
        # AssertionError: pyHanko's own, where the key is of another kind than the algorithm.
        return (_UNSUPPORTED,)
    return (*(() if intact else (_HASH,)), *(() if valid else (_VALUE,)))


def _known(signed: Signed) -> bool:
    """Whether the signature is of a kind that is checked here: pyHanko calls what it does not know a wrong value."""
    try:
        return signed.signer["signature_algorithm"].signature_algo in SIGNATURE_ALGORITHMS
    except ValueError:
        return False


_HASH: Final = Finding(
    "seal.hash",
    Text(
        "文件内容与签章时不一致：签章之后被改动过。请勿采信，并向签章单位索取原件。",
        "The content is not what was sealed: it was changed afterwards. Do not rely on it; ask for the original.",
    ),
    Indication.TOTAL_FAILED,
    SubIndication.HASH_FAILURE,
)
_VALUE: Final = Finding(
    "seal.signature_value",
    Text(
        "签名值不正确：不是由证书对应的密钥签出的，属伪造或已损坏。请勿采信。",
        "The signature value is wrong: the certificate's key did not make it. It is forged or damaged.",
    ),
    Indication.TOTAL_FAILED,
    SubIndication.SIG_CRYPTO_FAILURE,
)
_UNSUPPORTED: Final = Finding(
    "seal.unsupported",
    Text(
        "签名使用了本系统不支持的算法或密钥，无法验证；请用签署方的软件或人工核实。",
        "The signature uses an algorithm or key that cannot be checked here; have it checked otherwise.",
    ),
    Indication.INDETERMINATE,
    SubIndication.GENERIC,
)
