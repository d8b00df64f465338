"""A file opened twice, by pyHanko's strict reader and by our own: they have to find the same objects."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Final

from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefCache, XRefSection, XRefSectionData

from certlight.text import Text
from signing.validation.cross_reference import Section, last_end, last_startxref, read_chain
from signing.validation.history import History
from signing.validation.indication import Indication, SubIndication
from signing.validation.indirect import Body
from signing.validation.report import Finding
from signing.validation.signature_dictionary import refused
from signing.validation.syntax import Malformed, Name, Ref, Value

_HEADER: Final = re.compile(rb"%PDF-[12]\.\d[\x00\t\n\x0c\r %]")


class Unsupported(Exception):
    """The file is of a form that is not validated here; ``finding`` says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def ends_findings(pdf: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """``pdf`` up to its last ``%%EOF`` and end of line, and what is wrong before its header and behind that line."""
    findings = [] if _HEADER.match(pdf) else [_NO_HEADER]
    if last_startxref(pdf) is not None:
        return pdf, tuple(findings)
    end = last_end(pdf)
    return pdf[:end], (*findings, _TRAILING if end else _TRUNCATED)


def open_history(data: bytes) -> History:
    """The saves of a file that ends with ``%%EOF``.

    Raises Unsupported, Malformed, cross_reference.Unreadable, and whatever pyHanko raises.
    """
    sections = read_chain(data, _no_indirect_length)
    if any(Name(b"Encrypt") in section.trailer for section in sections):
        raise Unsupported(_ENCRYPTED)
    reader = _pyhanko(data)
    _agree(sections, reader.xrefs)
    return History(data, sections, reader)


def _pyhanko(data: bytes) -> PdfFileReader:
    """pyHanko's reader, strict where it can be.

    Its strictness refuses what Word (hybrid cross-references) and PDFBox (numbers of such streams used again)
    write; there our own reading has to be strict enough, and :func:`_agree` asks that both read the same.
    """
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
    except PdfStrictReadError:
        return PdfFileReader(io.BytesIO(data), strict=False)
    return PdfFileReader(io.BytesIO(data), strict=False) if reader.xrefs.hybrid_xrefs_present else reader


def _no_indirect_length(_: Ref) -> Value:
    raise Malformed("a cross-reference stream whose length is no number")


def _agree(sections: list[Section], seen: XRefCache) -> None:
    """Compare the sections with what pyHanko found, and take from it what stands compressed in streams."""
    if seen.total_revisions != len(sections):
        raise Malformed("two readers count different cross-reference sections")
    size = 0
    for index, section in enumerate(sections):
        entries = seen.get_xref_data(index)
        freed = set(entries.freed) - {0}
        if section.body is not None:
            _take(section, section.body, entries)
        elif section.offsets != entries.standard_xrefs or section.freed != freed:
            raise Malformed("two readers find different objects in a cross-reference table")
        if section.hybrid is not None:
            _take_beside(section, section.hybrid, entries.hybrid)
        if seen.get_xref_container_info(index).declared_startxref != section.start:
            raise Malformed("two readers find a cross-reference section at different places")
        size = _size(section, size)


def _take_beside(section: Section, stream: Body, seen: XRefSection | None) -> None:
    """Add what a hybrid file's stream says to its table, which may not say anything else of the same objects."""
    beside = replace(section, body=stream, hybrid=None, offsets={}, packed={}, freed=set(), beside=set())
    if seen is None:
        raise Malformed("two readers count different cross-reference sections")
    _take(beside, stream, seen.xref_data)
    if any(section.offsets.get(number, place) != place for number, place in beside.offsets.items()):
        raise Malformed("two cross-reference sections that contradict each other")
    if beside.packed.keys() & section.offsets.keys():
        raise Malformed("two cross-reference sections that contradict each other")
    section.beside |= (beside.offsets.keys() | beside.packed.keys()) - section.offsets.keys() - {stream.number}
    section.offsets.update(beside.offsets)
    section.packed.update(beside.packed)
    section.freed -= section.beside


def _take(section: Section, stream: Body, seen: XRefSectionData) -> None:
    """Take the entries of a cross-reference stream as pyHanko decoded them."""
    freed = set(seen.freed) - {0}
    section.offsets.update(seen.standard_xrefs)
    section.packed.update({number: (at.obj_stream_id, at.ix_in_stream) for number, at in seen.xrefs_in_objstm.items()})
    section.freed.update(freed)
    if len(section.offsets) + len(section.packed) + len(freed) != _announced(stream.value.entries):
        raise Malformed("entries of a kind that one reader leaves out and another takes for nothing")


def _announced(entries: dict[Name, Value]) -> int:
    """How many entries a cross-reference stream says it has, that of object 0 left out."""
    ranges = entries.get(Name(b"Index"), [0, entries.get(Name(b"Size"))])
    if type(ranges) is not list or len(ranges) % 2 or any(type(number) is not int for number in ranges):
        raise Malformed("a cross-reference stream without its ranges")
    starts, counts = ranges[::2], ranges[1::2]
    zeros: int = sum(start == 0 < count for start, count in zip(starts, counts, strict=True))
    return int(sum(counts)) - zeros


def _size(section: Section, before: int) -> int:
    """/Size of the section, ISO 32000-2 table 15: objects from there on count as missing, so none may be listed."""
    size = section.trailer.get(Name(b"Size"))
    numbers = [*section.offsets, *section.packed, *(stream.number for stream in section.streams)]
    if type(size) is not int or size < before or max(numbers, default=0) >= size:
        raise Malformed("objects beyond the size of the document")
    return size


_NO_HEADER: Final = refused(
    "seal.header",
    Text(
        "文件不是以 PDF 标识开头，开头被加入了其他数据。请勿采信，并索取原件。",
        "The file does not begin as a PDF: something was put before it. Do not rely on it; ask for the original.",
    ),
)
_TRAILING: Final = refused(
    "seal.trailing_bytes",
    Text(
        "文件末尾之后还有多余的数据，不受任何签章保护。请勿采信，并索取原件。",
        "Further data follows the end of the file; no seal protects it. Do not rely on it; ask for the original.",
    ),
)
_TRUNCATED: Final = refused(
    "seal.truncated",
    Text(
        "文件不完整，末尾被截断。请重新获取完整的文件。",
        "The file is cut off at its end. Fetch the complete file again.",
    ),
)
_ENCRYPTED: Final = Finding(
    "seal.encrypted",
    Text(
        "文件已加密，无法验证其中的签章。请向签章单位索取未加密的文件。",
        "The file is encrypted; its seals cannot be validated. Ask for a file without encryption.",
    ),
    Indication.INDETERMINATE,
    SubIndication.FORMAT_FAILURE,
)
