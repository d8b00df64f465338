"""A seal key whose private half was read from a file."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certlight.china import day
from signing.certificate import Certificate
from signing.keys.key import Algorithm
from signing.keys.refusals import refusal

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
CURVES: Final = frozenset({"secp256r1", "secp384r1", "secp521r1"})
"""Curves of FIPS 186-4 that every PDF viewer verifies."""


class FileKey:
    """Certificate, chain and private key out of a file. The key stays inside: ``repr`` shows the certificate only."""

    def __init__(
        self,
        private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        certificate: Certificate,
        chain: tuple[Certificate, ...] = (),
    ) -> None:
        self._private_key = private_key
        self._certificate = certificate
        self._chain = chain

    def __repr__(self) -> str:
        return f"FileKey({self._certificate!r})"

    def __reduce__(self) -> str:
        raise TypeError("a seal key does not leave its process")

    def __enter__(self) -> FileKey:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing to close; here so that any key can be used in a ``with`` statement."""

    @property
    def certificate(self) -> Certificate:
        """The certificate that the seal will name."""
        return self._certificate

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The other certificates of the file."""
        return self._chain

    @property
    def algorithm(self) -> Algorithm:
        """Kind of the key pair."""
        return "rsa" if isinstance(self._private_key, rsa.RSAPrivateKey) else "ec"

    def sign(self, message: bytes, digest: str) -> bytes:
        """See :class:`signing.keys.key.SealKey`."""
        if isinstance(self._private_key, rsa.RSAPrivateKey):
            return self._private_key.sign(message, padding.PKCS1v15(), HASHES[digest])
        return self._private_key.sign(message, ec.ECDSA(HASHES[digest]))


def file_key(private_key: Any, certificates: Sequence[x509.Certificate], named: x509.Certificate | None) -> FileKey:
    """The key with that certificate of ``certificates`` which has its public half; the others become the chain.

    ``named`` is the one that the file itself puts with the key, where it does. Raises InputRefused
    ``key.unsupported``, ``key.no_certificate``, ``key.mismatch``, ``key.several_certificates``.
    """
    if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise refusal("key.unsupported", type(private_key).__name__)
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and private_key.curve.name not in CURVES:
        raise refusal("key.unsupported", private_key.curve.name)
    own_key = _public_bytes(private_key.public_key())
    own = [certificate for certificate in certificates if _belongs(certificate, own_key)]
    if not own:
        raise refusal("key.mismatch" if certificates else "key.no_certificate")
    if named in own:
        own = [named]
    if len(set(own)) > 1:
        raise refusal("key.several_certificates", describe([Certificate.of(each) for each in own]))
    leaf = Certificate.of(own[0])
    if leaf.asn1.public_key.algorithm == "rsassa_pss":
        # Such a key may make no PKCS #1 v1.5 signature (RFC 4055 §1.2), and we make no other.
        raise refusal("key.unsupported", "RSASSA-PSS")
    chain = dict.fromkeys(Certificate.of(certificate) for certificate in certificates)
    return FileKey(private_key, leaf, tuple(other for other in chain if other != leaf))


def describe(certificates: Sequence[Certificate]) -> str:
    """Certificates in a refusal: whom each names and until when it is valid."""
    return "; ".join(
        f"{certificate.holder.label or certificate.subject} (…{day(certificate.crypto.not_valid_after_utc)})"
        for certificate in certificates
    )


def _public_bytes(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _belongs(certificate: x509.Certificate, own_key: bytes) -> bool:
    try:
        return _public_bytes(certificate.public_key()) == own_key
    except (ValueError, UnsupportedAlgorithm):
        return False  # a public key that the library cannot read, SM2 for one, is not that of a key it could
