"""What a validation believes in: trust anchors, helping certificates and revocation evidence, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from signing.certificate import BYTES_AS_BASE64, Certificate


class Purpose(StrEnum):
    """What an anchor is trusted for."""

    SEAL = "seal"
    """Enterprise certificates that seal documents."""
    TIMESTAMP = "timestamp"
    """Time-stamping authorities, RFC 3161."""
    LOGIN = "login"
    """Enterprise certificates that open a session."""


ALL_PURPOSES = frozenset(Purpose)


@dataclass(frozen=True, slots=True)
class Anchor:
    """One trusted root (or intermediate, where an operator stops there)."""

    certificate: Certificate
    purposes: frozenset[Purpose] = ALL_PURPOSES
    demonstration: bool = False
    """Made by ``certlight pki demo``: refused in production."""


@dataclass(frozen=True, slots=True)
class TrustMaterial:
    """All that a validation may rely on besides the file itself. Nothing else is ever consulted: not the operating
    system's store, not certifi, no address found in a file.

    ``crls`` and ``ocsps`` are DER (CertificateList, OCSPResponse), each verified against its issuer before use; it does
    not matter where they come from.
    """

    __pydantic_config__: ClassVar[ConfigDict] = BYTES_AS_BASE64

    anchors: tuple[Anchor, ...]
    intermediates: tuple[Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    production: bool = False
    """In production mode demonstration anchors count for nothing."""
    sources: dict[str, str] = field(default_factory=dict, hash=False)
    """SHA-256 (hex) of a CRL or OCSP response → where it came from, for reports: ``cache``, ``option``."""

    def anchors_for(self, purpose: Purpose) -> tuple[Certificate, ...]:
        """The anchors that count for ``purpose`` under this mode."""
        return tuple(
            anchor.certificate
            for anchor in self.anchors
            if purpose in anchor.purposes and not (self.production and anchor.demonstration)
        )
