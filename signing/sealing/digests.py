"""Which digest a certificate's seals use, and how a signature is checked against it."""

from __future__ import annotations

from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.certificate import Certificate
from signing.keys.refusals import refusal as key_refusal

Digest = Literal["sha256", "sha384", "sha512"]
_BY_CURVE: Final[dict[str, Digest]] = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def digest_for(certificate: Certificate) -> Digest:
    """SHA-256 for RSA; for EC the one of the curve's size (RFC 5753 §7.1.3, FIPS 186-4 §6.4).

    Raises InputRefused ``key.unsupported`` for any other kind of key.
    """
    try:
        key = certificate.crypto.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise key_refusal("key.unsupported", "SM2 / …") from error
    if isinstance(key, rsa.RSAPublicKey):
        return "sha256"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _BY_CURVE:
        return _BY_CURVE[key.curve.name]
    raise key_refusal("key.unsupported", type(key).__name__)


def mechanism_for(certificate: Certificate) -> str:
    """The CMS name of the certificate's signature algorithm."""
    kind = "rsa" if isinstance(certificate.crypto.public_key(), rsa.RSAPublicKey) else "ecdsa"
    return f"{digest_for(certificate)}_{kind}"


def signature_holds(certificate: Certificate, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` over ``message`` was made by the certificate's key: PKCS #1 v1.5, or ECDSA in DER."""
    key, algorithm = certificate.crypto.public_key(), _HASHES[digest_for(certificate)]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
