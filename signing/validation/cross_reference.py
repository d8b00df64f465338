"""The cross-reference sections of a file, read from their own bytes: ISO 32000-2 §7.5.4, §7.5.5, §7.5.8."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from signing.validation.indirect import Body, Stream, body_at
from signing.validation.syntax import Malformed, Name, Ref, Value, parse

MAX_SECTIONS: Final = 256
"""Sections that are followed: every seal adds one to four; readers take time that grows with their square."""

_SPACE: Final = rb"\x00\t\n\x0c\r "
_TAIL: Final = re.compile(
    rb"(?:[%s]|%%(?!%%EOF)[^\r\n]*)*startxref[%s]+(\d{1,10})[%s]+%%%%EOF(\r\n|\n|\r)?" % (_SPACE, _SPACE, _SPACE)
)
_LAST: Final = re.compile(rb"startxref[%s]+(\d{1,10})[%s]+%%%%EOF(?:\r\n|\n|\r)?\Z" % (_SPACE, _SPACE))
_TABLE: Final = re.compile(rb"[%s]*xref[ ]*(?:\r\n|\n|\r)" % _SPACE)
_SUBSECTION: Final = re.compile(rb"[\n\r ]*(\d{1,10}) (\d{1,10})[ ]*(?:\r\n|\n|\r)")
_ENTRIES: Final = re.compile(rb"(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*")
_TRAILER: Final = re.compile(rb"[%s]*trailer" % _SPACE)
_ENTRY_BYTES: Final = 20


class Unreadable(Exception):
    """There is no chain of cross-reference sections from the file's end to its beginning."""


@dataclass(slots=True, eq=False)
class Section:
    """One cross-reference section with its trailer and the ``startxref`` and ``%%EOF`` after it."""

    start: int
    """Where ``startxref`` or /Prev says that it begins."""
    trailer: dict[Name, Value]
    body: Body | None
    """The stream that holds the section; None for a table."""
    hybrid: Body | None
    """The stream that a table names for objects it leaves out, §7.5.8.4; None: none."""
    startxref: int
    """The number that stands after it; -1 where there is none."""
    eof: int
    """Behind ``%%EOF``; without one, behind the section."""
    end: int
    """Behind ``%%EOF`` and its end of line."""
    offsets: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Number → generation, offset. Of a stream, filled in by whoever decodes it."""
    packed: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Number → object stream, index in it."""
    freed: set[int] = field(default_factory=set)
    """Numbers declared free, 0 left out."""
    beside: set[int] = field(default_factory=set)
    """Objects that only the hybrid's stream lists."""

    @property
    def streams(self) -> tuple[Body, ...]:
        """The cross-reference streams that belong to it."""
        return tuple(stream for stream in (self.body, self.hybrid) if stream is not None)

    @property
    def previous(self) -> int | None:
        """Where the section before it begins."""
        value = self.trailer.get(Name(b"Prev"))
        return value if type(value) is int else None


def last_startxref(data: bytes) -> int | None:
    """The number before the file's last ``%%EOF``, where the file ends with that line; else None."""
    match = _LAST.search(data, max(0, len(data) - 128))
    return int(match[1]) if match else None


def last_end(data: bytes) -> int:
    """Offset behind the last ``startxref``, number, ``%%EOF`` and end of line, wherever they stand; 0: nowhere."""
    position = len(data)
    while (position := data.rfind(b"startxref", 0, position)) >= 0:
        match = _TAIL.match(data, position)
        if match:
            return match.end()
    return 0


def read_chain(data: bytes, length_of: Callable[[Ref], Value]) -> list[Section]:
    """All sections, oldest first, following /Prev from the file's end.

    ``data`` ends with ``%%EOF`` and at most one end of line. Raises Unreadable, Malformed.
    """
    position = last_startxref(data)
    sections: list[Section] = []
    seen: set[int] = set()
    while position is not None:
        if position in seen or position >= len(data):
            raise Unreadable("the chain of sections runs in a circle or out of the file")
        if len(sections) == MAX_SECTIONS:
            raise Unreadable("too many sections")
        seen.add(position)
        section = _read(data, position, length_of)
        if Name(b"Prev") in section.trailer and section.previous is None:
            raise Malformed("/Prev is no direct integer")
        sections.append(section)
        position = section.previous
    if not sections:
        raise Unreadable("no startxref")
    return sections[::-1]


def _read(data: bytes, position: int, length_of: Callable[[Ref], Value]) -> Section:
    table = _TABLE.match(data, position)
    if table is not None:
        return _read_table(data, position, table.end(), length_of)
    body = _stream_at(data, position, length_of)
    return _finish(data, position, body.value.entries, body, body.end)


def _stream_at(data: bytes, position: int, length_of: Callable[[Ref], Value]) -> Body:
    body = body_at(data, position, length_of)
    if not isinstance(body.value, Stream) or body.value.entries.get(Name(b"Type")) != Name(b"XRef"):
        raise Malformed(f"no cross-reference section at {position}")
    return body


def _read_table(data: bytes, start: int, position: int, length_of: Callable[[Ref], Value]) -> Section:
    offsets: dict[int, tuple[int, int]] = {}
    freed: set[int] = set()
    listed = 0
    while True:
        heading = _SUBSECTION.match(data, position)
        if heading is None:
            break
        first, count = int(heading[1]), int(heading[2])
        position = heading.end() + count * _ENTRY_BYTES
        if _ENTRIES.fullmatch(data, heading.end(), position) is None or position > len(data):
            raise Malformed(f"a broken cross-reference table at {start}")
        listed += count
        for index in range(count):
            entry = heading.end() + index * _ENTRY_BYTES
            if data[entry + 17] == 0x6E:
                offsets[first + index] = int(data[entry + 11 : entry + 16]), int(data[entry : entry + 10])
            else:
                freed.add(first + index)
    if len(offsets) + len(freed) != listed or freed & offsets.keys():
        raise Malformed(f"an object listed twice in the cross-reference table at {start}")
    keyword = _TRAILER.match(data, position)
    if keyword is None:
        raise Malformed(f"no trailer after the cross-reference table at {start}")
    trailer, end = parse(data, keyword.end())
    if type(trailer) is not dict:
        raise Malformed(f"no trailer dictionary after the cross-reference table at {start}")
    section = _finish(data, start, trailer, None, end)
    beside = trailer.get(Name(b"XRefStm"))
    if beside is not None:
        if type(beside) is not int or not 0 < beside < len(data):
            raise Malformed("/XRefStm is no offset")
        section.hybrid = _stream_at(data, beside, length_of)
    section.offsets.update(offsets)
    section.freed.update(freed - {0})
    return section


def _finish(data: bytes, start: int, trailer: dict[Name, Value], body: Body | None, position: int) -> Section:
    tail = _TAIL.match(data, position)
    if tail is None:
        # The section for the first page of a linearized file need not be followed by them, Annex F.3.3.
        return Section(start, trailer, body, None, -1, position, position)
    eof = tail.end() - len(tail[2] or b"")
    return Section(start, trailer, body, None, int(tail[1]), eof, tail.end())
