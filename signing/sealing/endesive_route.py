"""Sealing with endesive: RSA keys in files, level B-B.

endesive writes ``adbe.pkcs7.detached`` and its own drawings. Made to do more here: the SubFilter is that of PAdES (its
signed attributes are: content-type, message-digest and signing-certificate-v2, no signing-time; ETSI EN 319 142-1
§6.3), and the widget shows the picture in vectors. What it does to a document besides is undone or avoided:

- pypdf copies inherited attributes into every page it lists; the page is written as it was, but for /Annots.
- ``sigflags`` is both /SigFlags and the DocMDP level; /SigFlags is set to 3 afterwards.
- an invisible seal's widget is left off its page; here it is listed.
- the digest of a certifying seal is taken over, be it MD5; such documents are not given to it (:func:`fits`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_date
from pyhanko.pdf_utils.writer import PdfFileWriter

from signing.appearance.picture import SealPicture
from signing.appearance.stamp import appearance_stream
from signing.certificate import Certificate
from signing.endesive_compat import endesive_pdf
from signing.keys.key import SealKey
from signing.sealing.draft import room_for
from signing.sealing.ground import Ground, entry
from signing.sealing.order import SealOrder
from signing.sealing.target import Target

_WIDGET_FLAGS: Final = 132
"""Print and Locked, ISO 32000-2 Table 167."""
_SIGNATURES_EXIST_AND_APPEND_ONLY: Final = 3


def fits(ground: Ground, target: Target) -> bool:
    """Whether endesive can be trusted with this document: no object or cross-reference streams, nothing but objects of
    generation 0 to rewrite, fields it can read, no certifying seal whose digest it would not find or should not use."""
    reader = ground.reader
    if reader.has_xref_stream or (target.existing is not None and target.existing.demanding):
        return False
    root = reader.trailer.raw_get("/Root")
    form = entry(reader.root, "/AcroForm", {})
    touched = [root, ground.pages[target.position.page], *_references(reader.root, "/AcroForm")]
    fields = [item.get_object() for item in entry(form, "/Fields", ())]
    return (
        all(reference.generation == 0 for reference in touched)
        and all("/T" in field for field in fields)
        and _digest_is_sha256(reader.root)
    )


def seal_by_endesive(
    ground: Ground, target: Target, order: SealOrder, key: SealKey, path: Sequence[Certificate], at: datetime
) -> bytes:
    """The document with one more increment that seals it. What comes back must still be checked for soundness: whatever
    endesive raises on an odd document is raised."""
    options: dict[str, Any] = {
        "aligned": room_for(path, order.level),
        "sigpage": target.position.page,
        "sigfield": target.name,
        "signform": target.existing is not None,
        "sigflagsft": _WIDGET_FLAGS,
        "sigflags": int(order.certify) if order.certify else _SIGNATURES_EXIST_AND_APPEND_ONLY,
        "sigandcertify": order.certify is not None,
        "signaturebox": target.position.rect,
        "signingdate": str(pdf_date(at)),
        "application": "certlight",
        # Else it takes the clock and a random number that is none.
        "id": os.urandom(16),
        "newid": os.urandom(16).hex(),
    }
    options |= {name: text for name, text in (("reason", order.reason), ("location", order.location)) if text}
    writer = _increment_class()(target, ground.pages[target.position.page].idnum)
    chain = [certificate.der for certificate in path[1:]]
    increment = writer.sign(ground.pdf, options, None, None, chain, "sha256", _Hand(key))
    return ground.pdf + bytes(increment)


class _Hand:
    """The key as endesive's HSM: it never sees more than the signature."""

    def __init__(self, key: SealKey) -> None:
        self._key = key

    def certificate(self) -> tuple[None, bytes]:
        """Key handle and certificate."""
        return None, self._key.certificate.der

    def sign(self, handle: None, message: bytes, digest: str) -> bytes:
        """The signature over ``message``."""
        return self._key.sign(message, digest)


def _increment_class() -> Any:
    """endesive's writer with our corrections; a function because importing endesive takes a third of a second."""
    from pypdf import generic as po

    base: Any = endesive_pdf().cms.SignedData

    class Increment(base):  # type: ignore[misc]
        def __init__(self, target: Target, page_number: int) -> None:
            super().__init__()
            self._target = target
            self._page_number = page_number

        def _makepdf(self, prev: Any, *arguments: Any, **options: Any) -> None:
            # Before anything lists the pages: listing changes them.
            page = prev.get_object(po.IndirectObject(self._page_number, 0, prev))
            self._page = po.DictionaryObject({key: page.raw_get(key) for key in page})
            super()._makepdf(prev, *arguments, **options)
            catalog = self._objects[self.x_root.idnum - 1]
            form = catalog["/AcroForm"].get_object()
            form[po.NameObject("/SigFlags")] = po.NumberObject(_SIGNATURES_EXIST_AND_APPEND_ONLY)

        def _make_signature(self, Contents: Any = None, Type: Any = None, SubFilter: Any = None) -> Any:
            return super()._make_signature(Contents, Type, po.NameObject("/ETSI.CAdES.detached"))

        def _addAnnotation(
            self, cert: Any, udct: Any, box: Any, page0ref: Any, widget: Any, widget_ref: Any, new: bool
        ) -> None:
            if new:
                widget[po.NameObject("/Rect")] = po.ArrayObject([po.FloatObject(f"{number:.4f}") for number in box])
                self._list_on_page(widget_ref)
            if self._target.picture is not None:
                shown = po.DictionaryObject({po.NameObject("/N"): self._appearance(self._target.picture)})
                widget[po.NameObject("/AP")] = shown

        def _list_on_page(self, widget_ref: Any) -> None:
            """Add the widget to /Annots, where that array is: in an object of its own, or in the page."""
            key = po.NameObject("/Annots")
            where = self._page.raw_get(key) if key in self._page else None
            old = where.get_object() if where is not None else None
            listed = po.ArrayObject([*(old if isinstance(old, po.ArrayObject) else ()), widget_ref])
            if isinstance(where, po.IndirectObject) and isinstance(old, po.ArrayObject) and where.generation == 0:
                self._objects[where.idnum - 1] = listed
            else:
                self._page[key] = listed
                self._objects[self._page_number - 1] = self._page

        def _appearance(self, picture: SealPicture) -> Any:
            """The form XObject that the pyHanko route shows too, in pypdf's objects."""
            made = PdfFileWriter()  # type: ignore[no-untyped-call]
            stream = appearance_stream(made, picture, self._target.position)
            return self._taken_over(stream, {})

        def _taken_over(self, item: Any, known: dict[Any, Any]) -> Any:
            match item:
                case generic.IndirectObject():
                    if item.reference not in known:
                        pointed_at: Any = item.get_object()  # type: ignore[no-untyped-call]
                        known[item.reference] = self._add_object(self._taken_over(pointed_at, known))
                    return known[item.reference]
                case generic.StreamObject():
                    stream = po.EncodedStreamObject()
                    self._take_entries(stream, item, known)
                    stream._data = item.encoded_data
                    return stream
                case generic.DictionaryObject():
                    return self._take_entries(po.DictionaryObject(), item, known)
                case generic.ArrayObject():
                    return po.ArrayObject([self._taken_over(item.raw_get(i), known) for i in range(len(item))])
                case generic.NameObject():
                    return po.NameObject(str(item))
                case generic.BooleanObject():
                    return po.BooleanObject(bool(item))
                case generic.NumberObject():
                    return po.NumberObject(int(item))
                case generic.FloatObject():
                    return po.FloatObject(str(item))
                case generic.TextStringObject():
                    return po.TextStringObject(str(item))
                case generic.ByteStringObject():
                    return po.ByteStringObject(bytes(item))
                case _:
                    return po.NullObject()

        def _take_entries(self, into: Any, item: Any, known: dict[Any, Any]) -> Any:
            for key in item:
                if key != "/Length":
                    into[po.NameObject(str(key))] = self._taken_over(item.raw_get(key), known)
            return into

    return Increment


def _references(container: Any, key: str) -> list[Any]:
    value = container.raw_get(key) if key in container else None
    return [value.reference] if isinstance(value, generic.IndirectObject) else []


def _digest_is_sha256(root: Any) -> bool:
    """endesive signs with the digest that an earlier certifying seal names first, and fails where it names none."""
    if "/Perms" not in root:
        return True
    certified = entry(root["/Perms"], "/DocMDP")
    if certified is None:
        return False  # usage rights, which keep it from certifying
    references = entry(certified, "/Reference", ())
    return bool(references) and str(entry(references[0], "/DigestMethod", "")).upper() == "/SHA256"
