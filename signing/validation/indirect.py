"""Indirect objects with their place in the file, streams among them: ISO 32000-2 §7.3.8 and §7.3.10."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from signing.validation.syntax import Malformed, Name, Ref, Value, parse

_SPACE: Final = rb"\x00\t\n\x0c\r "
_REGULAR: Final = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
_HEADER: Final = re.compile(rb"[%s]*(\d{1,10})[%s]+(\d{1,5})[%s]+obj(?!%s)" % (_SPACE, _SPACE, _SPACE, _REGULAR))
_STREAM: Final = re.compile(rb"[%s]*stream\r?\n" % _SPACE)
_END: Final = re.compile(rb"[%s]*endobj(?!%s)" % (_SPACE, _REGULAR))
_ENDSTREAM: Final = re.compile(rb"[%s]*endstream[%s]*endobj(?!%s)" % (_SPACE, _SPACE, _REGULAR))


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A stream: its dictionary and where its encoded bytes lie in the file."""

    entries: dict[Name, Value]
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One indirect object and where it lies: from its number to behind ``endobj``."""

    number: int
    generation: int
    value: Value
    start: int
    value_start: int
    syntax_end: int
    """Behind the last byte of ``value`` that is syntax, before ``stream`` or ``endobj``."""
    end: int


def body_at(data: bytes, position: int, length_of: Callable[[Ref], Value]) -> Body:
    """The indirect object at ``position``; ``length_of`` resolves an indirect /Length. Raises Malformed."""
    header = _HEADER.match(data, position)
    if header is None:
        raise Malformed(f"no object header at {position}")
    value, syntax_end = parse(data, header.end())
    start = header.start(1)
    stream = _STREAM.match(data, syntax_end) if type(value) is dict else None
    if stream is not None:
        length = value.get(Name(b"Length"))
        if isinstance(length, Ref):
            length = length_of(length)
        if type(length) is not int or length < 0:
            raise Malformed(f"stream without a length at {start}")
        value = Stream(value, stream.end(), stream.end() + length)
        end = _ENDSTREAM.match(data, value.end)
    else:
        end = _END.match(data, syntax_end)
    if end is None:
        raise Malformed(f"the object at {start} does not end where it should")
    return Body(int(header[1]), int(header[2]), value, start, header.end(), syntax_end, end.end())


def references(value: Value) -> Iterator[Ref]:
    """Every reference inside ``value``, a stream's dictionary included."""
    pending = [value]
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is Ref:
            yield item
        elif kind is list:
            pending.extend(item)
        elif kind is dict:
            pending.extend(item.values())
        elif kind is Stream:
            pending.extend(item.entries.values())


def keys(value: Value) -> Iterator[Name]:
    """Every key of every dictionary inside ``value``."""
    pending = [value]
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is Stream:
            item, kind = item.entries, dict
        if kind is dict:
            yield from item
            pending.extend(item.values())
        elif kind is list:
            pending.extend(item)
