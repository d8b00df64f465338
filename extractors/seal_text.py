"""The text that runs around the ring of a seal.

The registration authority of a business licence often stands nowhere but in its seal. The ring is unrolled into a
straight strip that any recogniser of text lines can read; black text that the seal was stamped over is left out of it
by its colour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from extractors.page import BgrImage
from extractors.red_ink import redness, times
from extractors.seals import Seal, points_at

Recognise = Callable[[list[BgrImage]], list[tuple[str, float]]]
"""Reads line crops (BGR, dark on light) and returns text and mean character confidence of each."""

Grey = NDArray[np.uint8]

_STRIP_HEIGHT = 64
"""Pixels of the strip; recognisers work at 48."""

_BLACK = 0.75
"""Red light, as a share of what the seal's own ink returns, below which colourless ink is black text."""

_SURE = 0.995
"""Mean confidence from which a rendering is taken without trying the next: every ring of the real scans read above it
was right to the character; one with faded characters left out reached 0.991."""

_INNERMOST, _OUTERMOST = 0.45, 1.02
"""Radii between which ring text is looked for; 1 is the outer line."""

_DIRECTIONS = 360
_RADII = 72


@dataclass(frozen=True, slots=True)
class _Band:
    """The sector of the ring that holds text: radii as shares of the outer line, angles in radians, clockwise."""

    inner: float
    outer: float
    start: float
    span: float


def unwrap(image: BgrImage, seal: Seal) -> list[BgrImage]:
    """The ring text of a seal as straight strips, dark on white, 64 pixels high, to be read left to right.

    Three renderings of the same strip: redness alone, which is coarse (JPEG halves the resolution of colour) but free
    of any other ink; all ink but what is black; all ink. What reads with most confidence is right.
    Empty where no text stands in the ring. ``image`` is the page the seal was found on.
    """
    renderings, origin = _renderings(image, seal)
    band = _text_band(renderings[0], seal, origin)
    if band is None:
        return []
    return [_unrolled(rendering, seal, origin, band) for rendering in renderings]


def read_ring(image: BgrImage, seal: Seal, recognise: Recognise) -> tuple[str, float]:
    """Text around the ring of a seal and its confidence, 0 to 1; empty with 0.0 where there is none to read.

    Where no rendering reads for certain, the confidence of the best one falls with its difference from the others: a
    recogniser that skips a faint character is confident of all the rest.
    """
    found: list[tuple[str, float]] = []
    for strip in unwrap(image, seal):
        text, confidence = recognise([strip])[0]
        if confidence >= _SURE:
            return text, confidence
        found.append((text, confidence))
    if not found:
        return "", 0.0
    found.sort(key=lambda reading: reading[1], reverse=True)
    (text, confidence), *others = found
    return text, confidence * max((fuzz.ratio(text, other) / 100 for other, _ in others), default=1.0)


def _renderings(image: BgrImage, seal: Seal) -> tuple[list[Grey], tuple[int, int]]:
    """The seal dark on white: redness alone, without black ink, all ink; and the page position of their first pixel."""
    box = seal.box.grown(0.1 * seal.box.width, 0.1 * seal.box.height).clipped(image.shape[1], image.shape[0])
    x0, y0 = int(box.x0), int(box.y0)
    patch = image[y0 : int(box.y1) + 1, x0 : int(box.x1) + 1]
    even = _evened(patch, round(0.3 * min(seal.radii)))
    red = redness(even, (255.0, 255.0, 255.0))
    strength = max(24.0, float(np.percentile(red, 96)))
    red_only = 255 - times(red, 255 / strength)
    red_light = float(np.median(even[:, :, 2][red > 0.7 * strength])) if (red > 0.7 * strength).any() else 255.0
    black = np.where((even[:, :, 2] < _BLACK * red_light) & (red < 0.4 * strength), 255, 0).astype(np.uint8)
    light = even[:, :, 1]
    darkest = float(np.percentile(light, 4))
    all_ink = 255 - times(255 - light, 255 / max(255 - darkest, 40.0))
    not_black = all_ink.copy()
    # Lone black pixels are the dark cores of red strokes. The soft edge of a black stroke is as grey as red ink is in
    # the green channel: it goes with the stroke.
    strokes = cv2.morphologyEx(black, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    not_black[cv2.dilate(strokes, np.ones((3, 3), np.uint8)) > 0] = 255
    return [np.asarray(grey, np.uint8) for grey in (red_only, not_black, all_ink)], (x0, y0)


def _evened(patch: BgrImage, reach: int) -> BgrImage:
    """The patch divided by the colour of the paper around each pixel, so that paper is white whatever its shade."""
    factor = max(1, reach // 8)
    small = cv2.resize(patch, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    size = max(3, reach // factor) | 1
    lifted = cv2.medianBlur(cv2.dilate(small, np.ones((size, size), np.uint8)), 5)
    paper = cv2.resize(cv2.blur(lifted, (size, size)), (patch.shape[1], patch.shape[0]))
    return np.asarray(cv2.divide(patch, paper, scale=255), dtype=np.uint8)


def _text_band(red_only: Grey, seal: Seal, origin: tuple[int, int]) -> _Band | None:
    radii = np.linspace(_INNERMOST, _OUTERMOST, _RADII)
    angles = np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False)
    xs, ys = points_at(seal, angles, radii)
    ink = 255 - cv2.remap(
        red_only, xs - origin[0], ys - origin[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    ring = ink.astype(np.float32) / 255
    limits = _radial_limits(ring.mean(axis=1), radii)
    if limits is None:
        return None
    inner, outer = limits
    # A code along the rim is less than half as tall as the text: what lacks ink near the feet or the heads is no text.
    middle = (inner + outer) / 2
    feet = ring[(radii >= inner) & (radii < middle)].mean(axis=0)
    heads = ring[(radii >= middle) & (radii <= outer)].mean(axis=0)
    sector = _text_sector(np.minimum(_around(feet), _around(heads)))
    if sector is None:
        return None
    start, span = sector
    height = outer - inner
    return _Band(max(0.3, inner - 0.06 * height), outer + 0.06 * height, start, span)


def _radial_limits(profile: NDArray[np.float32], radii: NDArray[np.float64]) -> tuple[float, float] | None:
    """Radii of the feet and the heads of the ring text, from the mean ink at each radius."""
    smooth = np.convolve(profile, np.ones(3) / 3, mode="same")
    beyond = (radii > 0.82) & (radii < 0.98)
    top = int(np.flatnonzero(beyond)[np.argmin(smooth[beyond])])
    body = smooth[: top + 1]
    middle = (radii[: top + 1] > 0.6) & (radii[: top + 1] < 0.9)
    peak = float(body[middle].max()) if middle.any() else 0.0
    floor = float(body.min())
    if peak < 0.06:
        return None
    level = floor + 0.22 * (peak - floor)
    at = int(np.flatnonzero(middle)[np.argmax(body[middle])])
    bottom, upper = at, at
    while bottom > 0 and body[bottom] > level:
        bottom -= 1
    while upper < top and body[upper] > level:
        upper += 1
    return float(radii[bottom]), float(radii[upper])


def _around(ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Ink by direction, averaged over about half a character (11°)."""
    half = _DIRECTIONS // 64
    return np.convolve(np.concatenate([ink[-half:], ink, ink[:half]]), np.ones(2 * half + 1) / (2 * half + 1), "valid")


def _text_sector(ink: NDArray[np.float64]) -> tuple[float, float] | None:
    """Start and span, in radians clockwise, of the text: all of the ring but its widest gap."""
    n = len(ink)
    blank = ink < max(0.03, 0.25 * float(np.percentile(ink, 75)))
    if blank.all():
        return None
    if not blank.any():
        return np.pi / 2, 2 * np.pi
    first, length = max(_runs(blank), key=lambda gap: gap[1])
    margin = min(length / 2, 0.012 * n)
    start, span = first + length - margin, n - length + 2 * margin
    return start * 2 * np.pi / n, span * 2 * np.pi / n


def _runs(blank: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and length of every run of True around a ring that is not True all round."""
    n = len(blank)
    edge = int(np.flatnonzero(~blank)[0])
    turned = np.roll(blank, -edge)
    change = np.flatnonzero(np.diff(np.concatenate([[0], turned.astype(np.int8), [0]])))
    return [((int(a) + edge) % n, int(b - a)) for a, b in change.reshape(-1, 2)]


def _unrolled(rendering: Grey, seal: Seal, origin: tuple[int, int], band: _Band) -> BgrImage:
    height = band.outer - band.inner
    middle = (band.inner + band.outer) / 2
    width = max(_STRIP_HEIGHT, round(_STRIP_HEIGHT * band.span * middle / height))
    angles = np.asarray(band.start + np.arange(width) * (band.span / width), dtype=np.float64)
    xs, ys = points_at(seal, angles, np.linspace(band.outer, band.inner, _STRIP_HEIGHT))
    # A seal scanned finer than the strip is smoothed first, or its strokes would come out jagged.
    step = round(height * sum(seal.radii) / 2 / _STRIP_HEIGHT)
    source = cv2.blur(rendering, (step, step)) if step >= 2 else rendering
    strip = cv2.remap(
        source, xs - origin[0], ys - origin[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    return np.asarray(cv2.cvtColor(strip, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
