"""What every seal key can do, wherever its private half lives."""

from __future__ import annotations

from typing import Literal, Protocol

from signing.certificate import Certificate

Algorithm = Literal["rsa", "ec"]
"""Kind of the key pair: RSA (PKCS #1 v1.5 with SHA-256) or ECDSA with SHA-256/384/512 by the curve's size."""


class SealKey(Protocol):
    """A certificate with its private key. The key itself is never handed out."""

    @property
    def certificate(self) -> Certificate:
        """The certificate that the seal will name."""

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """Further certificates that came with the key, in no order; may be empty."""

    @property
    def algorithm(self) -> Algorithm:
        """Kind of the key pair."""

    def sign(self, message: bytes, digest: str) -> bytes:
        """Signature over ``message`` hashed with ``digest`` (``sha256``, ``sha384``, ``sha512``): PKCS #1 v1.5 for RSA,
        the DER of ECDSA-Sig-Value for EC. One call is one use of the key: one PIN check on a token that always asks.

        Raises CertlightError ``key.*``.
        """
