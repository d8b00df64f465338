"""What a validation demands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from signing.enclosure import Party
from signing.trust.material import TrustMaterial

MIN_RSA_BITS: Final = 2048
DIGESTS: Final = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
"""Digests a seal may use: SHA-256 or stronger (ETSI TS 119 312, GB/T 35275)."""


@dataclass(frozen=True, slots=True)
class ValidationPolicy:
    """The demands of one validation. ``at`` has a time zone; there is no default clock on purpose."""

    trust: TrustMaterial
    at: datetime
    parties: tuple[Party, ...] = ()
    """Who may have sealed; empty: whoever the enclosure names, and without an enclosure any holder."""
    max_bytes: int = 256 * 1024 * 1024
    max_signatures: int = 64
