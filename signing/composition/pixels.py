"""Pictures that a PDF cannot hold as they are: decoded once, and written again without losing a pixel.

Bilevel becomes CCITT Group 4 where that is small, everything else Flate with PNG prediction. Transparency falls on
white paper: PDF/A-3 would allow a soft mask, but what is sealed must look the same in every viewer, and white paper is
what was read.
"""

from __future__ import annotations

import io
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from signing.composition import png
from signing.composition.picture import CHANNELS, Picture, Space

_SEE_THROUGH: Final = ("LA", "La", "PA", "RGBA", "RGBa")
_STRIP_OFFSETS, _STRIP_BYTES, _ROWS_PER_STRIP = 273, 279, 278
_COMPRESSION: Final = 6


def encoded(image: Image.Image) -> Picture:
    """A decoded image of any mode as a picture, its profile left out.

    Kept to the bit: 1, 8 and 16 bits grey, palettes, RGB, CMYK. Greys of 9 to 15 bits stored in 16 are spread over all
    16, by which they can be told and would otherwise be near black. Greys of 32 bits and floating point become 8 bits
    as they are shown on a screen, and so do YCbCr and L*a*b*. Raises ValueError for a mode that cannot be shown.
    """
    image = _on_paper(image)
    if image.mode == "1":
        return _bilevel(image)
    if image.mode == "CMYK":
        stream = zlib.compress(image.tobytes(), _COMPRESSION)
        return Picture(image.width, image.height, stream, "FlateDecode", "cmyk")
    if image.mode.startswith("I") or image.mode == "F":
        image = _plain_grey(np.asarray(image))
    elif image.mode not in ("L", "P", "RGB"):
        image = image.convert("RGB")
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=_COMPRESSION)
    return of_png(png.read_structure(out.getvalue()))


def of_png(structure: png.PngStructure) -> Picture:
    """The compressed pixels of a PNG that fits, as they are."""
    space: Space = "gray" if structure.channels == 1 and not structure.palette else "rgb"
    return Picture(
        structure.width,
        structure.height,
        structure.pixels,
        "FlateDecode",
        space,
        bits=structure.bits,
        parameters={
            "Predictor": 15,
            "Colors": structure.channels,
            "BitsPerComponent": structure.bits,
            "Columns": structure.width,
        },
        # An index beyond the palette is black to the reader of pixels; a PDF reader would be free to guess.
        palette=structure.palette.ljust(3 << structure.bits, b"\0") if structure.palette else b"",
    )


def of_samples(samples: NDArray[np.uint16]) -> Picture:
    """16-bit samples, rows × columns × 1 or 3, which Pillow has no mode for when there are three."""
    height, width, channels = samples.shape
    space: Space = "gray" if channels == 1 else "rgb"
    if CHANNELS[space] != channels:
        raise ValueError(f"{channels} channels")
    stream = zlib.compress(samples.astype(">u2").tobytes(), _COMPRESSION)
    return Picture(width, height, stream, "FlateDecode", space, bits=16)


def _on_paper(image: Image.Image) -> Image.Image:
    """The image without transparency; where it has any, on white."""
    if image.mode not in _SEE_THROUGH and "transparency" not in image.info:
        return image
    rgba = image.convert("RGBA")
    alpha = rgba.getchannel("A")
    grey = image.mode in ("LA", "La", "L", "1")
    if alpha.getextrema()[0] == 255:
        return rgba.convert("L" if grey else "RGB")
    paper = Image.new("RGB", rgba.size, (255, 255, 255))
    paper.paste(rgba, mask=alpha)
    return paper.convert("L") if grey else paper


def _bilevel(image: Image.Image) -> Picture:
    """Black and white as one strip of CCITT Group 4 (ITU-T T.6), or as Flate where that is smaller (dithered)."""
    out = io.BytesIO()
    # Fax codes are short for white paper: white must be the bit that fax calls white.
    ImageChops.invert(image).save(out, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    data = out.getvalue()
    with Image.open(io.BytesIO(data), formats=["TIFF"]) as tiff:
        tags: Any = getattr(tiff, "tag_v2")  # noqa: B009  not on the base class
        (offset,), (length,) = tags[_STRIP_OFFSETS], tags[_STRIP_BYTES]
    flate = zlib.compress(image.tobytes(), _COMPRESSION)
    if len(flate) < length:
        return Picture(image.width, image.height, flate, "FlateDecode", "gray", bits=1)
    return Picture(
        image.width,
        image.height,
        data[offset : offset + length],
        "CCITTFaxDecode",
        "gray",
        bits=1,
        parameters={"K": -1, "Columns": image.width, "Rows": image.height, "BlackIs1": False},
    )


def _plain_grey(values: NDArray[Any]) -> Image.Image:
    """Grey of more than 8 bits: up to 16 kept and spread over 16, others brought to 8."""
    if values.dtype.kind == "f":
        top = float(np.nanmax(values, initial=0.0))
        shown = np.nan_to_num(values) * (255.0 if top <= 1.0 else 1.0)
        return Image.fromarray(np.clip(shown, 0, 255).astype(np.uint8))
    wide = np.clip(values.astype(np.int64), 0, None)
    bits = int(wide.max(initial=0)).bit_length()
    if bits <= 8:
        return Image.fromarray(wide.astype(np.uint8))
    if bits <= 16:
        return Image.fromarray((wide << (16 - bits)).astype(np.uint16))
    return Image.fromarray((wide >> (bits - 8)).astype(np.uint8))
