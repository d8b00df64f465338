"""Distinguished encoding rules: one value, one encoding (ITU-T X.690 §10)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

_MAX_DEPTH: Final = 32
_BOOLEAN: Final = 0x01
_CONSTRUCTED: Final = 0x20
_SEQUENCE_AND_SET: Final = (0x10, 0x11)


def is_canonical(encoded: bytes, opaque: Collection[bytes] = ()) -> bool:
    """Whether ``encoded`` is one value whose tags and lengths are in their one shortest form, all the way down.

    Order within a SET is not looked at, nor the inside of strings and of whatever is in ``opaque``. Any validator that
    encodes the value again gets the same bytes, so that all of them check the same signature.
    """
    end = _value(encoded, 0, len(encoded), 0, opaque)
    return end == len(encoded)


def _value(data: bytes, start: int, limit: int, depth: int, opaque: Collection[bytes]) -> int:
    """Offset behind the value that begins at ``start``; -1 where it is not canonical."""
    if depth > _MAX_DEPTH or start + 2 > limit:
        return -1
    tag, length, body = data[start], data[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        # Tags above 30 do not occur in CMS.
        return -1
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or body + size > limit:
            return -1
        length = int.from_bytes(data[body : body + size])
        if length < 0x80 or data[body] == 0:
            return -1
        body += size
    end = body + length
    if end > limit:
        return -1
    if tag == _BOOLEAN and (length != 1 or data[body] not in (0x00, 0xFF)):
        return -1
    # Of the universal types SEQUENCE and SET are constructed, and they alone.
    if tag < 0x40 and bool(tag & _CONSTRUCTED) is not (tag & 0x1F in _SEQUENCE_AND_SET):
        return -1
    if tag & _CONSTRUCTED and data[start:end] not in opaque:
        position = body
        while position < end:
            position = _value(data, position, end, depth + 1, opaque)
            if position < 0:
                return -1
    return end
