"""Annotations and fields laid over the sealed page; among them the evil annotation and sneaky signature attacks on
certified documents ("Breaking the Specification: PDF Certification", S&P 2021)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.signing import bare_pyhanko
from tests.signing.attacks.attack import FORMAT, Bite, Builder, attack
from tests.signing.attacks.bases import OTHER_SUM, page_content
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.world import World

RECT: Final = "[55 530 455 570]"
"""Over the sum."""
KINDS: Final = {
    "free-text": "/Subtype /FreeText /DA (/F1 18 Tf 0 g) /Contents (CNY 900,000.00)",
    "stamp": "/Subtype /Stamp /Name /Approved",
    "square": "/Subtype /Square /IC [1 1 1] /C [1 1 1]",
    "circle": "/Subtype /Circle /IC [1 1 1]",
    "line": "/Subtype /Line /L [55 540 455 540] /BS << /W 20 >>",
    "polygon": "/Subtype /Polygon /Vertices [55 530 455 530 455 570 55 570] /IC [1 1 1]",
    "ink": "/Subtype /Ink /InkList [[55 540 455 540]]",
    "highlight": "/Subtype /Highlight /QuadPoints [55 570 455 570 55 530 455 530]",
    "strike-out": "/Subtype /StrikeOut /QuadPoints [55 570 455 570 55 530 455 530]",
    "redaction": "/Subtype /Redact /QuadPoints [55 570 455 570 55 530 455 530] /OverlayText (CNY 900,000.00)",
    "watermark": "/Subtype /Watermark /FixedPrint << /Type /FixedPrint >>",
    "caret": "/Subtype /Caret",
    "note": "/Subtype /Text /Contents (The sum is CNY 900,000.00)",
    "file": "/Subtype /FileAttachment /FS (other.pdf)",
    "link": "/Subtype /Link /A << /S /URI /URI (https://example.org/) >>",
    "screen": "/Subtype /Screen /T (screen)",
    "projection": "/Subtype /Projection",
    "printer-mark": "/Subtype /PrinterMark",
    "trap-net": "/Subtype /TrapNet",
    "unknown": "/Subtype /CertlightUnknown",
    "no-subtype": "",
}
DRAWN: Final = frozenset(KINDS) - {"no-subtype", "screen", "link"}
"""Kinds that pdfium draws by their appearance stream."""


def look(update: Increment, words: str = OTHER_SUM, size: str = "400 40") -> str:
    """An appearance stream: a white box with black words."""
    font = update.page().Resources.Font.F1.unparse().decode()
    return str(
        update.new_stream(
            f"1 1 1 rg 0 0 {size} re f 0 g BT /F1 18 Tf 5 11 Td ({words}) Tj ET".encode(),
            f"/Type /XObject /Subtype /Form /BBox [0 0 {size}] /Resources << /Font << /F1 {font} >> >>",
        )
    )


def annotated(pdf: bytes, entries: str, *, appearance: bool = True, field: bool = False) -> bytes:
    """An update with one more annotation on the first page."""
    with Increment(pdf) as update:
        shown = f"/AP << /N {look(update)} >>" if appearance else ""
        page = update.page().objgen[0]
        new = update.new(f"<< /Type /Annot {entries} /Rect {RECT} /F 4 /P {page} 0 R {shown} >>")
        update.add_annotation(new)
        if field:
            update.add_field(new)
        return update.close()


def _overlay(entries: str, certify: int | None = None) -> Builder:
    return lambda world: annotated(world.sealed(certify=certify), entries)


for _kind, _entries in KINDS.items():
    _bite = Bite.PICTURE if _kind in DRAWN else Bite.MEANING
    attack("overlay", FORMAT, _bite, name=_kind, note=f"An annotation over the sum: {_kind.replace('-', ' ')}.")(
        _overlay(_entries)
    )
    for _level in (1, 2, 3):
        if _level == 3 or _kind in ("free-text", "stamp", "note"):
            attack(
                "eaa" if _level == 3 else "docmdp",
                FORMAT,
                _bite,
                name=f"{_kind}-on-p{_level}",
                note=f"An annotation over the sum of a document certified with P={_level}: {_kind.replace('-', ' ')}.",
            )(_overlay(_entries, _level))


@attack("overlay", FORMAT, Bite.PICTURE)
def text_field(world: World) -> bytes:
    """A new text field over the sum."""
    return annotated(world.sealed(), "/Subtype /Widget /FT /Tx /T (sum) /V (CNY 900,000.00)", field=True)


@attack("overlay", FORMAT, Bite.PICTURE)
def button(world: World) -> bytes:
    """A new button over the sum."""
    return annotated(world.sealed(), "/Subtype /Widget /FT /Btn /Ff 65536 /T (push)", field=True)


@attack("overlay", FORMAT, Bite.PICTURE)
def widget_without_field(world: World) -> bytes:
    """A widget that no field of the form owns."""
    return annotated(world.sealed(), "/Subtype /Widget /FT /Tx /T (loose)")


@attack("overlay", FORMAT, Bite.PICTURE)
def widget_more_of_a_sealed_field(world: World) -> bytes:
    """A second widget for the sealed text field."""
    with Increment(world.sealed()) as update:
        field = update.field("remark")
        number = field.objgen[0]
        page = update.page().objgen[0]
        new = update.new(
            f"<< /Type /Annot /Subtype /Widget /Parent {number} 0 R /Rect {RECT} /F 4 /P {page} 0 R "
            f"/AP << /N {look(update)} >> >>"
        )
        update.with_entry(field, "/Kids", f"[{new}]")
        update.add_annotation(new)
        return update.close()


@attack("overlay", FORMAT, Bite.PICTURE)
def annotations_in_an_object_of_their_own(world: World) -> bytes:
    """The page's annotations become an indirect array with one more."""
    with Increment(world.sealed()) as update:
        page = update.page()
        there = " ".join(one.unparse().decode() for one in page.Annots)
        new = update.new(
            f"<< /Type /Annot /Subtype /Stamp /Rect {RECT} /F 4 /P {page.objgen[0]} 0 R /AP << /N {look(update)} >> >>"
        )
        update.with_entry(page, "/Annots", str(update.new(f"[{there} {new}]")))
        return update.close()


@attack("overlay", FORMAT, Bite.PICTURE)
def annotations_removed(world: World) -> bytes:
    """The page shows no annotation any more: remark and seal are gone, the form still has them."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.page(), "/Annots", "[]")
        return update.close()


@attack("overlay", FORMAT, Bite.PICTURE)
def annotation_between_two_seals(world: World) -> bytes:
    """A stamp, then an honest second seal over the whole."""
    return world.seal(annotated(world.sealed(), KINDS["stamp"]), "other", field="Seal2", box=(60, 80, 180, 200))


@attack("overlay", FORMAT, Bite.PICTURE)
def annotation_with_a_second_seal(world: World) -> bytes:
    """A stamp in the very revision of a second seal: whoever seals second smuggles it in."""

    def smuggle(writer: IncrementalPdfFileWriter) -> None:
        page = writer.find_page_for_modification(0)[0]
        shown = generic.StreamObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
                generic.pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 400, 40))),
            },
            stream_data=b"1 0 0 rg 0 0 400 40 re f",
        )
        stamp = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/Stamp"),
                generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (55, 530, 455, 570))),
                generic.pdf_name("/F"): generic.NumberObject(4),
                generic.pdf_name("/AP"): generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(shown)}),
            }
        )
        writer.register_annotation(page, writer.add_object(stamp))

    return _second_seal_with(world, smuggle)


@attack("overlay", FORMAT, Bite.PICTURE)
def content_with_a_second_seal(world: World) -> bytes:
    """Another page content in the very revision of a second seal."""

    def smuggle(writer: IncrementalPdfFileWriter) -> None:
        reference = generic.Reference(world.base().numbers["content1"], 0, writer)
        content = generic.StreamObject(stream_data=page_content(1, OTHER_SUM))
        writer.objects[(0, reference.idnum)] = content

    return _second_seal_with(world, smuggle)


@attack("overlay", FORMAT, Bite.PICTURE)
def remark_with_a_second_seal(world: World) -> bytes:
    """Another text in the form field, in the very revision of a second seal."""

    def smuggle(writer: IncrementalPdfFileWriter) -> None:
        old = writer.get_object(generic.Reference(world.base().numbers["remark_look"], 0, writer.prev))
        assert isinstance(old, generic.StreamObject)
        look = generic.StreamObject(dict(old), stream_data=old.data.replace(b"agreed", b"denied"))
        writer.objects[(0, world.base().numbers["remark_look"])] = look

    return _second_seal_with(world, smuggle)


@attack("overlay", FORMAT, Bite.PICTURE)
def first_seal_hidden_by_a_second(world: World) -> bytes:
    """Whoever seals second moves the first seal's widget off the page."""

    def smuggle(writer: IncrementalPdfFileWriter) -> None:
        for field in writer.root["/AcroForm"]["/Fields"]:
            widget = field.get_object()
            if widget["/T"] == "Seal1":
                widget["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0)))
                writer.update_container(widget)

    return _second_seal_with(world, smuggle)


@attack("ssa", FORMAT, Bite.PICTURE)
def empty_field_that_covers(world: World) -> bytes:
    """A new, empty signature field whose appearance covers the sum."""
    return annotated(world.sealed(), "/Subtype /Widget /FT /Sig /T (Seal2)", field=True)


@attack("ssa", FORMAT, Bite.PICTURE)
def empty_field_that_covers_on_p2(world: World) -> bytes:
    """The same in a document certified with P=2."""
    return annotated(world.sealed(certify=2), "/Subtype /Widget /FT /Sig /T (Seal2)", field=True)


@attack("ssa", FORMAT, Bite.PICTURE)
def empty_field_that_covers_on_p3(world: World) -> bytes:
    """The same in a document certified with P=3."""
    return annotated(world.sealed(certify=3), "/Subtype /Widget /FT /Sig /T (Seal2)", field=True)


@attack("ssa", FORMAT, Bite.MEANING)
def empty_field(world: World) -> bytes:
    """A new, empty signature field without appearance: fields for further seals belong before the first."""
    return annotated(world.sealed(), "/Subtype /Widget /FT /Sig /T (Seal2)", appearance=False, field=True)


@attack("ssa", FORMAT, Bite.PICTURE)
def appearance_of_a_prepared_field(world: World) -> bytes:
    """A prepared empty field, sealed as such, gets an appearance that covers the sum."""
    pdf = bare_pyhanko.prepare_fields(world.base().pdf, "Seal2")
    with Increment(world.seal(pdf)) as update:
        field = update.field("Seal2")
        update.with_entry(field, "/AP", f"<< /N {look(update)} >>")
        update.with_entry(field, "/Rect", RECT)
        return update.close()


def _second_seal_with(world: World, smuggle: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """A second seal in one revision with something else."""
    return bare_pyhanko.seal(world.sealed(), "other", field="Seal2", box=(60, 80, 180, 200), also=smuggle)
