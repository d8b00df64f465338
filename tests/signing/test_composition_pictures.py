"""Composition: what was uploaded is what the page shows, upright, in its size, and in its own bytes."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, TiffImagePlugin

from signing.composition import cmyk_profile, profiles
from signing.composition.compose import compose
from signing.composition.conformance import conformance
from signing.composition.page import PageSource
from tests.signing.pictures import (
    CREATED,
    composed,
    difference,
    file,
    in_pdfium,
    in_poppler,
    picture,
    shown,
    tiff_of,
)

DPI = 150.0


def image_of(pdf: bytes) -> dict[str, Any]:
    """What the dictionary of the only picture says, and its stream."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found = opened.pages[0].Resources.XObject.Im0
        space = found.ColorSpace
        return {
            "filter": str(found.Filter),
            "space": str(space[0]) if isinstance(space, pikepdf.Array) else str(space),
            "bits": int(found.BitsPerComponent),
            "stream": found.read_raw_bytes(),
            "decode": [int(value) for value in found.get("/Decode", [])],
            "parms": dict(found.get("/DecodeParms", {}).items()),
        }


def deep(*channels: int) -> bytes:
    """A PNG of 16 bits a channel."""
    grey = np.asarray(picture().convert("L"), dtype=np.uint16) * 257
    rows = grey[:, :, None].repeat(len(channels), 2) // np.array(channels) if channels else grey[:, :, None]
    body = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", 300, 200, 16, 2 if channels else 0, 0, 0, 0)
    return png_file([(b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b"")])


def png_file(chunks: list[tuple[bytes, bytes]]) -> bytes:
    written = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def interlaced() -> bytes:
    """Pillow writes no Adam7."""
    pixels = np.asarray(picture())
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    body = b"".join(b"\0" + row.tobytes() for x, y, dx, dy in passes for row in pixels[y::dy, x::dx])
    header = struct.pack(">IIBBBBB", 300, 200, 8, 2, 0, 0, 1)
    return png_file([(b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b"")])


def with_alpha() -> Image.Image:
    image = picture().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


P, L, ONE = picture().quantize(16), picture().convert("L"), picture().convert("1", dither=Image.Dither.NONE)
CMYK = picture().convert("CMYK")
TWELVE = Image.fromarray(np.asarray(L, dtype=np.uint16) * 16)

# name: file, filter, colour space, bits, how far pixels may be off
KINDS: dict[str, tuple[bytes, str, str, int, int]] = {
    "png rgb": (file(picture()), "/FlateDecode", "/DeviceRGB", 8, 0),
    "png grey": (file(L), "/FlateDecode", "/DeviceGray", 8, 0),
    "png bilevel": (file(ONE), "/FlateDecode", "/DeviceGray", 1, 0),
    "png palette": (file(P), "/FlateDecode", "/Indexed", 4, 0),
    "png alpha": (file(with_alpha()), "/FlateDecode", "/DeviceRGB", 8, 0),
    "png opaque alpha": (file(picture().convert("RGBA")), "/FlateDecode", "/DeviceRGB", 8, 0),
    "png transparent colour": (file(picture(), transparency=(20, 160, 20)), "/FlateDecode", "/DeviceRGB", 8, 0),
    "png interlaced": (interlaced(), "/FlateDecode", "/DeviceRGB", 8, 0),
    "png 16 grey": (deep(), "/FlateDecode", "/DeviceGray", 16, 1),
    "png 16 rgb": (deep(1, 2, 3), "/FlateDecode", "/DeviceRGB", 16, 1),
    "jpeg": (file(picture(), "JPEG", quality=95), "/DCTDecode", "/DeviceRGB", 8, 3),
    "jpeg grey": (file(L, "JPEG"), "/DCTDecode", "/DeviceGray", 8, 3),
    "jpeg progressive": (file(picture(), "JPEG", progressive=True), "/DCTDecode", "/DeviceRGB", 8, 3),
    "jpeg rgb": (file(picture(), "JPEG", keep_rgb=True), "/DCTDecode", "/DeviceRGB", 8, 3),
    "jpeg cmyk": (file(CMYK, "JPEG", quality=95), "/DCTDecode", "/ICCBased", 8, 6),
    "tiff g4": (file(ONE, "TIFF", compression="group4"), "/CCITTFaxDecode", "/DeviceGray", 1, 0),
    "tiff g3": (file(ONE, "TIFF", compression="group3"), "/CCITTFaxDecode", "/DeviceGray", 1, 0),
    "tiff lzw": (file(picture(), "TIFF", compression="tiff_lzw"), "/FlateDecode", "/DeviceRGB", 8, 0),
    "tiff jpeg": (file(picture(), "TIFF", compression="jpeg"), "/FlateDecode", "/DeviceRGB", 8, 0),
    "tiff cmyk": (file(CMYK, "TIFF"), "/FlateDecode", "/ICCBased", 8, 6),
    "tiff lab": (file(picture().convert("LAB"), "TIFF"), "/FlateDecode", "/DeviceRGB", 8, 0),
    "bmp": (file(picture(), "BMP"), "/FlateDecode", "/DeviceRGB", 8, 0),
    "bmp palette": (file(P, "BMP"), "/FlateDecode", "/Indexed", 4, 0),
    "bmp bilevel": (file(ONE, "BMP"), "/CCITTFaxDecode", "/DeviceGray", 1, 0),
    "webp": (file(picture(), "WEBP", lossless=True), "/FlateDecode", "/DeviceRGB", 8, 0),
    "webp alpha": (file(with_alpha(), "WEBP", lossless=True, exact=True), "/FlateDecode", "/DeviceRGB", 8, 0),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_is_shown_as_it_is(kind: str) -> None:
    data, filtered, space, bits, off = KINDS[kind]
    pdf = composed(data, dpi=DPI)
    assert conformance(pdf) == ()
    image = image_of(pdf)
    assert (image["filter"], image["space"], image["bits"]) == (filtered, space, bits)
    wanted = np.asarray(shown(data))
    if "16" in kind:  # Pillow reads the high bytes only where there are three
        wanted = np.asarray(shown(file(L))) if kind == "png 16 grey" else wanted
    seen = in_pdfium(pdf, DPI)
    assert seen.shape == wanted.shape
    assert int(np.abs(seen.astype(int) - wanted).max()) <= off
    assert difference(in_poppler(pdf, DPI), wanted) < 4


@pytest.mark.parametrize("kind", ["jpeg", "jpeg grey", "jpeg progressive", "jpeg cmyk"])
def test_jpeg_bytes_stay_as_they_are(kind: str) -> None:
    data = KINDS[kind][0]
    assert image_of(composed(data))["stream"] == data


def test_bytes_behind_a_jpeg_stay_too() -> None:
    data = file(picture(), "JPEG") + b"appended by the camera"
    pdf = composed(data, dpi=DPI)
    assert image_of(pdf)["stream"] == data
    assert difference(in_poppler(pdf, DPI), np.asarray(shown(data))) < 4


def test_compressed_pixels_of_a_png_stay_as_they_are() -> None:
    data = file(picture())
    assert image_of(composed(data))["stream"] in data


def test_an_index_beyond_the_palette_is_black_in_every_viewer() -> None:
    header = struct.pack(">IIBBBBB", 4, 4, 8, 3, 0, 0, 0)
    rows = zlib.compress(b"\0\0\1\2\xc8" * 4)
    palette = bytes((255, 0, 0, 0, 255, 0, 0, 0, 255))
    data = png_file([(b"IHDR", header), (b"PLTE", palette), (b"IDAT", rows), (b"IEND", b"")])
    with pikepdf.open(io.BytesIO(composed(data))) as opened:
        _, _, highest, colours = opened.pages[0].Resources.XObject.Im0.ColorSpace
        assert highest == 255
        assert bytes(colours) == palette.ljust(768, b"\0")


def test_ink_counts_downwards_in_cmyk_jpegs() -> None:
    assert image_of(composed(KINDS["jpeg cmyk"][0]))["decode"] == [1, 0] * 4
    assert image_of(composed(KINDS["tiff cmyk"][0]))["decode"] == []


def test_a_jpeg_of_red_green_and_blue_says_so() -> None:
    data = KINDS["jpeg rgb"][0]
    assert image_of(composed(data))["parms"] == {}  # Adobe's marker in it tells
    at = data.index(b"\xff\xee")
    data = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]
    pdf = composed(data, dpi=DPI)
    assert image_of(pdf)["parms"] == {"/ColorTransform": 0}
    assert difference(in_pdfium(pdf, DPI), np.asarray(picture())) < 1.5
    assert difference(in_poppler(pdf, DPI), np.asarray(picture())) < 4


def test_greys_of_twelve_bits_are_not_nearly_black() -> None:
    seen = in_pdfium(composed(file(TWELVE, "TIFF"), dpi=DPI), DPI)
    assert int(np.abs(seen.astype(int) - np.asarray(L)[:, :, None]).max()) <= 2


def test_sixteen_bits_of_colour_in_a_tiff_are_kept() -> None:
    cv2 = pytest.importorskip("cv2")
    samples = np.arange(40 * 30 * 3, dtype=np.uint16).reshape(30, 40, 3) * 18
    pdf = composed(cv2.imencode(".tif", samples[:, :, ::-1])[1].tobytes())
    image = image_of(pdf)
    assert image["bits"] == 16
    assert np.array_equal(np.frombuffer(zlib.decompress(image["stream"]), ">u2").reshape(30, 40, 3), samples)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_pages_stand_as_their_orientation_says(kind: str, orientation: int) -> None:
    options = {"PNG": {}, "JPEG": {"quality": 95}, "TIFF": {}, "WEBP": {"lossless": True}}[kind]
    data = file(picture(), kind, orientation, **options)
    pdf = composed(data, dpi=DPI)
    wanted = np.asarray(shown(data))
    assert difference(in_pdfium(pdf, DPI), wanted) < 1.5
    if kind == "JPEG":
        assert image_of(pdf)["stream"] == data
        assert difference(in_poppler(pdf, DPI), wanted) < 4


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_pipelines_turn_comes_after_the_files_own(rotation: int, orientation: int) -> None:
    data = file(picture(), "JPEG", orientation, quality=95)
    pdf = composed(data, dpi=DPI, rotation=rotation)
    wanted = np.asarray(shown(data, rotation))
    assert difference(in_pdfium(pdf, DPI), wanted) < 1.5
    assert difference(in_poppler(pdf, DPI), wanted) < 4
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert "/Rotate" not in opened.pages[0]


def sides(pdf: bytes) -> tuple[float, float]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        _, _, width, height = opened.pages[0].MediaBox
        return float(width), float(height)


A4_300, A4 = (2480, 3508), pytest.approx((595.28, 841.89), abs=0.5)


@pytest.mark.parametrize(
    ("size", "stated", "given", "points"),
    [
        (A4_300, (300, 300), None, A4),
        (A4_300, (72, 72), 300.0, A4),  # the caller knows better
        (A4_300, None, None, A4),  # the shape of A4
        (A4_300, (72, 72), None, A4),  # nobody's paper is 1.2 m long
        ((595, 842), (72, 72), None, (595, 842)),  # drawn at 72
        ((1728, 1100), (204, 98), None, (pytest.approx(609.88, abs=0.1), pytest.approx(808.16, abs=0.1))),  # a fax
        ((400, 200), None, None, (144, 72)),  # 200 dpi where nothing is known
        ((4000, 3000), None, None, (pytest.approx(841.89, abs=0.1), pytest.approx(631.42, abs=0.1))),  # a camera
        ((400, 200), (5, 5), None, (144, 72)),  # not credible
        ((3000, 10), None, 10.0, (14_400, 48)),  # no longer than a PDF/A page may be
        ((300, 1), None, 600.0, (36, 3)),  # nor narrower
    ],
)
def test_pages_have_their_physical_size(
    size: tuple[int, int], stated: tuple[int, int] | None, given: float | None, points: object
) -> None:
    image = Image.new("1", size, 1)
    data = file(image, "TIFF", compression="group4", **({"dpi": stated} if stated else {}))
    pdf = composed(data, dpi=given)
    assert sides(pdf) == points
    assert conformance(pdf) == ()


def test_the_resolution_is_that_of_the_raster_the_caller_read() -> None:
    """A fax page whose pixels were made square: 1728 × 1100 became 1728 × 2290 at 204 dpi."""
    data = file(Image.new("1", (1728, 1100), 1), "TIFF", compression="group4", dpi=(204, 98))
    assert sides(composed(data, dpi=204.0, raster=(1728, 2290))) == pytest.approx((609.88, 808.24), abs=0.1)


def test_lying_pages_exchange_their_sides() -> None:
    data = file(picture(), "JPEG", 6, dpi=(150, 75))
    assert sides(composed(data)) == pytest.approx((200 / 75 * 72, 300 / 150 * 72))
    assert sides(composed(data, rotation=90)) == pytest.approx((300 / 150 * 72, 200 / 75 * 72))


def test_frames_of_a_tiff_become_pages_of_their_own() -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    data = tiff_of(frames)
    pdf = compose([PageSource(data, frame=n, dpi=72.0) for n in (2, 0, 1)], None, title="", created_at=CREATED)
    assert [tuple(in_pdfium(pdf, 72, n)[20, 30]) for n in range(3)] == [(0, 0, 255), (255, 0, 0), (0, 128, 0)]


def test_thumbnails_in_a_tiff_are_no_pages() -> None:
    frames = [Image.new("L", (60, 40), grey) for grey in (10, 20, 30)]
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out, True) as writer:  # type: ignore[no-untyped-call]
        for frame, kind in zip(frames, (0, 1, 0), strict=True):
            frame.save(writer, "TIFF", tiffinfo={254: kind})
            writer.newFrame()
    assert in_pdfium(composed(out.getvalue(), frame=1, dpi=72.0), 72)[20, 30, 0] == 30


def rgb_profile(gamma: float) -> bytes:
    """A matrix profile with sRGB's primaries and another tone curve."""
    header = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    at = len(header)
    count = struct.unpack_from(">I", header, 128)[0]
    for n in range(count):
        if header[132 + 12 * n + 1 : 136 + 12 * n] == b"TRC":
            struct.pack_into(">II", header, 136 + 12 * n, at, len(curve) - 2)
    struct.pack_into(">I", header, 0, at + len(curve))
    return bytes(header + curve)


def test_a_pictures_own_profile_is_kept() -> None:
    profile = rgb_profile(1.8)
    assert profiles.components(profile) == 3
    for data in (file(picture(), icc_profile=profile), file(picture(), "JPEG", icc_profile=profile)):
        pdf = composed(data)
        assert conformance(pdf) == ()
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert opened.pages[0].Resources.XObject.Im0.ColorSpace[1].read_bytes() == profile


@pytest.mark.parametrize(
    "profile",
    [
        rgb_profile(0.2),  # print that was read as black would be shown as nearly white
        rgb_profile(8.0),
        rgb_profile(1.8)[:-1],
        rgb_profile(1.8)[:8] + b"\x05" + rgb_profile(1.8)[9:],
        b"no profile",
        cmyk_profile.plain_cmyk(),
    ],
)
def test_a_profile_that_lies_or_is_broken_is_left_out(profile: bytes) -> None:
    pdf = composed(file(picture(), icc_profile=profile), dpi=DPI)
    assert image_of(pdf)["space"] == "/DeviceRGB"
    assert difference(in_pdfium(pdf, DPI), np.asarray(picture())) < 1


def test_the_profile_for_cmyk_shows_what_is_read() -> None:
    colours = np.random.default_rng(3).integers(0, 256, (40, 50, 4), dtype=np.uint8)
    image = Image.frombytes("CMYK", (50, 40), colours.tobytes())
    own = ImageCms.ImageCmsProfile(io.BytesIO(cmyk_profile.plain_cmyk()))
    through = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert through is not None
    off = np.abs(np.asarray(through).astype(int) - np.asarray(image.convert("RGB")))
    assert off.max() <= 8
    assert off.mean() <= 1


@st.composite
def uploads(draw: st.DrawFn) -> tuple[bytes, int, float]:
    """A file of squares of 8 pixels, of any kind that keeps them without loss; a quarter turn and a resolution."""
    kinds = {
        "PNG": ("1", "L", "P", "RGB", "RGBA", "LA"),
        "TIFF": ("1", "L", "P", "RGB", "RGBA"),
        "BMP": ("1", "L", "P", "RGB"),
        "WEBP": ("RGB", "RGBA"),
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    mode = draw(st.sampled_from(kinds[kind]))
    width, height = draw(st.integers(3, 9)), draw(st.integers(3, 9))
    noise = np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, 256, (height, width, 4), dtype=np.uint8)
    image = Image.fromarray(noise.repeat(8, 0).repeat(8, 1), "RGBA")
    if mode != "RGBA":
        image = image.convert("RGB").quantize(200) if mode == "P" else image.convert(mode, dither=Image.Dither.NONE)
    options: dict[str, Any] = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    if kind == "TIFF":
        options["compression"] = draw(st.sampled_from(["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate"]))
    orientation = 1 if kind == "BMP" else draw(st.integers(1, 8))
    data = file(image, kind, orientation, **options)
    return data, draw(st.sampled_from([0, 90, 180, 270])), draw(st.floats(60, 400))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(uploads())
def test_whatever_comes_in_without_loss_is_shown_exactly(upload: tuple[bytes, int, float]) -> None:
    data, rotation, dpi = upload
    pdf = composed(data, rotation=rotation, dpi=dpi)
    wanted = np.asarray(shown(data, rotation))
    seen = in_pdfium(pdf, dpi)
    assert seen.shape == wanted.shape
    assert np.array_equal(seen[4::8, 4::8], wanted[4::8, 4::8])
    assert sides(pdf) == pytest.approx((wanted.shape[1] * 72 / dpi, wanted.shape[0] * 72 / dpi), abs=0.001)
