"""Seals from users' pictures: what is kept, what is cleared, what is refused."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from certlight.errors import InputRefused
from signing.appearance.picture import SealPicture, as_image
from signing.appearance.seal_image import KEPT_SIDE, picture_from_image

RED = (200, 40, 50)


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)  # type: ignore[arg-type]
    return out.getvalue()


def drawn(size: int = 600, margin: int = 60, ink: tuple[int, int, int] = RED) -> Image.Image:
    """RGBA: a ring, a star-like bar in the middle, nothing else."""
    image = Image.new("RGBA", (size, size), (*ink, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((margin, margin, size - margin, size - margin), outline=(*ink, 255), width=20)
    pen.rectangle((size // 2 - 80, size // 2 - 30, size // 2 + 80, size // 2 + 30), fill=(*ink, 255))
    return image


def on_paper(
    seal: Image.Image, *, shade: float = 0.0, noise: float = 0.0, paper: tuple[int, int, int] = (240, 236, 225)
) -> Image.Image:
    """Photographed: light falling off to the right and below, grain."""
    rng = np.random.default_rng(7)
    rgba = np.asarray(seal).astype(float)
    alpha = rgba[..., 3:] / 255 * 0.9
    y, x = np.mgrid[: rgba.shape[0], : rgba.shape[1]] / rgba.shape[0]
    light = (1 - shade * x - shade / 3 * y)[..., None]
    shown = (np.asarray(paper) * (1 - alpha) + rgba[..., :3] * alpha) * light
    shown = shown + rng.normal(0, noise, (*shown.shape[:2], 1)) if noise else shown
    return Image.fromarray(np.clip(shown, 0, 255).astype(np.uint8))


def alpha_of(picture: SealPicture, size: int = 480) -> NDArray[np.uint8]:
    return np.asarray(as_image(picture, 25.4 * size / picture.width_mm))[..., 3]


def expected_alpha(seal: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    box = seal.getchannel("A").getbbox()
    return np.asarray(seal.crop(box).resize((size[1], size[0]), Image.Resampling.LANCZOS))[..., 3]


def test_transparency_is_kept_and_empty_margins_go() -> None:
    seal = drawn()
    seal.putalpha(seal.getchannel("A").point(lambda v: v // 2))
    picture = picture_from_image(encoded(seal), 42)
    alpha = alpha_of(picture)
    assert (picture.width_mm, picture.height_mm) == pytest.approx((42, 42), abs=0.1)
    assert alpha.max() == pytest.approx(127, abs=3)
    assert np.abs(alpha.astype(int) - expected_alpha(seal, alpha.shape)).mean() < 3
    with pikepdf.open(io.BytesIO(picture.pdf)) as pdf:
        image = pdf.pages[0].obj.Resources.XObject["/Im"]
        assert image.SMask.ColorSpace == "/DeviceGray"


@pytest.mark.parametrize(
    ("shade", "noise", "form"), [(0, 0, "PNG"), (0, 0, "BMP"), (0.3, 3, "JPEG"), (0.45, 5, "JPEG"), (0.2, 2, "WEBP")]
)
def test_paper_in_any_light_becomes_clear_and_ink_stays(shade: float, noise: float, form: str) -> None:
    seal = drawn()
    picture = picture_from_image(encoded(on_paper(seal, shade=shade, noise=noise), form), 42)
    alpha = alpha_of(picture)
    assert alpha.shape[0] == pytest.approx(alpha.shape[1], abs=3), "cut to the seal"
    wanted = expected_alpha(seal, alpha.shape)
    assert (alpha[wanted < 5] > 20).mean() < 0.01, "ground left"
    assert (alpha[wanted > 250] < 200).mean() < 0.03, "ink lost"
    colour = np.asarray(as_image(picture, 200))
    ink = np.median(colour[colour[..., 3] > 200], axis=0)
    assert ink[0] - ink[1] > 90
    assert ink[0] - ink[2] > 90


def test_the_edge_of_a_shadow_is_no_ink() -> None:
    photographed = np.asarray(on_paper(drawn(), noise=2)).astype(float)
    photographed[:, 330:] *= 0.7
    alpha = alpha_of(picture_from_image(encoded(Image.fromarray(photographed.astype(np.uint8))), 42))
    wanted = expected_alpha(drawn(), alpha.shape)
    assert alpha.shape[0] == pytest.approx(alpha.shape[1], abs=3)
    assert (alpha[wanted < 5] > 20).mean() < 0.01


@pytest.mark.parametrize("second", [RED, (40, 60, 200)])
def test_clear_pixels_lend_no_colour_to_the_rim_of_a_reduced_seal(second: tuple[int, int, int]) -> None:
    image = drawn(2600, 40)
    ImageDraw.Draw(image).rectangle((1200, 1800, 1400, 2000), fill=(*second, 255))
    seal = np.asarray(image).copy()
    seal[seal[..., 3] == 0] = 0
    shown = np.asarray(as_image(picture_from_image(encoded(Image.fromarray(seal)), 42), 725))
    assert shown[shown[..., 3] > 60][:, :3].max(axis=1).min() > 160


def test_the_ground_can_be_kept() -> None:
    picture = picture_from_image(encoded(on_paper(drawn())), 42, clear_ground=False)
    assert alpha_of(picture).min() == 255
    with pikepdf.open(io.BytesIO(picture.pdf)) as pdf:
        assert "/SMask" not in pdf.pages[0].obj.Resources.XObject["/Im"]


def test_a_picture_that_lies_on_no_paper_is_left_alone() -> None:
    picture = picture_from_image(encoded(on_paper(drawn(ink=(250, 250, 200)), paper=(90, 20, 20))), 42)
    assert alpha_of(picture).min() == 255


def test_a_solid_seal_is_not_taken_for_paper() -> None:
    image = Image.new("RGB", (500, 500), (245, 245, 240))
    pen = ImageDraw.Draw(image)
    pen.rectangle((40, 40, 460, 460), fill=RED)
    pen.rectangle((150, 200, 350, 300), fill=(245, 245, 240))
    alpha = alpha_of(picture_from_image(encoded(image), 20))
    assert alpha[20, 20] == 255
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 0
    assert (alpha > 128).mean() == pytest.approx(1 - 200 * 100 / 421**2, abs=0.02)


def test_two_colours_stay_two_colours() -> None:
    image = on_paper(drawn())
    ImageDraw.Draw(image).rectangle((250, 430, 350, 470), fill=(30, 40, 200))
    colour = np.asarray(as_image(picture_from_image(encoded(image), 42), 300)).astype(int)
    blue = (colour[..., 2] - colour[..., 0] > 80) & (colour[..., 3] > 200)
    red = (colour[..., 0] - colour[..., 2] > 80) & (colour[..., 3] > 200)
    assert blue.mean() > 0.005
    assert red.mean() > 0.05


def test_black_seals_keep_their_black() -> None:
    colour = np.asarray(as_image(picture_from_image(encoded(on_paper(drawn(ink=(20, 20, 20)), shade=0.2)), 42), 200))
    solid = colour[colour[..., 3] > 240]
    assert solid[:, :3].max() < 110
    assert (colour[..., 3] == 0).mean() > 0.3


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_understood(mode: str) -> None:
    grey = on_paper(drawn(ink=(0, 0, 0))).convert("L")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode == "LA":
        image = drawn(ink=(0, 0, 0)).convert("LA")
    else:
        image = grey.convert(mode)
    picture = picture_from_image(encoded(image, "TIFF" if mode == "CMYK" else "PNG"), 42)
    assert 0.1 < (alpha_of(picture) > 128).mean() < 0.5


def test_turned_as_exif_says() -> None:
    image = Image.new("RGB", (600, 300), "white")
    ImageDraw.Draw(image).rectangle((50, 50, 550, 250), outline=RED, width=30)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = picture_from_image(encoded(image, "JPEG", exif=exif), 20)
    assert picture.height_mm > 1.8 * picture.width_mm


@pytest.mark.parametrize(
    ("dpi", "width"), [((300, 300), 480 / 300 * 25.4), ((72, 72), 42), ((1, 1), 42), (None, 42), ((9999, 9999), 42)]
)
def test_the_width_on_paper(dpi: tuple[int, int] | None, width: float) -> None:
    data = encoded(on_paper(drawn()), "PNG", **({"dpi": dpi} if dpi else {}))
    assert picture_from_image(data).width_mm == pytest.approx(width, abs=0.3)
    assert picture_from_image(data, 38).width_mm == 38


def test_large_pictures_are_reduced_and_stay_small_files() -> None:
    picture = picture_from_image(encoded(on_paper(drawn(1700, 100), shade=0.3, noise=4), "JPEG"), 42)
    with pikepdf.open(io.BytesIO(picture.pdf)) as pdf:
        assert int(pdf.pages[0].obj.Resources.XObject["/Im"].Width) == KEPT_SIDE
    assert len(picture.pdf) < 400_000
    assert alpha_of(picture)[3, 3] == 0


def test_same_picture_same_bytes() -> None:
    data = encoded(on_paper(drawn()))
    assert picture_from_image(data, 42).pdf == picture_from_image(data, 42).pdf


def _bomb() -> bytes:
    return encoded(Image.new("1", (12_000, 12_000)), "PNG")


@pytest.mark.parametrize(
    ("data", "width", "code"),
    [
        (b"", 42, "seal.picture_unreadable"),
        (b"%PDF-1.7 not a picture", 42, "seal.picture_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 42, "seal.picture_unreadable"),
        (encoded(drawn())[:900], 42, "seal.picture_unreadable"),
        (encoded(on_paper(drawn()), "JPEG")[:2000], 42, "seal.picture_unreadable"),
        (_bomb(), 42, "seal.picture_too_large"),
        (b"\x89PNG" + bytes(11 * 1024 * 1024), 42, "seal.picture_too_large"),
        (encoded(drawn(60, 5)), 42, "seal.picture_too_small"),
        (encoded(drawn(900, 410)), 42, "seal.picture_too_small"),
        (encoded(Image.new("RGB", (500, 500), "white")), 42, "seal.picture_empty"),
        (encoded(Image.new("RGBA", (500, 500))), 42, "seal.picture_empty"),
        (encoded(drawn()), 0, "seal.picture_width"),
        (encoded(drawn()), -3, "seal.picture_width"),
        (encoded(drawn()), float("nan"), "seal.picture_width"),
        (encoded(drawn()), 1000, "seal.picture_width"),
    ],
)
def test_what_shows_no_seal_is_refused(data: bytes, width: float, code: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        picture_from_image(data, width)
    assert refusal.value.code == code


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255), st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"]))
def test_a_damaged_picture_is_drawn_or_refused(at: int, value: int, form: str) -> None:
    data = bytearray(_DAMAGED[form])
    data[at % len(data)] = value
    with contextlib.suppress(InputRefused):
        assert picture_from_image(bytes(data), 42).width_mm == 42


_DAMAGED = {form: encoded(on_paper(drawn(200, 20)), form) for form in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")}
