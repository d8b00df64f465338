"""Seals on what composition makes: found in its invisible text layer, and still PDF/A-3b."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from signing.appearance.anchor import find_anchor
from signing.appearance.company_seal import company_seal
from signing.appearance.picture import SealPicture, as_image
from signing.appearance.placement import Placement, place
from signing.appearance.riding import add_riding_seal
from signing.appearance.seal_image import picture_from_image
from signing.appearance.stamp import seal_style
from signing.composition.compose import compose
from signing.composition.conformance import conformance
from signing.composition.page import PageSource, RecognisedLine, Rotation
from tests.sample_fonts import font_dir
from tests.signing import pki
from tests.signing.rendering import by_pdfium, by_poppler, red, red_box_mm

WIDTH, HEIGHT, DPI = 827, 1169, 100
LABEL = "发包人（盖章）："
BOX = (100, 900, 340, 930)
"""Where the label stands on the scan, pixels."""


def scan(rotation: Rotation = 0) -> PageSource:
    """A scanned A4 page, ``rotation`` degrees from upright, with one recognised line."""
    image = Image.new("L", (WIDTH, HEIGHT), 235)
    ImageDraw.Draw(image).rectangle((50, 50, 777, 400), fill=120)
    x0, y0, x1, y1 = BOX
    quad = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    if rotation == 90:
        # The upload stands a quarter turn against the clock from upright.
        image = image.transpose(Image.Transpose.ROTATE_90)
        quad = tuple((y, WIDTH - x) for x, y in quad)  # type: ignore[assignment]
    out = io.BytesIO()
    image.save(out, "PNG")
    return PageSource(out.getvalue(), dpi=DPI, rotation=rotation, lines=(RecognisedLine(LABEL, quad),))


def composed(*pages: PageSource) -> bytes:
    return compose(pages, None, title="合同", created_at=datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture(scope="module", params=["vector", "image"])
def seal(request: pytest.FixtureRequest) -> SealPicture:
    font_dir()
    drawn = company_seal("江城建工集团有限公司", code_line="4201061234567")
    if request.param == "vector":
        return drawn
    out = io.BytesIO()
    as_image(drawn, 300).save(out, "PNG")
    return picture_from_image(out.getvalue(), 42)


@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("asked", ["发包人（盖章）", "发包人(盖章)"])
def test_the_words_of_a_scan_are_found(rotation: Rotation, asked: str, seal: SealPicture) -> None:
    found = find_anchor(composed(scan(rotation)), asked, seal)
    x0, y0, x1, y1 = (value / DPI * 25.4 for value in BOX)
    assert x0 < found.x + 21 < x1
    assert found.y + 21 == pytest.approx((y0 + y1) / 2, abs=2)


def test_riding_seal_and_signature_keep_the_file_pdf_a(seal: SealPicture) -> None:
    data = composed(scan(), scan(90), scan())
    already = {str(finding) for finding in conformance(data)}
    riding = add_riding_seal(data, seal)
    assert {str(finding) for finding in conformance(riding)} <= already
    placement = find_anchor(riding, LABEL, seal)
    position = place(riding, placement, seal)
    signer = signers.SimpleSigner.load_pkcs12_data(pki.p12(), [], pki.PASSWORD.encode())
    signed = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Seal", subfilter=fields.SigSeedSubFilter.PADES),
        signer,
        stamp_style=seal_style(seal, position),
        new_field_spec=fields.SigFieldSpec("Seal", box=position.rect, on_page=position.page),
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(riding)))
    sealed = signed.getvalue()
    assert {str(finding) for finding in conformance(sealed)} <= already
    for render in (by_pdfium, by_poppler):
        image = render(sealed, 2, 100)
        assert red(image.crop((0, 0, image.width - 80, image.height))).sum() > 1000
        assert red(image.crop((image.width - 50, 0, image.width, image.height))).sum() > 300


def test_a_seal_stands_where_it_was_put_on_a_scan_over_its_picture(seal: SealPicture) -> None:
    data = composed(scan(), scan())
    position = place(data, Placement(1, 30, 30), seal)
    signer = signers.SimpleSigner.load_pkcs12_data(pki.p12(), [], pki.PASSWORD.encode())
    signed = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Seal"),
        signer,
        stamp_style=seal_style(seal, position),
        new_field_spec=fields.SigFieldSpec("Seal", box=position.rect, on_page=1),
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)))
    image = by_pdfium(signed.getvalue(), 1, 150)
    assert red_box_mm(image, 150) == pytest.approx((30, 30, 72, 72), abs=0.5)
    middle = image.getpixel((round(38 / 25.4 * 150), round(60 / 25.4 * 150)))
    assert isinstance(middle, tuple)
    assert max(middle) - min(middle) < 25, "the scan shows through between the strokes"
