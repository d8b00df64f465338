"""Identity numbers of people: known again when they come twice, never readable from the database."""

from __future__ import annotations

import hashlib
import hmac


def identity_digest(number: str, secret: bytes) -> str:
    """HMAC-SHA-256 of an identity number under the platform's secret, as lower-case hexadecimal.

    There are too few identity numbers for a plain hash, salted or not: whoever has the database would try them all.
    Spaces and case do not matter (GB 11643: the check digit may be X). Raises ValueError for a secret below 32 bytes.
    """
    if len(secret) < 32:
        raise ValueError("the secret for identity numbers needs 32 bytes")
    return hmac.new(secret, _normalised(number).encode(), hashlib.sha256).hexdigest()


def last_four(number: str) -> str:
    """What pages show of it."""
    return _normalised(number)[-4:]


def _normalised(number: str) -> str:
    return "".join(number.split()).upper()
