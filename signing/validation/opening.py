"""A file opened twice, by pyHanko's strict reader and by our own: they have to find the same objects."""

from __future__ import annotations

import io
import re
from typing import Final

from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from certlight.text import Text
from signing.validation.agreement import agree, check_announced
from signing.validation.cross_reference import last_end, last_startxref, read_chain
from signing.validation.history import History
from signing.validation.indication import Indication, SubIndication
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
    check_announced(sections)
    reader = _pyhanko(data)
    agree(sections, reader)
    return History(data, sections, reader)


def _pyhanko(data: bytes) -> PdfFileReader:
    """pyHanko's reader, strict where it can be.

    Its strictness refuses what Word (hybrid cross-references) and PDFBox (numbers of such streams used again)
    write; there our own reading has to be strict enough, and ``agreement`` asks that both read the same.
    """
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
    except PdfStrictReadError:
        return PdfFileReader(io.BytesIO(data), strict=False)
    return PdfFileReader(io.BytesIO(data), strict=False) if reader.xrefs.hybrid_xrefs_present else reader


def _no_indirect_length(_: Ref) -> Value:
    raise Malformed("a cross-reference stream whose length is no number")


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
