"""Two readings of the cross-reference sections, ours and pyHanko's, that have to be the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pyhanko.pdf_utils.generic import Reference, StreamObject, read_object
from pyhanko.pdf_utils.misc import skip_over_whitespace
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSection, XRefSectionData

from signing.validation.cross_reference import Section
from signing.validation.indirect import Body
from signing.validation.syntax import Malformed, Name

MAX_ROWS: Final = 2_000_000
"""Entries of one cross-reference stream; the largest documents known have some hundred thousand objects."""
_WIDEST: Final = 24
"""Bytes of one entry: three columns of 8."""


def agree(sections: list[Section], reader: PdfFileReader) -> None:
    """Compare the sections with what pyHanko found, and take from it what stands compressed in streams.

    Raises Malformed, and whatever pyHanko raises.
    """
    seen = reader.xrefs
    if seen.total_revisions != len(sections):
        raise Malformed("two readers count different cross-reference sections")
    size = 0
    for index, section in enumerate(sections):
        entries = seen.get_xref_data(index)
        if section.body is not None:
            _take(reader, section, section.body, entries)
        elif section.offsets != entries.standard_xrefs or section.freed != set(entries.freed) - {0}:
            raise Malformed("two readers find different objects in a cross-reference table")
        if section.hybrid is not None:
            _take_beside(reader, section, section.hybrid, entries.hybrid)
        if seen.get_xref_container_info(index).declared_startxref != section.start:
            raise Malformed("two readers find a cross-reference section at different places")
        size = _size(section, size)


def _take_beside(reader: PdfFileReader, section: Section, stream: Body, seen: XRefSection | None) -> None:
    """Add what a hybrid file's stream says to its table, which may not say anything else of the same objects."""
    beside = replace(section, body=stream, hybrid=None, offsets={}, packed={}, freed=set(), beside=set())
    if seen is None:
        raise Malformed("two readers count different cross-reference sections")
    _take(reader, beside, stream, seen.xref_data)
    if any(section.offsets.get(number, place) != place for number, place in beside.offsets.items()):
        raise Malformed("two cross-reference sections that contradict each other")
    if beside.packed.keys() & section.offsets.keys():
        raise Malformed("two cross-reference sections that contradict each other")
    section.beside |= (beside.offsets.keys() | beside.packed.keys()) - section.offsets.keys() - {stream.number}
    section.offsets.update(beside.offsets)
    section.packed.update(beside.packed)
    section.freed -= section.beside


def _take(reader: PdfFileReader, section: Section, stream: Body, seen: XRefSectionData) -> None:
    """Take the entries of a cross-reference stream as pyHanko decoded them; none may be missing or left out."""
    ranges = _ranges(stream)
    _check_rows(reader, stream, sum(count for _, count in ranges))
    freed = set(seen.freed) - {0}
    section.offsets.update(seen.standard_xrefs)
    section.packed.update({number: (at.obj_stream_id, at.ix_in_stream) for number, at in seen.xrefs_in_objstm.items()})
    section.freed.update(freed)
    announced = sum(count - (start == 0 < count) for start, count in ranges)
    if len(section.offsets) + len(section.packed) + len(freed) != announced:
        raise Malformed("entries of a kind that one reader leaves out and another takes for nothing")


def _ranges(stream: Body) -> list[tuple[int, int]]:
    """First number and count of each run of entries."""
    entries = stream.value.entries
    flat = entries.get(Name(b"Index"), [0, entries.get(Name(b"Size"))])
    if type(flat) is not list or len(flat) % 2 or any(type(number) is not int or number < 0 for number in flat):
        raise Malformed("a cross-reference stream without its ranges")
    return list(zip(flat[::2], flat[1::2], strict=True))


def check_announced(sections: Iterable[Section]) -> None:
    """Refuse cross-reference streams that announce more than any document holds, before a reader believes them.

    Rows without width take no bytes, so that nothing in the file bounds their number.
    """
    for section in sections:
        for stream in section.streams:
            rows = sum(count for _, count in _ranges(stream))
            if rows > MAX_ROWS or not 0 < sum(_widths(stream)) <= _WIDEST:
                raise Malformed("a cross-reference stream that announces what no document holds")


def _widths(stream: Body) -> list[int]:
    widths = stream.value.entries.get(Name(b"W"))
    if type(widths) is not list or len(widths) != 3 or any(type(width) is not int or width < 0 for width in widths):
        raise Malformed("a cross-reference stream without the widths of its columns")
    return [width for width in widths if type(width) is int]


def _check_rows(reader: PdfFileReader, stream: Body, rows: int) -> None:
    """The stream holds exactly the rows that it announces; a lenient reader makes up those that are missing."""
    widths = _widths(stream)
    reader.stream.seek(stream.value_start)
    skip_over_whitespace(reader.stream)
    found = read_object(reader.stream, Reference(stream.number, stream.generation, reader))
    if not isinstance(found, StreamObject) or len(found.data) != rows * sum(widths):
        raise Malformed("a cross-reference stream of another size than it says")


def _size(section: Section, before: int) -> int:
    """/Size of the section, ISO 32000-2 table 15: objects from there on count as missing, so none may be listed."""
    size = section.trailer.get(Name(b"Size"))
    numbers = [*section.offsets, *section.packed, *(stream.number for stream in section.streams)]
    if type(size) is not int or size < before or max(numbers, default=0) >= size:
        raise Malformed("objects beyond the size of the document")
    return size
