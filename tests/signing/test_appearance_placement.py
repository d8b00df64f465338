"""Where seals come to stand: what a person says, and what both renderers show."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certlight.errors import InputRefused, UsageError
from signing.appearance.company_seal import company_seal
from signing.appearance.ink import SEAL_RED, Ink
from signing.appearance.page_frame import PageFrame
from signing.appearance.picture import SealPicture, as_image, one_page
from signing.appearance.placement import Placement, Position, parse_at, place
from signing.appearance.stamp import appearance_stream, seal_style
from tests.pdf_makers import PageSpec, pdf
from tests.sample_fonts import font_dir
from tests.signing import pki
from tests.signing.rendering import by_pdfium, by_poppler, red, red_box_mm
from tests.signing.seal_pages import FRAMES, framed

DPI = 100


def arrow() -> SealPicture:
    """A picture twice as wide as high whose every turn and mirror image looks different: an L lying on its back."""
    ink = Ink(SEAL_RED)
    ink.polygon([(0, 0), (40, 0), (40, 5), (5, 5), (5, 20), (0, 20)])
    return one_page(ink.content(), 40, 20, {})


@pytest.fixture(scope="module")
def signer() -> signers.SimpleSigner:
    loaded = signers.SimpleSigner.load_pkcs12_data(pki.p12(), [], pki.PASSWORD.encode())
    assert loaded is not None
    return loaded


def sealed(data: bytes, picture: SealPicture, position: Position, signer: signers.SimpleSigner) -> bytes:
    """As a sealing engine would."""
    made = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Seal"),
        signer,
        stamp_style=seal_style(picture, position),
        new_field_spec=fields.SigFieldSpec("Seal", box=position.rect, on_page=position.page),
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)))
    return made.getvalue()


@pytest.mark.parametrize("page", range(len(FRAMES)))
@pytest.mark.parametrize("render", [by_pdfium, by_poppler])
def test_a_signature_shows_the_picture_upright_where_it_was_put(
    page: int, render: Callable[[bytes, int, float], Image.Image], signer: signers.SimpleSigner
) -> None:
    picture = arrow()
    data = framed()
    position = place(data, Placement(page, 30, 25, 50), picture)
    image = render(sealed(data, picture, position, signer), page, DPI)
    assert red_box_mm(image, DPI) == pytest.approx((30, 25, 80, 50), abs=0.4)
    scale = DPI / 25.4
    shown = image.crop([round(v * scale) for v in (30, 25, 80, 50)])
    expected = Image.new("RGB", shown.size, "white")
    drawn = as_image(picture, DPI).resize(shown.size)
    expected.paste(drawn, mask=drawn)
    assert (red(shown) ^ red(expected)).mean() < 0.03


def test_a_signed_widget_has_nothing_but_the_picture(signer: signers.SimpleSigner) -> None:
    font_dir()
    seal = company_seal("沈阳建工有限公司")
    data = framed()
    position = place(data, Placement(0, 50, 60), seal)
    image = by_pdfium(sealed(data, seal, position, signer), 0, 300)
    box = [round(v / 25.4 * 300) for v in (50, 60, 92, 102)]
    shown = red(image.crop(box))
    expected = np.asarray(as_image(seal, 300).resize(image.crop(box).size))[..., 3] > 100
    assert (shown ^ expected).mean() < 0.02
    assert red(image).sum() == shown.sum()
    assert not (np.asarray(image.convert("L")) < 50).any(), "no text, no border"


def test_pyhanko_accepts_its_own_signature_with_our_appearance(signer: signers.SimpleSigner) -> None:
    data = framed()
    signed = sealed(data, arrow(), place(data, Placement(2, 10, 10), arrow()), signer)
    assert signed.startswith(data)
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    status = validate_pdf_signature(PdfFileReader(io.BytesIO(signed)).embedded_signatures[0], context)
    assert status.intact
    assert status.valid


def test_in_a_box_of_other_proportions_the_picture_is_centred_not_stretched(signer: signers.SimpleSigner) -> None:
    frame = PageFrame((0, 0, 595, 842), 0, 1)
    position = Position(0, frame.rect(20, 20, 40, 40))
    image = by_pdfium(sealed(framed(), arrow(), position, signer), 0, DPI)
    assert red_box_mm(image, DPI) == pytest.approx((20, 30, 60, 50), abs=0.4)


def test_the_appearance_can_stand_alone() -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(framed()))
    position = Position(0, (10, 10, 90, 50))
    stream = appearance_stream(writer, arrow(), position).get_object()
    assert [float(v) for v in stream["/BBox"]] == [0, 0, 80, 40]
    assert "/Matrix" not in stream


def test_user_units_count() -> None:
    body = pdf([PageSpec("")]).replace(b"/Rotate 0", b"/UserUnit 2.0")
    position = place(body, Placement(0, 0, 0, 50.8), arrow())
    left, bottom, right, top = position.rect
    assert (left, top) == (0, 842)
    assert (right - left, top - bottom) == pytest.approx((72, 36))


def test_negative_pages_count_from_the_end() -> None:
    assert place(framed(), Placement(-1, 5, 5), arrow()).page == len(FRAMES) - 1
    assert place(framed(), Placement(-len(FRAMES), 5, 5), arrow()).page == 0


@given(
    st.sampled_from([0, 90, 180, 270]),
    st.tuples(*[st.floats(-500, 500)] * 2),
    st.tuples(*[st.floats(100, 2000)] * 2),
    st.floats(0.5, 4),
    st.tuples(*[st.floats(0, 300)] * 2),
)
def test_display_and_user_space_are_inverse(
    rotation: int,
    origin: tuple[float, float],
    size: tuple[float, float],
    unit: float,
    point: tuple[float, float],
) -> None:
    frame = PageFrame((*origin, origin[0] + size[0], origin[1] + size[1]), rotation, unit)
    assert frame.to_displayed(*frame.to_user(*point)) == pytest.approx(point, abs=1e-6)
    left, bottom, right, top = frame.rect(0, 0, frame.width_mm, frame.height_mm)
    assert (left, bottom, right, top) == pytest.approx(frame.crop, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "placement"),
    [
        ("-1,120,200,42", Placement(-1, 120, 200, 42)),
        ("0, 10.5 ,20", Placement(0, 10.5, 20)),
        ("2，30，40，20", Placement(2, 30, 40, 20)),
    ],
)
def test_at_is_read_as_written(text: str, placement: Placement) -> None:
    assert parse_at(text) == placement


@pytest.mark.parametrize("text", ["", "1,2", "1,2,3,4,5", "1.5,2,3", "a,1,2", "0,nan,1", "0,1,inf", "0,,1", "0 1 2"])
def test_at_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_at(text)
    assert refusal.value.code == "seal.place_malformed"


@pytest.mark.parametrize(
    ("placement", "code"),
    [
        (Placement(5, 1, 1), "seal.place_page"),
        (Placement(-6, 1, 1), "seal.place_page"),
        (Placement(0, -1, 1), "seal.place_outside"),
        (Placement(0, 171, 1), "seal.place_outside"),
        (Placement(0, 1, 278), "seal.place_outside"),
        (Placement(0, 1, 1, 0), "seal.place_size"),
        (Placement(0, 1, 1, -5), "seal.place_size"),
        (Placement(0, 1, 1, 1000), "seal.place_size"),
        (Placement(0, math.nan, 1), "seal.place_malformed"),
        (Placement(0, 1, 1, math.inf), "seal.place_malformed"),
    ],
)
def test_a_place_without_sense_is_refused(placement: Placement, code: str) -> None:
    with pytest.raises(UsageError) as refusal:
        place(framed(), placement, arrow())
    assert refusal.value.code == code


def test_a_seal_may_be_flush_with_the_edges() -> None:
    placed = place(framed(), Placement(0, 0, 0), arrow())
    assert placed.rect[0] == 0
    width = 595 / 72 * 25.4
    assert place(framed(), Placement(0, width - 40, 10), arrow()).rect[2] == pytest.approx(595)


@pytest.mark.parametrize("data", [b"", b"no pdf", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(InputRefused) as refusal:
        place(data, Placement(0, 1, 1), arrow())
    assert refusal.value.code == "seal.pdf_unreadable"
