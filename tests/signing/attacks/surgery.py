"""Places in the bytes of a sealed PDF, and operations on them. For files that our own builders made: nothing here
has to stand up to hostile input."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_BYTE_RANGE: Final = re.compile(rb"/ByteRange\s*(\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\])")


@dataclass(frozen=True, slots=True)
class Span:
    """One signature in the file."""

    byte_range: tuple[int, int, int, int]
    array: tuple[int, int]
    """Where ``[a b c d]`` stands."""
    hole: tuple[int, int]
    """Where ``<…>`` stands, brackets included."""

    @property
    def digits(self) -> tuple[int, int]:
        """Where the hexadecimal digits stand."""
        return self.hole[0] + 1, self.hole[1] - 1

    @property
    def end(self) -> int:
        """End of the revision that the signature covers."""
        return self.byte_range[2] + self.byte_range[3]


def spans(pdf: bytes) -> list[Span]:
    """Every signature in the order of the file."""
    found = []
    for match in _BYTE_RANGE.finditer(pdf):
        a, b, c, d = (int(match[group]) for group in range(2, 6))
        found.append(Span((a, b, c, d), match.span(1), (a + b, c)))
    return found


def covered(pdf: bytes, which: int = -1) -> bytes:
    """The bytes that the signature is over."""
    a, b, c, d = spans(pdf)[which].byte_range
    return pdf[a : a + b] + pdf[c : c + d]


def contents(pdf: bytes, which: int = -1) -> bytes:
    """The CMS with the zeros behind it."""
    start, stop = spans(pdf)[which].digits
    return bytes.fromhex(pdf[start:stop].decode("ascii"))


def cms_length(der: bytes) -> int:
    """Bytes of the outermost DER element."""
    first = der[1]
    return 2 + first if first < 128 else 2 + (first & 127) + int.from_bytes(der[2 : 2 + (first & 127)], "big")


def with_contents(pdf: bytes, der: bytes, which: int = -1) -> bytes:
    """Another CMS in the same hole, filled up with zeros."""
    start, stop = spans(pdf)[which].digits
    digits = der.hex().encode()
    if len(digits) > stop - start:
        raise ValueError(f"{len(digits)} digits do not fit into {stop - start}")
    return put(pdf, start, digits.ljust(stop - start, b"0"))


def put(pdf: bytes, at: int, data: bytes) -> bytes:
    """``data`` over the bytes at ``at``."""
    return pdf[:at] + data + pdf[at + len(data) :]


def swap(pdf: bytes, old: bytes, new: bytes, *, last: bool = False) -> bytes:
    """``new``, padded to the same length, for the first (or last) ``old``, which has to be there."""
    if len(new) > len(old):
        raise ValueError("longer than what it replaces")
    at = pdf.rfind(old) if last else pdf.find(old)
    if at < 0:
        raise ValueError(f"{old!r} is not in the file")
    return put(pdf, at, new.ljust(len(old)))


def start_of_references(pdf: bytes) -> int:
    """Offset after the last ``startxref``."""
    return int(pdf[pdf.rfind(b"startxref") + 9 :].split()[0])


def last_table(pdf: bytes) -> tuple[dict[int, str], bytes]:
    """Entries and trailer dictionary of the last cross-reference table."""
    at = start_of_references(pdf)
    table, _, rest = pdf[at:].partition(b"trailer")
    lines = table.split(b"\n")[1:]
    entries: dict[int, str] = {}
    number = 0
    for line in lines:
        parts = line.split()
        if len(parts) == 2:
            number = int(parts[0])
        elif len(parts) == 3:
            entries[number] = line.decode().strip()
            number += 1
    return entries, rest[: rest.index(b"startxref")].strip()
