"""What the client answers: its certificate and a signature over the challenge's bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from certlight.errors import InputRefused
from signing.certificate import Certificate
from signing.login.encoding import base64url, from_base64url
from signing.login.refusals import refused

CERTIFICATE_BYTES: Final = 8 * 1024
"""Certificates with all of GM/T 0015's extensions take 1.5 to 3 kB."""
CHAIN_CERTIFICATES: Final = 6
SIGNATURE_BYTES: Final = 1024
"""RSA of 8192 bits."""
RESPONSE_BYTES: Final = 96 * 1024
"""The response as JSON: all of the above in base64, and room to spare."""

SignatureAlgorithm = Literal[
    "rsa-pkcs1-sha256",
    "rsa-pkcs1-sha384",
    "rsa-pkcs1-sha512",
    "rsa-pss-sha256",
    "rsa-pss-sha384",
    "rsa-pss-sha512",
    "ecdsa-sha256",
    "ecdsa-sha384",
    "ecdsa-sha512",
]
"""PSS with MGF1 of the same digest and a salt as long as it (RFC 8017 §9.1); ECDSA as the DER of ECDSA-Sig-Value."""

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def _decoded(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > 2 * CERTIFICATE_BYTES:
            raise ValueError("too long")
        return from_base64url(value)
    return value


_Base64Url = (BeforeValidator(_decoded), PlainSerializer(base64url, return_type=str, when_used="json"))
_Der = Annotated[bytes, Field(min_length=1, max_length=CERTIFICATE_BYTES), *_Base64Url]
_Signature = Annotated[bytes, Field(min_length=1, max_length=SIGNATURE_BYTES), *_Base64Url]


class Response(BaseModel):
    """An answer to a challenge. In JSON its bytes are base64url without padding."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    certificate: _Der
    """The signing certificate, DER."""
    chain: tuple[_Der, ...] = Field(default=(), max_length=CHAIN_CERTIFICATES)
    """Further certificates that may help to build its chain, in any order; trusted no more than the first."""
    algorithm: SignatureAlgorithm
    signature: _Signature
    """Over the challenge's bytes."""

    @classmethod
    def from_json(cls, data: bytes) -> Response:
        """Raises LoginRefused ``login.malformed``."""
        if len(data) > RESPONSE_BYTES:
            raise refused("login.malformed", f"{len(data)} bytes")
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise refused("login.malformed", str(error.errors(include_input=False, include_url=False))) from error

    def to_json(self) -> bytes:
        """UTF-8 JSON."""
        return self.model_dump_json().encode("utf-8")

    def certificates(self) -> Certificates:
        """The certificates read. Raises LoginRefused ``login.malformed``."""
        try:
            return Certificates(Certificate(self.certificate), tuple(Certificate(der) for der in self.chain))
        except InputRefused as error:
            raise refused("login.malformed", f"certificate: {error}") from error


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of a response."""

    own: Certificate
    chain: tuple[Certificate, ...]


def demand_signature(response: Response, certificate: Certificate, message: bytes) -> None:
    """Return where the signature over ``message`` is right; else raise LoginRefused ``login.signature``."""
    kind, *scheme, digest = response.algorithm.split("-")
    try:
        key = certificate.crypto.public_key()
        if kind == "rsa" and isinstance(key, rsa.RSAPublicKey) and key.key_size <= 8 * SIGNATURE_BYTES:
            key.verify(response.signature, message, _padding(scheme[0], _HASHES[digest]), _HASHES[digest])
            return
        if kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, message, ec.ECDSA(_HASHES[digest]))
            return
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise refused("login.signature", f"{response.algorithm}: {type(error).__name__}") from error
    raise refused("login.signature", f"{response.algorithm} is not for this key")


def _padding(scheme: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if scheme == "pss":
        return padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
    return padding.PKCS1v15()
