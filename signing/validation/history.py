"""A file as the saves that made it: which bytes each added, which objects, and that no byte is left unexplained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyhanko.pdf_utils.generic import Reference, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

from certlight.text import Text
from signing.validation.cross_reference import Section
from signing.validation.indirect import Body, Stream, body_at
from signing.validation.revisions import Revision, revisions_of
from signing.validation.syntax import Malformed, Name, Ref, Value, parse

MAX_PACKED: Final = 100_000
"""Objects in one object stream; producers write a hundred."""
_SPACE: Final = re.compile(rb"[\x00\t\n\x0c\r ]*")
_BLANK: Final = re.compile(rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]*)*")


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where two readers of the file may see different documents."""

    revision: int
    text: Text


class History:
    """All saves of a file. Its methods raise Malformed where an object cannot be read."""

    def __init__(self, data: bytes, sections: list[Section], reader: PdfFileReader) -> None:
        self.data = data
        self.reader = reader
        self.problems: list[Problem] = []
        self._unpacked: dict[tuple[int, int], list[tuple[int, Value]]] = {}
        self._reading: set[int] = set()
        self.revisions = revisions_of(data, sections)
        for revision in self.revisions:
            self._place(revision)
        for revision in self.revisions:
            self._explain(revision)

    @property
    def last(self) -> int:
        """Index of the newest revision."""
        return len(self.revisions) - 1

    def definition(self, number: int, revision: int) -> Revision | None:
        """The revision whose definition of the object counts at ``revision``; None where it is undefined or free."""
        for candidate in reversed(self.revisions[: revision + 1]):
            if number in candidate.offsets or number in candidate.packed:
                return candidate
            if number in candidate.freed:
                return None
        return None

    def body(self, number: int, revision: Revision) -> Body:
        """The object as ``revision`` itself defines it."""
        if number not in revision.bodies:
            generation, offset = revision.offsets[number]
            if offset in self._reading:
                raise Malformed("a stream whose length is itself")
            self._reading.add(offset)
            try:
                body = body_at(self.data, offset, lambda length: self.resolve(length, revision.index))
            finally:
                self._reading.discard(offset)
            if (body.number, body.generation) != (number, generation):
                raise Malformed(f"object {number} is not where the cross-reference says")
            revision.bodies[number] = body
        return revision.bodies[number]

    def object(self, number: int, revision: int) -> Value:
        """The object's value as of ``revision``; None where it is undefined."""
        where = self.definition(number, revision)
        if where is None:
            return None
        if number in where.offsets:
            return self.body(number, where).value
        container, index = where.packed[number]
        found = self.unpack(container, where.index)
        if index >= len(found) or found[index][0] != number:
            raise Malformed(f"object {number} is not where its object stream should hold it")
        return found[index][1]

    def resolve(self, value: Value, revision: int) -> Value:
        """``value``, followed where it is a reference."""
        for _ in range(8):
            if not isinstance(value, Ref):
                return value
            where = self.definition(value.number, revision)
            generation = where.offsets.get(value.number, (0, 0))[0] if where else None
            value = self.object(value.number, revision) if generation == value.generation else None
        raise Malformed("references that lead to references")

    def unpack(self, container: int, revision: int) -> list[tuple[int, Value]]:
        """The objects of an object stream: number and value, in its order, ISO 32000-2 §7.5.7."""
        key = (container, revision)
        if key not in self._unpacked:
            self._unpacked[key] = self._unpack(container, revision)
        return self._unpacked[key]

    def payload(self, number: int, revision: int) -> bytes:
        """A stream's decoded bytes, within pyHanko's limits."""
        where = self.definition(number, revision)
        if where is None or number not in where.offsets:
            raise Malformed(f"object {number} is no stream")
        reference = Reference(number, where.offsets[number][0], self.reader)
        value: object = self.reader.get_object(reference, revision=where.number)  # type: ignore[no-untyped-call]
        if not isinstance(value, StreamObject):
            raise Malformed(f"object {number} is no stream")
        return bytes(value.data)

    def everything(self, revision: Revision) -> Iterator[tuple[int, Value]]:
        """Number and value of every object among the revision's bytes, listed or not."""
        for body in (*revision.bodies.values(), *revision.strays):
            yield body.number, body.value
        for container in {container for container, _ in revision.packed.values()} & revision.offsets.keys():
            yield from self.unpack(container, revision.index)

    def _unpack(self, container: int, revision: int) -> list[tuple[int, Value]]:
        stream = self.object(container, revision)
        if not isinstance(stream, Stream) or stream.entries.get(Name(b"Type")) != Name(b"ObjStm"):
            raise Malformed(f"object {container} is no object stream")
        count, first = (self.resolve(stream.entries.get(Name(key)), revision) for key in (b"N", b"First"))
        if type(count) is not int or type(first) is not int or not 0 <= count <= MAX_PACKED:
            raise Malformed(f"a broken object stream {container}")
        content = self.payload(container, revision)
        position, heads = 0, []
        for _ in range(2 * count):
            value, position = parse(content, position)
            heads.append(value)
        numbers, offsets = heads[::2], heads[1::2]
        if any(type(head) is not int for head in heads) or position > first or offsets != sorted(set(offsets)):
            raise Malformed(f"a broken object stream {container}")
        if len(set(numbers)) != count:
            raise Malformed(f"an object twice in the object stream {container}")
        return [(number, parse(content, first + offset)[0]) for number, offset in zip(numbers, offsets, strict=True)]

    def _place(self, revision: Revision) -> None:
        """Sort the entries of the revision's sections by whether they point into its bytes."""
        own = revision.streams
        nowhere: set[int] = set()
        for section in revision.sections:
            for number, (generation, offset) in section.offsets.items():
                if offset == 0:
                    nowhere.add(number)
                if offset == 0 or number in own:
                    continue
                inside = revision.start <= self._behind_blank(offset) < revision.end
                (revision.offsets if inside else revision.foreign)[number] = (generation, offset)
            revision.packed.update(section.packed)
        revision.freed = nowhere.union(*(section.freed for section in revision.sections)) - revision.listed
        if revision.offsets.keys() & revision.packed.keys():
            self._report(revision, "同一个对象被定义了两次", "One object is defined twice")

    def _behind_blank(self, offset: int) -> int:
        """Some writers point at the end of line before an object, which may belong to the save before."""
        blank = _SPACE.match(self.data, offset)
        return blank.end() if blank else offset

    def _explain(self, revision: Revision) -> None:
        """Read every object of the revision, and account for every byte between them."""
        spans = [(section.start, section.eof) for section in revision.sections]
        spans += [(stream.start, stream.end) for section in revision.sections if (stream := section.hybrid)]
        for number in revision.offsets:
            try:
                body = self.body(number, revision)
            except Malformed:
                self._report(revision, f"对象 {number} 无法读取", f"Object {number} cannot be read")
            else:
                spans.append((body.start, body.end))
        position = revision.start
        for start, end in sorted(spans):
            if start < position:
                self._report(revision, "对象互相重叠", "Objects overlap")
            self._gap(revision, position, start)
            position = max(position, end)

    def _gap(self, revision: Revision, position: int, end: int) -> None:
        while position < end:
            blank = _BLANK.match(self.data, position, end)
            behind = blank.end() if blank else position
            revision.commented |= self.data.find(b"%", position, behind) >= 0
            if self.data.find(b"%EOF", position, behind) >= 0:
                self._report(revision, "存在多余的文件结束标记", "There is an end-of-file marker too many")
            if behind == end:
                return
            try:
                stray = body_at(self.data, behind, lambda length: self.resolve(length, revision.index))
            except Malformed:
                self._report(revision, "对象之间夹有无法解释的数据", "Unexplained data lies between objects")
                return
            revision.strays.append(stray)
            position = stray.end
        if position > end:
            self._report(revision, "对象互相重叠", "Objects overlap")

    def _report(self, revision: Revision, zh: str, en: str) -> None:
        self.problems.append(Problem(revision.index, Text(zh, en)))
