"""Photos and scans: any mode, any orientation, any number of frames → upright blue-green-red pixels."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, ImageOps

from certlight.errors import InputRefused
from certlight.text import Text
from extractors.page import BgrImage
from extractors.reading import Notice
from pipeline.intake.limits import Limits
from pipeline.intake.refusals import refusal
from pipeline.intake.scan import Raster, Scan
from pipeline.intake.sniff import MediaType

_FORMATS: Final[dict[MediaType, str]] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/webp": "WEBP",
}

_MIN_DPI: Final = 60.0
_MAX_DPI: Final = 1200.0
_MAX_INCHES: Final = 24.0
"""Longest side a stated resolution may imply (A2 has 23.4 in). Cameras write 72 dpi on photos."""
_NOMINAL_DPI: Final = (72.0, 96.0)
"""Written by software that knows nothing of paper; taken as not stated."""
_SQUARE: Final = 1.1
"""Ratio of the two stated resolutions above which pixels are not square (fax pages: 204 × 98 dpi) and are evened."""
_BAND_ROWS: Final = 512
"""Rows converted at a time."""
_REDUCED_IMAGE: Final = 254
"""TIFF tag NewSubfileType; bit 0 marks a thumbnail of another page (TIFF 6.0, section 8)."""
_QUARTER_TURNED: Final = (5, 6, 7, 8)
"""EXIF orientations that exchange width and height."""

_ANIMATED = Notice(
    "intake.animated",
    Text("动态图片只读取第一帧。", "Only the first frame of the animated image is read."),
)


class ImagePages:
    """The pages of one image file: one for most, several for a multi-page TIFF.

    Construction reads headers only and raises InputRefused: ``intake.too_many_pixels``, ``intake.too_many_pages``,
    ``intake.image_broken``. Pixels are decoded by ``raster``, which refuses what cannot be decoded to the last one.
    """

    def __init__(self, scan: Scan, limits: Limits) -> None:
        self._scan = scan
        self._limits = limits
        with self._opened() as image:
            self._frames = tuple(self._page_frames(image))
            self._animated = image.format in ("PNG", "WEBP") and bool(getattr(image, "is_animated", False))

    @property
    def page_count(self) -> int:
        return len(self._frames)

    def raster(self, page: int, dpi: float | None) -> Raster:
        """Page ``page`` at its own resolution; ``dpi`` is ignored, pixels are not invented."""
        del dpi
        with self._opened() as image:
            image.seek(self._frames[page])
            self._check_size(image)
            # Any other module of the process may have asked Pillow to fill in what is missing; a scan is never guessed.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            stated = _stated_dpi(image)
            if stated and _orientation(image) in _QUARTER_TURNED:
                stated = (stated[1], stated[0])
            image.load()
            pixels = _bgr(_oriented(image))
        pixels, resolution = _with_square_pixels(pixels, stated, self._limits.max_pixels)
        return Raster(pixels, resolution, notices=(_ANIMATED,) if self._animated else ())

    def close(self) -> None:
        """Nothing is held between calls."""

    @contextmanager
    def _opened(self) -> Iterator[Image.Image]:
        name = self._scan.name
        try:
            with warnings.catch_warnings():
                # Pillow warns from 89 million pixels on; ``max_pixels`` is checked here before anything is decoded.
                warnings.simplefilter("ignore")
                with Image.open(io.BytesIO(self._scan.data), formats=[_FORMATS[self._scan.media_type]]) as image:
                    self._check_size(image)
                    yield image
        except InputRefused:
            raise
        except Image.DecompressionBombError as error:
            raise self._too_many_pixels() from error
        except MemoryError as error:
            raise self._too_many_pixels() from error
        except Exception as error:
            # Pillow's decoders answer hostile bytes with a dozen exception types (OSError, SyntaxError, struct.error,
            # ValueError, TypeError, IndexError …); to the clerk they all mean the same.
            code = "intake.truncated" if _means_truncated(error) else "intake.image_broken"
            raise refusal(code, name) from error

    def _page_frames(self, image: Image.Image) -> Iterator[int]:
        """Frames of a TIFF that are pages, thumbnails left out; frame 0 of anything else."""
        if image.format != "TIFF":
            yield 0
            return
        pages = 0
        for frame in range(2 * self._limits.max_pages + 1):
            try:
                image.seek(frame)
            except EOFError:
                break
            self._check_size(image)
            if frame > 0 and _tag(image, _REDUCED_IMAGE) & 1:
                continue
            pages += 1
            if pages > self._limits.max_pages:
                raise refusal("intake.too_many_pages", self._scan.name, limit=self._limits.max_pages)
            yield frame

    def _check_size(self, image: Image.Image) -> None:
        width, height = image.size
        if width <= 0 or height <= 0:
            raise refusal("intake.image_broken", self._scan.name)
        if width * height > self._limits.max_pixels:
            raise self._too_many_pixels()

    def _too_many_pixels(self) -> InputRefused:
        return refusal("intake.too_many_pixels", self._scan.name, limit=self._limits.max_pixels // 1_000_000)


def _means_truncated(error: Exception) -> bool:
    said = str(error).lower()
    return isinstance(error, EOFError) or any(word in said for word in ("truncated", "unexpected end", "not enough"))


def _tag(image: Image.Image, tag: int) -> int:
    value = getattr(image, "tag_v2", {}).get(tag, 0)
    return value if isinstance(value, int) else 0


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # a broken EXIF block is no reason to refuse good pixels
        return 1
    return value if isinstance(value, int) else 1


def _oriented(image: Image.Image) -> Image.Image:
    """The image turned as its EXIF orientation says (CIPA DC-008). A TIFF was turned while loading."""
    if not 2 <= _orientation(image) <= 8:
        return image
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # the tag is readable but the block around it cannot be rewritten
        return image


def _bgr(image: Image.Image) -> BgrImage:
    """Pixels of any Pillow image as H × W × 3 uint8 blue-green-red; transparency falls on white paper.

    Converted band by band: 100 million pixels exist twice for a moment, not four times.
    """
    width, height = image.size
    out = np.empty((height, width, 3), dtype=np.uint8)
    if image.mode.startswith("I") or image.mode == "F":
        out[:] = _eight_bits(np.asarray(image))[:, :, None]
        return out
    for top in range(0, height, _BAND_ROWS):
        band = image.crop((0, top, width, min(top + _BAND_ROWS, height)))
        out[top : top + _BAND_ROWS] = np.asarray(_on_paper(band))[:, :, ::-1]
    return out


def _on_paper(image: Image.Image) -> Image.Image:
    """The image as RGB, transparent parts white."""
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGB", rgba.size, (255, 255, 255))
        paper.paste(rgba, mask=rgba.getchannel("A"))
        return paper
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Greyscale of more than 8 bits brought to 8.

    Scanners store 10 or 12 bits in 16; the depth really used is the smallest that holds the brightest pixel.
    """
    if values.dtype.kind == "f":
        top = float(np.nanmax(values, initial=0.0))
        scaled = np.nan_to_num(values) * (255.0 if top <= 1.0 else 1.0)
        clipped: NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)
        return clipped
    wide = np.clip(values.astype(np.int64), 0, None)
    bits = max(8, int(wide.max(initial=0)).bit_length())
    eight: NDArray[np.uint8] = (wide >> (bits - 8)).astype(np.uint8)
    return eight


def _stated_dpi(image: Image.Image) -> tuple[float, float] | None:
    """Horizontal and vertical resolution the file states, where both are numbers in a credible range."""
    stated = image.info.get("dpi")
    if not isinstance(stated, tuple) or len(stated) != 2:
        return None
    try:
        x, y = float(stated[0]), float(stated[1])
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not (math.isfinite(x) and math.isfinite(y) and min(x, y) >= _MIN_DPI and max(x, y) <= _MAX_DPI):
        return None
    return x, y


def _with_square_pixels(
    image: BgrImage, stated: tuple[float, float] | None, max_pixels: int
) -> tuple[BgrImage, float | None]:
    """The image with equal resolution both ways, and that resolution where the page size it implies is credible."""
    if stated is None:
        return image, None
    x, y = stated
    dpi = max(x, y)
    height, width = image.shape[:2]
    if dpi / min(x, y) > _SQUARE:
        size = (round(width * dpi / x), round(height * dpi / y))
        if size[0] * size[1] > max_pixels:
            return image, None
        image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))
    nominal = any(abs(dpi - d) < 1 for d in _NOMINAL_DPI)
    return image, None if nominal or max(image.shape[:2]) / dpi > _MAX_INCHES else dpi
