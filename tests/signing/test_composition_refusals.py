"""Composition: pictures that cannot be taken are refused in words, naming the page, whatever is wrong with them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from certlight.errors import InputRefused
from signing.composition.compose import compose
from signing.composition.page import PageSource
from tests.signing.pictures import CREATED, composed, file, picture, tiff_of

JPEG, PNG = file(picture(), "JPEG"), file(picture())


def chunked(*chunks: tuple[bytes, bytes]) -> bytes:
    written = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def grey_png(body: bytes, width: int = 4, height: int = 4) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return chunked((b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b""))


def frame_header(data: bytes) -> int:
    return data.index(b"\xff\xc0")


def with_size(data: bytes, width: int, height: int) -> bytes:
    at = frame_header(data) + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


BAD = {
    "empty": (b"", "compose.image_broken"),
    "text": (b"plainly no picture", "compose.not_an_image"),
    "pdf": (b"%PDF-1.7\n", "compose.not_an_image"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "compose.not_an_image"),
    "gif": (file(picture(), "GIF"), "compose.not_an_image"),
    "jpeg without its end": (JPEG[:-2], "compose.truncated"),
    "half a jpeg": (JPEG[: len(JPEG) // 2], "compose.truncated"),
    "jpeg header": (JPEG[:20], "compose.truncated"),
    "jpeg without scan": (JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9", "compose.truncated"),
    "jpeg of no height": (with_size(JPEG, 300, 0), "compose.truncated"),
    "jpeg of no width": (with_size(JPEG, 0, 200), "compose.truncated"),
    "jpeg of 4 gigapixels": (with_size(JPEG, 65000, 65000), "compose.too_many_pixels"),
    "jpeg of 12 bits": (JPEG.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c"), "compose.image_unsupported"),
    "lossless jpeg": (JPEG.replace(b"\xff\xc0", b"\xff\xc3"), "compose.image_unsupported"),
    "half a png": (PNG[: len(PNG) // 2], "compose.truncated"),
    "png with broken pixels": (PNG.replace(b"IDATx", b"IDATy"), "compose.truncated"),
    "png with a wrong checksum": (PNG[:-13] + bytes([PNG[-13] ^ 1]) + PNG[-12:], "compose.truncated"),
    "png with too few rows": (grey_png(b"\0abcd" * 3), "compose.truncated"),
    "png with too many rows": (grey_png(b"\0abcd" * 5), "compose.truncated"),
    "png with an unknown filter": (grey_png(b"\0abcd" * 3 + b"\x09abcd"), "compose.truncated"),
    "png bomb": (grey_png(bytes(50_000_000)), "compose.truncated"),
    "png of 4 gigapixels": (grey_png(b"", 65000, 65000), "compose.too_many_pixels"),
    "png of no size": (grey_png(b"", 0, 4), "compose.image_broken"),
    "half a tiff": (file(picture(), "TIFF")[:20000], "compose.truncated"),
    "half a webp": (file(picture(), "WEBP")[:300], "compose.image_broken"),
    "half a bmp": (file(picture(), "BMP")[:5000], "compose.truncated"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_pictures_are_refused(name: str) -> None:
    data, code = BAD[name]
    pages = [PageSource(PNG), PageSource(data)]
    with pytest.raises(InputRefused) as caught:
        compose(pages, None, title="t", created_at=CREATED)
    assert caught.value.code == code
    assert "2" in caught.value.message.zh


@pytest.mark.parametrize("frame", [1, 7])
def test_frames_that_are_not_there_are_refused(frame: int) -> None:
    for data in (JPEG, PNG):
        with pytest.raises(InputRefused, match=r"compose\.no_such_frame"):
            composed(data, frame=frame)
    two = tiff_of([picture(), picture()])
    composed(two, frame=1)
    with pytest.raises(InputRefused, match=r"compose\.no_such_frame"):
        composed(two, frame=2)


def test_a_name_means_nothing() -> None:
    """A JPEG that was called .png is a JPEG: only the bytes are looked at."""
    assert JPEG in composed(JPEG)


def test_a_jpeg_whose_thumbnail_is_whole_is_still_cut_off() -> None:
    thumbnail = file(picture(60, 40), "JPEG")
    body = b"JFXX\0\x10" + thumbnail
    whole = JPEG[:2] + b"\xff\xe0" + struct.pack(">H", len(body) + 2) + body + JPEG[2:]
    composed(whole)
    with pytest.raises(InputRefused, match=r"compose\.truncated"):
        composed(whole[:-100])


@pytest.fixture(scope="module")
def files() -> list[bytes]:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8))
    return [
        file(noise, "JPEG"),
        file(noise),
        file(noise, "TIFF", compression="tiff_lzw"),
        file(noise.convert("1"), "TIFF", compression="group4"),
        file(noise, "BMP"),
        file(noise, "WEBP", lossless=True),
    ]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 5), st.floats(0, 1), st.integers(0, 255), st.booleans())
def test_damage_anywhere_ends_in_a_page_or_a_refusal(
    files: list[bytes], which: int, where: float, value: int, cut: bool
) -> None:
    data = bytearray(files[which])
    at = int(where * (len(data) - 1))
    if cut:
        del data[at:]
    else:
        data[at] = value
    try:
        pdf = composed(bytes(data))
    except InputRefused:
        return
    assert pdf.startswith(b"%PDF-1.7")
    assert not cut or at >= len(files[which]) - 16


def test_limits_of_other_code_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(InputRefused):
        composed(file(picture(), "BMP")[:5000])


def test_a_picture_of_one_pixel_is_a_page() -> None:
    assert composed(file(Image.new("L", (1, 1), 0)))
    assert io.BytesIO(composed(file(Image.new("1", (1, 1), 0), "TIFF"))).read(4) == b"%PDF"


@pytest.mark.parametrize("wrong", [{"rotation": 45}, {"raster": (0, 100)}, {"raster": (100, -1)}])
def test_a_page_that_cannot_be_meant_is_a_mistake_of_the_caller(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PageSource(PNG, **wrong)  # type: ignore[arg-type]
