"""PDF objects read from raw bytes, each with its place: a second reader, stricter than any viewer.

ISO 32000-2 §7.2 and §7.3. It never repairs: what it cannot read exactly is :class:`Malformed`. Names are decoded
(``#41`` is ``A``), strings are their bytes, numbers are ``int`` or ``float``, null is ``None``.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

MAX_DEPTH: Final = 64
"""Deeper nesting of arrays and dictionaries than any producer makes; ISO 32000-1 §C.2 knew a limit of 28."""

_SPACE: Final = rb"\x00\t\n\x0c\r "
_REGULAR: Final = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
_TOKEN: Final = re.compile(
    rb"[%s]*(?:(<<|\[)|(>>|\])|/(%s*)|<([0-9A-Fa-f%s]*)>|(\()|(%%[^\r\n]*)|(%s+))"
    % (_SPACE, _REGULAR, _SPACE, _REGULAR)
)
_OPEN, _CLOSE, _NAME, _HEX, _PAREN, _COMMENT, _WORD = range(1, 8)
_BLANK: Final = re.compile(rb"(?:[%s]|%%[^\r\n]*)*" % _SPACE)
_REFERENCE: Final = re.compile(rb"(\d{1,10})[%s]+(\d{1,5})[%s]+R(?!%s)" % (_SPACE, _SPACE, _REGULAR))
_REAL: Final = re.compile(rb"[+-]?(?:\d+\.\d*|\.\d+)")
_INTEGER: Final = re.compile(rb"[+-]?\d{1,18}")
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})?")
_PARENS: Final = re.compile(rb"[()]|\\[\s\S]")
_ESCAPED: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\s\S]))|\r\n?")
_LETTERS: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\x0c",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_CONSTANTS: Final = {b"true": True, b"false": False, b"null": None}


class Malformed(Exception):
    """The bytes are no PDF object, or one that two readers could read differently."""


class Name(bytes):
    """A name without its slash, escapes decoded."""


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int


Value = Any
"""None, bool, int, float, bytes (a string), Name, Ref, list of values, dict of Name to value; or an indirect.Stream."""


class Entry(NamedTuple):
    """One entry of a dictionary as it is written."""

    key: Name
    spelled: bytes
    """The key's own bytes without the slash."""
    start: int
    """Of the value, white space before it left out."""
    end: int


def parse(data: bytes, position: int, depth: int = 0) -> tuple[Value, int]:
    """The object at ``position``, white space before it skipped, and the offset behind it. Raises Malformed."""
    match = _token(data, position)
    kind, end = match.lastindex, match.end()
    if kind == _NAME:
        return _name(match[_NAME]), end
    if kind == _WORD:
        return _word(data, match)
    if kind == _OPEN:
        if depth >= MAX_DEPTH:
            raise Malformed("nested too deep")
        return _array(data, end, depth) if match[_OPEN] == b"[" else _dictionary(data, end, depth)
    if kind == _PAREN:
        return _string(data, end)
    if kind == _HEX:
        return _hex(match[_HEX]), end
    if kind == _COMMENT:
        return parse(data, _blank(data, end), depth)
    raise Malformed(f"no object at {position}")


def entries(data: bytes, position: int) -> list[Entry]:
    """The entries of the dictionary at ``position`` as written, duplicates too. Raises Malformed."""
    match = _token(data, _blank(data, position))
    if match[_OPEN] != b"<<":
        raise Malformed(f"no dictionary at {position}")
    found: list[Entry] = []
    position = match.end()
    while True:
        match = _token(data, _blank(data, position))
        if match[_CLOSE] == b">>":
            return found
        if match.lastindex != _NAME:
            raise Malformed(f"no key at {position}")
        start = _blank(data, match.end())
        _, position = parse(data, start, 1)
        found.append(Entry(_name(match[_NAME]), match[_NAME], start, position))


def _token(data: bytes, position: int) -> re.Match[bytes]:
    match = _TOKEN.match(data, position)
    if match is None:
        raise Malformed(f"no token at {position}")
    return match


def _blank(data: bytes, position: int) -> int:
    """Behind white space and comments."""
    match = _BLANK.match(data, position)
    return match.end() if match else position


def _name(spelled: bytes) -> Name:
    if b"#" not in spelled:
        return Name(spelled)

    def decode(match: re.Match[bytes]) -> bytes:
        if not match[1] or match[1] == b"00":
            raise Malformed("a name with a broken escape")
        return bytes.fromhex(match[1].decode("ascii"))

    return Name(_ESCAPE.sub(decode, spelled))


def _word(data: bytes, match: re.Match[bytes]) -> tuple[Value, int]:
    word = match[_WORD]
    if word.isdigit():
        reference = _REFERENCE.match(data, match.start(_WORD))
        if reference is not None:
            return Ref(int(reference[1]), int(reference[2])), reference.end()
    if _INTEGER.fullmatch(word):
        return int(word), match.end()
    if _REAL.fullmatch(word):
        return float(word), match.end()
    if word in _CONSTANTS:
        return _CONSTANTS[word], match.end()
    raise Malformed(f"no object at {match.start(_WORD)}")


def _array(data: bytes, position: int, depth: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    while True:
        position = _blank(data, position)
        if data[position : position + 1] == b"]":
            return items, position + 1
        item, position = parse(data, position, depth + 1)
        items.append(item)


def _dictionary(data: bytes, position: int, depth: int) -> tuple[dict[Name, Value], int]:
    found: dict[Name, Value] = {}
    while True:
        match = _token(data, position)
        if match.lastindex == _NAME:
            key = _name(match[_NAME])
            if key in found:
                raise Malformed(f"two values for one key at {position}")
            found[key], position = parse(data, match.end(), depth + 1)
        elif match[_CLOSE] == b">>":
            return found, match.end()
        elif match.lastindex == _COMMENT:
            position = match.end()
        else:
            raise Malformed(f"no key at {position}")


def _hex(digits: bytes) -> bytes:
    clean = digits.translate(None, b"\x00\t\n\x0c\r ")
    return bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode("ascii"))


def _string(data: bytes, start: int) -> tuple[bytes, int]:
    """The literal string whose opening parenthesis stands before ``start``, §7.3.4.2."""
    depth, position = 1, start
    while depth:
        match = _PARENS.search(data, position)
        if match is None:
            raise Malformed("a string without an end")
        position = match.end()
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
    raw = data[start : position - 1]
    if b"\\" in raw or b"\r" in raw:
        raw = _ESCAPED.sub(_unescape, raw)
    return raw, position


def _unescape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 8) & 0xFF])
    if match[2]:
        return _LETTERS.get(match[2], match[2])
    return b"\n"
