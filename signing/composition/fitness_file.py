"""The file around the document: its structure, its earlier revisions, and what belongs to no page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Dictionary, Name, Stream
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.composition.fitness_findings import FitnessFinding, found
from signing.composition.fitness_objects import Walk
from signing.validation.structure import fit_to_seal

_HARMLESS: Final = (
    "reported number of objects",  # a number too small is what pyHanko does not read strictly
    "xref entry for the xref stream itself is missing",
    "extraneous whitespace seen before xref",
)
_END: Final = re.compile(rb"%%EOF[\r\n\0 ]*\Z")
_SHOWABLE: Final = (Name.Catalog, Name.Pages, Name.Page, Name.Annot)
_OF_THE_FILE: Final = (Name.ObjStm, Name.XRef)
_NAME_TREE: Final = frozenset({"/EmbeddedFiles", "/Dests", "/Names", "/Kids", "/Limits"})
_PLAIN_STREAM: Final = frozenset({"/Length", "/Filter", "/DecodeParms"})


def findings(pdf: bytes, opened: pikepdf.Pdf, walk: Walk, *, sealed: bool) -> Iterator[FitnessFinding]:
    """Findings of the file as such. ``sealed`` files are made of revisions, which is no finding then."""
    if opened.is_encrypted:
        yield found("fitness.encrypted")
    if not _END.search(pdf[-1024:]) or (not sealed and fit_to_seal(pdf.rstrip(b"\r\n\0 ") + b"\n")):
        # Sealed as it is, our own validation would not pass it.
        yield found("fitness.structure")
    yield from _of_revisions(pdf, sealed=sealed)
    yield from _of_orphans(opened, walk)
    # Last of all: qpdf reads objects when they are looked at, and warns then.
    warnings = [str(warning) for warning in opened.get_warnings()]
    if not pdf.startswith(b"%PDF-") or any(not any(each in text for each in _HARMLESS) for text in warnings):
        yield found("fitness.damaged")


def _of_revisions(pdf: bytes, *, sealed: bool) -> Iterator[FitnessFinding]:
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        hybrid = bool(reader.xrefs.hybrid_xrefs_present)
        revisions = [_written_in(reader, at) for at in range(reader.total_revisions)]
        superseded = not sealed and _superseded(reader, revisions)
    except Exception:
        # What pyHanko does not read strictly, it shall not append to.
        yield found("fitness.structure")
        return
    if hybrid:
        yield found("fitness.structure")
    if superseded:
        yield found("fitness.old_versions")


def _written_in(reader: PdfFileReader, revision: int) -> set[tuple[int, int]]:
    """Number and generation of the objects that a revision writes."""
    references: Any = reader.get_historical_resolver(revision).explicit_refs_in_revision()  # type: ignore[no-untyped-call]
    return {(each.idnum, each.generation) for each in references}


def _superseded(reader: PdfFileReader, revisions: list[set[tuple[int, int]]]) -> bool:
    """Whether an earlier revision had another version of anything that could be shown."""
    info = reader.trailer.raw_get("/Info") if "/Info" in reader.trailer else None
    later: set[tuple[int, int]] = set()
    for at in range(len(revisions) - 1, -1, -1):
        resolver = reader.get_historical_resolver(at)
        for number, generation in revisions[at] & later:
            described = isinstance(info, generic.IndirectObject) and info.idnum == number
            old = resolver.get_object(generic.Reference(number, generation, resolver))
            if not described and not _shows_nothing(old, reader.root):
                return True
        later |= revisions[at]
    return False


def _shows_nothing(old: Any, root: generic.DictionaryObject) -> bool:
    """Metadata, lists of attachments, and a catalogue with the same pages: what ``adopt`` itself supersedes."""
    if isinstance(old, generic.StreamObject):
        return old.get("/Type") in ("/Metadata", "/XRef", "/ObjStm")
    if not isinstance(old, generic.DictionaryObject):
        return isinstance(old, generic.NullObject)
    if old.get("/Type") == "/Catalog":
        return all(_same(old, root, key) for key in ("/Pages", "/AcroForm", "/OCProperties"))
    return set(old) <= _NAME_TREE


def _same(old: generic.DictionaryObject, new: generic.DictionaryObject, key: str) -> bool:
    if key not in old or key not in new:
        return key not in old and key not in new
    a, b = old.raw_get(key), new.raw_get(key)
    if isinstance(a, generic.IndirectObject) and isinstance(b, generic.IndirectObject):
        return (a.idnum, a.generation) == (b.idnum, b.generation)
    return bool(a == b)


def _of_orphans(opened: pikepdf.Pdf, walk: Walk) -> Iterator[FitnessFinding]:
    """Objects that nothing refers to; what could be shown among them is where shadow attacks are prepared."""
    unused = False
    for value in opened.objects:
        if not isinstance(value, Dictionary | Stream) or value.objgen in walk.reached:
            continue
        kind, keys = value.get("/Type"), set(value.keys())
        if kind in _OF_THE_FILE or "/Linearized" in value or (isinstance(value, Stream) and "/S" in value):
            continue
        content = isinstance(value, Stream) and (value.get("/Subtype") == Name.Form or keys <= _PLAIN_STREAM)
        if content and not value.read_raw_bytes().strip():
            continue
        if kind in _SHOWABLE or content:
            yield found("fitness.hidden_objects")
            return
        unused = True
    if unused:
        yield found("fitness.unused_objects")
