"""The riding seal: its slices make the seal again, and nothing else changes."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from certlight.errors import InputRefused, UsageError
from signing.appearance.company_seal import company_seal
from signing.appearance.picture import SealPicture, as_image
from signing.appearance.riding import NARROWEST_SLICE_MM, add_riding_seal, slices
from signing.appearance.seal_image import picture_from_image
from tests.components import require
from tests.pdf_makers import PageSpec, pdf, text
from tests.sample_fonts import font_dir
from tests.signing import pki
from tests.signing.rendering import by_pdfium, by_poppler, red
from tests.signing.seal_pages import FRAMES, framed

DPI = 200
MM = DPI / 25.4


@pytest.fixture(scope="module")
def seal() -> SealPicture:
    font_dir()
    return company_seal("辽宁建设集团有限公司", code_line="2101120034567", kind="合同专用章")


def reassembled(
    images: list[Image.Image], seal: SealPicture, side: str, middle: float, size: tuple[int, int]
) -> Image.Image:
    """The edge of each page cut out and joined from left to right."""
    joined = Image.new("RGB", size, "white")
    width = seal.width_mm / len(images)
    for k, image in enumerate(images):
        left = image.width / MM - width if side == "right" else 0
        box = [v * MM for v in (left, middle - seal.height_mm / 2, left + width, middle + seal.height_mm / 2)]
        target = round(k * size[0] / len(images)), round((k + 1) * size[0] / len(images))
        piece = image.resize((target[1] - target[0], size[1]), Image.Resampling.BILINEAR, box=tuple(box))  # type: ignore[arg-type]
        joined.paste(piece, (target[0], 0))
    return joined


def whole(seal: SealPicture) -> Image.Image:
    drawn = as_image(seal, DPI)
    ground = Image.new("RGB", drawn.size, "white")
    ground.paste(drawn, mask=drawn)
    return ground


@pytest.mark.parametrize("render", [by_pdfium, by_poppler])
@pytest.mark.parametrize("side", ["right", "left"])
def test_the_edges_side_by_side_show_the_whole_seal_on_turned_and_cropped_pages_of_many_sizes(
    render: Callable[[bytes, int, float], Image.Image], side: str, seal: SealPicture
) -> None:
    data = framed()
    made = add_riding_seal(data, seal, side=side, y_mm=60)  # type: ignore[arg-type]
    images = [render(made, page, DPI) for page in range(len(FRAMES))]
    expected = whole(seal)
    joined = reassembled(images, seal, side, 60, expected.size)
    assert (red(joined) ^ red(expected)).mean() < 0.06, "more than the rims of strokes differ"
    assert red(joined).mean() == pytest.approx(red(expected).mean(), rel=0.05)
    # Nothing of the seal anywhere else.
    drawn = sum(red(image).sum() for image in images)
    assert drawn == pytest.approx(red(expected).sum(), rel=0.06)


@pytest.mark.parametrize("count", [2, 3, 7, 21])
def test_however_many_pages_share_it(count: int, seal: SealPicture) -> None:
    made = add_riding_seal(pdf([PageSpec("")] * count), seal)
    images = [by_pdfium(made, page, DPI) for page in range(count)]
    expected = whole(seal)
    joined = reassembled(images, seal, "right", 842 / 72 * 25.4 / 2, expected.size)
    assert (red(joined) ^ red(expected)).mean() < 0.05


@given(st.integers(2, 400), st.sampled_from([20.0, 38.0, 40.0, 42.0, 45.5]))
def test_slices_are_wide_enough_and_every_group_is_a_whole_seal(count: int, width: float) -> None:
    parts = slices(range(count), width)
    assert [part.page for part in parts] == list(range(count))
    assert all((part.end - part.start) * width >= NARROWEST_SLICE_MM - 1e-9 for part in parts)
    groups: list[list[float]] = []
    for part in parts:
        if part.start == 0:
            groups.append([])
        else:
            assert part.start == pytest.approx(groups[-1][-1])
        groups[-1].append(part.end)
    assert all(group[-1] == 1 for group in groups)
    lengths = {len(group) for group in groups}
    assert max(lengths) - min(lengths) <= 1
    assert min(lengths) >= 2


def test_two_pages_of_even_a_tiny_seal_are_one_group() -> None:
    assert len(slices([0, 1], 3.0)) == 2


def test_a_long_document_bears_several_whole_seals(seal: SealPicture) -> None:
    made = add_riding_seal(pdf([PageSpec("")] * 43), seal)
    assert len(slices(range(43), 42)) == 43
    shown = [red(by_pdfium(made, page, 50)).sum() for page in (0, 13, 14, 28, 42)]
    assert all(shown)


def test_chosen_pages_only(seal: SealPicture) -> None:
    made = add_riding_seal(pdf([PageSpec("")] * 4), seal, pages=[-1, 1, 1])
    assert [bool(red(by_pdfium(made, page, 50)).any()) for page in range(4)] == [False, True, False, True]


def test_the_given_bytes_stay_and_the_cross_reference_keeps_its_form(seal: SealPicture) -> None:
    data = pdf([PageSpec(text(100, 700, "one")), PageSpec(text(100, 700, "two"))])
    made = add_riding_seal(data, seal)
    assert made.startswith(data)
    added = made[len(data) :]
    assert re.search(rb"\nxref\n", added)
    assert b"/XRef" not in added
    assert added.count(b"%%EOF") == 1
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    streamed = add_riding_seal(out.getvalue(), seal)
    assert b"/XRef" in streamed[len(out.getvalue()) :]
    for made_file in (made, streamed):
        with pikepdf.open(io.BytesIO(made_file)) as document:
            assert document.check_pdf_syntax() == []


def test_the_picture_is_stored_once(seal: SealPicture) -> None:
    made = add_riding_seal(pdf([PageSpec("")] * 10), seal)
    with pikepdf.open(io.BytesIO(made)) as document:
        forms = {page.obj.Resources.XObject["/RidingSeal"].objgen for page in document.pages}
    assert len(forms) == 1


def test_what_stood_on_the_pages_still_stands(seal: SealPicture) -> None:
    data = framed_with_words()
    made = add_riding_seal(data, seal, y_mm=200)
    for page in range(2):
        before, after = (np.asarray(by_pdfium(each, page, 60)).astype(int) for each in (data, made))
        changed = np.abs(before - after).max(axis=2) > 40
        columns = np.flatnonzero(changed.any(axis=0))
        assert columns.min() > before.shape[1] - 24 / 25.4 * 60


def framed_with_words() -> bytes:
    return pdf([PageSpec(text(100, 700, "one")), PageSpec(text(100, 600, "two"))])


@pytest.mark.parametrize(
    "content",
    [
        "q 0.1 0 0 0.1 300 300 cm q 1 0 0 1 50 50 cm",  # left open
        "Q Q 1 0 0 1 200 200 cm 0 g",  # closed too often
        "q Q Q 3 0 0 3 0 0 cm q q",
        "",
    ],
)
def test_untidy_content_does_not_move_the_seal(content: str, seal: SealPicture) -> None:
    expected = by_pdfium(add_riding_seal(pdf([PageSpec("")] * 2), seal), 0, 60)
    made = add_riding_seal(pdf([PageSpec(content)] * 2), seal)
    assert red(expected).any()
    assert (red(by_pdfium(made, 0, 60)) ^ red(expected)).mean() < 0.002


def test_shared_inherited_and_absent_page_parts(seal: SealPicture) -> None:
    with pikepdf.new() as document:
        for _ in range(3):
            document.add_blank_page(page_size=(595, 842))
        tree = document.Root.Pages
        shared = document.make_indirect(pikepdf.Dictionary(XObject=pikepdf.Dictionary()))
        tree.Resources, tree.MediaBox, tree.Rotate = shared, pikepdf.Array([0, 0, 595, 842]), 90
        for page in document.pages:
            for key in ("/Resources", "/MediaBox", "/Contents"):
                if key in page.obj:
                    del page.obj[key]
        document.pages[1].obj.Contents = pikepdf.Array([document.make_stream(b"q"), document.make_stream(b"Q")])
        document.pages[2].obj.Contents = document.make_indirect(pikepdf.Array([document.make_stream(b"0 g")]))
        out = io.BytesIO()
        document.save(out)
    made = add_riding_seal(out.getvalue(), seal)
    images = [by_pdfium(made, page, DPI) for page in range(3)]
    assert images[0].width > images[0].height, "turned"
    expected = whole(seal)
    joined = reassembled(images, seal, "right", 595 / 72 * 25.4 / 2, expected.size)
    assert (red(joined) ^ red(expected)).mean() < 0.05


def test_a_name_already_taken_is_left_alone(seal: SealPicture) -> None:
    made = add_riding_seal(add_riding_seal(framed_with_words(), seal, y_mm=50), seal, y_mm=150)
    image = by_pdfium(made, 0, 60)
    rows = np.flatnonzero(red(image).any(axis=1)) / 60 * 25.4
    assert ((rows > 29) & (rows < 71)).any()
    assert ((rows > 129) & (rows < 171)).any()


def test_a_photographed_seal_rides_as_well(seal: SealPicture) -> None:
    out = io.BytesIO()
    whole(seal).save(out, "PNG")
    made = add_riding_seal(framed_with_words(), picture_from_image(out.getvalue(), 42))
    assert red(by_pdfium(made, 1, 60)).any()


def test_pdf_a_metadata_stays_untouched_and_no_transparency_enters(seal: SealPicture) -> None:
    with pikepdf.open(io.BytesIO(framed_with_words())) as document:
        with document.open_metadata() as meta:
            meta["pdfaid:part"], meta["pdfaid:conformance"] = "3", "B"
        out = io.BytesIO()
        document.save(out)
    data = out.getvalue()
    made = add_riding_seal(data, seal)
    with pikepdf.open(io.BytesIO(data)) as old, pikepdf.open(io.BytesIO(made)) as new:
        assert old.Root.Metadata.read_bytes() == new.Root.Metadata.read_bytes()
        form = new.pages[0].obj.Resources.XObject["/RidingSeal"]
        assert str(form.Resources.ColorSpace.DefaultRGB[0]) == "/CalRGB"
    for word in (b"/SMask", b"/ExtGState", b"/CA ", b"/ca ", b"/BM", b"/ModDate"):
        assert word not in made[len(data) :]


def test_after_a_seal_it_is_refused(seal: SealPicture) -> None:
    signer = signers.SimpleSigner.load_pkcs12_data(pki.p12(), [], pki.PASSWORD.encode())
    writer = IncrementalPdfFileWriter(io.BytesIO(framed_with_words()))
    sealed = signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name="S"), signer).getvalue()
    stripped = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed)) as document:
        value = document.Root.AcroForm.Fields[0].V
        del document.Root["/AcroForm"]
        document.Root.Hidden = value
        del document.pages[0].obj["/Annots"]
        document.save(stripped)
    for each in (sealed, stripped.getvalue()):
        with pytest.raises(UsageError) as refusal:
            add_riding_seal(each, seal)
        assert refusal.value.code == "seal.riding_after_seal"


def test_prepared_fields_do_not_hinder(seal: SealPicture) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(framed_with_words()))
    append_signature_field(writer, SigFieldSpec("Party", box=(50, 50, 150, 150)))
    out = io.BytesIO()
    writer.write(out)
    assert red(by_pdfium(add_riding_seal(out.getvalue(), seal), 1, 50)).any()


def test_poppler_finds_nothing_to_complain_about(seal: SealPicture) -> None:
    made = add_riding_seal(framed(), seal, y_mm=60)
    tool = require("pdftoppm")
    done = subprocess.run([tool, "-r", "20", "-"], input=made, capture_output=True, check=True, timeout=60)
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("pages", "options", "code"),
    [
        (1, {}, "seal.riding_single_page"),
        (3, {"pages": [1]}, "seal.riding_single_page"),
        (3, {"pages": []}, "seal.riding_single_page"),
        (3, {"pages": [0, 9]}, "seal.place_page"),
        (3, {"y_mm": 5.0}, "seal.riding_outside"),
        (3, {"y_mm": 290.0}, "seal.riding_outside"),
        (3, {"y_mm": float("nan")}, "seal.riding_outside"),
    ],
)
def test_what_makes_no_riding_seal_is_refused(
    pages: int, options: dict[str, object], code: str, seal: SealPicture
) -> None:
    with pytest.raises(UsageError) as refusal:
        add_riding_seal(pdf([PageSpec("")] * pages), seal, **options)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_damaged_and_encrypted_files_are_refused(seal: SealPicture) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(framed_with_words())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="x", user=""))
    for each in (b"", b"%PDF-1.7 junk", out.getvalue()):
        with pytest.raises(InputRefused) as refusal:
            add_riding_seal(each, seal)
        assert refusal.value.code == "seal.pdf_unreadable"
