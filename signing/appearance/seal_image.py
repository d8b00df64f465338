"""A seal from a picture that the user has: drawn, scanned or photographed."""

from __future__ import annotations

import io
import math
import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from certlight.errors import InputRefused
from certlight.text import Text
from signing.appearance.picture import SealPicture, one_page
from signing.appearance.placement import LARGEST_MM, SMALLEST_MM
from signing.appearance.units import POINTS_PER_MM

LARGEST_FILE: Final = 10 * 1024 * 1024
LARGEST_PIXELS: Final = 30_000_000
"""A 4000 × 6000 photograph passes; what a telephone gives in full is fine, a poster is not."""
SMALLEST_SIDE: Final = 100
"""Pixels of the seal itself: 42 mm in 100 pixels are 60 dpi, the least at which ring text can be read."""
KEPT_SIDE: Final = 1200
"""Larger pictures are reduced to this: 42 mm in 1200 pixels are 725 dpi, finer than any printer of offices."""
USUAL_WIDTH_MM: Final = 42.0
_BELIEVABLE_MM: Final = (10.0, 80.0)
"""A resolution in the file counts only when it gives a seal of this width; cameras and editors write any number."""
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")

_LIGHT_GROUND: Final = 150
"""Paper photographed in a room is at least this light (of 255) in every channel along the picture's rim …"""
_GREY_GROUND: Final = 60
"""… and its channels differ by at most this."""
_FAINT, _FULL = 0.12, 0.75
"""Share of ink below which a pixel is paper (grain, shadow), and above which it is ink."""

Floats = NDArray[np.float32]


def picture_from_image(data: bytes, width_mm: float | None = None, *, clear_ground: bool = True) -> SealPicture:
    """The seal shown by an image file (PNG, JPEG, WebP, BMP, TIFF, GIF; first frame; turned as EXIF says).

    Transparency is kept. An image without any gets its ground cleared (``clear_ground``), provided that its rim is
    evenly light like paper: the lightness of the paper is taken out place by place, so that shadows of a photograph
    vanish too, and what remains of a pixel's colour is drawn with as much opacity as it has ink. Any other ground is
    left as it is. Then empty margins are cut off, and more than 1200 pixels are reduced.

    ``width_mm`` is the width of what remains, on paper. None: by the file's own resolution where that gives 10 to
    80 mm, else 42 mm.

    Raises InputRefused ``seal.picture_unreadable``, ``seal.picture_too_large``, ``seal.picture_too_small``,
    ``seal.picture_empty``, ``seal.picture_width``.
    """
    image, dpi = _read(data)
    pixels = np.asarray(image, dtype=np.uint8)
    if clear_ground and pixels[..., 3].min() == 255:
        pixels = _without_paper(pixels)
    pixels = _trimmed(pixels)
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        raise _refusal(
            "seal.picture_too_small",
            f"印章图片太小（{pixels.shape[1]}×{pixels.shape[0]} 像素），打印后看不清。",
            f"The seal is only {pixels.shape[1]} × {pixels.shape[0]} pixels: too coarse to print.",
            "请以 300 dpi 以上重新扫描印章，图片至少 500×500 像素。",
            "Scan the seal again at 300 dpi or more, at least 500 × 500 pixels.",
        )
    width = _width(width_mm, dpi, pixels.shape[1])
    height = width * pixels.shape[0] / pixels.shape[1]
    if not (SMALLEST_MM <= width <= LARGEST_MM and SMALLEST_MM <= height <= LARGEST_MM):
        raise _refusal(
            "seal.picture_width",
            f"印章不能为 {width:g}×{height:g} 毫米。",
            f"A seal cannot be {width:g} × {height:g} mm.",
            "请使用 3 到 300 毫米之间的宽度，公章一般为 42 毫米。",
            "Use 3 to 300 mm; company seals are 42 mm.",
        )
    pixels = _reduced(pixels)
    alpha = pixels[..., 3]
    rows, columns = alpha.shape
    samples = pixels[..., :3].tobytes(), None if alpha.min() == 255 else alpha.tobytes(), columns, rows
    content = f"q {width * POINTS_PER_MM:.4f} 0 0 {height * POINTS_PER_MM:.4f} 0 0 cm /Im Do Q".encode("ascii")
    return one_page(content, width, height, {"Im": samples})


def _read(data: bytes) -> tuple[Image.Image, float | None]:
    """RGBA pixels and the horizontal resolution that the file claims."""
    if len(data) > LARGEST_FILE:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is judged here, not by Pillow
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > LARGEST_PIXELS:
                    raise _too_large()
                claimed: Any = opened.info.get("dpi")
                upright = ImageOps.exif_transpose(opened)
                image = _eight_bits(upright).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError) as error:
        raise _refusal(
            "seal.picture_unreadable",
            "印章图片无法读取：文件已损坏或不是图片。",
            "The seal's picture cannot be read: it is damaged or no picture.",
            "请提供 PNG 或 JPEG 格式的印章图片。",
            "Give a PNG or JPEG picture of the seal.",
        ) from error
    try:
        dpi = float(claimed[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return image, None
    return image, dpi if math.isfinite(dpi) and dpi > 0 else None


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pillow clips 16-bit greys when it converts them; they are scaled here."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        levels = np.asarray(image, dtype=np.float32)
        return Image.fromarray(np.clip(levels / max(255.0, float(levels.max())) * 255, 0, 255).astype(np.uint8))
    return image


def _without_paper(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink only, or the picture unchanged where it does not lie on light paper."""
    rgb = pixels[..., :3]
    rim = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]).astype(np.int16)
    middle = np.median(rim, axis=0)
    if middle.min() < _LIGHT_GROUND or middle.max() - middle.min() > _GREY_GROUND:
        return pixels
    paper = _paper(rgb)
    colour = rgb.astype(np.float32)
    # Ink takes light away. How much of the light is gone, in the channel where most is: for red ink green or blue.
    ink = np.clip(1 - (colour / paper).min(axis=2), 0, 1)
    strongest = float(np.quantile(ink[ink > _FAINT], 0.9)) if (ink > _FAINT).any() else 1.0
    share = np.clip((ink / max(strongest, 0.2) - _FAINT) / (_FULL - _FAINT), 0, 1)
    # What the ink itself must look like for paper and ink together to give the pixel.
    opacity = np.maximum(share, 1 / 255)[..., None]
    own = np.clip(255 - (255 - colour / paper * 255) / opacity, 0, 255)
    return np.dstack([own, share * 255]).round().astype(np.uint8)


def _paper(rgb: NDArray[np.uint8]) -> Floats:
    """The bare paper's colour at every pixel: the light parts around it, smoothed over an eighth of the picture."""
    height, width = rgb.shape[:2]
    small = Image.fromarray(rgb).resize(
        (max(1, width * 96 // max(width, height)), max(1, height * 96 // max(width, height))), Image.Resampling.BOX
    )
    lit = small.filter(ImageFilter.MaxFilter(13)).filter(ImageFilter.GaussianBlur(6))
    field: Floats = np.asarray(lit.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
    return np.maximum(field, 1.0)


def _trimmed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without its empty margins."""
    seen = pixels[..., 3] >= 16
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        raise _refusal(
            "seal.picture_empty",
            "印章图片是空白的。",
            "The seal's picture is blank.",
            "请提供能看清印章的图片。",
            "Give a picture that shows the seal.",
        )
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _reduced(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At most 1200 pixels a side. Colour is weighed by opacity, so that clear pixels do not bleed into the rim."""
    height, width = pixels.shape[:2]
    scale = KEPT_SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    weighed = Image.fromarray(pixels, "RGBA").convert("RGBa").resize(size, Image.Resampling.LANCZOS)
    return np.asarray(weighed.convert("RGBA"), dtype=np.uint8)


def _width(asked: float | None, dpi: float | None, columns: int) -> float:
    if asked is not None:
        return asked
    by_file = columns / dpi * 25.4 if dpi else 0.0
    return by_file if _BELIEVABLE_MM[0] <= by_file <= _BELIEVABLE_MM[1] else USUAL_WIDTH_MM


def _too_large() -> InputRefused:
    return _refusal(
        "seal.picture_too_large",
        "印章图片过大。",
        "The seal's picture is too large.",
        "请把图片缩小到 3000 万像素、10 MB 以内。",
        "Reduce it to at most 30 million pixels and 10 MB.",
    )


def _refusal(code: str, zh: str, en: str, remedy_zh: str, remedy_en: str) -> InputRefused:
    return InputRefused(code, Text(zh, en), Text(remedy_zh, remedy_en))
