"""ICC profiles: the sRGB of the output intent, one for CMYK pictures that bring none, and which of theirs to keep."""

from __future__ import annotations

import functools
import io
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

DATE: Final = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
"""Creation date written into the profiles made here, so that equal input gives equal bytes."""
_VERSION_4_2: Final = bytes.fromhex("04200000")
"""ICC.1:2004-10, the latest that ISO 32000-1 knows; nothing in the sRGB profile is newer."""
_SPACES: Final = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
_CLASSES: Final = (b"scnr", b"mntr", b"prtr", b"spac")
_MAX_BYTES: Final = 4 * 1024 * 1024
_MAX_GREY_SHIFT: Final = 40
_MAX_LUMA_SHIFT: Final = 80
"""How far (of 255) a picture's profile may move a grey, and the lightness of a colour, away from what its values say.
Measured: Adobe RGB moves greys by 9 and colours by 43, ProPhoto by 19 and 60; a profile that hides print, or shows
hidden print, moves them further."""


@functools.cache
def srgb() -> bytes:
    """The sRGB profile (IEC 61966-2-1) of the output intent."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[8:12] = _VERSION_4_2
    profile[24:36] = DATE
    profile[84:100] = bytes(16)
    return bytes(profile)


def components(profile: bytes) -> int:
    """Colour components of a profile a PDF/A-3 may embed, told from its header (ICC.1:2004-10 §7.2); 0 for others."""
    sound = (
        128 < len(profile) <= _MAX_BYTES
        and int.from_bytes(profile[:4], "big") == len(profile)
        and profile[36:40] == b"acsp"
        and profile[8] < 5
        and profile[12:16] in _CLASSES
    )
    return _SPACES.get(profile[16:20], 0) if sound else 0


@functools.lru_cache(maxsize=32)
def honest(profile: bytes, channels: int) -> bool:
    """Whether a picture's own profile may be kept: valid, for so many channels, and showing about what the values say.

    Text is read from the values, people see what the profile makes of them. A profile is as easily made as any other
    file, so one that turns light grey into white, or the other way round, is not taken along.
    """
    if components(profile) != channels:
        return False
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    steps = {1: 256, 3: 9, 4: 5}[channels]
    axis = np.linspace(0, 255, steps).round().astype(np.uint8)
    colours = np.stack(np.meshgrid(*[axis] * channels, indexing="ij"), axis=-1).reshape(1, -1, channels)
    greys = np.linspace(0, 255, 256).round().astype(np.uint8).reshape(1, -1, 1)
    greys = (
        np.concatenate([np.zeros((1, 256, 3), np.uint8), greys], axis=2) if channels == 4 else greys.repeat(channels, 2)
    )
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        into_srgb = ImageCms.buildTransform(own, ImageCms.ImageCmsProfile(io.BytesIO(srgb())), mode, "RGB")
        shown_colours, shown_greys = (_through(into_srgb, mode, values) for values in (colours, greys))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    grey_lightness = _luma(shown_greys)
    steady = bool(np.all(np.diff(grey_lightness if channels != 4 else -grey_lightness) >= -2))
    grey_shift = np.abs(grey_lightness - _luma(_as_read(greys))).max()
    luma_shift = np.abs(_luma(shown_colours) - _luma(_as_read(colours))).max()
    return steady and bool(grey_shift <= _MAX_GREY_SHIFT and luma_shift <= _MAX_LUMA_SHIFT)


def _through(transform: ImageCms.ImageCmsTransform, mode: str, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.frombytes(mode, (values.shape[1], 1), np.ascontiguousarray(values).tobytes())
    shown = ImageCms.applyTransform(picture, transform)
    if shown is None:
        raise ValueError("no picture came back")
    return np.asarray(shown)


def _as_read(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The red-green-blue that text is read from: the values themselves, of CMYK the product of paper and inks."""
    if values.shape[2] == 4:
        inks = 255.0 - values
        return (inks[:, :, :3] * inks[:, :, 3:] / 255.0).round().astype(np.uint8)
    return values.repeat(3, axis=2) if values.shape[2] == 1 else values


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    lightness: NDArray[np.float64] = rgb.reshape(-1, 3).astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return lightness
