"""From the bytes of an upload to the picture in it, its streams kept wherever a PDF can hold them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import numpy as np
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from certlight.errors import InputRefused
from signing.composition import jpeg, pixels, png, profiles
from signing.composition.paper import shown_size
from signing.composition.picture import CHANNELS, Picture, Space, Upload
from signing.composition.refusals import refusal

MAX_PIXELS: Final = 170_000_000
"""Pixels of one picture; above 179 million Pillow itself refuses to open."""
_FORMATS: Final = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")
_SIGNATURES: Final = (png.SIGNATURE, b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"RIFF", b"BM")
_SPACES: Final[dict[int, Space]] = {1: "gray", 3: "rgb", 4: "cmyk"}
_NEW_SUBFILE_TYPE, _BITS_PER_SAMPLE, _PHOTOMETRIC = 254, 258, 262
_RGB: Final = 2
_MAX_FRAMES: Final = 2000


def read_upload(data: bytes, frame: int, page: int) -> Upload:
    """The picture ``frame`` of an uploaded file (thumbnails not counted), for page ``page`` from 1 of the messages.

    JPEG streams and opaque PNG pixels are kept as they are, neither is decoded; of others every pixel is kept (see
    ``pixels``). Raises InputRefused: ``compose.not_an_image``, ``compose.image_broken``, ``compose.truncated``,
    ``compose.no_such_frame``, ``compose.too_many_pixels``, ``compose.image_unsupported``.
    """
    if not data:
        raise refusal("compose.image_broken", page=page)
    try:
        with _opened(data, page) as image:
            _seek(image, frame, page)
            if data.startswith(b"\xff\xd8"):
                return _of_jpeg(data, image, page)
            if data.startswith(png.SIGNATURE):
                return _of_png(data, image, page)
            return _decoded(data, image, page)
    except InputRefused:
        raise
    except (jpeg.NotWhole, png.NotWhole) as error:
        raise refusal("compose.truncated", page=page) from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise refusal("compose.too_many_pixels", page=page, limit=MAX_PIXELS // 1_000_000) from error
    except Exception as error:
        # Pillow's decoders answer hostile bytes with a dozen exception types; to the clerk they all mean the same.
        cut = isinstance(error, EOFError) or "truncated" in str(error).lower()
        raise refusal("compose.truncated" if cut else "compose.image_broken", page=page) from error


@contextmanager
def _opened(data: bytes, page: int) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Pillow warns of size from 89 million pixels on, which is judged here, and of odd tags, which it survives.
        warnings.simplefilter("ignore")
        # Another module of the process may have asked Pillow to fill in what is missing; a page is never guessed.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        except UnidentifiedImageError as error:
            raise refusal(_unopened(data), page=page) from error
        with image:
            yield image


def _unopened(data: bytes) -> str:
    """The code for what Pillow does not take: of an unusual kind, broken, or no picture at all."""
    if data.startswith(b"\xff\xd8"):
        return "compose.image_broken" if jpeg.read_structure(data).plain else "compose.image_unsupported"
    return "compose.image_broken" if data.startswith(_SIGNATURES) else "compose.not_an_image"


def _seek(image: Image.Image, frame: int, page: int) -> None:
    """Go to the page ``frame`` of the file and check its size."""
    pages = 0
    for at in range(_MAX_FRAMES):
        try:
            image.seek(at)
        except EOFError as error:
            raise refusal("compose.no_such_frame", page=page) from error
        if at and int(_tag(image, _NEW_SUBFILE_TYPE, 0)) & 1:
            continue
        if pages == frame:
            break
        if image.format != "TIFF":
            raise refusal("compose.no_such_frame", page=page)
        pages += 1
    else:
        raise refusal("compose.no_such_frame", page=page)
    width, height = image.size
    if width <= 0 or height <= 0:
        raise refusal("compose.image_broken", page=page)
    if width * height > MAX_PIXELS:
        raise refusal("compose.too_many_pixels", page=page, limit=MAX_PIXELS // 1_000_000)


def _of_jpeg(data: bytes, image: Image.Image, page: int) -> Upload:
    structure = jpeg.read_structure(data)
    if (structure.width, structure.height) != image.size:
        # Two readers that see different pictures in one file: what is shown must not depend on the reader.
        raise refusal("compose.image_broken", page=page)
    if not structure.plain:
        try:
            return _decoded(data, image, page)
        except OSError as error:
            raise refusal("compose.image_unsupported", page=page) from error
    space = _SPACES[structure.components]
    picture = Picture(
        structure.width,
        structure.height,
        data,
        "DCTDecode",
        space,
        parameters={"ColorTransform": 0} if structure.rgb else {},
        # Pillow, and with it everything that was read, takes every CMYK JPEG for one of Adobe's.
        inverted=space == "cmyk",
    )
    return _upload(picture, image, _orientation(image))


def _of_png(data: bytes, image: Image.Image, page: int) -> Upload:
    structure = png.read_structure(data)
    if not structure.fits_pdf:
        return _decoded(data, image, page)
    png.check_pixels(structure)
    orientation = 1
    if structure.described:
        with Image.open(io.BytesIO(png.without_pixels(structure)), formats=["PNG"]) as described:
            orientation = _orientation(described)
    return _upload(pixels.of_png(structure), image, orientation)


def _decoded(data: bytes, image: Image.Image, page: int) -> Upload:
    orientation = _orientation(image)
    dpi = _dpi(image, orientation)
    icc = image.info.get("icc_profile")
    bits = _tag(image, _BITS_PER_SAMPLE, ())
    deep = bits == (16, 16, 16) and _tag(image, _PHOTOMETRIC, _RGB) == _RGB
    if deep and (picture := _deep_colour(data, image.tell(), image.size)):
        return Upload(_with_profile(picture, icc), orientation, dpi)
    turns_itself = image.format == "TIFF"
    image.load()
    try:
        picture = pixels.encoded(image)
    except ValueError as error:
        raise refusal("compose.image_unsupported", page=page) from error
    return Upload(_with_profile(picture, icc), 1 if turns_itself else orientation, dpi)


def _upload(picture: Picture, image: Image.Image, orientation: int) -> Upload:
    return Upload(_with_profile(picture, image.info.get("icc_profile")), orientation, _dpi(image, orientation))


def _with_profile(picture: Picture, profile: object) -> Picture:
    if isinstance(profile, bytes) and profiles.honest(profile, CHANNELS[picture.space]):
        return replace(picture, profile=profile)
    return picture


def _deep_colour(data: bytes, frame: int, size: tuple[int, int]) -> Picture | None:
    """Three times 16 bits, of which Pillow would keep 8; None where OpenCV cannot read it either."""
    import cv2  # slow to import, and hardly ever needed

    read, found = cv2.imdecodemulti(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED, range=(frame, frame + 1))
    if not read or len(found) != 1 or found[0].dtype != np.uint16 or found[0].shape != (size[1], size[0], 3):
        return None
    return pixels.of_samples(np.asarray(found[0][:, :, ::-1], dtype=np.uint16))


def _tag(image: Image.Image, tag: int, default: Any) -> Any:
    """A tag of a TIFF; ``default`` for other formats."""
    return getattr(image, "tag_v2", {}).get(tag, default) if image.format == "TIFF" else default


def _orientation(image: Image.Image) -> int:
    """1 to 8; a file whose description cannot be read stands as it is stored."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _dpi(image: Image.Image, orientation: int) -> tuple[float, float] | None:
    stated: Any = image.info.get("dpi")
    try:
        across, down = (float(value) for value in stated)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return shown_size((across, down), orientation)
