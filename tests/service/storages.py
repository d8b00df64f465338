"""Stores for tests, and what is put into them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.storage.store import BlobStore

MEBIBYTE = 1024 * 1024
PDF = b"%PDF-1.7\n"
TENANT = "tenant-1"


@dataclass
class Rig:
    """A store with a view from behind."""

    store: BlobStore
    incoming: Path

    def spoil(self, tenant: str, sha256: str, content: bytes) -> None:
        """Change a blob behind the store's back."""
        raise NotImplementedError

    def halfway(self) -> list[Path]:
        """What lies about on its way in."""
        return list(self.incoming.iterdir())


class Trickle(io.RawIOBase):
    """A stream that gives its pieces one by one, however much is asked for, and counts them."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self.given = pieces, 0

    def read(self, size: int = -1, /) -> bytes:
        self.given += 1
        return next(self._pieces, b"")


def scan(seed: int, size: int = 5000) -> bytes:
    """A different PDF-like file for every ``seed``."""
    return (PDF + f"{seed:08d}".encode() * (size // 8 + 1))[:size]
