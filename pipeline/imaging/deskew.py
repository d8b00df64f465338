"""The small angle a page is off upright, from the rows its text stands in.

The ink of each candidate row direction is summed: rows of text give a profile of sharp peaks and empty gaps only when
the direction is right (Postl's projection profile). Only ink of text size takes part, so frames do not pull the angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink import Mask

LIMIT = 15.0
"""Degrees. Beyond this a page is a quarter turn away, or was not laid down to be read."""

_POINTS = 24_000
"""Ink pixels used. More do not move the angle by 0.05° on the real scans; fewer than 8,000 do."""

_LEAST_POINTS = 400
"""Fewer ink pixels than this (a dozen characters) cannot tell a direction."""

_LEAST_PEAK = 1.08
"""Sharpest profile over the median one. Text pages measure 1.2 to 6, pages of texture or blur below 1.05."""


@dataclass(frozen=True, slots=True)
class Skew:
    """``degrees`` the text leans clockwise from upright; ``confidence`` 0 (no rows found) to 1."""

    degrees: float
    confidence: float


def measure_skew(mask: Mask) -> Skew:
    """Skew of the text on a mask of preview size, within ±15°, to about 0.1°; 0 where there is no text to tell."""
    points = _ink_points(mask)
    if len(points) < _LEAST_POINTS:
        return Skew(0.0, 0.0)
    coarse = np.arange(-LIMIT, LIMIT + 0.01, 0.5)
    scores = np.array([_sharpness(points, float(a), bin_size=2.0) for a in coarse])
    peak = float(scores.max() / max(float(np.median(scores)), 1e-9))
    best = float(coarse[int(scores.argmax())])
    fine = np.arange(best - 0.6, best + 0.61, 0.05)
    fine_scores = np.array([_sharpness(points, float(a), bin_size=1.0) for a in fine])
    # A plateau of equal scores is common on short lines; its middle is the angle, not its first edge.
    top = fine_scores >= fine_scores.max() - 0.1 * (fine_scores.max() - fine_scores.min())
    angle = float(np.average(fine[top], weights=fine_scores[top]))
    at_limit = abs(angle) > LIMIT - 0.5
    confidence = 0.0 if peak < _LEAST_PEAK or at_limit else min(1.0, (peak - 1.0) / 0.5)
    return Skew(angle if confidence > 0 else 0.0, confidence)


def row_sharpness(mask: Mask) -> float:
    """How much the text stands in horizontal rows: sharpest profile within ±15° of level, per ink pixel."""
    points = _ink_points(mask)
    if len(points) < _LEAST_POINTS:
        return 0.0
    return max(_sharpness(points, float(a), bin_size=2.0) for a in np.arange(-LIMIT, LIMIT + 0.01, 1.0))


def _ink_points(mask: Mask) -> NDArray[np.float32]:
    ys, xs = np.nonzero(mask)
    step = max(1, len(ys) // _POINTS)
    centre = (mask.shape[1] / 2, mask.shape[0] / 2)
    points = np.stack([xs[::step] - centre[0], ys[::step] - centre[1]], axis=1).astype(np.float32)
    # Whole-numbered rows make 0° look sharper than it is (up to 0.15° of pull): spread each pixel over its own height.
    points[:, 1] += np.random.default_rng(0).uniform(-0.5, 0.5, len(points)).astype(np.float32)
    return points


def _sharpness(points: NDArray[np.float32], degrees: float, bin_size: float) -> float:
    a = np.deg2rad(degrees)
    rows = points[:, 1] * np.float32(np.cos(a)) - points[:, 0] * np.float32(np.sin(a))
    rows = (rows - rows.min()) / np.float32(bin_size)
    profile = np.bincount(rows.astype(np.int32)).astype(np.float64)
    step = np.diff(profile)
    return float((step * step).sum() / (profile.sum() ** 2) * len(profile))
