"""What a blob is and how it is named.

A tenant's blobs are its own: the key is tenant and hash together, so the same bytes of two tenants are kept twice, and
nothing a tenant can do (an upload's time, answer or refusal) depends on what another one has. Within a tenant the same
bytes are kept once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

PIECE: Final = 256 * 1024
"""Bytes moved at once."""
_TENANT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """What was kept. ``sha256`` is its name within its tenant."""

    sha256: str
    size: int
    """Bytes."""
    media_type: str
    """Told from the content of an upload; of the service's own products, as their maker said."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob as a store lists it."""

    sha256: str
    size: int
    stored_at: datetime
    """When it was last put, UTC by the store's clock."""


def checked_tenant(tenant: str) -> str:
    """The tenant, once it is a plain word. Raises ValueError."""
    if not _TENANT.fullmatch(tenant):
        raise ValueError("a tenant is 1 to 64 letters, digits, - and _")
    return tenant


def checked_sha256(sha256: str) -> str:
    """The hash, once it is 64 lower-case hexadecimal digits. Raises ValueError."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("a SHA-256 is 64 lower-case hexadecimal digits")
    return sha256


def is_tenant(word: str) -> bool:
    """Whether a folder or prefix is a tenant's."""
    return bool(_TENANT.fullmatch(word))


def is_sha256(word: str) -> bool:
    """Whether a file or object is a blob."""
    return bool(_SHA256.fullmatch(word))


def checked_range(start: int, length: int) -> None:
    """Raises ValueError for a range that is none."""
    if start < 0 or length < 0:
        raise ValueError("a range starts at 0 or later and has no negative length")
