"""The document as it lies before a seal: its fields, its earlier seals and what they still allow."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.form_tools import get_single_field_annot
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import FieldMDPSpec, enumerate_sig_fields

from certlight.errors import CertlightError
from signing.appearance.page_frame import PageFrame, Rect, frame_of
from signing.enclosure import Party
from signing.sealing.order import Permission
from signing.sealing.refusals import refusal

PARTY_KEY: Final = "/CertlightParty"
"""In a prepared field: whom it is for, ``<< /Name … /CreditCode … >>``. A private key, ISO 32000-2 Annex E."""
MAX_PAGES: Final = 100_000
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FormField:
    """A signature field of the document."""

    name: str
    """Fully qualified."""
    filled: bool
    reference: generic.Reference
    page: int
    """From 0."""
    rect: Rect
    party: Party | None
    """Whom it was prepared for; None: not said."""
    demanding: bool
    """It brings a lock or seed values, or is not one object with its widget."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What :func:`survey` found."""

    pdf: bytes
    reader: PdfFileReader
    pages: tuple[generic.Reference, ...]
    fields: tuple[FormField, ...]
    """Signature fields in the order of the form."""
    taken_names: frozenset[str]
    """Names of all fields, of whatever type."""
    permission: Permission | None
    """The strictest level that any seal declares; None: none does."""
    locks: tuple[FieldMDPSpec, ...]
    """Fields that earlier seals locked."""

    @property
    def sealed(self) -> bool:
        """Whether any signature field is filled, be it by a kind of signature that nobody here knows."""
        return any(field.filled for field in self.fields)

    def frame(self, page: int) -> PageFrame:
        """How the page lies on the screen."""
        return frame_of(_load(self.pages[page]))


@contextmanager
def reading() -> Iterator[None]:
    """Whatever goes wrong while a document is read is the document's fault: InputRefused ``seal.pdf_malformed``.

    All exceptions are meant: pyHanko raises its own, and whatever Python raises, when it meets a type that it did not
    expect in a file somebody else wrote.
    """
    try:
        yield
    except CertlightError:
        raise
    except Exception as error:
        _log.info("a document cannot be sealed", exc_info=True)
        raise refusal("seal.pdf_malformed") from error


def survey(pdf: bytes) -> Ground:
    """Read a document that is to be sealed; nothing in it is believed that its next reader would not see.

    Raises InputRefused ``seal.pdf_malformed``, ``seal.pdf_encrypted``, ``seal.pdf_hybrid``, ``seal.earlier_seals``.
    """
    with reading():
        reader = PdfFileReader(io.BytesIO(pdf))
        if reader.encrypted:
            raise refusal("seal.pdf_encrypted")
        if reader.xrefs.hybrid_xrefs_present:
            raise refusal("seal.pdf_hybrid")
        pages = tuple(_pages(reader))
        if not pages:
            raise refusal("seal.pdf_malformed")
        found = list(enumerate_sig_fields(reader))
        fields = tuple(_field(name, value, item, pages) for name, value, item in found)
        if any(value for _, value, _ in found):
            _earlier_seals_can_be_read(reader)
        values = [_load(value) for _, value, _ in found if value]
        return Ground(
            pdf=pdf,
            reader=reader,
            pages=pages,
            fields=fields,
            taken_names=_names(reader),
            permission=_permission(reader, values, [item.get_object() for _, value, item in found if value]),
            locks=tuple(_locks(values)),
        )


def _earlier_seals_can_be_read(reader: PdfFileReader) -> None:
    try:
        _ = reader.embedded_signatures  # parses every CMS; kinds that nobody here knows are passed over
    except Exception as error:
        _log.info("an earlier seal cannot be read", exc_info=True)
        raise refusal("seal.earlier_seals") from error


def entry(dictionary: Any, key: str, default: Any = None) -> Any:
    """An entry with its reference followed, which pyHanko's ``get`` does not do."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401


def _load(reference: Any) -> Any:
    return reference.get_object()


def _pages(reader: PdfFileReader) -> Iterator[generic.Reference]:
    """Every leaf of the page tree, in order."""
    seen: set[generic.Reference] = set()
    waiting: list[Any] = [reader.root.raw_get("/Pages")]
    while waiting:
        reference = waiting.pop().reference
        if reference in seen or len(seen) > MAX_PAGES:
            raise ValueError("page tree")
        seen.add(reference)
        node = _load(reference)
        if "/Kids" in node:
            kids = node["/Kids"]
            waiting += [kids.raw_get(index) for index in reversed(range(len(kids)))]
        else:
            yield reference


def _field(name: str, value: Any, item: Any, pages: tuple[generic.Reference, ...]) -> FormField:
    field = item.get_object()
    widget = get_single_field_annot(field)
    rect = [float(number) for number in entry(widget, "/Rect", (0, 0, 0, 0))]
    x0, y0, x1, y1 = rect
    return FormField(
        name=str(name),
        filled=bool(value),
        reference=item.reference,
        page=_page_of(widget, pages),
        rect=(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)),
        party=_party(field),
        demanding="/Kids" in field or "/Parent" in field or "/Lock" in field or "/SV" in field,
    )


def _page_of(widget: generic.DictionaryObject, pages: tuple[generic.Reference, ...]) -> int:
    """The page that shows the widget: /P where it says so, else the one that lists it; 0 where it is on none."""
    page = widget.raw_get("/P") if "/P" in widget else None
    if isinstance(page, generic.IndirectObject) and page.reference in pages:
        return pages.index(page.reference)
    for index, reference in enumerate(pages):
        annotations = entry(_load(reference), "/Annots", ())
        if any(annotation is widget or annotation.get_object() is widget for annotation in annotations):
            return index
    return 0


def _party(field: generic.DictionaryObject) -> Party | None:
    party = entry(field, PARTY_KEY)
    if not isinstance(party, generic.DictionaryObject):
        return None
    return Party(name=str(entry(party, "/Name", "")), credit_code=str(entry(party, "/CreditCode", "")))


def _names(reader: PdfFileReader) -> frozenset[str]:
    form = entry(reader.root, "/AcroForm", {})
    fields = (item.get_object() for item in entry(form, "/Fields", ()))
    return frozenset(str(field["/T"]) for field in fields if "/T" in field)


def _permission(reader: PdfFileReader, values: list[Any], fields: list[Any]) -> Permission | None:
    """DocMDP of every seal, of the catalogue, and of the locks that PDF 2.0 lets approval seals declare."""
    certified = entry(entry(reader.root, "/Perms", {}), "/DocMDP")
    levels = [
        int(entry(parameters, "/P", Permission.SEAL))
        for value in [*values, *([certified] if certified else [])]
        for method, parameters in _transforms(value)
        if method == "/DocMDP" or (method == "/FieldMDP" and "/P" in parameters)
    ]
    levels += [int(field["/Lock"]["/P"]) for field in fields if "/P" in entry(field, "/Lock", {})]
    return Permission(min(levels)) if levels else None


def _locks(values: list[Any]) -> Iterator[FieldMDPSpec]:
    for value in values:
        for method, parameters in _transforms(value):
            if method == "/FieldMDP":
                yield FieldMDPSpec.from_pdf_object(parameters)


def _transforms(value: Any) -> Iterator[tuple[str, Any]]:
    for item in entry(value, "/Reference", ()):
        reference = item.get_object()
        yield str(reference["/TransformMethod"]), entry(reference, "/TransformParams", {})
