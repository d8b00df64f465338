"""Whatever happens to the bytes on their way, intake reads or refuses."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from certlight.errors import InputRefused
from pipeline.intake.intake import take
from pipeline.intake.limits import Limits
from tests.pdf_makers import Objects, PageSpec, pdf, picture, text

NOISE = np.random.default_rng(11).integers(0, 255, (24, 24, 3), dtype=np.uint8)
FORMS = ["JPEG", "PNG", "TIFF", "BMP", "WEBP"]


def encoded(form: str) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(NOISE).save(out, form, dpi=(300, 300), exif=exif.tobytes())
    return out.getvalue()


def small_pdf() -> bytes:
    objects = Objects()
    number = picture(objects, 24, 24, NOISE[:, :, 0].tobytes())
    page = PageSpec(text(20, 60, "fuzz 123") + "q 50 0 0 50 100 10 cm /P Do Q", media=(0, 0, 200, 100))
    return pdf([page], objects, pictures=f"/P {number} 0 R")


SOURCES = {form: encoded(form) for form in FORMS}
PDF = small_pdf()

damage = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12)


def damaged(data: bytes, flips: list[tuple[float, int]], keep: float) -> bytes:
    out = bytearray(data)
    for where, value in flips:
        out[int(where * len(out))] = value
    return bytes(out[: max(1, round(len(out) * keep))])


def survives(data: bytes) -> None:
    """Any exception but a whole InputRefused fails the test."""
    try:
        with take([("fuzz", data)], Limits(max_pixels=4_000_000, raster_pixels=1_000_000)) as document:
            pages = [page.image for page in document.pages()]
    except InputRefused as refused:
        said = refused
    else:
        assert pages
        assert all(p.dtype == np.uint8 and p.ndim == 3 and 0 < p.size <= 12_000_000 for p in pages)
        return
    assert said.code.startswith("intake.")
    assert said.message.zh
    assert said.message.en


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=150, deadline=None)
@given(flips=damage, keep=st.one_of(st.just(1.0), st.floats(0, 1)))
def test_damaged_images(form: str, flips: list[tuple[float, int]], keep: float) -> None:
    survives(damaged(SOURCES[form], flips, keep))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flips=damage, keep=st.one_of(st.just(1.0), st.floats(0, 1)))
def test_damaged_pdfs(flips: list[tuple[float, int]], keep: float) -> None:
    survives(damaged(PDF, flips, keep))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([b"", *(data[:16] for data in SOURCES.values())]), st.binary(max_size=200))
def test_headers_with_nothing_sensible_behind(head: bytes, rest: bytes) -> None:
    survives(head + rest)
