"""What is allowed after a seal carries something along: a second seal, new evidence or a document timestamp, each with
one more change in the very same save. Anybody can have a document timestamped; whoever does must not change it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

from asn1crypto.crl import CertificateList
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, BooleanObject, DictionaryObject, NumberObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.validation.dss import DocumentSecurityStore

from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import FORMAT, Bite, attack
from tests.signing.attacks.bases import OTHER_SUM, page_content
from tests.signing.attacks.signed_data import Recipe
from tests.signing.attacks.surgery import swap
from tests.signing.attacks.unstripped import unstripped
from tests.signing.attacks.world import World, resigned

Cargo = Callable[[IncrementalPdfFileWriter, World], None]
OVER_THE_SUM: Final = (55, 530, 455, 570)


def _name(text: str) -> Any:
    return pdf_name(text)


def _dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({_name(f"/{key}"): value for key, value in entries.items()})


def _rect(*numbers: int) -> ArrayObject:
    return ArrayObject(NumberObject(number) for number in numbers)


def _script() -> DictionaryObject:
    return _dictionary(S=_name("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))


def _root(key: str, value: Callable[[], Any]) -> Cargo:
    def load(writer: IncrementalPdfFileWriter, world: World) -> None:
        writer.root[_name(key)] = value()
        writer.update_root()

    return load


def _content(writer: IncrementalPdfFileWriter, world: World) -> None:
    writer.objects[(0, world.base().numbers["content1"])] = StreamObject(stream_data=page_content(1, OTHER_SUM))


def _font(writer: IncrementalPdfFileWriter, world: World) -> None:
    writer.objects[(0, world.base().numbers["font"])] = _dictionary(
        Type=_name("/Font"), Subtype=_name("/Type1"), BaseFont=_name("/ZapfDingbats")
    )


def _page(key: str, value: Callable[[], Any]) -> Cargo:
    def load(writer: IncrementalPdfFileWriter, world: World) -> None:
        page = writer.find_page_for_modification(0)[0].get_object()
        page[_name(key)] = value()
        writer.update_container(page)

    return load


def _info(writer: IncrementalPdfFileWriter, world: World) -> None:
    info = writer.get_object(generic.Reference(world.base().numbers["info"], 0, writer))
    info["/Title"] = generic.pdf_string("Contract, second version")
    writer.objects[(0, world.base().numbers["info"])] = info


def _metadata(writer: IncrementalPdfFileWriter, world: World) -> None:
    old = writer.get_object(writer.root.raw_get("/Metadata").reference)
    assert isinstance(old, StreamObject)
    new = StreamObject(
        {_name("/Type"): _name("/Metadata"), _name("/Subtype"): _name("/XML")},
        stream_data=old.data.replace(b">Contract<", b">Another contract<"),
    )
    writer.root[_name("/Metadata")] = writer.add_object(new)
    writer.update_root()


def _layer(writer: IncrementalPdfFileWriter, world: World) -> None:
    writer.root["/OCProperties"]["/D"][_name("/OFF")] = ArrayObject()
    writer.update_root()


def _stamp(writer: IncrementalPdfFileWriter, world: World) -> None:
    page = writer.find_page_for_modification(0)[0]
    stamp = _dictionary(
        Type=_name("/Annot"), Subtype=_name("/Stamp"), Rect=_rect(*OVER_THE_SUM), F=NumberObject(4), AP=_look(writer)
    )
    writer.register_annotation(page, writer.add_object(stamp))


def _look(writer: IncrementalPdfFileWriter) -> DictionaryObject:
    form = StreamObject(
        {_name("/Type"): _name("/XObject"), _name("/Subtype"): _name("/Form"), _name("/BBox"): _rect(0, 0, 400, 40)},
        stream_data=b"1 1 0 rg 0 0 400 40 re f",
    )
    return _dictionary(N=writer.add_object(form))


def _field(writer: IncrementalPdfFileWriter, name: str) -> DictionaryObject:
    for one in writer.root["/AcroForm"]["/Fields"]:
        field = one.get_object()
        if field["/T"] == name:
            assert isinstance(field, DictionaryObject)
            return field
    raise KeyError(name)


def _fill(writer: IncrementalPdfFileWriter, world: World) -> None:
    field = _field(writer, "remark")
    field[_name("/V")] = generic.pdf_string("denied")
    field[_name("/AP")] = _look(writer)
    writer.update_container(field)


def _move_seal(writer: IncrementalPdfFileWriter, world: World) -> None:
    field = _field(writer, "Seal1")
    field[_name("/Rect")] = _rect(*OVER_THE_SUM)
    writer.update_container(field)


def _form(key: str, value: Callable[[], Any]) -> Cargo:
    def load(writer: IncrementalPdfFileWriter, world: World) -> None:
        form = writer.root["/AcroForm"]
        form[_name(key)] = value()
        writer.update_container(form)

    return load


def _strip(writer: IncrementalPdfFileWriter, world: World) -> None:
    field = _field(writer, "Seal1")
    del field["/V"]
    writer.update_container(field)


def _empty_field(writer: IncrementalPdfFileWriter, world: World) -> None:
    append_signature_field(writer, SigFieldSpec("Later", on_page=0, box=OVER_THE_SUM))
    field = _field(writer, "Later")
    field[_name("/AP")] = _look(writer)


CARGO: Final[dict[str, tuple[Cargo, Bite]]] = {
    "page-content": (_content, Bite.PICTURE),
    "font": (_font, Bite.PICTURE),
    "stamp": (_stamp, Bite.PICTURE),
    "turned-page": (_page("/Rotate", lambda: NumberObject(180)), Bite.PICTURE),
    "cropped-page": (_page("/CropBox", lambda: _rect(0, 460, 595, 842)), Bite.PICTURE),
    "page-action": (_page("/AA", lambda: _dictionary(O=_script())), Bite.MEANING),
    "annotations-gone": (_page("/Annots", ArrayObject), Bite.PICTURE),
    "title": (_info, Bite.MEANING),
    "metadata-title": (_metadata, Bite.MEANING),
    "layer-on": (_layer, Bite.PICTURE),
    "filled-field": (_fill, Bite.PICTURE),
    "moved-seal": (_move_seal, Bite.PICTURE),
    "stripped-seal": (_strip, Bite.MEANING),
    "empty-field-with-a-look": (_empty_field, Bite.PICTURE),
    "open-action": (_root("/OpenAction", _script), Bite.MEANING),
    "document-actions": (_root("/AA", lambda: _dictionary(WP=_script())), Bite.MEANING),
    "names": (_root("/Names", lambda: _dictionary(JavaScript=_dictionary(Names=ArrayObject()))), Bite.MEANING),
    "page-labels": (_root("/PageLabels", lambda: _dictionary(Nums=ArrayObject())), Bite.MEANING),
    "viewer-preferences": (
        _root("/ViewerPreferences", lambda: _dictionary(PrintPageRange=_rect(1, 1))),
        Bite.MEANING,
    ),
    "structure-tree": (_root("/StructTreeRoot", lambda: _dictionary(Type=_name("/StructTreeRoot"))), Bite.MEANING),
    "language": (_root("/Lang", lambda: generic.pdf_string("en")), Bite.MEANING),
    "collection": (_root("/Collection", lambda: _dictionary(Type=_name("/Collection"))), Bite.MEANING),
    "unknown-entry": (_root("/CertlightUnknown", lambda: NumberObject(1)), Bite.MEANING),
    "needed-appearances": (_form("/NeedAppearances", lambda: BooleanObject(True)), Bite.MEANING),
    "xfa": (_form("/XFA", lambda: generic.pdf_string("<xdp/>")), Bite.MEANING),
    "form-script": (_form("/CO", ArrayObject), Bite.MEANING),
    "form-fonts": (_form("/DR", lambda: _dictionary(Font=_dictionary())), Bite.MEANING),
}


def _with_a_seal(world: World, cargo: Cargo) -> bytes:
    with unstripped():
        return bare_pyhanko.seal(
            world.sealed(), "other", field="Seal2", box=(60, 80, 180, 200), also=lambda writer: cargo(writer, world)
        )


def _with_evidence(world: World, cargo: Cargo) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(world.sealed()))
    cargo(writer, world)
    lists = [CertificateList.load(pki.crl(name)) for name in ("root", "interm")]
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=[pki.cert("interm").asn1], crls=lists)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _with_a_timestamp(world: World, cargo: Cargo) -> bytes:
    with unstripped():
        return bare_pyhanko.document_timestamp(
            world.sealed(), pki.timestamper(), also=lambda writer: cargo(writer, world)
        )


VEHICLES: Final = {
    "with-a-second-seal": _with_a_seal,
    "with-evidence": _with_evidence,
    "with-a-document-timestamp": _with_a_timestamp,
}

for _vehicle, _drive in VEHICLES.items():
    for _load, (_cargo, _bite) in CARGO.items():
        attack(
            "riding",
            FORMAT,
            _bite,
            name=f"{_load}-{_vehicle}",
            note=f"{_load.replace('-', ' ').capitalize()}, in one save {_vehicle.replace('-', ' ')}.",
        )(lambda world, drive=_drive, cargo=_cargo: drive(world, cargo))


@attack("riding", FORMAT, Bite.PICTURE)
def visible_document_timestamp(world: World) -> bytes:
    """A document timestamp, which anybody can have, in a field whose appearance covers the sum."""

    def cargo(writer: IncrementalPdfFileWriter, world: World) -> None:
        append_signature_field(writer, SigFieldSpec("Time1", on_page=0, box=OVER_THE_SUM))
        _field(writer, "Time1")[_name("/AP")] = _look(writer)

    return _with_a_timestamp(world, cargo)


@attack("riding", FORMAT, Bite.PICTURE)
def prepared_field_moved_over_the_sum(world: World) -> bytes:
    """Whoever fills a prepared field moves it over the sum."""
    prepared = bare_pyhanko.prepare_fields(world.base().pdf, "A", "B")
    first = world.seal(prepared, field="A", prepared=True)

    def move(writer: IncrementalPdfFileWriter) -> None:
        field = _field(writer, "B")
        field[_name("/Rect")] = _rect(*OVER_THE_SUM)
        writer.update_container(field)

    return bare_pyhanko.seal(first, "other", field="B", also=move)


@attack("riding", FORMAT, Bite.MEANING)
def second_seal_with_a_script(world: World) -> bytes:
    """The second seal's own field runs a script when the mouse passes over it."""

    def arm(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Seal2", on_page=0, box=(60, 80, 180, 200)))
        _field(writer, "Seal2")[_name("/AA")] = _dictionary(E=_script())

    return bare_pyhanko.seal(world.sealed(), "other", field="Seal2", also=arm)


@attack("riding", FORMAT, Bite.MEANING)
def second_seal_of_the_first_seals_name(world: World) -> bytes:
    """The second seal's field has the name of the first one's: readers take them for one field."""
    pdf = bare_pyhanko.seal(world.sealed(), "other", field="Seal2", box=(60, 80, 180, 200))
    return resigned(swap(pdf, b"(Seal2)", b"(Seal1)", last=True), Recipe(label="other"), 1)
