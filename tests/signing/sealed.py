"""What sealing tests share: papers to seal, keys to seal them with, and two judges nobody here wrote."""

from __future__ import annotations

import functools
import io
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pikepdf
import pypdfium2
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from signing.appearance.picture import SealPicture, one_page
from signing.appearance.placement import Placement
from signing.keys.file_key import FileKey
from signing.keys.key import SealKey
from signing.keys.key_files import open_p12
from signing.keys.tokens import open_token
from signing.trust.material import TrustMaterial
from signing.validation.indication import Indication
from signing.validation.policy import ValidationPolicy
from signing.validation.validate import validate
from tests.components import require
from tests.signing import pki, soft_token

AT: Final = pki.NOW
HERE: Final = Placement(0, 120, 200, 42)
BY_ENDESIVE: Final = "endesive"
BY_PYHANKO: Final = "pyhanko"


@functools.cache
def picture() -> SealPicture:
    """A red disc with a white hole off its centre, so that turning it shows: needs no font."""
    red = b"0.8 0.1 0.1 rg 0 0 119.0551 119.0551 re 80 80 30 30 re f*"
    return one_page(red, 42, 42, {})


@functools.cache
def paper(pages: int = 1, *, streams: bool = False, inherited: bool = False, rotate: int = 0) -> bytes:
    """A document to seal; ``streams``: with object and cross-reference streams; ``inherited``: its pages have their
    box and resources from the node above."""
    pdf = pikepdf.new()
    for number in range(pages):
        pdf.add_blank_page(page_size=(595.276, 841.89))
        page = pdf.pages[number].obj
        page.Contents = pdf.make_stream(f"0.2 g 60 700 {100 + number} 2 re f".encode())
        if rotate:
            page.Rotate = rotate
        if inherited:
            del page.MediaBox
            del page.Resources
    if inherited:
        pdf.Root.Pages.MediaBox = pikepdf.Array([0, 0, 595, 842])
        pdf.Root.Pages.Resources = pikepdf.Dictionary(ProcSet=pikepdf.Array([pikepdf.Name.PDF]))
    mode = pikepdf.ObjectStreamMode.generate if streams else pikepdf.ObjectStreamMode.disable
    return saved(pdf, mode)


def saved(pdf: pikepdf.Pdf, mode: pikepdf.ObjectStreamMode = pikepdf.ObjectStreamMode.disable) -> bytes:
    """The document as written by qpdf, always with the same bytes."""
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=mode, deterministic_id=True)
    return out.getvalue()


@functools.cache
def p12(label: str = "company") -> FileKey:
    """The key of a certificate of the test PKI, out of a file."""
    return open_p12(pki.p12(label), pki.PASSWORD)


@contextmanager
def key(kind: str) -> Iterator[SealKey]:
    """``p12``, ``p12-other``, ``p12-ec``, ``token-rsa`` or ``token-ec``."""
    if kind.startswith("token"):
        label = soft_token.RSA if kind == "token-rsa" else soft_token.EC
        with open_token(soft_token.uri(label), lambda _: soft_token.PIN) as token:
            yield token
    else:
        yield p12({"p12": "company", "p12-other": "other", "p12-ec": "company-ec"}[kind])


material = functools.cache(pki.material)
"""Trust in the test root; cached, because every list in it is signed anew."""


class Authority:
    """A time-stamping authority of the test PKI; counts what it is asked."""

    def __init__(self, at: datetime = AT, label: str = "tsa", of: str = "test") -> None:
        self.at, self.label, self.of = at, label, of
        self.asked = 0

    def timestamp(self, request_der: bytes) -> bytes:
        self.asked += 1
        return pki.timestamp_response(request_der, self.at, self.label, self.of)


def reader(pdf: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(pdf))


def maker(pdf: bytes, field: str) -> str:
    """Which library wrote the seal in ``field``: ours through pyHanko name a revision of the program."""
    value = next(each for each in reader(pdf).embedded_signatures if each.field_name == field).sig_object
    return BY_PYHANKO if "/REx" in value["/Prop_Build"]["/App"] else BY_ENDESIVE


def judge(pdf: bytes, seals: int, *, trust: TrustMaterial | None = None, at: datetime = AT) -> None:
    """Every one of ``seals`` is accepted by pyHanko (revocation required, changes reviewed), by poppler, and by our own
    validation."""
    statuses = [validate_pdf_signature(each, context(trust, at)) for each in reader(pdf).embedded_regular_signatures]
    assert len(statuses) == seals
    for status in statuses:
        assert status.bottom_line, status.summary()
        assert status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    for each in reader(pdf).embedded_timestamp_signatures:
        status = validate_pdf_timestamp(each, context(trust, at))
        assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert pdfsig(pdf).count("Signature is Valid.") == seals
    report = validate(pdf, ValidationPolicy(trust or material(at), at))
    assert report.indication is Indication.TOTAL_PASSED, [*report.findings, *(s.findings for s in report.signatures)]


def context(trust: TrustMaterial | None, at: datetime) -> ValidationContext:
    trust = trust or material(at)
    return ValidationContext(
        trust_roots=[anchor.certificate.asn1 for anchor in trust.anchors],
        other_certs=[certificate.asn1 for certificate in trust.intermediates],
        crls=list(trust.crls),
        ocsps=list(trust.ocsps),
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
    )


def pdfsig(pdf: bytes) -> str:
    """What poppler says of the file."""
    program = require("pdfsig")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sealed.pdf")
        path.write_bytes(pdf)
        return subprocess.run([program, "-nocert", path], capture_output=True, text=True).stdout


def signer_info(pdf: bytes, index: int = 0) -> Any:
    return list(reader(pdf).embedded_regular_signatures)[index].signer_info


def attribute_types(attributes: Any) -> set[str]:
    return {item["type"].native for item in attributes or ()}


def rendered(pdf: bytes, page: int = 0) -> Image.Image:
    """The page as pdfium shows it, 72 dpi, annotations included."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        image: Image.Image = document[page].render(scale=1).to_pil().convert("RGB")
        return image


def red_box(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The box of what is red, in pixels."""
    red, green, _ = image.split()
    mask = Image.eval(red, lambda v: 255 if v > 150 else 0)
    mask = Image.composite(mask, Image.new("L", image.size), Image.eval(green, lambda v: 255 if v < 100 else 0))
    return mask.getbbox()
