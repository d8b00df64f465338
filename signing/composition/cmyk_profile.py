"""An ICC profile for CMYK pictures that bring none."""

from __future__ import annotations

import functools
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from signing.composition.profiles import DATE

_D50: Final = (0.9642, 1.0, 0.8249)
_GRID: Final = 9
"""Points a side of the CMYK table; what it says of colours in between differs from the formula by less than 1 %."""


@functools.cache
def plain_cmyk() -> bytes:
    """A CMYK profile for pictures that bring none: each ink takes its share of light away, R = (1 − C)(1 − K).

    That is the formula by which such pictures are read, so people see what was read. PDF/A allows no CMYK without a
    profile unless the output intent is CMYK too (ISO 19005-3 §6.2.4.3). An output profile as of ICC.1:2004-10 §8.4.2.
    """
    axis = np.linspace(0, 1, _GRID)
    c, m, y, k = np.meshgrid(axis, axis, axis, axis, indexing="ij")
    rgb = np.stack([(1 - ink) * (1 - k) for ink in (c, m, y)], axis=-1).reshape(-1, 3)
    to_pcs = _lut(4, 3, _GRID, _lab16(_xyz(rgb)))
    light, a, b = np.meshgrid(
        np.linspace(0, 65535 / 65280 * 100, _GRID), *[np.linspace(-128, 127 + 255 / 256, _GRID)] * 2, indexing="ij"
    )
    back = 1 - _rgb(np.stack([light, a, b], axis=-1).reshape(-1, 3))
    inks = np.concatenate([back, np.zeros((len(back), 1))], axis=1)
    from_pcs = _lut(3, 4, _GRID, np.rint(inks * 65535))
    gamut = _lut(3, 1, 2, np.zeros((8, 1)))
    text = b"Plain CMYK\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)
    notice = b"text" + bytes(4) + b"No copyright, use freely\0"
    white = b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(v * 65536)) for v in _D50)
    tags = {b"desc": description, b"cprt": notice, b"wtpt": white, b"gamt": gamut}
    tags |= dict.fromkeys((b"A2B0", b"A2B1", b"A2B2"), to_pcs)
    tags |= dict.fromkeys((b"B2A0", b"B2A1", b"B2A2"), from_pcs)
    return _profile(b"prtr", b"CMYK", b"Lab ", tags)


def _profile(kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A version 2.4 profile; equal tags share their bytes."""
    places: dict[bytes, int] = {}
    body, at = b"", 128 + 4 + 12 * len(tags)
    for data in tags.values():
        if data not in places:
            places[data] = at + len(body)
            body += data + bytes(-len(data) % 4)
    table = struct.pack(">I", len(tags)) + b"".join(
        name + struct.pack(">II", places[data], len(data)) for name, data in tags.items()
    )
    white = b"".join(struct.pack(">i", round(v * 65536)) for v in _D50)
    header = bytes(8) + bytes.fromhex("02400000") + kind + space + pcs + DATE + b"acsp" + bytes(28) + white
    whole = header.ljust(128, b"\0") + table + body
    return len(whole).to_bytes(4, "big") + whole[4:]


def _lut(channels_in: int, channels_out: int, grid: int, values: NDArray[np.float64]) -> bytes:
    """A lut16Type (ICC.1:2004-10 §10.8) with straight curves."""
    identity = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    curve = struct.pack(">2H", 0, 65535)
    head = b"mft2" + bytes(4) + bytes((channels_in, channels_out, grid, 0)) + identity + struct.pack(">2H", 2, 2)
    return head + curve * channels_in + values.clip(0, 65535).astype(">u2").tobytes() + curve * channels_out


_TO_XYZ: Final = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
"""Linear sRGB to XYZ adapted to D50 (Bradford)."""


def _xyz(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ _TO_XYZ.T)


def _lab16(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* in the 16-bit encoding of version 2 profiles: 100 is 0xFF00, a and b from −128."""
    t = xyz / np.array(_D50)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    light, a, b = 116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])
    return np.asarray(np.rint(np.stack([light * 652.8, (a + 128) * 256, (b + 128) * 256], axis=-1)))


def _rgb(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    fy = (lab[:, 0] + 16) / 116
    f = np.stack([fy + lab[:, 1] / 500, fy, fy - lab[:, 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * np.array(_D50)
    linear = np.clip(xyz @ np.linalg.inv(_TO_XYZ).T, 0, 1)
    return np.asarray(np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055))
