"""Files are known by what is in them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certlight.errors import InputRefused
from pipeline.intake.refusals import refusal, shown
from pipeline.intake.sniff import media_type, sniff


def encoded(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, form)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("WEBP", "image/webp"),
        ("PDF", "application/pdf"),
    ],
)
def test_every_accepted_format_is_known_by_content(form: str, expected: str) -> None:
    assert sniff(encoded(form), "misnamed.txt") == expected


def test_a_pdf_header_may_stand_up_to_a_kilobyte_in() -> None:
    assert media_type(b"\n" * 1000 + b"%PDF-1.7") == "application/pdf"
    assert media_type((b"\n" * 1024 + b"%PDF-1.7")[:1024]) is None


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"\x1f\x8b\x08\x00 gzip", "unpack"),
        (b"PK\x03\x04 zip", "PDF"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"GIF89a", "GIF"),
        (b"BMW is not a bitmap, it is a car", ""),
        (b"<html>", ""),
    ],
)
def test_other_formats_are_refused_and_named(data: bytes, hint: str) -> None:
    with pytest.raises(InputRefused) as refused:
        sniff(data, "scan.jpg")
    assert refused.value.code == "intake.not_a_scan"
    assert hint in refused.value.message.en
    assert refused.value.exit_code == 3


@given(st.binary(max_size=64))
def test_sniffing_never_fails_on_anything(data: bytes) -> None:
    media_type(data)


@given(st.text(max_size=200))
def test_names_cannot_put_control_characters_or_braces_into_a_message(name: str) -> None:
    message = refusal("intake.empty", name).message
    assert shown(name) in message.zh
    assert len(shown(name)) <= 80
    assert all(c.isprintable() or c.isspace() for c in message.zh)
    assert not any(c in message.zh for c in "\n\r\x1b\u202e")
