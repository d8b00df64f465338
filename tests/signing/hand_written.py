"""PDFs written by hand, byte by byte: the odd forms that no library writes, sealed with a real CMS over other bytes.

The form of such a file is what it is; its signature value is wrong, which the inspection does not look at.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Final

from tests.signing import bare_pyhanko
from tests.signing.attacks.surgery import cms_length, contents
from tests.signing.sealed import paper

PADDING: Final = 64
"""Zero bytes behind the CMS."""
_RANGE: Final = b"[0000000000 0000000000 0000000000 0000000000]"
DICTIONARY: Final = (
    b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange @RANGE@ /Contents @CONTENTS@ >>"
)


@functools.cache
def cms() -> bytes:
    """A well-formed CMS, without padding."""
    der = contents(bare_pyhanko.seal(paper(), box=None))
    return der[: cms_length(der)]


def padded(der: bytes) -> bytes:
    """/Contents as usually written."""
    return b"<" + (der + bytes(PADDING)).hex().upper().encode() + b">"


@dataclass
class Save:
    """One save: object number → body, or the whole bytes from ``N 0 obj`` on where they are unusual."""

    objects: dict[int, bytes]
    trailer: bytes = b""
    """Further entries of the trailer."""
    entries: dict[int, bytes] = field(default_factory=dict)
    """Lines of the table that are not the usual one, without the two bytes at their end."""
    before: bytes = b""
    """Bytes before the first object."""
    between: bytes = b""
    """Bytes before the table."""
    size: int = 0
    root: int = 1


def written(save: Save, header: bytes = b"%PDF-1.7\n") -> bytes:
    """The file of one save."""
    return header + _save(save, len(header), 0, None)


def document(*, more: dict[int, bytes] | None = None, fields: bytes = b"[4 0 R]") -> dict[int, bytes]:
    """A page with a word on it, a visible signature field 4 and its signature 5."""
    drawn = b"BT /F1 24 Tf 60 700 Td (amount 100) Tj ET"
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields %s /SigFlags 3 >> >>" % fields,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /Annots [4 0 R] "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        4: b"<< /FT /Sig /T (Seal) /Type /Annot /Subtype /Widget /F 132 /P 3 0 R /Rect [100 100 200 200] /V 5 0 R >>",
        6: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    } | (more or {})


def signed(
    dictionary: bytes = DICTIONARY,
    *,
    value: bytes | None = None,
    objects: dict[int, bytes] | None = None,
    later: tuple[Save, ...] = (),
    **options: object,
) -> bytes:
    """One save with ``dictionary`` as its signature, and ``later`` ones. ``@RANGE@`` in it becomes the four right
    numbers, ``@CONTENTS@`` becomes ``value``, by default a padded CMS."""
    value = padded(cms()) if value is None else value
    body = dictionary.replace(b"@RANGE@", _RANGE).replace(b"@CONTENTS@", value)
    first = Save({**(objects or document()), 5: body}, **options)  # type: ignore[arg-type]
    pdf = written(first)
    start = pdf.find(value)
    numbers = (0, start, start + len(value), len(pdf) - start - len(value))
    pdf = pdf.replace(_RANGE, b"[%010d %010d %010d %010d]" % numbers)
    for save in later:
        pdf += saved_again(pdf, save)
    return pdf


def saved_again(pdf: bytes, save: Save) -> bytes:
    """The bytes of one further save behind ``pdf``."""
    previous = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    return _save(save, len(pdf), int(re.findall(rb"/Size (\d+)", pdf)[-1]), previous)


def _save(save: Save, offset: int, size: int, previous: int | None) -> bytes:
    out = bytearray(save.before)
    lines: dict[int, bytes] = {}
    for number, body in save.objects.items():
        lines[number] = b"%010d 00000 n" % (offset + len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    lines |= save.entries
    out += save.between
    start = offset + len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, line in sorted(lines.items()):
        out += b"%d 1\n%s \n" % (number, line)
    size = save.size or max(size, *(number + 1 for number in lines), 1)
    back = b"" if previous is None else b"/Prev %d " % previous
    out += b"trailer\n<< /Size %d /Root %d 0 R %s%s >>\n" % (size, save.root, back, save.trailer)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start
