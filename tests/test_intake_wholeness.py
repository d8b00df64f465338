"""Images whose end is missing are told apart from whole ones, wherever they were cut."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from pipeline.intake.sniff import media_type
from pipeline.intake.wholeness import cut_off


def image(kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((120, 90), 60).save(out, kind, **more)
    return out.getvalue()


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("JPEG", {"restart_marker_blocks": 1}),
    ("PNG", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
]


@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_every_cut_is_told_and_what_is_whole_is_not(kind: str, more: dict[str, Any]) -> None:
    whole = image(kind, **more)
    told = media_type(whole)
    assert told is not None
    assert not cut_off(whole, told)
    # Cameras and editors put things behind the end.
    assert not cut_off(whole + b"behind the end", told)
    for length in range(16, len(whole) - 1, 37):
        assert cut_off(whole[:length], told), length
    assert cut_off(whole[:-1], told)


def test_a_thumbnails_end_is_not_the_images() -> None:
    small = image("JPEG")
    exif = b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small
    whole = small[:2] + exif + small[2:]
    assert not cut_off(whole, "image/jpeg")
    assert cut_off(whole[:-200], "image/jpeg")


def test_other_formats_and_other_builds_are_left_to_those_who_draw() -> None:
    assert not cut_off(image("TIFF")[:-100], "image/tiff")
    assert not cut_off(image("BMP")[:-100], "image/bmp")
    assert not cut_off(b"\xff\xd8\xff\xe0\x00\x04xxNOT A MARKER", "image/jpeg")
