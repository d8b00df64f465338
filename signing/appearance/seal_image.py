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
from signing.appearance.paper import without_paper
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
WORKED_SIDE: Final = 2000
"""Photographs are reduced to this before their ground is cleared, to bound memory."""
USUAL_WIDTH_MM: Final = 42.0
_BELIEVABLE_MM: Final = (10.0, 80.0)
"""A resolution in the file counts only when it gives a seal of this width; cameras and editors write any number."""
_SEEN: Final = 24
"""Opacity (of 255) that belongs to the seal when margins are cut off."""
_SOLID: Final = 128
"""Opacity from which a pixel tells the colour of the ink."""
_ALIKE: Final = 8
"""Levels (of 255) by which pixels of one colour may differ."""
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")


def picture_from_image(data: bytes, width_mm: float | None = None, *, clear_ground: bool = True) -> SealPicture:
    """The seal shown by an image file (PNG, JPEG, WebP, BMP, TIFF, GIF; first frame; turned as EXIF says).

    Transparency is kept. An image without any is freed from its paper (``clear_ground``; see ``paper.without_paper``)
    where it lies on some; any other ground is left as it is. Then empty margins are cut off, and more than 1200 pixels
    are reduced.

    ``width_mm`` is the width of what remains, on paper. None: by the file's own resolution where that gives 10 to
    80 mm, else 42 mm.

    Raises InputRefused ``seal.picture_unreadable``, ``seal.picture_too_large``, ``seal.picture_too_small``,
    ``seal.picture_empty``, ``seal.picture_width``.
    """
    pixels, dpi = _read(data)
    if clear_ground and pixels[..., 3].min() == 255:
        pixels = without_paper(pixels)
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
    pixels = _bled(_reduced(pixels, KEPT_SIDE))
    alpha = pixels[..., 3]
    rows, columns = alpha.shape
    samples = pixels[..., :3].tobytes(), None if alpha.min() == 255 else alpha.tobytes(), columns, rows
    content = f"q {width * POINTS_PER_MM:.4f} 0 0 {height * POINTS_PER_MM:.4f} 0 0 cm /Im Do Q".encode("ascii")
    return one_page(content, width, height, {"Im": samples})


def _read(data: bytes) -> tuple[NDArray[np.uint8], float | None]:
    """RGBA pixels, at most 2000 a side, and their resolution by what the file claims."""
    if len(data) > LARGEST_FILE:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is judged here, not by Pillow
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > LARGEST_PIXELS:
                    raise _too_large()
                claimed: Any = opened.info.get("dpi")
                longest = max(opened.size)
                # JPEG can be decoded at a half or a quarter of its size: a photograph need not be held whole.
                opened.draft("RGB", (WORKED_SIDE, WORKED_SIDE))
                upright = ImageOps.exif_transpose(_eight_bits(opened))
                pixels = _reduced(np.asarray(upright.convert("RGBA"), dtype=np.uint8), WORKED_SIDE)
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
        dpi = float(claimed[0]) * max(pixels.shape[:2]) / longest
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return pixels, None
    return pixels, dpi if math.isfinite(dpi) and dpi > 0 else None


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pillow clips 16-bit greys when it converts them; they are scaled here."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        levels = np.asarray(image, dtype=np.float32)
        scaled = np.clip(levels / max(255.0, float(levels.max())) * 255, 0, 255).astype(np.uint8)
        return Image.fromarray(scaled)
    return image


def _trimmed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without its empty margins."""
    # Specks smaller than a stroke are dust or grain, and do not count.
    mask = Image.fromarray(np.where(pixels[..., 3] >= _SEEN, 255, 0).astype(np.uint8)).filter(
        ImageFilter.MedianFilter(5)
    )
    seen = np.asarray(mask) > 0
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


def _reduced(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """At most ``side`` pixels a side, colour weighed by opacity."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # A filter without negative lobes: they would give pixels more colour than opacity.
    weighed = Image.fromarray(pixels).convert("RGBa").resize(size, Image.Resampling.HAMMING)
    return np.asarray(weighed.convert("RGBA"), dtype=np.uint8)


def _bled(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Clear pixels in the colour of the ink around them: renderers scale colour and opacity apart, and what is written
    in clear pixels would show as a dark or light rim. A seal of one colour gets it everywhere, and packs well."""
    alpha, solid = pixels[..., 3], pixels[..., 3] >= _SOLID
    if alpha.min() >= _SEEN:
        return pixels
    colour = np.median(pixels[solid if solid.any() else alpha > 0][:, :3], axis=0)
    one_colour = solid.any() and np.quantile(np.abs(pixels[solid][:, :3] - colour).max(axis=1), 0.99) <= _ALIKE
    if not one_colour:
        weighed = Image.fromarray(np.where(alpha[..., None] >= _SEEN, pixels, 0).astype(np.uint8)).convert("RGBa")
        nearby = np.asarray(weighed.filter(ImageFilter.BoxBlur(3)).convert("RGBA"))
        bled = np.where(nearby[..., 3:] > 0, nearby[..., :3], colour)
        colour = np.where(alpha[..., None] >= _SEEN, pixels[..., :3], bled)
    return np.dstack([np.broadcast_to(colour, (*alpha.shape, 3)), alpha]).astype(np.uint8)


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
