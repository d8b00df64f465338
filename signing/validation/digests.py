"""Digests of what each ByteRange covers and of the file itself, each byte read as few times as possible."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

ByteRange = tuple[int, int, int, int]
"""Offset and length of the part before the signature and of the part behind it."""

_COMMON: Final = "sha256"
_KNOWN: Final = frozenset(
    {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512"}
)
"""Digests that can be computed; which of them count is another question."""


def digest_of(data: bytes, algorithm: str) -> bytes | None:
    """Digest of ``data``; None for an algorithm that nobody here knows."""
    return hashlib.new(algorithm, data, usedforsecurity=False).digest() if algorithm in _KNOWN else None


class Digests:
    """The digests of one file. Ranges announced beforehand share the work with the file's own SHA-256: all begin at
    the start of the file, and of a file sealed once little lies behind the signature."""

    def __init__(self, pdf: bytes, ranges: Iterable[ByteRange]) -> None:
        self._view = memoryview(pdf)
        self._found: dict[tuple[ByteRange, str], bytes] = {}
        running, done = hashlib.sha256(), 0
        for byte_range in sorted(set(ranges), key=lambda r: r[1]):
            start, length, behind, rest = byte_range
            if start != 0 or not done <= length <= len(pdf):
                continue
            running.update(self._view[done:length])
            done = length
            covered = running.copy()
            covered.update(self._view[behind : behind + rest])
            self._found[byte_range, _COMMON] = covered.digest()
        running.update(self._view[done:])
        self.sha256: Final = running.hexdigest()
        """Of the file, lower-case hex."""

    def of(self, byte_range: ByteRange, algorithm: str) -> bytes | None:
        """Digest of the two parts; None for an algorithm that nobody here knows."""
        if algorithm not in _KNOWN:
            return None
        found = self._found.get((byte_range, algorithm))
        if found is None:
            start, length, behind, rest = byte_range
            covered = hashlib.new(algorithm, usedforsecurity=False)
            covered.update(self._view[start : start + length])
            covered.update(self._view[behind : behind + rest])
            found = self._found[byte_range, algorithm] = covered.digest()
        return found
