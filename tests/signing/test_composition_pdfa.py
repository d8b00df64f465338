"""Composition: the file is a PDF/A-3b that every library can seal, encloses the entries, and is the same each time."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers

from certlight.errors import UsageError
from signing.composition.compose import compose
from signing.composition.conformance import conformance
from signing.composition.extract import extract_enclosure
from signing.composition.fitness import fitness, has_object_streams
from signing.composition.page import PageSource
from signing.enclosure import ENCLOSURE_NAME, Enclosure
from tests.components import require
from tests.signing import pki
from tests.signing.pictures import CREATED, composed, enclosure, file, line, picture

NS = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}


@pytest.fixture(scope="module")
def whole() -> bytes:
    """Two pages of different kinds, text and an enclosure."""
    pages = [
        PageSource(file(picture(), "JPEG"), dpi=150.0, lines=(line("营业执照", 20, 20, 200, 30),)),
        PageSource(file(picture().convert("CMYK"), "JPEG"), dpi=150.0),
    ]
    return compose(pages, enclosure(), title="营业执照 <A & B>", created_at=CREATED)


def test_it_is_a_pdf_a_3b(whole: bytes) -> None:
    assert conformance(whole) == ()


def test_every_library_can_append_to_it(whole: bytes) -> None:
    assert not has_object_streams(whole)
    assert fitness(whole).endesive_ok
    assert b"\nxref\n" in whole
    assert whole.startswith(b"%PDF-1.7\n%")
    assert whole.endswith(b"%%EOF\n")
    assert len(pypdf.PdfReader(io.BytesIO(whole), strict=True).pages) == 2
    assert PdfFileReader(io.BytesIO(whole), strict=True).total_revisions == 1


def test_metadata_and_document_information_tell_the_same(whole: bytes) -> None:
    with pikepdf.open(io.BytesIO(whole)) as opened:
        packet = opened.Root.Metadata.read_raw_bytes()
        assert "/Filter" not in opened.Root.Metadata
        info = {key: str(value) for key, value in opened.docinfo.items()}
    xmp = etree.fromstring(packet)

    def told(path: str) -> str:
        return str(xmp.findtext(f".//{path}", namespaces=NS))

    assert (told("pdfaid:part"), told("pdfaid:conformance")) == ("3", "B")
    assert told("dc:title/rdf:Alt/rdf:li") == info["/Title"] == "营业执照 <A & B>"
    assert told("pdf:Producer") == info["/Producer"]
    assert told("xmp:CreateDate") == told("xmp:ModifyDate") == "2026-11-01T04:00:00Z"
    assert info["/CreationDate"] == info["/ModDate"] == "D:20261101040000Z"


@pytest.mark.parametrize(
    "title", ["", "\x00\x07", "a\tb\nc", "\ud842\udfb7", "\ud842", "<&>\"'", "长" * 5000, "\ufffe"]
)
def test_any_title_makes_a_sound_file(title: str) -> None:
    pdf = compose([PageSource(file(picture()))], None, title=title, created_at=CREATED)
    assert conformance(pdf) == ()


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)), st.integers(-12, 14))
def test_any_title_and_time_make_a_sound_file(title: str, moment: datetime, hours: int) -> None:
    created_at = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    pdf = compose([PageSource(file(picture(30, 20)))], enclosure(), title=title, created_at=created_at)
    assert conformance(pdf) == ()


def test_equal_input_gives_equal_bytes(whole: bytes) -> None:
    def again(**changes: object) -> bytes:
        values: dict[str, object] = {"title": "t", "created_at": CREATED, **changes}
        return compose([PageSource(file(picture()))], enclosure(), **values)  # type: ignore[arg-type]

    def identifier(pdf: bytes) -> bytes:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            return bytes(opened.trailer.ID[0])

    first = again()
    time.sleep(1.1)  # identifiers that are not derived from the content change with the second
    assert again() == first
    assert identifier(again()) != identifier(again(title="u")) != identifier(whole)


def test_the_entries_are_the_documents_associated_data(whole: bytes) -> None:
    data = enclosure().to_json()
    with pikepdf.open(io.BytesIO(whole)) as opened:
        (spec,) = opened.Root.AF
        assert spec.AFRelationship == Name.Data
        assert str(spec.F) == str(spec.UF) == ENCLOSURE_NAME
        assert opened.Root.Names.EmbeddedFiles.Names[1].objgen == spec.objgen
        stream = spec.EF.UF
        assert stream.Subtype == Name("/application/json")
        assert int(stream.Params.Size) == len(data)
        assert bytes(stream.Params.CheckSum) == hashlib.md5(data).digest()
        assert str(stream.Params.ModDate) == "D:20261101040000Z"
        assert opened.attachments[ENCLOSURE_NAME].get_file().read_bytes() == data


def test_every_reader_gets_the_entries_out(whole: bytes, tmp_path: Path) -> None:
    data = enclosure().to_json()
    assert extract_enclosure(whole) == data
    assert Enclosure.from_json(data) == enclosure()
    assert pypdf.PdfReader(io.BytesIO(whole)).attachments[ENCLOSURE_NAME] == [data]
    (tmp_path / "in.pdf").write_bytes(whole)
    program = require("pdfdetach")
    subprocess.run([program, "-save", "1", "-o", tmp_path / "out.json", tmp_path / "in.pdf"], check=True)
    assert json.loads((tmp_path / "out.json").read_bytes())["claim"]["entered"]["name"] == "江城𠮷野建工集团有限公司"


def test_without_entries_nothing_is_attached() -> None:
    pdf = composed(file(picture()))
    assert extract_enclosure(pdf) is None
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert not {"/AF", "/Names"} & set(opened.Root.keys())


def test_no_page_and_no_time_zone_are_refused() -> None:
    with pytest.raises(UsageError, match=r"compose\.no_pages"):
        compose([], None, title="t", created_at=CREATED)
    with pytest.raises(ValueError, match="time zone"):
        compose([PageSource(file(picture()))], None, title="t", created_at=CREATED.replace(tzinfo=None))


def sealed(pdf: bytes, **box: object) -> bytes:
    """With one seal by pyHanko, without an appearance of its own."""
    signer = signers.SimpleSigner.load_pkcs12_data(pki.p12(), other_certs=[], passphrase=pki.PASSWORD.encode())
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec("Seal1", **box))  # type: ignore[arg-type]
    meta = signers.PdfSignatureMetadata(field_name="Seal1", subfilter=fields.SigSeedSubFilter.PADES)
    return bytes(signers.PdfSigner(meta, signer).sign_pdf(writer).getvalue())


def test_an_invisible_seal_keeps_the_file_a_pdf_a(whole: bytes) -> None:
    pdf = sealed(whole)
    assert conformance(pdf) == ()
    assert extract_enclosure(pdf) == enclosure().to_json()
    assert fitness(pdf).sealed
    assert fitness(pdf).fit


def test_what_a_seal_does_wrong_is_found(whole: bytes) -> None:
    pdf = sealed(whole, box=(10, 10, 110, 60))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (widget,) = opened.pages[0].Annots
        widget.F = 2
        del widget["/AP"]
        out = io.BytesIO()
        opened.save(out)
    rules = {finding.rule for finding in conformance(out.getvalue()) if finding.kind == "violation"}
    assert {"6.3.2", "6.3.3"} <= rules


def no_identification(pdf: Pdf) -> None:
    packet = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata = Stream(
        pdf, packet.replace(b"pdfaid:part>3", b"pdfaid:part>2"), Dictionary(Type=Name.Metadata, Subtype=Name.XML)
    )


def no_output_intent(pdf: Pdf) -> None:
    del pdf.Root["/OutputIntents"]


def font_not_embedded(pdf: Pdf) -> None:
    del pdf.pages[0].Resources.Font.F0.DescendantFonts[0].FontDescriptor["/FontFile2"]


def no_relationship(pdf: Pdf) -> None:
    del pdf.Root.AF[0]["/AFRelationship"]


def not_associated(pdf: Pdf) -> None:
    del pdf.Root["/AF"]


def script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def cmyk_without_profile(pdf: Pdf) -> None:
    pdf.pages[1].Resources.XObject.Im0.ColorSpace = Name.DeviceCMYK


def hidden_stamp(pdf: Pdf) -> None:
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([0, 0, 9, 9]), F=2)
    pdf.pages[0].Annots = Array([pdf.make_indirect(stamp)])


def alternate_image(pdf: Pdf) -> None:
    pdf.pages[0].Resources.XObject.Im0.Alternates = Array()


@pytest.mark.parametrize(
    "spoil",
    [
        *(no_identification, no_output_intent, font_not_embedded, no_relationship, not_associated, script),
        *(cmyk_without_profile, hidden_stamp, alternate_image),
    ],
)
def test_what_breaks_the_standard_is_found(whole: bytes, spoil: Callable[[Pdf], None]) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole)) as opened:
        spoil(opened)
        opened.save(out, compress_streams=False, fix_metadata_version=False)
    assert conformance(out.getvalue())


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"%PDF-1.7\n%", b"%PDF-1.7\nx", "6.1.2"),
        (b"%PDF-1.7", b"%PDF-2.0", "6.1.2"),
        (b"%%EOF\n", b"%%EOF\n\nmore", "6.1.3"),
        (b"/ID [<", b"/IX [<", "6.1.3"),
    ],
)
def test_what_is_wrong_with_the_bytes_is_found(whole: bytes, old: bytes, new: bytes, rule: str) -> None:
    assert rule in {finding.rule for finding in conformance(whole.replace(old, new))}


@pytest.mark.parametrize("data", [b"", b"no PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n%%EOF\n"])
def test_a_check_of_anything_else_ends_in_findings(data: bytes) -> None:
    assert conformance(data)


def test_times_are_told_in_utc() -> None:
    pdf = compose(
        [PageSource(file(picture()))], None, title="t", created_at=CREATED.astimezone(timezone(timedelta(hours=8)))
    )
    assert pdf == compose([PageSource(file(picture()))], None, title="t", created_at=CREATED.astimezone(UTC))
