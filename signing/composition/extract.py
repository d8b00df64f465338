"""The enclosure out of a PDF again, as of any of its revisions.

What travels with a sealed page decides about a tender, so there is no guessing: one enclosure under its one name,
associated with the document, whole and within its size; or a refusal; or plainly none.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler

from certlight.errors import InputRefused
from signing.composition.refusals import refusal
from signing.enclosure import ENCLOSURE_BYTES, ENCLOSURE_NAME

_MAX_NODES: Final = 10_000
"""Nodes and names of the name tree looked at; a document with more attachments is none of ours."""


def extract_enclosure(pdf: bytes) -> bytes | None:
    """The embedded JSON of the newest revision; None where there is none.

    Raises InputRefused: ``enclosure.ambiguous`` for more than one, ``enclosure.too_large``, ``enclosure.malformed``,
    ``compose.pdf_malformed`` and ``compose.pdf_encrypted`` for the file.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        encrypted = reader.encrypted
    except Exception as error:
        # pyHanko answers hostile bytes with many exception types, RecursionError among them.
        raise refusal("compose.pdf_malformed") from error
    if encrypted:
        raise refusal("compose.pdf_encrypted")
    return enclosure_in(reader)


def enclosure_in(handler: PdfHandler) -> bytes | None:
    """The embedded JSON as ``handler`` sees it: a reader, or a HistoricalResolver for one revision.

    Raises InputRefused ``enclosure.*`` as :func:`extract_enclosure` does.
    """
    try:
        return _enclosure(handler)
    except InputRefused:
        raise
    except Exception as error:
        raise refusal("enclosure.malformed") from error


def _enclosure(handler: PdfHandler) -> bytes | None:
    root = handler.root
    named = [(text(key), spec) for key, _, spec in embedded_files(root)]
    named = [(key, spec) for key, spec in named if ENCLOSURE_NAME in (key, *file_names(spec))]
    associated = [spec for _, spec in associated_files(root) if ENCLOSURE_NAME in file_names(spec)]
    if not named and not associated:
        return None
    if len(named) > 1 or len(associated) > 1:
        raise refusal("enclosure.ambiguous")
    if not named or not associated or named[0][1] != associated[0]:
        raise refusal("enclosure.malformed")
    ((key, spec),) = named
    if {key, *file_names(spec)} != {ENCLOSURE_NAME} or _get(spec, "/AFRelationship") != "/Data":
        raise refusal("enclosure.malformed")
    return _content(_stream(spec))


def embedded_files(root: generic.DictionaryObject) -> Iterator[tuple[Any, Any, generic.DictionaryObject]]:
    """Key, value and file specification of every entry of the name tree EmbeddedFiles, its limits not believed.

    The value is the specification or a reference to it. Raises InputRefused ``enclosure.malformed``.
    """
    names = _get(root, "/Names")
    waiting = [_get(names, "/EmbeddedFiles")] if isinstance(names, generic.DictionaryObject) else []
    looked_at = 0
    while waiting:
        node = waiting.pop()
        if node is None:
            continue
        if not isinstance(node, generic.DictionaryObject):
            raise refusal("enclosure.malformed")
        kids: Any = _get(node, "/Kids") or ()
        pairs: Any = _get(node, "/Names") or ()
        looked_at += 1 + len(kids) + len(pairs)
        if looked_at > _MAX_NODES or len(pairs) % 2:
            raise refusal("enclosure.malformed")
        waiting += [kids[at] for at in range(len(kids))]
        for at in range(0, len(pairs), 2):
            spec = pairs[at + 1]
            if not isinstance(spec, generic.DictionaryObject):
                raise refusal("enclosure.malformed")
            yield pairs[at], pairs.raw_get(at + 1), spec


def associated_files(root: generic.DictionaryObject) -> Iterator[tuple[Any, generic.DictionaryObject]]:
    """Value and file specification of every file associated with the document (ISO 32000-2 §14.13)."""
    files = _get(root, "/AF")
    if isinstance(files, generic.DictionaryObject):
        yield root.raw_get("/AF"), files
    for at in range(len(files)) if isinstance(files, generic.ArrayObject) else ():
        if not isinstance(files[at], generic.DictionaryObject):
            raise refusal("enclosure.malformed")
        yield files.raw_get(at), files[at]


def file_names(spec: generic.DictionaryObject) -> tuple[str, ...]:
    """The names that a file specification gives its file."""
    return tuple(text(value) for key in ("/F", "/UF") if (value := _get(spec, key)) is not None)


def _stream(spec: generic.DictionaryObject) -> generic.StreamObject:
    """The one embedded file of the specification (ISO 32000-2 §7.11.4)."""
    files = _get(spec, "/EF")
    if not isinstance(files, generic.DictionaryObject) or not set(files) <= {"/F", "/UF"} or "/F" not in files:
        raise refusal("enclosure.malformed")
    references = {files.raw_get(key) for key in files}
    if len(references) != 1:
        raise refusal("enclosure.ambiguous")
    stream = files["/F"]
    if not isinstance(stream, generic.StreamObject):
        raise refusal("enclosure.malformed")
    return stream


def _content(stream: generic.StreamObject) -> bytes:
    """Decompressed, but never further than an enclosure may be large."""
    filters = _get(stream, "/Filter")
    if isinstance(filters, generic.ArrayObject) and len(filters) == 1:
        filters = filters[0]
    if "/F" in stream:
        raise refusal("enclosure.malformed")
    data = stream.encoded_data
    if filters == "/FlateDecode" and _get(stream, "/DecodeParms") is None:
        inflate = zlib.decompressobj()
        whole = inflate.decompress(data, ENCLOSURE_BYTES + 1)
        if len(whole) <= ENCLOSURE_BYTES and not inflate.eof:
            raise refusal("enclosure.malformed")
    elif filters is None:
        whole = data
    else:
        raise refusal("enclosure.malformed")
    if len(whole) > ENCLOSURE_BYTES:
        raise refusal("enclosure.too_large", limit=ENCLOSURE_BYTES // 2**20)
    parameters = _get(stream, "/Params")
    if isinstance(parameters, generic.DictionaryObject):
        checksum = _get(parameters, "/CheckSum")
        digest = hashlib.md5(whole, usedforsecurity=False).digest()
        if _get(parameters, "/Size") not in (None, len(whole)) or _bytes(checksum) not in (None, digest):
            raise refusal("enclosure.malformed")
    return whole


def _get(dictionary: generic.DictionaryObject, key: str) -> Any:
    """The value, references followed; None for null and for nothing."""
    try:
        return dictionary[key]
    except KeyError:
        return None


def text(value: Any) -> str:
    """A PDF string of either kind as text."""
    return bytes(value).decode("latin-1") if isinstance(value, generic.ByteStringObject) else str(value)


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, generic.TextStringObject):
        return bytes(value.original_bytes)
    return bytes(value) if isinstance(value, generic.ByteStringObject) else None
