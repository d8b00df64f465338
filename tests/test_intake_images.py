"""Images of every mode become upright blue-green-red pixels, or a refusal."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from certlight.errors import InputRefused
from pipeline.intake.images import ImagePages
from pipeline.intake.limits import Limits
from pipeline.intake.scan import Raster, Scan
from pipeline.intake.sniff import sniff


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def pages(data: bytes, limits: Limits | None = None) -> ImagePages:
    return ImagePages(Scan.of("scan", data, sniff(data, "scan")), limits or Limits())


def first(data: bytes) -> Raster:
    return pages(data).raster(0, None)


def halves(mode: str, left: Any, right: Any, size: tuple[int, int] = (40, 20)) -> Image.Image:
    """An image whose left half has one colour and whose right half another."""
    image = Image.new(mode, size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image


def code_of(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(InputRefused) as refused:
        pages(data, limits).raster(0, None)
    return refused.value.code


@pytest.mark.parametrize(
    ("image", "form", "left", "right"),
    [
        (halves("1", 0, 1), "PNG", (0, 0, 0), (255, 255, 255)),
        (halves("L", 10, 200), "PNG", (10, 10, 10), (200, 200, 200)),
        (halves("LA", (10, 255), (10, 0)), "PNG", (10, 10, 10), (255, 255, 255)),
        (halves("RGB", (255, 0, 0), (0, 0, 255)), "BMP", (0, 0, 255), (255, 0, 0)),
        (halves("RGBA", (255, 0, 0, 255), (255, 0, 0, 0)), "PNG", (0, 0, 255), (255, 255, 255)),
        (halves("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)), "TIFF", (0, 0, 0), (255, 255, 255)),
        (halves("RGB", (255, 0, 0), (0, 0, 255)).quantize(4), "PNG", (0, 0, 255), (255, 0, 0)),
        (halves("I;16", 0, 65535), "PNG", (0, 0, 0), (255, 255, 255)),
        (halves("I;16", 0, 4095), "TIFF", (0, 0, 0), (255, 255, 255)),
        (halves("I;16", 0, 128), "TIFF", (0, 0, 0), (128, 128, 128)),
        (halves("F", 0.0, 1.0), "TIFF", (0, 0, 0), (255, 255, 255)),
    ],
)
def test_every_mode_becomes_bgr(image: Image.Image, form: str, left: tuple[int, ...], right: tuple[int, ...]) -> None:
    pixels = first(encoded(image, form)).image
    assert pixels.dtype == np.uint8
    assert pixels.shape == (20, 40, 3)
    assert pixels.flags.c_contiguous
    assert tuple(pixels[10, 5]) == left
    assert tuple(pixels[10, 35]) == right


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr"])
def test_jpeg_modes(mode: str) -> None:
    image = Image.new("RGB", (40, 20), (250, 250, 250)).convert(mode)
    assert np.abs(first(encoded(image, "JPEG")).image.astype(int) - 250).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied(form: str, orientation: int) -> None:
    upright = halves("RGB", (0, 0, 0), (255, 255, 255), (64, 32))
    upright.paste((0, 0, 255), (0, 0, 16, 16))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    raster = first(encoded(stored, form, exif=exif.tobytes()))
    assert raster.image.shape == (32, 64, 3)
    assert tuple(int(v) > 128 for v in raster.image[4, 4]) == (True, False, False)
    assert raster.image[24, 50].min() > 200


def test_a_broken_exif_block_does_not_cost_the_pixels() -> None:
    data = encoded(Image.new("RGB", (8, 8), "white"), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert first(data).image.min() > 250


@pytest.mark.parametrize(
    ("stated", "size", "believed"),
    [
        ((300, 300), (2480, 3508), 300),
        ((72, 72), (595, 842), None),
        ((96, 96), (800, 600), None),
        ((100, 100), (4000, 3000), None),
        ((5, 5), (100, 100), None),
        ((9999, 9999), (100, 100), None),
    ],
)
def test_resolution_is_believed_only_when_credible(
    stated: tuple[int, int], size: tuple[int, int], believed: int | None
) -> None:
    dpi = first(encoded(Image.new("1", size, 1), "PNG", dpi=stated)).dpi
    assert dpi == (None if believed is None else pytest.approx(believed, abs=1))


def test_fax_pages_get_square_pixels() -> None:
    raster = first(encoded(Image.new("1", (1728, 1078), 1), "TIFF", dpi=(204, 98)))
    assert raster.dpi == pytest.approx(204, abs=1)
    assert raster.image.shape == (round(1078 * 204 / 98), 1728, 3)


def test_every_page_of_a_tiff() -> None:
    frames = [Image.new("L", (30 + i, 20), 50 * i) for i in range(4)]
    several = pages(encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
    assert several.page_count == 4
    for at in (2, 0, 3, 1):
        raster = several.raster(at, None)
        assert raster.image.shape == (20, 30 + at, 3)
        assert int(raster.image[0, 0, 0]) == 50 * at


def test_thumbnails_in_a_tiff_are_no_pages() -> None:
    thumbnail = Image.new("L", (8, 8))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    data = encoded(Image.new("L", (80, 80), 9), "TIFF", save_all=True, append_images=[thumbnail])
    assert pages(data).page_count == 1


def test_too_many_tiff_pages() -> None:
    frames = [Image.new("1", (4, 4))] * 6
    assert code_of(encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]), Limits(max_pages=5)) == (
        "intake.too_many_pages"
    )


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_animations_give_their_first_frame_and_say_so(form: str) -> None:
    frames = [Image.new("RGB", (16, 16), c) for c in ("red", "lime", "blue")]
    raster = first(encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100))
    assert [n.code for n in raster.notices] == ["intake.animated"]
    assert raster.image[8, 8].argmax() == 2


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_cut_off_images_are_refused_even_if_pillow_was_told_to_guess(
    form: str, keep: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    noise = np.random.default_rng(7).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), form)
    assert code_of(data[: int(len(data) * keep)]) in ("intake.truncated", "intake.image_broken")


def test_pixel_limit_is_checked_before_decoding() -> None:
    # 30,000 × 30,000 white pixels are 110 kB of PNG and 2.7 GB of memory.
    bomb = encoded(Image.new("1", (30_000, 30_000), 1))
    assert code_of(bomb) == "intake.too_many_pixels"
    just_above = encoded(Image.new("1", (101, 100), 1))
    assert code_of(just_above, Limits(max_pixels=10_000)) == "intake.too_many_pixels"
    assert first(encoded(Image.new("1", (100, 100), 1))).image.shape == (100, 100, 3)


def test_large_but_allowed_images_pass_without_warnings() -> None:
    # Between Pillow's own warning (89 million pixels) and the limit; warnings are errors in this suite.
    assert pages(encoded(Image.new("1", (10_000, 9_500), 1))).page_count == 1
