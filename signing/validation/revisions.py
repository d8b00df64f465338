"""The saves that made a file: which bytes each added, and which cross-reference sections are its."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from signing.validation.cross_reference import Section
from signing.validation.indirect import Body, body_at
from signing.validation.syntax import Malformed, Name, Value

_BLANK: Final = re.compile(rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]*)*")


@dataclass(slots=True, eq=False)
class Revision:
    """One save: the bytes from ``start`` to ``end`` and the objects that its cross-reference section lists in them."""

    index: int
    start: int
    eof: int
    """Behind its ``%%EOF``."""
    end: int
    """Behind its ``%%EOF`` and end of line."""
    sections: list[Section]
    """The section that ends it; of the first save of a linearized file, or by Word, two, the newer one last."""
    number: int
    """pyHanko's number of it: the index of the last of its sections."""
    offsets: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Objects of their own: number → generation, offset."""
    packed: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Objects in object streams: number → stream, index."""
    foreign: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Objects listed by it that lie outside its bytes: number → generation, offset."""
    freed: set[int] = field(default_factory=set)
    """Numbers that it declares free, or says to be nowhere."""
    bodies: dict[int, Body] = field(default_factory=dict)
    """What stands at ``offsets``."""
    strays: list[Body] = field(default_factory=list)
    """Objects among its bytes that it does not list."""
    commented: bool = False
    """Comments stand between its objects; the file's header is one."""

    @property
    def numbers(self) -> range:
        """pyHanko's numbers of its sections."""
        return range(self.number - len(self.sections) + 1, self.number + 1)

    @property
    def trailer(self) -> dict[Name, Value]:
        """The trailer that counts."""
        return self.sections[-1].trailer

    @property
    def streams(self) -> set[int]:
        """Numbers of its cross-reference streams; nothing refers to them."""
        return {stream.number for section in self.sections for stream in section.streams}

    @property
    def listed(self) -> set[int]:
        """Numbers of the objects that it defines."""
        return self.offsets.keys() | self.packed.keys()


def revisions_of(data: bytes, sections: list[Section]) -> list[Revision]:
    """The saves, oldest first, still without their objects. Raises Malformed where a section is out of its place."""
    groups = [[section] for section in sections]
    if _linearized(data, sections) or _by_word(sections):
        groups[:2] = [sections[:2]]
    revisions: list[Revision] = []
    start = 0
    for index, group in enumerate(groups):
        final = max(group, key=lambda section: section.start)
        if final.start < start or final.startxref != group[-1].start:
            raise Malformed("a cross-reference section out of its place")
        number = sum(map(len, groups[: index + 1])) - 1
        revisions.append(Revision(index, start, final.eof, final.end, group, number))
        start = final.end
    if start != len(data):
        raise Malformed("bytes behind the last revision")
    return revisions


def _by_word(sections: list[Section]) -> bool:
    """Whether the two oldest sections are those of one save by Word: a table, and an empty one that names a stream."""
    if len(sections) < 2:
        return False
    hybrid = sections[1].hybrid
    listed = sections[1].offsets.keys() | sections[1].packed.keys()
    return hybrid is not None and hybrid.end <= sections[0].start and listed <= sections[1].beside | {hybrid.number}


def _linearized(data: bytes, sections: list[Section]) -> bool:
    """Whether the two oldest sections are those of one linearized save, ISO 32000-2 Annex F."""
    if len(sections) < 2 or sections[1].start > sections[0].start:
        return False
    blank = _BLANK.match(data, 0)
    try:
        first = body_at(data, blank.end() if blank else 0, lambda _: None)
    except Malformed:
        return False
    entries = first.value if type(first.value) is dict else {}
    length = entries.get(Name(b"L"))
    if Name(b"Linearized") not in entries or type(length) is not int:
        return False
    if not sections[0].eof <= length <= sections[0].end:
        return False
    older, newer = ({*section.offsets, *section.packed} for section in sections[:2])
    return not older & newer
