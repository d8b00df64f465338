"""Born-digital PDFs that are kept: as they are with the entries appended, or rewritten without a visible change."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certlight.errors import InputRefused
from signing.composition import metadata
from signing.composition.attachment import DESCRIPTION
from signing.composition.extract import associated_files, embedded_files, file_names, text
from signing.composition.fitness import fitness
from signing.composition.refusals import refusal
from signing.enclosure import ENCLOSURE_NAME, Enclosure


def adopt(pdf: bytes, enclosure: Enclosure | None, created_at: datetime) -> bytes:
    """A fit PDF, byte for byte, with the enclosure appended as one incremental update (ISO 32000-1 §7.5.6).

    Without an enclosure the file comes back as it is. Entries of an earlier time give way to the new ones. What the
    file says of itself, its PDF/A claim among it, stays. ``created_at`` has a time zone. Raises InputRefused
    ``seal.unfit``; ``seal.already_sealed`` when there is something to enclose in a sealed file;
    ``compose.pdf_malformed``; ValueError for a time without a zone.
    """
    moment = metadata.pdf_date(created_at)
    judged = fitness(pdf)
    judged.require()
    if enclosure is None:
        return pdf
    if judged.sealed:
        raise refusal("seal.already_sealed")
    try:
        return _with_enclosure(pdf, enclosure.to_json(), moment)
    except InputRefused:
        raise
    except Exception as error:
        # pyHanko answers what it does not expect with many exception types; to the clerk they all mean the same.
        raise refusal("compose.pdf_malformed") from error


def rewrite(pdf: bytes) -> bytes:
    """The same document as one revision with a classic cross-reference table, of nothing but what belongs to it.

    What no page uses and what earlier revisions held is gone; pages, fonts and pictures keep their bytes. For files
    whose ``Fitness.way`` is REWRITE, and before a first seal by endesive. Raises InputRefused
    ``seal.already_sealed``, ``compose.pdf_encrypted``, ``compose.pdf_malformed``.
    """
    judged = fitness(pdf)
    if judged.sealed:
        raise refusal("seal.already_sealed")
    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(pdf), suppress_warnings=True) as opened:
            if opened.is_encrypted:
                raise refusal("compose.pdf_encrypted")
            opened.save(
                out,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                compress_streams=False,
                deterministic_id=True,
            )
    except pikepdf.PasswordError as error:
        raise refusal("compose.pdf_encrypted") from error
    except InputRefused:
        raise
    except Exception as error:
        raise refusal("compose.pdf_malformed") from error
    return out.getvalue()


class _Update(IncrementalPdfFileWriter):
    """An update that tells no clock time and needs no luck: equal input gives equal bytes."""

    def __init__(self, pdf: bytes, seed: bytes) -> None:
        super().__init__(io.BytesIO(pdf), strict=True)
        fresh = generic.ByteStringObject(hashlib.sha256(pdf + seed).digest()[:16])
        first = self._document_id[0] if "/ID" in self.prev.trailer else fresh
        self._document_id = generic.ArrayObject([first, fresh])

    def _update_meta(self) -> None:
        """Leave metadata alone: pyHanko would write the present time into them."""


def _with_enclosure(pdf: bytes, data: bytes, moment: str) -> bytes:
    # pyHanko would write the first object right behind the %%EOF of a file that does not end its last line.
    update: Any = _Update(pdf if pdf.endswith((b"\n", b"\r")) else pdf + b"\n", data)
    root = update.root
    spec = update.add_object(_specification(update, data, moment))
    files = [
        (key, value)
        for key, value, file in embedded_files(root)
        if ENCLOSURE_NAME not in (text(key), *file_names(file))
    ]
    files.append((pdf_string(ENCLOSURE_NAME), spec))
    names = generic.ArrayObject()
    for key, value in sorted(files, key=lambda pair: text(pair[0])):
        names.extend((key, value))
    tree = update.add_object(_dictionary({"/Names": names}))
    if "/Names" in root:
        holder = root["/Names"]
        holder[pdf_name("/EmbeddedFiles")] = tree
        update.update_container(holder)
    else:
        root[pdf_name("/Names")] = _dictionary({"/EmbeddedFiles": tree})
    others = [value for value, file in associated_files(root) if ENCLOSURE_NAME not in file_names(file)]
    root[pdf_name("/AF")] = generic.ArrayObject([*others, spec])
    update.update_root()
    out = io.BytesIO()
    update.write(out)
    return out.getvalue()


def _specification(update: Any, data: bytes, moment: str) -> generic.DictionaryObject:
    parameters = {
        "/Size": generic.NumberObject(len(data)),  # type: ignore[no-untyped-call]
        "/CreationDate": pdf_string(moment),
        "/ModDate": pdf_string(moment),
        "/CheckSum": generic.ByteStringObject(hashlib.md5(data, usedforsecurity=False).digest()),
    }
    entries = {
        "/Type": pdf_name("/EmbeddedFile"),
        "/Subtype": pdf_name("/application/json"),
        "/Params": _dictionary(parameters),
    }
    embedded: Any = generic.StreamObject({pdf_name(key): value for key, value in entries.items()}, stream_data=data)
    embedded.compress()
    reference = update.add_object(embedded)
    return _dictionary(
        {
            "/Type": pdf_name("/Filespec"),
            "/F": pdf_string(ENCLOSURE_NAME),
            "/UF": pdf_string(ENCLOSURE_NAME),
            "/EF": _dictionary({"/F": reference, "/UF": reference}),
            "/AFRelationship": pdf_name("/Data"),
            "/Desc": pdf_string(DESCRIPTION),
        }
    )


def _dictionary(entries: dict[str, Any]) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()})  # type: ignore[no-untyped-call]
