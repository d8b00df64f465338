"""The seal itself as a PDF object: its look swapped, its field stripped, its dictionary made to say something else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Final

import pikepdf
from pikepdf import Array, Name, String

from signing.validation.indication import SubIndication
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import BROKEN, FORMAT, HASH, Bite, Expectation, attack, undecided
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.overlays import look
from tests.signing.attacks.signed_data import Recipe, signed_data
from tests.signing.attacks.surgery import contents, covered, put, spans, with_contents
from tests.signing.attacks.world import World, resigned

NOTHING_LEFT: Final[Expectation] = undecided(SubIndication.NO_SIGNATURE)
UNSUPPORTED: Final[Expectation] = FORMAT | undecided(SubIndication.SIG_CONSTRAINTS_FAILURE)
"""A kind of seal that is not validated here; it may be right in its own software."""
GONE: Final = FORMAT | NOTHING_LEFT
"""A stripped seal: found as a forbidden change, or, where nothing of it is left, a document without seal."""


@attack("seal-look", FORMAT, Bite.PICTURE)
def appearance_swapped(world: World) -> bytes:
    """The seal shows other words."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.field("Seal1"), "/AP", f"<< /N {look(update, 'VOID', '120 120')} >>")
        return update.close()


@attack("seal-look", FORMAT, Bite.PICTURE)
def appearance_rewritten(world: World) -> bytes:
    """The same under the old number of the appearance stream."""
    with Increment(world.sealed()) as update:
        old = update.field("Seal1").AP.N
        update.replace_stream(
            old.objgen[0],
            b"1 0 0 rg 0 0 120 120 re f",
            "/Type /XObject /Subtype /Form /BBox [0 0 120 120]",
        )
        return update.close()


@attack("seal-look", FORMAT, Bite.PICTURE)
def appearance_covers_the_page(world: World) -> bytes:
    """The seal's widget grows over the sum and shows another."""
    with Increment(world.sealed()) as update:
        field = update.field("Seal1")
        update.with_entry(field, "/Rect", "[55 530 455 570]")
        update.with_entry(field, "/AP", f"<< /N {look(update)} >>")
        return update.close()


@attack("seal-look", FORMAT, Bite.PICTURE)
def seal_moved(world: World) -> bytes:
    """The seal stands elsewhere on the page."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.field("Seal1"), "/Rect", "[60 300 180 420]")
        return update.close()


@attack("seal-look", FORMAT, Bite.PICTURE)
def seal_on_another_page(world: World) -> bytes:
    """The seal stands on page 2."""
    with Increment(world.sealed(3)) as update:
        field = update.field("Seal1").unparse().decode()
        first, second = update.page(0), update.page(1)
        kept = [one.unparse().decode() for one in first.Annots if one.unparse().decode() != field]
        update.with_entry(first, "/Annots", f"[{' '.join(kept)}]")
        update.with_entry(second, "/Annots", f"[{field}]")
        return update.close()


@attack("seal-look", FORMAT, Bite.PICTURE)
def seal_hidden(world: World) -> bytes:
    """The seal's widget is hidden."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.field("Seal1"), "/F", "2")
        return update.close()


@attack("seal-look", FORMAT, Bite.PICTURE)
def seal_shown_twice(world: World) -> bytes:
    """A stamp elsewhere on the page that looks like the seal."""
    with Increment(world.sealed()) as update:
        shown = update.field("Seal1").AP.N.unparse().decode()
        page = update.page().objgen[0]
        new = update.new(
            f"<< /Type /Annot /Subtype /Stamp /Rect [60 300 180 420] /F 4 /P {page} 0 R /AP << /N {shown} >> >>"
        )
        update.add_annotation(new)
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def field_removed(world: World) -> bytes:
    """The form no longer has the seal's field."""
    with Increment(world.sealed()) as update:
        fields = update.root.AcroForm.Fields
        update.root.AcroForm.Fields = Array([one for one in fields if str(one.get("/T", "")) != "Seal1"])
        update.write(update.root.AcroForm if update.root.AcroForm.is_indirect else update.root)
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def value_removed(world: World) -> bytes:
    """The seal's field is empty."""
    with Increment(world.sealed()) as update:
        field = update.field("Seal1")
        del field["/V"]
        update.write(field)
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def form_removed(world: World) -> bytes:
    """The catalogue no longer has a form."""
    with Increment(world.sealed()) as update:
        del update.root["/AcroForm"]
        update.write(update.root)
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def field_turned_into_text(world: World) -> bytes:
    """The seal's field is a text field."""
    with Increment(world.sealed()) as update:
        field = update.field("Seal1")
        field.FT = Name.Tx
        field.V = String("sealed")
        update.write(field)
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def field_of_no_type(world: World) -> bytes:
    """The seal's field has no type."""
    with Increment(world.sealed()) as update:
        field = update.field("Seal1")
        del field["/FT"]
        update.write(field)
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def field_freed(world: World) -> bytes:
    """The update's table says that the seal's field is gone."""
    with Increment(world.sealed()) as update:
        update.free(update.field("Seal1").objgen[0])
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def signature_freed(world: World) -> bytes:
    """The update's table says that the signature dictionary is gone."""
    with Increment(world.sealed()) as update:
        update.free(update.field("Seal1").V.objgen[0])
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def one_of_two_removed(world: World) -> bytes:
    """Of two seals the second is taken out of the form and off the page."""
    pdf = world.seal(world.sealed(), "other", field="Seal2", box=(60, 300, 180, 420))
    with Increment(pdf) as update:
        gone = update.field("Seal2").unparse().decode()
        form = update.root.AcroForm
        form.Fields = Array([one for one in form.Fields if str(one.get("/T", "")) != "Seal2"])
        update.write(form if form.is_indirect else update.root)
        kept = [one.unparse().decode() for one in update.page().Annots if one.unparse().decode() != gone]
        update.with_entry(update.page(), "/Annots", f"[{' '.join(kept)}]")
        return update.close()


@attack("stripped", FORMAT, Bite.SEAL)
def names_changed_in_place(world: World) -> bytes:
    """The key /V of the field is overwritten in the sealed bytes: the dictionary is there, no field has it."""
    pdf = world.sealed()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        number = next(one.V.objgen[0] for one in document.Root.AcroForm.Fields if str(one.get("/T", "")) == "Seal1")
    reference = f"/V {number} 0 R".encode()
    return put(pdf, pdf.rindex(reference), b"/Q")


@attack("stripped", GONE, Bite.SEAL)
def rewritten_without_seal(world: World) -> bytes:
    """The whole file is written anew without the seal; only its picture stays as a stamp."""
    with pikepdf.open(io.BytesIO(world.sealed())) as document:
        form = document.Root.AcroForm
        form.Fields = Array([one for one in form.Fields if str(one.get("/T", "")) != "Seal1"])
        if "/SigFlags" in form:
            del form["/SigFlags"]
        for annotation in document.pages[0].Annots:
            if str(annotation.get("/T", "")) == "Seal1":
                for key in ("/FT", "/V", "/T"):
                    del annotation[key]
                annotation.Subtype = Name.Stamp
        return _saved(document)


@attack("stripped", GONE, Bite.SEAL)
def rewritten_with_empty_field(world: World) -> bytes:
    """The whole file is written anew, the seal's field empty, its picture still there."""
    with pikepdf.open(io.BytesIO(world.sealed())) as document:
        for one in document.Root.AcroForm.Fields:
            if str(one.get("/T", "")) == "Seal1":
                del one["/V"]
        return _saved(document)


@attack("stripped", BROKEN, Bite.SEAL)
def rewritten_with_seal(world: World) -> bytes:
    """The whole file is written anew, the seal copied along: every byte has moved."""
    with pikepdf.open(io.BytesIO(world.sealed())) as document:
        return _saved(document)


@attack("stripped", BROKEN, Bite.SEAL)
def flattened_into_one_revision(world: World) -> bytes:
    """Two revisions become one: the update of a forger melts into the sealed one."""
    with Increment(world.sealed()) as update:
        content = update.page().Contents
        update.replace_stream(content.objgen[0], content.read_bytes().replace(b"100,000", b"900,000"))
        pdf = update.close()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return _saved(document)


@attack("stripped", NOTHING_LEFT, Bite.SEAL)
def last_revision_cut_off(world: World) -> bytes:
    """The file ends before the seal's revision."""
    return world.base().pdf


@attack("stripped", NOTHING_LEFT, Bite.SEAL)
def never_sealed(world: World) -> bytes:
    """A document with a picture of a seal only."""
    with Increment(world.base().pdf) as update:
        page = update.page().objgen[0]
        update.add_annotation(
            update.new(
                f"<< /Type /Annot /Subtype /Stamp /Rect [380 80 500 200] /F 4 /P {page} 0 R "
                f"/AP << /N {look(update, 'SEAL', '120 120')} >> >>"
            )
        )
        return update.close()


@attack("stripped", NOTHING_LEFT, Bite.SEAL)
def document_timestamp_alone(world: World) -> bytes:
    """A document timestamp proves when, not who: without a seal it is none."""
    return bare_pyhanko.document_timestamp(world.base().pdf, pki.timestamper())


@attack("stripped", FORMAT | NOTHING_LEFT, Bite.SEAL)
def timestamp_over_a_stripped_seal(world: World) -> bytes:
    """The seal is taken out of the form, and a document timestamp set over the rest."""
    return bare_pyhanko.document_timestamp(field_removed(world), pki.timestamper())


def _dictionary(change: Callable[[bytes], bytes], world: World) -> bytes:
    """The clean file with its signature dictionary changed in place and the signature made anew over that."""
    pdf = world.sealed()
    changed = change(pdf)
    if changed == pdf:
        raise ValueError("nothing changed")
    return resigned(changed, Recipe(), 0)


def _entries_for_reason(entries: str) -> Callable[[bytes], bytes]:
    """Other dictionary entries where the reason stood."""

    def change(pdf: bytes) -> bytes:
        start = pdf.rindex(b"/Reason")
        stop = pdf.index(b")", start) + 1
        return put(pdf, start, entries.encode().ljust(stop - start))

    return change


def _subfilter(name: str) -> Callable[[bytes], bytes]:
    def change(pdf: bytes) -> bytes:
        match = [*re.finditer(rb"/SubFilter\s*/[\w.]+", pdf)][-1]
        without = put(pdf, match.start(), b" " * len(match[0]))
        return _entries_for_reason(f"/SubFilter {name}" if name else "")(without)

    return change


SUBFILTERS: Final = {
    "unknown": "/Certlight.unknown",
    "missing": "",
    "null": "null",
    "string": "(ETSI.CAdES.detached)",
    "sha1": "/adbe.pkcs7.sha1",
    "x509": "/adbe.x509.rsa_sha1",
    "timestamp": "/ETSI.RFC3161",
    "empty-name": "/",
    "other-case": "/etsi.cades.detached",
}
DOUBLED: Final = {
    "byte-range": "/ByteRange [0 1 2 3]",
    "contents": "/Contents <00>",
    "subfilter": "/SubFilter /adbe.pkcs7.detached",
    "type": "/Type /DocTimeStamp",
    "escaped-byte-range": "/Byte#52ange [0 1 2 3]",
    "escaped-contents": "/Content#73 <00>",
}
for _title, _name in SUBFILTERS.items():
    attack(
        "dictionary",
        UNSUPPORTED,
        Bite.MEANING,
        name=f"subfilter-{_title}",
        note=f"A right signature, but the SubFilter is {_title.replace('-', ' ')}: unsupported, not absent.",
    )(lambda world, name=_name: _dictionary(_subfilter(name), world))
for _title, _entry in DOUBLED.items():
    attack(
        "dictionary",
        FORMAT,
        Bite.MEANING,
        name=f"doubled-{_title}",
        note=f"The dictionary has {_title.replace('-', ' ')} twice, the signature is right; readers differ.",
    )(lambda world, entry=_entry: _dictionary(_entries_for_reason(entry), world))


@attack("dictionary", FORMAT, Bite.SEAL)
def contents_of_another_object(world: World) -> bytes:
    """The ByteRange leaves out a hole that is not this dictionary's /Contents: the CMS stands elsewhere."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    cms = contents(pdf)
    with Increment(pdf) as update:
        elsewhere = update.new(b"<" + cms.hex().encode() + b">")
        field = update.field("Seal1")
        update.replace(
            field.V.objgen[0],
            f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {field.V.SubFilter} "
            f"/ByteRange {pdf[slice(*span.array)].decode()} /Contents {elsewhere} >>",
        )
        return update.close()


@attack("dictionary", FORMAT, Bite.MEANING)
def contents_in_brackets_of_literals(world: World) -> bytes:
    """/Contents is a literal string where ISO 32000-2 wants a hexadecimal one: escapes say one byte in many ways."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    start, stop = span.hole
    der = signed_data(covered(pdf))
    body = b"".join(b"\\%03o" % byte for byte in der)
    return put(pdf, start, b"(" + body.ljust(stop - start - 2, b"\0") + b")")


@attack("dictionary", FORMAT, Bite.MEANING)
def annotations_in_another_order(world: World) -> bytes:
    """What lies on top of what on the page is turned round."""
    with Increment(world.sealed()) as update:
        page = update.page()
        turned = " ".join(one.unparse().decode() for one in reversed(list(page.Annots)))
        update.with_entry(page, "/Annots", f"[{turned}]")
        return update.close()


@attack("dictionary", FORMAT, Bite.MEANING)
def two_fields_one_signature(world: World) -> bytes:
    """A second field with the same signature dictionary: one seal passes for two."""
    with Increment(world.sealed()) as update:
        value = update.field("Seal1").V.unparse().decode()
        page = update.page().objgen[0]
        new = update.new(
            f"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal2) /F 132 /Rect [60 300 180 420] /V {value} "
            f"/P {page} 0 R /AP << /N {look(update, 'SEAL', '120 120')} >> >>"
        )
        update.add_annotation(new)
        update.add_field(new)
        return update.close()


@attack("dictionary", HASH | FORMAT, Bite.SEAL)
def cms_of_another_document(world: World) -> bytes:
    """A CMS that is right for another document."""
    pdf = world.sealed()
    return with_contents(pdf, contents(world.sealed(3)).rstrip(b"\0"))


@attack("dictionary", HASH | FORMAT, Bite.SEAL)
def cms_of_the_other_seal(world: World) -> bytes:
    """Two seals; the second has the CMS of the first."""
    pdf = world.seal(world.sealed(), "other", field="Seal2", box=(60, 300, 180, 420))
    return with_contents(pdf, contents(pdf, 0).rstrip(b"\0"), 1)


@attack("dictionary", FORMAT, Bite.MEANING)
def signature_in_an_object_stream(world: World) -> bytes:
    """An update moves the signature dictionary into an object stream: nobody sees its ByteRange in the bytes."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    with Increment(pdf) as update:
        field = update.field("Seal1")
        number = field.V.objgen[0]
        body = (
            f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {field.V.SubFilter} "
            f"/ByteRange {pdf[slice(*span.array)].decode()} /Contents {pdf[slice(*span.hole)].decode()} >>"
        ).encode()
        return update.close_with_streams({number: body})


@attack("dictionary", BROKEN | NOTHING_LEFT, Bite.SEAL)
def seal_hidden_in_an_object_stream(world: World) -> bytes:
    """The whole file is written with object streams, the seal among them: a search in the bytes finds no ByteRange."""
    with pikepdf.open(io.BytesIO(world.sealed())) as document:
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _saved(document: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True)
    return out.getvalue()
