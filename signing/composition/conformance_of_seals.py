"""What ISO 19005-3 asks of signature fields, their widgets and the document security store.

pikepdf's validator knows no interactive forms. So that part is examined here and then taken out of the opened file,
with every widget left behind as the stamp it looks like: its flags, appearance, fonts and colours are the validator's
to judge again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from signing.composition.conformance_finding import ConformanceFinding

_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 1, 2, 4, 32, 256
_SUBFILTERS: Final = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/ETSI.RFC3161")
_EXTENSIONS: Final = frozenset({"/ESIC", "/ISO_"})
"""Declared by seals: PAdES (ETSI EN 319 142-1 §5.6) and the digests of ISO/TS 32001."""
_PERMISSIONS: Final = frozenset({"/DocMDP", "/UR3"})
_OF_A_FIELD: Final = ("FT", "Parent", "Kids", "T", "TU", "TM", "Ff", "V", "DV", "Lock", "SV", "DA", "Q", "MK", "DR")
_MAX_FIELDS: Final = 10_000


def findings(pdf: pikepdf.Pdf) -> Iterator[ConformanceFinding]:
    """The findings about everything that :func:`take_out` takes out."""
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary):
        if form.get("/NeedAppearances", False):
            yield ConformanceFinding("6.4.1", "AcroForm", "NeedAppearances is set")
        if "/XFA" in form:
            yield ConformanceFinding("6.4.2", "AcroForm", "an XFA form")
        for field in fields(pdf):
            yield from _of_field(field)
    permissions = pdf.Root.get("/Perms")
    if isinstance(permissions, Dictionary) and set(permissions.keys()) - _PERMISSIONS:
        yield ConformanceFinding("6.1.12", "Perms", "other permissions than DocMDP and UR3")
    for number, page in enumerate(pdf.pages, 1):
        for annotation in _annotations(page.obj):
            if annotation.get("/Subtype") == Name.Widget:
                yield from _of_widget(annotation, f"widget on page {number}")


def fields(pdf: pikepdf.Pdf) -> Iterator[Dictionary]:
    """Every field of the form, parents before their kids; a loop ends where it began."""
    form = pdf.Root.get("/AcroForm")
    roots = form.get("/Fields") if isinstance(form, Dictionary) else None
    waiting: list[Any] = list(roots) if isinstance(roots, Array) else []
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < _MAX_FIELDS:
        field = waiting.pop(0)
        if not isinstance(field, Dictionary) or (field.is_indirect and field.objgen in seen):
            continue
        seen.add(field.objgen if field.is_indirect else (-len(seen), -1))
        yield field
        kids = field.get("/Kids")
        if isinstance(kids, Array):
            waiting += list(kids)


def take_out(pdf: pikepdf.Pdf) -> None:
    """Leave the opened file without form, permissions and security store, its widgets turned into stamps."""
    for page in pdf.pages:
        for annotation in _annotations(page.obj):
            if annotation.get("/Subtype") == Name.Widget:
                annotation.Subtype = Name.Stamp
                for key in _OF_A_FIELD:
                    if f"/{key}" in annotation:
                        del annotation[f"/{key}"]
    extensions = pdf.Root.get("/Extensions")
    if isinstance(extensions, Dictionary):
        for name in _EXTENSIONS & set(extensions.keys()):
            del extensions[name]
    for key in ("/AcroForm", "/Perms", "/DSS"):
        if key in pdf.Root:
            del pdf.Root[key]


def _of_field(field: Dictionary) -> Iterator[ConformanceFinding]:
    where = f"field {field.get('/T', '')}"
    if "/A" in field or "/AA" in field:
        yield ConformanceFinding("6.4.1", where, "an action")
    if field.get("/FT") not in (None, Name.Sig):
        yield ConformanceFinding("6.4.1", where, "not a signature field", "unchecked")
    value = field.get("/V")
    if value is None or field.get("/FT") != Name.Sig:
        return
    if not isinstance(value, Dictionary) or str(value.get("/SubFilter")) not in _SUBFILTERS:
        yield ConformanceFinding("6.4.3", where, "not one of the signature forms of PDF/A-3")
        return
    byte_range = value.get("/ByteRange")
    if not isinstance(byte_range, Array) or len(byte_range) != 4 or "/Contents" not in value:
        yield ConformanceFinding("6.4.3", where, "no ByteRange of four numbers, or no Contents")
    for reference in value.get("/Reference", Array()):
        if any(key in reference for key in ("/DigestLocation", "/DigestMethod", "/DigestValue")):
            yield ConformanceFinding("6.1.12", where, "a signature reference with a digest")


def _of_widget(widget: Dictionary, where: str) -> Iterator[ConformanceFinding]:
    flags = widget.get("/F")
    if not isinstance(flags, int):
        yield ConformanceFinding("6.3.2", where, "no flags")
    elif not flags & _PRINT or flags & (_INVISIBLE | _HIDDEN | _NO_VIEW | _TOGGLE):
        yield ConformanceFinding("6.3.2", where, f"flags {flags}: must print and must not hide")
    appearance = widget.get("/AP")
    normal = appearance.get("/N") if isinstance(appearance, Dictionary) else None
    if appearance is None:
        if _has_area(widget.get("/Rect")):
            yield ConformanceFinding("6.3.3", where, "no appearance")
    elif not isinstance(normal, Stream) or set(appearance.keys()) != {"/N"}:
        yield ConformanceFinding("6.3.3", where, "not exactly one normal appearance")


def _annotations(page: Dictionary) -> Iterator[Dictionary]:
    annotations = page.get("/Annots")
    if isinstance(annotations, Array):
        yield from (each for each in annotations if isinstance(each, Dictionary))


def _has_area(rectangle: object) -> bool:
    if not isinstance(rectangle, Array) or len(rectangle) != 4:
        return True
    x0, y0, x1, y1 = (float(value) for value in rectangle)
    return x0 != x1 and y0 != y1
