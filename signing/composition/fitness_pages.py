"""What lies on the pages and what the catalogue turns on: annotations, forms, layers, boxes, seals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from signing.composition.conformance_of_seals import fields
from signing.composition.fitness_findings import FitnessFinding, found

_HIDING: Final = 1 | 2 | 32 | 256
"""Invisible, Hidden, NoView, ToggleNoView (ISO 32000-1 table 165)."""
_MULTIMEDIA: Final = ("/Sound", "/Movie", "/Screen", "/3D", "/RichMedia")
_SIDE_POINTS: Final = (3.0, 14_400.0)
_NO_CHANGE: Final = 1
"""DocMDP permission that allows nothing, ISO 32000-1 table 254."""


def signatures(pdf: pikepdf.Pdf) -> list[Dictionary]:
    """The signature dictionaries of all filled signature fields."""
    values = (field.get("/V") for field in fields(pdf) if _kind(field) == Name.Sig)
    return [value for value in values if isinstance(value, Dictionary)]


def findings(pdf: pikepdf.Pdf, seals: list[Dictionary]) -> Iterator[FitnessFinding]:
    """Findings of the catalogue, the form, the seals and every page."""
    root = pdf.Root
    opening = root.get("/OpenAction")
    if isinstance(opening, Dictionary) and opening.get("/S") != Name.GoTo:
        yield found("fitness.action")
    if "/Collection" in root:
        yield found("fitness.portfolio")
    names = root.get("/Names")
    if isinstance(names, Dictionary) and any(key in names for key in ("/AlternatePresentations", "/Renditions")):
        yield found("fitness.multimedia")
    yield from _of_layers(root.get("/OCProperties"))
    yield from _of_form(pdf)
    if seals:
        yield found("fitness.sealed")
    yield from _of_signatures(pdf, seals)
    for number, page in enumerate(pdf.pages):
        yield from _of_boxes(page, number)
        yield from _of_annotations(page.obj, number)


def _of_layers(properties: object) -> Iterator[FitnessFinding]:
    if not isinstance(properties, Dictionary) or not len(properties.get("/OCGs", ())):
        return
    default = properties.get("/D")
    shown = (
        isinstance(default, Dictionary)
        and default.get("/BaseState", Name.ON) == Name.ON
        and not len(default.get("/OFF", ()))
        and not len(default.get("/AS", ()))
        and not len(properties.get("/Configs", ()))
    )
    yield found("fitness.layers" if shown else "fitness.hidden_layers")


def _of_form(pdf: pikepdf.Pdf) -> Iterator[FitnessFinding]:
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    if form.get("/NeedAppearances", False):
        yield found("fitness.need_appearances")
    for field in fields(pdf):
        kind = _kind(field)
        if kind is not None and kind != Name.Sig:
            filled = _inherited(field, "/V") not in (None, "", Name.Off)
            yield found("fitness.form_values" if filled else "fitness.form_fields")


def _of_signatures(pdf: pikepdf.Pdf, seals: list[Dictionary]) -> Iterator[FitnessFinding]:
    known = {seal.objgen for seal in seals if seal.is_indirect}
    for value in pdf.objects:
        if isinstance(value, Dictionary) and "/ByteRange" in value and value.objgen not in known:
            yield found("fitness.stray_signature")
            break
    permissions = pdf.Root.get("/Perms")
    certifying = permissions.get("/DocMDP") if isinstance(permissions, Dictionary) else None
    if isinstance(certifying, Dictionary):
        for reference in certifying.get("/Reference", ()):
            if reference.get("/TransformMethod") == Name.DocMDP:
                parameters = reference.get("/TransformParams")
                if isinstance(parameters, Dictionary) and parameters.get("/P", 2) == _NO_CHANGE:
                    yield found("fitness.locked")


def _of_boxes(page: pikepdf.Page, number: int) -> Iterator[FitnessFinding]:
    media = _box(_inherited(page.obj, "/MediaBox"))
    crop = _box(_inherited(page.obj, "/CropBox")) or media
    turn = _inherited(page.obj, "/Rotate") or 0
    low, high = _SIDE_POINTS
    if media is None or crop is None or not isinstance(turn, int) or turn % 90:
        yield found("fitness.page_box", number)
        return
    shown = _overlap(media, crop)
    if not all(low <= side <= high for side in (shown[2] - shown[0], shown[3] - shown[1])):
        yield found("fitness.page_box", number)
    elif any(abs(a - b) > 1 for a, b in zip(shown, media, strict=True)):
        yield found("fitness.cropped", number)


def _of_annotations(page: Dictionary, number: int) -> Iterator[FitnessFinding]:
    annotations = page.get("/Annots")
    for annotation in annotations if isinstance(annotations, Array) else ():
        if not isinstance(annotation, Dictionary):
            continue
        subtype, flags = str(annotation.get("/Subtype")), annotation.get("/F", 0)
        seal = subtype == "/Widget" and _kind(annotation) == Name.Sig
        if subtype in _MULTIMEDIA:
            yield found("fitness.multimedia")
        elif subtype == "/Popup":
            continue
        elif not isinstance(flags, int) or (flags & _HIDING and not (seal and _is_point(annotation))):
            yield found("fitness.hidden_annotation", number)
        elif subtype not in ("/Link", "/Widget") or (subtype == "/Link" and _drawn(annotation)):
            yield found("fitness.annotation", number)
        elif seal and _inherited(annotation, "/V") is None and _drawn(annotation):
            # Whoever seals in this field may exchange what it shows, and uncover what it covers.
            yield found("fitness.annotation", number)


def _drawn(annotation: Dictionary) -> bool:
    """It has an appearance of its own that draws something."""
    appearance = annotation.get("/AP")
    normal = appearance.get("/N") if isinstance(appearance, Dictionary) else None
    return isinstance(normal, Stream) and bool(normal.read_raw_bytes().strip())


def _is_point(annotation: Dictionary) -> bool:
    """It takes no place on the page: how an invisible seal stands in a file."""
    box = _box(annotation.get("/Rect"))
    return box is None or box[0] == box[2] or box[1] == box[3]


def _kind(field: Dictionary) -> Any:
    return _inherited(field, "/FT")


def _inherited(node: Dictionary, key: str) -> Any:
    """An entry of a field or page, or of what stands above it."""
    for _ in range(64):
        value = node.get(key)
        if value is not None:
            return value
        parent = node.get("/Parent")
        if not isinstance(parent, Dictionary):
            return None
        node = parent
    return None


_Box = tuple[float, float, float, float]


def _box(value: object) -> _Box | None:
    if not isinstance(value, Array) or len(value) != 4:
        return None
    try:
        x0, y0, x1, y1 = (float(each) for each in value)
    except (TypeError, ValueError):
        return None
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _overlap(a: _Box, b: _Box) -> _Box:
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
