"""pyHanko's PDF objects from plain values. Its constructors are untyped; here they get types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, PdfObject
from pyhanko.pdf_utils.writer import BasePdfFileWriter

_pyhanko: Any = generic


def name(text: str) -> generic.NameObject:
    """``/Name``; the slash is given."""
    return generic.NameObject(text)


def numbers(values: Iterable[float]) -> generic.ArrayObject:
    """An array of reals with four decimals."""
    return generic.ArrayObject([_pyhanko.FloatObject(f"{value:.4f}") for value in values])


def dictionary(entries: Mapping[str, PdfObject]) -> DictionaryObject:
    """Keys with their slash."""
    made: DictionaryObject = _pyhanko.DictionaryObject({name(key): value for key, value in entries.items()})
    return made


def entries(source: Any, key: str | None = None) -> dict[str, PdfObject]:
    """The unresolved entries of a dictionary, or of the one under its ``key``; none where that is absent."""
    if key is not None:
        source = source[key] if source is not None and key in source else None
    return dict(source.items()) if isinstance(source, DictionaryObject) else {}


def add_stream(writer: BasePdfFileWriter, content: str, head: Mapping[str, PdfObject] | None = None) -> IndirectObject:
    """A content stream, or with ``head`` a form XObject, added to ``writer``."""
    stream = _pyhanko.StreamObject(dict(dictionary(head or {})), stream_data=content.encode("ascii"))
    reference: IndirectObject = writer.add_object(stream)
    return reference
