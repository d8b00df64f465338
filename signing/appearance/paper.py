"""Taking the paper away from a scanned or photographed seal.

The paper's lightness is a smooth surface over the picture (lamps and shadows vary slowly), fitted to what looks like
bare paper, beginning at the rim. Light divided by it leaves the ink alone. A seal of one colour, as nearly all are, is
drawn in that colour with as much opacity as a pixel has of it; hues do not change in shadow, so its faint edges count
as ink and grey shadows do not. Pictures of several colours keep the colour of every pixel.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_LIGHT: Final = 130
"""Paper photographed in a room is at least this light (of 255) in every channel along most of the picture's rim …"""
_GREY: Final = 60
"""… and its channels differ by at most this."""
_PREVIEW: Final = 96
_TOLERANCES: Final = (0.35, 0.2, 0.12, 0.08)
"""What still counts as bare paper, as a share of the fitted lightness, from the first fit to the last."""
_INKED: Final = 0.3
"""Light missing where there is clearly ink."""
_STRAYS: Final = 0.05
"""Share of inked pixels that may be of another hue in a picture of one colour."""
_FAINT, _FULL = 0.14, 0.75
"""Share of the ink's own strength below which a pixel is paper (grain, shadow), and above which it is ink."""


def without_paper(pixels: Pixels) -> Pixels:
    """RGBA (rows, columns, 4) with the paper made clear; unchanged where the picture does not lie on light paper."""
    rgb = pixels[..., :3]
    rim = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]).astype(np.int16)
    middle = np.median(rim, axis=0)
    if middle.min() < _LIGHT or middle.max() - middle.min() > _GREY:
        return pixels
    light = np.clip(rgb.astype(np.float32) / _paper(rgb), 0, 1)
    missing: Floats = 1 - light.min(axis=2)
    inked = missing > _INKED
    if not inked.any():
        return np.dstack([rgb, np.zeros(rgb.shape[:2], np.uint8)])
    colour = np.median(light[inked], axis=0)
    if _one_hue(light[inked], colour):
        share = _share(_saturation(light))
        own = np.broadcast_to(np.clip(colour * 255, 0, 255), rgb.shape)
    else:
        share = _share(missing)
        # What the ink itself must look like for paper and ink together to give the pixel.
        own = np.clip(255 * (1 - (1 - light) / np.maximum(share, 1 / 255)[..., None]), 0, 255)
    return np.dstack([own, share * 255]).round().astype(np.uint8)


def _paper(rgb: Pixels) -> Floats:
    """The bare paper's colour at every pixel, a quadratic surface for each channel."""
    rows, columns = rgb.shape[:2]
    scale = _PREVIEW / max(rows, columns)
    size = max(8, round(columns * scale)), max(8, round(rows * scale))
    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX), dtype=np.float32)
    terms = _terms(small.shape[0], small.shape[1])
    bare = np.zeros(small.shape[:2], dtype=bool)
    bare[:3], bare[-3:], bare[:, :3], bare[:, -3:] = True, True, True, True
    bare &= np.abs(small / np.maximum(np.median(small[bare], axis=0), 1) - 1).max(axis=2) < 0.5
    weights = np.linalg.lstsq(terms[bare], small[bare], rcond=None)[0]
    for tolerance in _TOLERANCES:
        fitted = np.maximum(terms @ weights, 1)
        near = np.abs(small / fitted - 1).max(axis=2) < tolerance
        if near.sum() < 4 * terms.shape[2]:
            break
        weights = np.linalg.lstsq(terms[near], small[near], rcond=None)[0]
    surface: Floats = np.maximum(_terms(rows, columns) @ weights.astype(np.float32), 1)
    return surface


def _terms(rows: int, columns: int) -> Floats:
    """1, x, y, x², xy, y² over the picture, x and y from -1 to 1."""
    y, x = np.meshgrid(
        np.linspace(-1, 1, rows, dtype=np.float32), np.linspace(-1, 1, columns, dtype=np.float32), indexing="ij"
    )
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _saturation(light: Floats) -> Floats:
    """How much the weakest channel lacks beside the strongest: the same in shadow as in light."""
    result: Floats = 1 - light.min(axis=2) / np.maximum(light.max(axis=2), 1e-3)
    return result


def _one_hue(inked: Floats, colour: Floats) -> bool:
    """Whether nearly all ink is of one saturated hue."""
    chroma = inked - inked.mean(axis=1, keepdims=True)
    main = colour - colour.mean()
    strength = float(np.linalg.norm(main))
    if strength < 0.2:
        return False
    lengths = np.maximum(np.linalg.norm(chroma, axis=1), 1e-6)
    alike = (chroma @ main) / (lengths * strength) > 0.8
    saturated = lengths > 0.3 * strength
    return float(np.mean(~(alike & saturated))) < _STRAYS


def _share(amount: Floats) -> Floats:
    strongest = max(0.2, float(np.quantile(amount[amount > _INKED], 0.8)) if (amount > _INKED).any() else 1.0)
    result: Floats = np.clip((amount / strongest - _FAINT) / (_FULL - _FAINT), 0, 1)
    return result
