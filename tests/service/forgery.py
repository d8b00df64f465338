"""A sealed PDF with something painted over its page in an incremental update, as PDF editors make."""

from __future__ import annotations

import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def forged(pdf: bytes) -> bytes:
    """Every viewer shows another figure; the signed bytes are untouched."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    paint = b"q 1 1 1 rg 100 100 120 30 re f 0 g BT 0 Tr /Forged 18 Tf 105 108 Td (9080) Tj ET Q"
    font = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Font"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Type1"),
            generic.pdf_name("/BaseFont"): generic.pdf_name("/Times-Roman"),
        }
    )
    fonts = generic.DictionaryObject({generic.pdf_name("/Forged"): writer.add_object(font)})
    resources = generic.DictionaryObject({generic.pdf_name("/Font"): fonts})
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=paint)), resources)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
