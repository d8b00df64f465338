"""What every store of blobs does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Protocol

from service.storage.blob import Blob, Stored
from service.storage.incoming import Incoming, Readable


class BlobStore(Protocol):
    """Keeps blobs.

    Every method raises ValueError for a tenant or hash that is none (a path cannot be spelt), and SetupError
    ``storage.unavailable`` when the medium fails.
    """

    def begin(self, tenant: str, limit: int, name: str = "", media_type: str | None = None) -> Incoming:
        """A place for bytes that arrive piece by piece; nothing is kept before its ``commit``.

        ``limit`` in bytes. ``name`` is the file's, for refusals. Without ``media_type`` the content must be a scan.
        """
        ...

    def put(self, stream: Readable, limit: int, tenant: str, *, name: str = "", media_type: str | None = None) -> Blob:
        """Keep what ``stream`` holds. When this returns, it is on the medium; when it raises, nothing is.

        Raises InputRefused ``intake.empty``, ``intake.too_large`` (reading stops there) or ``intake.not_a_scan``,
        SetupError ``storage.full``.
        """
        ...

    def open(self, tenant: str, sha256: str) -> BinaryIO:
        """The blob, seekable, hashed again before its first byte is handed out.

        Raises SetupError ``storage.missing``, or ``storage.damaged`` naming the blob.
        """
        ...

    def read_range(self, tenant: str, sha256: str, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start``, fewer at the end: for viewers that ask for many small pieces.

        The blob is hashed when it is first asked for, and again when the medium says that it changed. Raises as
        :meth:`open`.
        """
        ...

    def size(self, tenant: str, sha256: str) -> int | None:
        """Bytes of the blob, or None where there is none."""
        ...

    def exists(self, tenant: str, sha256: str) -> bool:
        """Whether the tenant has the blob."""
        ...

    def stored(self, tenant: str) -> Iterator[Stored]:
        """Every blob of the tenant, in no order."""
        ...

    def tenants(self) -> Iterator[str]:
        """Every tenant with blobs."""
        ...

    def discard(self, tenant: str, sha256: str, before: datetime) -> bool:
        """Remove the blob unless it was put at ``before`` or later; whether it was removed.

        For :mod:`service.storage.garbage` alone: only who knows every reference may remove anything.
        """
        ...

    def sweep_incoming(self, before: datetime) -> int:
        """Remove what processes that died left half-written, if begun before ``before``; how many there were."""
        ...
