"""Composition: a born-digital PDF is sealed as it is only where bytes and pages cannot drift apart."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import MDPPerm

from certlight.errors import InputRefused
from signing.composition.adopt import adopt, rewrite
from signing.composition.fitness import Fitness, fitness, has_object_streams
from signing.composition.fitness_findings import Way
from tests.pdf_makers import Objects, PageSpec, pdf, text
from tests.signing import pki
from tests.signing.pictures import CREATED, composed, enclosure, file, line, picture

CLEAN = composed(file(picture(60, 40)), lines=(line("营业执照", 5, 5, 40, 10),))
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"


def changed(change: Callable[[Pdf], object], data: bytes = CLEAN, **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as opened:
        change(opened)
        opened.save(out, **{"compress_streams": False, **options})  # type: ignore[arg-type]
    return out.getvalue()


def codes(found: Fitness) -> set[str]:
    return {finding.code for finding in found.findings}


def annotation(pdf: Pdf, **entries: object) -> Dictionary:
    """An annotation on the first page."""
    made = Dictionary(
        Type=Name.Annot,
        **{"Subtype": Name.Stamp, "Rect": Array([5, 5, 15, 15]), "F": 4, **entries},  # type: ignore[arg-type]
    )
    kept = pdf.make_indirect(made)
    pdf.pages[0].Annots = Array([kept])
    return kept


def form(pdf: Pdf, **field: object) -> None:
    made = annotation(pdf, Subtype=Name.Widget, T=String("f"), **{"FT": Name.Tx, **field})
    pdf.Root.AcroForm = Dictionary(Fields=Array([made]))


def layers(pdf: Pdf, **default: object) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("layer")))
    hidden = {key: Array([layer]) if value is ... else value for key, value in default.items()}
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(**hidden))


def font(pdf: Pdf, **entries: object) -> None:
    pdf.pages[0].Resources.Font.F9 = Dictionary(Type=Name.Font, **entries)


def composite(pdf: Pdf, encoding: str, ordering: str) -> None:
    system = Dictionary(Registry=String("Adobe"), Ordering=String(ordering), Supplement=0)
    descendant = Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name.SimSun, CIDSystemInfo=system)
    font(pdf, Subtype=Name.Type0, BaseFont=Name.SimSun, Encoding=Name(encoding), DescendantFonts=Array([descendant]))


def on_page(pdf: Pdf, **entries: object) -> None:
    for key, value in entries.items():
        pdf.pages[0][f"/{key}"] = value


def on_image(pdf: Pdf, **entries: object) -> None:
    for key, value in entries.items():
        pdf.pages[0].Resources.XObject.Im0[f"/{key}"] = value


def form_xobject(pdf: Pdf, **entries: object) -> None:
    made = Dictionary(Type=Name.XObject, **{"Subtype": Name.Form, "BBox": Array([0, 0, 1, 1]), **entries})  # type: ignore[arg-type]
    pdf.pages[0].Resources.XObject.Fm9 = Stream(pdf, b" ", made)


def attached(pdf: Pdf, name: str, data: bytes) -> None:
    pdf.attachments[name] = data


def root(pdf: Pdf, **entries: object) -> None:
    for key, value in entries.items():
        pdf.Root[f"/{key}"] = value


JS = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
LAUNCH = Dictionary(S=Name.Launch, F=String("cmd.exe"))
URI = Dictionary(S=Name.URI, URI=String("https://example.com"))
EMPTY = Dictionary()

BLOCKING: dict[str, tuple[Callable[[Pdf], object], str]] = {
    "script on opening": (lambda p: root(p, OpenAction=JS), "fitness.script"),
    "named script": (
        lambda p: root(p, Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), JS])))),
        "fitness.script",
    ),
    "web page on opening": (lambda p: root(p, OpenAction=URI), "fitness.action"),
    "actions of the document": (lambda p: root(p, AA=Dictionary(WC=URI)), "fitness.action"),
    "actions of a page": (lambda p: on_page(p, AA=Dictionary(O=URI)), "fitness.action"),
    "a program to start": (lambda p: annotation(p, Subtype=Name.Link, A=LAUNCH), "fitness.action"),
    "a chain of actions": (
        lambda p: annotation(p, Subtype=Name.Link, A=Dictionary(S=Name.GoTo, Next=JS)),
        "fitness.script",
    ),
    "a layer switch": (lambda p: annotation(p, Subtype=Name.Link, A=Dictionary(S=Name.SetOCGState)), "fitness.action"),
    "a hiding action": (lambda p: annotation(p, Subtype=Name.Link, A=Dictionary(S=Name.Hide)), "fitness.action"),
    "a form sent away": (lambda p: annotation(p, Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm)), "fitness.action"),
    "XFA": (lambda p: root(p, AcroForm=Dictionary(XFA=Array(), Fields=Array())), "fitness.xfa"),
    "appearances left to the reader": (
        lambda p: root(p, AcroForm=Dictionary(NeedAppearances=True, Fields=Array())),
        "fitness.need_appearances",
    ),
    "a filled field": (lambda p: form(p, V=String("100")), "fitness.form_values"),
    "a ticked box": (lambda p: form(p, FT=Name.Btn, V=Name.Yes), "fitness.form_values"),
    "a layer that is off": (lambda p: layers(p, OFF=...), "fitness.hidden_layers"),
    "layers off to begin with": (lambda p: layers(p, BaseState=Name.OFF, ON=...), "fitness.hidden_layers"),
    "layers for print only": (lambda p: layers(p, AS=Array([Dictionary(Event=Name.Print)])), "fitness.hidden_layers"),
    "shown when layers are off": (
        lambda p: on_page(p, Resources=Dictionary(Properties=Dictionary(M=Dictionary(Type=Name.OCMD, P=Name.AllOff)))),
        "fitness.hidden_layers",
    ),
    "a hidden annotation": (lambda p: annotation(p, F=2), "fitness.hidden_annotation"),
    "an annotation not for the screen": (lambda p: annotation(p, F=36), "fitness.hidden_annotation"),
    "a hidden field": (lambda p: form(p, F=2), "fitness.hidden_annotation"),
    "a stamp": (annotation, "fitness.annotation"),
    "a text box": (lambda p: annotation(p, Subtype=Name.FreeText), "fitness.annotation"),
    "white over print": (lambda p: annotation(p, Subtype=Name.Square, IC=Array([1, 1, 1])), "fitness.annotation"),
    "a link that covers": (
        lambda p: annotation(p, Subtype=Name.Link, AP=Dictionary(N=Stream(p, b"f"))),
        "fitness.annotation",
    ),
    "a film": (lambda p: annotation(p, Subtype=Name.Screen), "fitness.multimedia"),
    "a model": (lambda p: annotation(p, Subtype=Name("/3D")), "fitness.multimedia"),
    "a program by its name": (lambda p: attached(p, "报价.PDF.exe", b"x"), "fitness.executable"),
    "a program by its bytes": (lambda p: attached(p, "photo.jpg", b"MZ\x90\x00"), "fitness.executable"),
    "a portfolio": (lambda p: root(p, Collection=EMPTY), "fitness.portfolio"),
    "content elsewhere": (lambda p: on_image(p, F=String("http://example.com/a.jpg")), "fitness.external"),
    "a page of another file": (
        lambda p: form_xobject(p, Ref=Dictionary(F=String("b.pdf"), Page=0)),
        "fitness.external",
    ),
    "another picture for print": (lambda p: on_image(p, Alternates=Array()), "fitness.variants"),
    "PostScript beside a drawing": (lambda p: form_xobject(p, Subtype2=Name.PS), "fitness.variants"),
    "PostScript": (lambda p: form_xobject(p, Subtype=Name.PS), "fitness.variants"),
    "glyph numbers without glyphs": (lambda p: composite(p, "/Identity-H", "Identity"), "fitness.fonts"),
    "a symbol font": (
        lambda p: font(p, Subtype=Name.TrueType, BaseFont=Name.Own, FontDescriptor=Dictionary(Flags=4)),
        "fitness.fonts",
    ),
    "a page too small": (lambda p: on_page(p, MediaBox=Array([0, 0, 1, 1])), "fitness.page_box"),
    "a page too large": (lambda p: on_page(p, MediaBox=Array([0, 0, 20000, 100])), "fitness.page_box"),
    "a page askew": (lambda p: on_page(p, Rotate=45), "fitness.page_box"),
    "a signature of no field": (
        lambda p: root(p, X=p.make_indirect(Dictionary(ByteRange=Array([0, 1, 2, 3])))),
        "fitness.stray_signature",
    ),
}

NOTES: dict[str, tuple[Callable[[Pdf], object], str]] = {
    "a link": (lambda p: annotation(p, Subtype=Name.Link, A=URI), "fitness.links"),
    "an empty field": (form, "fitness.form_fields"),
    "visible layers": (layers, "fitness.layers"),
    "an attachment": (lambda p: attached(p, "说明.txt", b"hello"), "fitness.attachments"),
    "Chinese of a known collection": (lambda p: composite(p, "/UniGB-UCS2-H", "GB1"), "fitness.fonts_substituted"),
    "glyphs of a known collection": (lambda p: composite(p, "/Identity-H", "GB1"), "fitness.fonts_substituted"),
    "Helvetica": (lambda p: font(p, Subtype=Name.Type1, BaseFont=Name.Helvetica), "fitness.fonts_substituted"),
    "cropping": (lambda p: on_page(p, CropBox=Array([0, 0, 10, 10])), "fitness.cropped"),
}


def test_a_composed_file_is_fit() -> None:
    found = fitness(CLEAN)
    assert (found.fit, found.way, found.findings, found.pages) == (True, Way.AS_IS, (), 1)
    found.require()


@pytest.mark.parametrize("what", BLOCKING)
def test_what_makes_bytes_and_pages_drift_apart_blocks(what: str) -> None:
    change, code = BLOCKING[what]
    found = fitness(changed(change))
    assert code in {finding.code for finding in found.blocking}
    assert found.way is (Way.REFUSE if code == "fitness.portfolio" else Way.FLATTEN)
    with pytest.raises(InputRefused, match=r"seal\.unfit"):
        found.require()


@pytest.mark.parametrize("what", NOTES)
def test_what_does_no_harm_is_but_noted(what: str) -> None:
    change, code = NOTES[what]
    found = fitness(changed(change))
    assert code in codes(found)
    assert found.fit
    assert found.way is Way.AS_IS


def test_every_finding_speaks_both_languages() -> None:
    for change, _ in (*BLOCKING.values(), *NOTES.values()):
        for finding in fitness(changed(change)).findings:
            assert finding.text.zh
            assert finding.text.en
            assert "{" not in finding.text.zh + finding.text.en


def test_pages_are_named() -> None:
    two = changed(lambda p: p.pages.append(p.pages[0]))
    found = fitness(changed(lambda p: p.pages[1].obj.__setitem__("/Rotate", 7), two))
    (finding,) = found.blocking
    assert (finding.code, finding.page) == ("fitness.page_box", 1)
    assert "第 2 页" in finding.text.zh


def test_object_streams_are_told() -> None:
    packed = changed(lambda p: None, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert fitness(packed).fit
    assert fitness(packed).object_streams
    assert has_object_streams(packed)
    assert not fitness(packed).endesive_ok
    assert not has_object_streams(rewrite(packed))
    assert fitness(rewrite(packed)).endesive_ok
    with pytest.raises(InputRefused, match=r"compose\.pdf_malformed"):
        has_object_streams(b"no PDF")


def test_linearised_files_are_fit() -> None:
    assert fitness(changed(lambda p: None, linearize=True)).fit


def incremental(data: bytes, change: Callable[[IncrementalPdfFileWriter], object]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def edited_page(writer: IncrementalPdfFileWriter) -> None:
    kids = writer.root["/Pages"]["/Kids"]
    kids[0][generic.pdf_name("/Rotate")] = generic.NumberObject(180)
    writer.mark_update(kids.raw_get(0))


def other_pages(writer: IncrementalPdfFileWriter) -> None:
    """Hide and replace: a second document under a second catalogue."""
    pages = writer.import_object(writer.root["/Pages"])
    writer.root[generic.pdf_name("/Pages")] = writer.add_object(pages)
    writer.update_root()


def dropped_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages[generic.pdf_name("/Kids")] = generic.ArrayObject([pages["/Kids"].raw_get(0)])
    pages[generic.pdf_name("/Count")] = generic.NumberObject(1)
    writer.update_container(pages)


@pytest.mark.parametrize("change", [edited_page, other_pages, dropped_page])
def test_what_was_shown_before_an_edit_blocks_and_a_rewrite_cures(
    change: Callable[[IncrementalPdfFileWriter], object],
) -> None:
    two = changed(lambda p: p.pages.append(p.pages[0]))
    found = fitness(incremental(two, change))
    assert "fitness.old_versions" in {finding.code for finding in found.blocking}
    assert found.way is Way.REWRITE
    assert fitness(rewrite(incremental(two, change))).findings == ()


def test_what_composition_itself_appends_does_not_block() -> None:
    assert fitness(adopt(CLEAN, enclosure(), CREATED)).fit


def born(objects: Objects | None = None) -> bytes:
    return pdf([PageSpec(text(50, 700, "Honest text"))], objects)


@pytest.mark.parametrize(
    "body",
    [
        "<< /Type /Page /MediaBox [0 0 100 100] >>",
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Annot /Subtype /Stamp /Rect [0 0 9 9] >>",
    ],
)
def test_content_of_no_page_blocks(body: str) -> None:
    assert fitness(born()).fit
    objects = Objects()
    objects.add(body)
    found = fitness(born(objects))
    assert (codes(found) - {"fitness.fonts_substituted"}, found.way) == ({"fitness.hidden_objects"}, Way.REWRITE)
    assert fitness(rewrite(born(objects))).fit


def test_drawing_of_no_page_blocks() -> None:
    objects = Objects()
    objects.stream(b"1 0 0 rg 0 0 100 100 re f")
    assert "fitness.hidden_objects" in codes(fitness(born(objects)))


def test_other_unused_data_is_but_noted() -> None:
    objects = Objects()
    objects.add("<< /Unused true >>")
    found = fitness(born(objects))
    assert "fitness.unused_objects" in codes(found)
    assert found.fit


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"%PDF-1.7", b"\n%PDF-1.7", "fitness.damaged"),
        (b"startxref\n", b"startxref\n1", "fitness.damaged"),
        (b"%%EOF\n", b"%%EOF\nsomething else", "fitness.structure"),
    ],
)
def test_files_that_readers_may_take_differently_block(old: bytes, new: bytes, code: str) -> None:
    assert code in {finding.code for finding in fitness(CLEAN.replace(old, new)).blocking}


def test_a_file_whose_next_object_would_overwrite_another_blocks() -> None:
    data = re.sub(rb"/Size \d+", b"/Size 3", CLEAN)
    found = fitness(data)
    assert {finding.code for finding in found.blocking} == {"fitness.structure"}
    assert fitness(rewrite(data)).fit


def test_a_file_that_old_and_new_readers_take_differently_blocks() -> None:
    """A hybrid-reference file (ISO 32000-1 §7.5.8.4): a table for old readers, a stream beside it for new ones."""
    at = len(CLEAN)
    stream = b"90 0 obj\n<< /Type /XRef /Size 91 /W [1 4 1] /Index [90 0] /Length 0 >>\nstream\n\nendstream\nendobj\n"
    previous = re.findall(rb"startxref\n(\d+)", CLEAN)[-1]
    identifier = re.findall(rb"/ID \[[^]]*\]", CLEAN)[-1]
    table = b"xref\n0 0\ntrailer << /Size 91 /Root 1 0 R %s /Prev %s /XRefStm %d >>\n" % (identifier, previous, at)
    hybrid = CLEAN + stream + table + b"startxref\n%d\n%%%%EOF\n" % (at + len(stream))
    assert "fitness.structure" in {finding.code for finding in fitness(hybrid).blocking}
    assert fitness(rewrite(hybrid)).fit


@pytest.mark.parametrize("data", [b"", b"no PDF", CLEAN[:500], b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_found_unreadable(data: bytes) -> None:
    found = fitness(data)
    assert found.way is Way.REFUSE or "fitness.damaged" in codes(found)
    assert not found.fit


def encrypted(user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(CLEAN)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
    return out.getvalue()


def test_encrypted_files_block() -> None:
    assert codes(fitness(encrypted("secret"))) == {"fitness.password"}
    assert fitness(encrypted("secret")).way is Way.REFUSE
    assert "fitness.encrypted" in codes(fitness(encrypted("")))
    assert fitness(encrypted("")).way is Way.FLATTEN


def test_long_documents_block() -> None:
    long = changed(lambda p: [p.pages.append(p.pages[0]) for _ in range(4)])
    assert fitness(long, max_pages=5).fit
    assert codes(fitness(long, max_pages=4)) == {"fitness.too_many_pages"}


@pytest.fixture(scope="module")
def signer() -> signers.SimpleSigner:
    return signers.SimpleSigner.load_pkcs12_data(pki.p12(), other_certs=[], passphrase=pki.PASSWORD.encode())


def sealed(data: bytes, signer: signers.Signer, name: str = "Seal1", **meta: object) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    fields.append_signature_field(writer, fields.SigFieldSpec(name))
    settings = signers.PdfSignatureMetadata(field_name=name, **meta)  # type: ignore[arg-type]
    return bytes(signers.PdfSigner(settings, signer).sign_pdf(writer).getvalue())


def test_sealed_files_are_fit_for_another_seal_and_nothing_else(signer: signers.SimpleSigner) -> None:
    data = sealed(CLEAN, signer)
    found = fitness(data)
    assert (found.fit, found.sealed) == (True, True)
    assert "fitness.sealed" in codes(found)
    assert adopt(data, None, CREATED) == data
    with pytest.raises(InputRefused, match=r"seal\.already_sealed"):
        adopt(data, enclosure(), CREATED)
    with pytest.raises(InputRefused, match=r"seal\.already_sealed"):
        rewrite(data)
    assert fitness(sealed(data, signer, "Seal2")).fit


def test_what_a_seal_covers_already_no_longer_blocks(signer: signers.SimpleSigner) -> None:
    data = sealed(changed(annotation), signer)
    assert "fitness.annotation" in codes(fitness(data))
    assert fitness(data).fit


def test_what_acts_blocks_another_seal_too_and_nothing_cures_it(signer: signers.SimpleSigner) -> None:
    data = sealed(changed(lambda p: root(p, OpenAction=JS)), signer)
    assert not fitness(data).fit
    assert fitness(data).way is Way.REFUSE


def test_a_seal_that_allows_no_change_blocks_another(signer: signers.SimpleSigner) -> None:
    final = sealed(CLEAN, signer, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    assert "fitness.locked" in codes(fitness(final))
    assert not fitness(final).fit
    assert fitness(sealed(CLEAN, signer, certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)).fit


def test_prepared_fields_do_not_block() -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(CLEAN))
    fields.append_signature_field(writer, fields.SigFieldSpec("Seal1", box=(1, 1, 9, 9)))
    out = io.BytesIO()
    writer.write(out)
    prepared = rewrite(out.getvalue())
    assert fitness(prepared).fit
    assert not fitness(prepared).sealed


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(CLEAN) - 1), st.integers(0, 255), st.booleans())
def test_damage_anywhere_is_judged_never_raised(at: int, value: int, cut: bool) -> None:
    data = CLEAN[:at] if cut else CLEAN[:at] + bytes([value]) + CLEAN[at + 1 :]
    found = fitness(data)
    assert found.fit or found.blocking
    assert not (cut and found.fit and at < len(CLEAN) - 8)


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["pdf_bad", "pdf_signed", "contracts"])
def test_real_files_are_judged(folder: str) -> None:
    if not (REAL / folder).is_dir():
        pytest.skip("the real files are not beside the project")
    for path in sorted((REAL / folder).glob("*.pdf")):
        assert fitness(path.read_bytes()).way in Way
