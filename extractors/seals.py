"""Round and oval red seals on a page.

Circles are laid through random triples of rim points of every red blob, and the one with most ink on its line wins:
that finds seals that cross each other, are incomplete, or lie over text. ``extractors.seal_text`` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.geometry import Box, Point
from extractors.page import BgrImage
from extractors.red_ink import Mask, red_ink, redness

_SEARCH_SIDE = 1120
"""Pixels of the long side seals are searched on; the ring line of a 40 mm seal on A4 is 2 pixels wide there."""

_LEAST_REDNESS = 22
"""Grey levels red ink exceeds the tint of its surroundings. Seals of the real scans measure 30 to 150."""

_LEAST_FADED = 11
"""The same for faded ink and small, blurred copies. Tried second: it runs the strokes of clear seals together."""

_LEAST_RADIUS, _MOST_RADIUS = 0.032, 0.16
"""Radii of a seal as a share of the long side: 40 mm on an A4 sheet is 0.067, on A3 0.048, on a small certificate up to
0.15; characters of red titles stay below 0.03."""

_LEAST_RING = 0.62
"""Share of the circle that must show its line: whole seals measure 0.8 and more, smudged ones 0.67 to 0.75."""

_TRIES, _SAMPLE_POINTS = 160, 1200
"""Circles tried a blob, and ink pixels each is held against: with half of the rim not on the ring, 160 tries miss it
with probability below 1e-9."""

_MOST_FILL = 0.45
"""Share of red inside the ring: seals measure 0.01 to 0.36, the national emblem 0.55 to 0.8."""

_MOST_OUTSIDE = 0.2
"""Share of red on a circle 9 % outside the line: whole seals measure 0, crossing ones up to 0.15, circles laid through
large red characters 0.25 to 0.65."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A red seal: an ellipse along its outer line, in pixels of the page it was found on, origin top-left."""

    center: Point
    radii: tuple[float, float]
    """Half axes in pixels, before turning by ``angle``."""
    angle: float
    """Degrees clockwise from the x axis to the first half axis; 0 for round seals."""
    completeness: float
    """Share of the ring line that is there, 0 to 1."""

    @property
    def box(self) -> Box:
        a, (rx, ry), (cx, cy) = np.deg2rad(self.angle), self.radii, self.center
        dx = float(np.hypot(rx * np.cos(a), ry * np.sin(a)))
        dy = float(np.hypot(rx * np.sin(a), ry * np.cos(a)))
        return Box(cx - dx, cy - dy, cx + dx, cy + dy)

    def scaled(self, factor: float) -> Seal:
        """The seal in pixels of an image ``factor`` times as large."""
        (x, y), (rx, ry) = self.center, self.radii
        center = ((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5)
        return Seal(center, (rx * factor, ry * factor), self.angle, self.completeness)


def find_seals(image: BgrImage) -> list[Seal]:
    """Round and oval red seals of the page, most complete first; empty on a greyscale copy."""
    scale = min(2.0, _SEARCH_SIDE / max(image.shape[:2]))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), dtype=np.uint8)
    red = redness(small)
    found: list[Seal] = []
    for least in (_LEAST_REDNESS, _LEAST_FADED):
        for seal in sorted(_seals_in(red_ink(red, least)), key=lambda s: s.completeness, reverse=True):
            if not any(_same(seal, other) for other in found):
                found.append(seal)
    return sorted((s.scaled(1 / scale) for s in found), key=lambda s: s.completeness, reverse=True)


def _seals_in(mask: Mask) -> list[Seal]:
    long_side = max(mask.shape)
    reach = max(3, round(long_side * 0.006)) | 1
    joined = cv2.dilate(mask, np.ones((reach, reach), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: list[Seal] = []
    for index, (x, y, w, h, _area) in enumerate(stats[1:], start=1):
        if max(w, h) < 2 * _LEAST_RADIUS * long_side or min(w, h) < 1.2 * _LEAST_RADIUS * long_side:
            continue
        part = np.where(labels[y : y + h, x : x + w] == index, mask[y : y + h, x : x + w], 0).astype(np.uint8)
        for seal in _rings(part, long_side):
            cx, cy = seal.center
            found.append(Seal((cx + x, cy + y), seal.radii, seal.angle, seal.completeness))
    return found


def _rings(part: Mask, long_side: int) -> list[Seal]:
    """Rings in one blob of red; stamps that overlap are taken one after the other."""
    rest, found = part.copy(), []
    for _ in range(3):
        seal = _best_ring(rest, part, long_side)
        if seal is None:
            break
        if _fill(part, seal) <= _MOST_FILL and _on_ring(part, seal, 1.09) <= _MOST_OUTSIDE:
            found.append(seal)
        cv2.ellipse(rest, cv_ellipse(seal, 1.04), (0,), -1)
    return found


def _best_ring(rest: Mask, part: Mask, long_side: int) -> Seal | None:
    ys, xs = np.nonzero(rest)
    low, high = _LEAST_RADIUS * long_side, _MOST_RADIUS * long_side
    if len(xs) < 3 * low:
        return None
    points = np.stack([xs, ys], axis=1).astype(np.float64)
    rim = _outermost(points, points.mean(axis=0))
    circles = _circles_through(rim, low, high)
    if len(circles) == 0:
        return None
    # The line is looked for in all of the blob: where stamps cross, each owns the ink of the crossing.
    ys, xs = np.nonzero(part)
    points = np.stack([xs, ys], axis=1).astype(np.float64)
    sample = points[:: max(1, len(points) // _SAMPLE_POINTS)].astype(np.float32)
    # Most circles are hopeless; a quarter of the points tells.
    promising = circles[np.argsort(_coverage(circles, sample[::4]))[-24:]]
    cx, cy, r = promising[int(np.argmax(_coverage(promising, sample)))]
    seal = _refined(points, cx, cy, r)
    sound = seal.completeness >= _LEAST_RING and low <= min(seal.radii) <= max(seal.radii) <= high
    return seal if sound else None


def _outermost(points: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """The farthest point in each of 240 directions."""
    offset = points - centre
    sector = ((np.arctan2(offset[:, 1], offset[:, 0]) + np.pi) / (2 * np.pi) * 239.999).astype(int)
    order = np.lexsort((np.hypot(offset[:, 0], offset[:, 1]), sector))
    last = np.append(np.flatnonzero(np.diff(sector[order])), len(order) - 1)
    return np.asarray(points[order[last]], dtype=np.float64)


def _circles_through(rim: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Circles (x, y, radius) through random triples of rim points, radii within bounds."""
    if len(rim) < 12:
        return np.empty((0, 3))
    picks = np.random.default_rng(0).integers(0, len(rim), (_TRIES, 3))
    a, b, c = (rim[picks[:, i]] for i in range(3))
    d = 2 * (a[:, 0] * (b[:, 1] - c[:, 1]) + b[:, 0] * (c[:, 1] - a[:, 1]) + c[:, 0] * (a[:, 1] - b[:, 1]))
    keep = np.abs(d) > 50
    a, b, c, d = a[keep], b[keep], c[keep], d[keep]
    sa, sb, sc = ((p * p).sum(axis=1) for p in (a, b, c))
    x = (sa * (b[:, 1] - c[:, 1]) + sb * (c[:, 1] - a[:, 1]) + sc * (a[:, 1] - b[:, 1])) / d
    y = (sa * (c[:, 0] - b[:, 0]) + sb * (a[:, 0] - c[:, 0]) + sc * (b[:, 0] - a[:, 0])) / d
    r = np.hypot(a[:, 0] - x, a[:, 1] - y)
    circles = np.stack([x, y, r], axis=1)
    return np.asarray(circles[(r >= 0.9 * low) & (r <= 1.1 * high)], dtype=np.float64)


def _coverage(circles: NDArray[np.float64], points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Share of 64 directions in which each circle finds ink on its line; a larger circle wins a near tie."""
    out = np.zeros(len(circles))
    for i, (cx, cy, r) in enumerate(circles):
        dx, dy = points[:, 0] - np.float32(cx), points[:, 1] - np.float32(cy)
        squared = dx * dx + dy * dy
        slack = max(1.5, 0.03 * r)
        on_line = (squared > (r - slack) ** 2) & (squared < (r + slack) ** 2)
        if np.count_nonzero(on_line) < 8:
            continue
        sector = ((np.arctan2(dy[on_line], dx[on_line]) + np.pi) * (63.999 / (2 * np.pi))).astype(np.int32)
        out[i] = np.count_nonzero(np.bincount(sector, minlength=64)) / 64
    return np.asarray(out + 0.05 * circles[:, 2] / circles[:, 2].max(), dtype=np.float64)


def _refined(points: NDArray[np.float64], cx: float, cy: float, r: float) -> Seal:
    """The ellipse along the outer line near a circle: photographed seals are a few per cent out of round."""
    offset = points - (cx, cy)
    distance = np.hypot(offset[:, 0], offset[:, 1])
    near = points[(distance > 0.92 * r) & (distance < 1.08 * r)]
    line = _outermost(near, np.array([cx, cy])) if len(near) else near
    share = len(line) / 240
    if len(line) < 60:
        return Seal((cx, cy), (r, r), 0.0, share)
    (ex, ey), (w, h), angle = cv2.fitEllipse(line.astype(np.float32))
    if not (0.85 < w / max(h, 1e-6) < 1.18 and np.hypot(ex - cx, ey - cy) < 0.12 * r):
        return Seal((cx, cy), (r, r), 0.0, share)
    return Seal((float(ex), float(ey)), (w / 2, h / 2), float(angle), share)


def _fill(part: Mask, seal: Seal) -> float:
    inner = np.zeros(part.shape[:2], np.uint8)
    cv2.ellipse(inner, cv_ellipse(seal, 0.9), (255,), -1)
    return cv2.mean(part, inner)[0] / 255 if inner.any() else 1.0


def _same(one: Seal, other: Seal) -> bool:
    apart = float(np.hypot(one.center[0] - other.center[0], one.center[1] - other.center[1]))
    return apart < 0.5 * max(*one.radii, *other.radii)


def _on_ring(part: Mask, seal: Seal, radius: float) -> float:
    """Share of red on the ellipse ``radius`` times as large as the outer line, over 180 directions."""
    xs, ys = points_at(seal, np.linspace(0, 2 * np.pi, 180, endpoint=False), np.array([radius]))
    column, row = xs.ravel().round().astype(int), ys.ravel().round().astype(int)
    inside = (column >= 0) & (row >= 0) & (column < part.shape[1]) & (row < part.shape[0])
    return float((part[row[inside], column[inside]] > 0).sum() / 180)


def points_at(
    seal: Seal, angles: NDArray[np.float64], radii: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pixel coordinates (x, y) of radii (1 is the outer line; rows) in directions (radians; columns) of a seal."""
    turn = np.deg2rad(seal.angle)
    u = seal.radii[0] * np.cos(angles - turn)
    v = seal.radii[1] * np.sin(angles - turn)
    x = u * np.cos(turn) - v * np.sin(turn)
    y = u * np.sin(turn) + v * np.cos(turn)
    xs = seal.center[0] + radii[:, None] * x[None, :]
    ys = seal.center[1] + radii[:, None] * y[None, :]
    return xs.astype(np.float32), ys.astype(np.float32)


def cv_ellipse(seal: Seal, grow: float) -> tuple[Point, tuple[float, float], float]:
    rx, ry = seal.radii
    return seal.center, (2 * rx * grow, 2 * ry * grow), seal.angle
