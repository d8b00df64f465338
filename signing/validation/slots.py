"""The filled signature fields of a file, each judged by its form."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from certlight.text import Text
from signing.validation.form import FormField, Page, annotation_numbers, area, fields, pages, place
from signing.validation.history import History
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Coverage, Finding, Kind, Place
from signing.validation.revisions import Revision
from signing.validation.signature_dictionary import NOT_CMS, SignedBytes, examine, refused
from signing.validation.slot import Slot
from signing.validation.syntax import Malformed, Name, Ref, Value

SEAL_FORMS: Final = frozenset({"adbe.pkcs7.detached", "ETSI.CAdES.detached"})
TIMESTAMP_FORM: Final = "ETSI.RFC3161"
_CHINESE_ALGORITHMS: Final = bytes.fromhex("2a811ccf55")
"""DER of the arc 1.2.156.10197: SM2, SM3 and SM4 (GM/T 0006)."""


def find_slots(history: History, file_size: int) -> tuple[Slot, ...]:
    """One slot for every filled signature field, in the order of what they cover.

    Raises Malformed, and whatever pyHanko raises.
    """
    every = fields(history, history.last)
    filled = [field for field in every if field.is_signature and field.entries.get(Name(b"V")) is not None]
    seen = {reference.idnum: reference for _, _, reference in _seen_by_pyhanko(history)}
    if {field.number for field in filled} != seen.keys():
        raise Malformed("two readers find different filled signature fields")
    if not filled:
        return ()
    seats = _seats(history)
    names = Counter(field.name for field in every)
    values = Counter(_signature_number(field) for field in filled)
    slots = []
    for field in filled:
        wrong = _field_findings(field, seats)
        if names[field.name] > 1 or values[_signature_number(field)] > 1:
            wrong.append(_SHARED)
        slot = _slot(history, field, wrong, file_size)
        slot = _with_pyhanko(history, slot, seen[field.number])
        slots.append(replace(slot, place=_place(history, field, seats)))
    slots.sort(key=lambda slot: sum(slot.byte_range[2:]) if slot.byte_range else file_size + 1)
    return tuple(replace(slot, index=index) for index, slot in enumerate(slots))


def _slot(history: History, field: FormField, wrong: list[Finding], file_size: int) -> Slot:
    """The slot of ``field`` by our own reading alone."""
    number = _signature_number(field)
    where = history.definition(number, history.last)
    if where is None or number not in where.offsets:
        return _broken(field, number, where, (*wrong, _NO_OBJECT))
    body = history.body(number, where)
    if type(body.value) is not dict:
        return _broken(field, number, where, (*wrong, _NO_OBJECT))
    signed = examine(history, body, where, file_size)
    kind, subfilter = Kind.SEAL, _name(body.value.get(Name(b"SubFilter")))
    type_ = _name(body.value.get(Name(b"Type")))
    if type_ == "DocTimeStamp" or subfilter == TIMESTAMP_FORM:
        kind = Kind.DOCUMENT_TIMESTAMP
        if (type_, subfilter) != ("DocTimeStamp", TIMESTAMP_FORM):
            wrong.append(_TWO_KINDS)
    elif type_ not in ("", "Sig"):
        wrong.append(_TWO_KINDS)
    if subfilter not in SEAL_FORMS | {TIMESTAMP_FORM}:
        wrong.append(_unsupported(subfilter, signed))
        # Only what calls itself a CMS has to be one.
        signed = replace(signed, findings=tuple(each for each in signed.findings if each is not NOT_CMS))
    return Slot(
        index=0,
        field_name=field.name,
        kind=kind,
        subfilter=subfilter,
        embedded=None,
        byte_range=signed.byte_range,
        cms=signed.cms,
        revision=where.index,
        coverage=signed.coverage,
        place=None,
        findings=(*wrong, *signed.findings),
        number=number,
    )


def _broken(field: FormField, number: int, where: Revision | None, findings: tuple[Finding, ...]) -> Slot:
    revision = where.index if where else 0
    return Slot(0, field.name, Kind.SEAL, "", None, None, b"", revision, Coverage.PARTIAL, None, findings, number)


def _with_pyhanko(history: History, slot: Slot, reference: IndirectObject) -> Slot:
    """``slot`` with pyHanko's view of it, where that can be had and is the same as ours."""
    if slot.byte_range is None or not slot.cms or slot.subfilter not in SEAL_FORMS | {TIMESTAMP_FORM}:
        return slot
    try:
        field = reference.get_object()  # type: ignore[no-untyped-call]
        if not isinstance(field, DictionaryObject):
            raise Malformed("a field that is no dictionary")
        embedded = EmbeddedPdfSignature(history.reader, field, slot.field_name)
        same = (
            tuple(embedded.byte_range) == slot.byte_range
            and embedded.pkcs7_content.startswith(slot.cms)
            and embedded.signed_revision in history.revisions[slot.revision].numbers
        )
        if same and all(finding.indication is not Indication.TOTAL_FAILED for finding in slot.findings):
            same = embedded.evaluate_signature_coverage() >= SignatureCoverageLevel.ENTIRE_REVISION
    except PdfError:
        return replace(slot, findings=(*slot.findings, _NOT_READ))
    except Exception:  # A hostile CMS makes asn1crypto and pyHanko raise all there is.
        return replace(slot, findings=(*slot.findings, _NO_CMS))
    return replace(slot, embedded=embedded) if same else replace(slot, findings=(*slot.findings, _TWO_READINGS))


def _field_findings(field: FormField, seats: dict[int, list[Page]]) -> list[Finding]:
    wrong = []
    if not field.sound or field.has_fields:
        wrong.append(_FORM)
    if any(len(seats.get(widget.number, ())) > 1 for widget in field.widgets):
        wrong.append(_SHARED)
    return wrong


def _seats(history: History) -> dict[int, list[Page]]:
    """Annotation → the pages that list it."""
    seats: dict[int, list[Page]] = {}
    for page in pages(history, history.last):
        for number in annotation_numbers(history, page, history.last):
            seats.setdefault(number, []).append(page)
    return seats


def _place(history: History, field: FormField, seats: dict[int, list[Page]]) -> Place | None:
    for widget in field.widgets:
        box = area(history, widget.entries, history.last)
        if box is not None and seats.get(widget.number):
            return place(history, seats[widget.number][0], box, history.last)
    return None


def _seen_by_pyhanko(history: History) -> list[tuple[str, object, IndirectObject]]:
    return list(enumerate_sig_fields(history.reader, filled_status=True))


def _signature_number(field: FormField) -> int:
    """Object number of the field's signature dictionary; 0 where it is none of its own."""
    value = field.entries[Name(b"V")]
    return value.number if isinstance(value, Ref) else 0


def _name(value: Value) -> str:
    return value.decode("latin-1") if isinstance(value, Name) else ""


def _unsupported(subfilter: str, signed: SignedBytes) -> Finding:
    chinese = _CHINESE_ALGORITHMS in signed.cms
    shown = "".join(letter for letter in subfilter[:64] if letter.isprintable())
    zh, en = shown or "未注明", shown or "not stated"
    if chinese:
        words = Text(
            f"这是国密（SM2）电子签章（格式：{zh}），本系统不能验证。请用签章厂商的软件验证。",
            f"This is an SM2 e-seal (format: {en}), which is not validated here. Use the software of its vendor.",
        )
    else:
        words = Text(
            f"签章格式（{zh}）不受支持，无法验证。请用签章厂商的软件验证。",
            f"A seal of this format ({en}) is not validated here. Use the software of its vendor.",
        )
    code = "seal.unsupported"
    return Finding(code, words, Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


_NO_OBJECT: Final = refused(
    "seal.dictionary",
    Text(
        "签章域已填，但其中没有规范的签名对象。请勿采信，并索取原件。",
        "The signature field is filled, but not with a proper signature. Do not rely on it; ask for the original.",
    ),
)
_TWO_KINDS: Final = refused(
    "seal.kind",
    Text(
        "签名自称的类型互相矛盾（签章或时间戳）。请勿采信。",
        "The signature contradicts itself about being a seal or a timestamp. Do not rely on it.",
    ),
)
_FORM: Final = refused(
    "seal.field",
    Text(
        "签章域在表单中的位置自相矛盾，不同软件会看到不同的签章。请勿采信。",
        "The signature field stands in the form in a contradictory way: readers may see different seals. "
        "Do not rely on it.",
    ),
)
_SHARED: Final = refused(
    "seal.field",
    Text(
        "两个签章域同名、共用同一个签名，或同一签章挂在多页上。请勿采信。",
        "Two signature fields share a name, a signature, or one seal sits on several pages. Do not rely on it.",
    ),
)
_NO_CMS: Final = refused(
    "seal.contents",
    Text("签名值无法解析，已损坏或系伪造。请勿采信。", "The signature value cannot be parsed: damaged or forged."),
)
_NOT_READ: Final = Finding(
    "seal.unreadable",
    Text(
        "签名对象的写法不规范，无法验证。请要求换用合规软件重新签章。",
        "The signature is written in a way that cannot be validated here. Ask for a seal made by conforming software.",
    ),
    Indication.INDETERMINATE,
    SubIndication.FORMAT_FAILURE,
)
_TWO_READINGS: Final = refused(
    "seal.ambiguous",
    Text(
        "两种读取方式得到的签名不一致。请勿采信，并索取原件。",
        "Two readers find different signatures in this field. Do not rely on it; ask for the original.",
    ),
)
