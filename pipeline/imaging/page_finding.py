"""The sheet of paper in a photo: its four corners, or nothing where the image is the page.

A sheet is told from an inner frame by what lies beyond its edge. Past the edge of a sheet comes something that is not
paper (a desk, a folder, a hand), all the way out; past a printed frame comes more paper. So each side of a candidate is
accepted only where the strip outside differs from the strip inside, and what is left outside must not look like paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.geometry import Quad
from extractors.page import BgrImage
from pipeline.imaging.homography import Size

_WORKING_SIDE = 480
"""Pixels of the long side the search works on: corners come out to about 0.2 % of the page, in 10 to 40 ms."""

_LEAST_AREA = 0.25
"""Share of the image a page must fill: below it, it is a label or a stamp on something else."""

_LEAST_STEP = 22.0
"""Colour difference (CIE L*a*b* of OpenCV, 8 bit) across a page edge. Desks and folders measure 35 and more on the real
photos, shaded halves of one sheet below 15."""

_MOST_PAPER_OUTSIDE = 0.25
"""Share of the remainder that may look like the paper inside (a second sheet, a bright object)."""

_FULL = 0.97
"""A page that covers this share of the image *is* the image."""


@dataclass(frozen=True, slots=True)
class PageOutline:
    """Where the page lies in an image.

    ``corners`` are top-left, top-right, bottom-right, bottom-left in pixels of the image searched, origin top-left;
    ``coverage`` is the share of the image inside them; ``cut`` is true where a side of the page coincides with the
    border of the image, so that the page may go on beyond it; ``confidence`` runs from 0 to 1.
    """

    corners: Quad
    coverage: float
    cut: bool
    confidence: float

    @property
    def size(self) -> Size:
        """Width and height in pixels of the page laid flat: its longer sides, so that nothing loses detail."""
        (tl, tr, br, bl) = (np.array(c) for c in self.corners)
        width = max(float(np.linalg.norm(tr - tl)), float(np.linalg.norm(br - bl)))
        height = max(float(np.linalg.norm(bl - tl)), float(np.linalg.norm(br - tr)))
        return max(1, round(width)), max(1, round(height))

    def scaled(self, factor: float) -> PageOutline:
        """The outline in pixels of an image ``factor`` times as large."""
        tl, tr, br, bl = (((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5) for x, y in self.corners)
        return PageOutline((tl, tr, br, bl), self.coverage, self.cut, self.confidence)


def find_page(image: BgrImage) -> PageOutline | None:
    """The page in a photo, or None where the page fills the image or cannot be told from its surroundings."""
    scale = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    # Text and thin frames are closed over, so that a sheet is one even surface.
    surface = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    lab = np.asarray(cv2.cvtColor(surface, cv2.COLOR_BGR2LAB), dtype=np.uint8)
    best: PageOutline | None = None
    for mask in _sheet_masks(lab):
        outline = _outline_of(mask, lab)
        if outline is not None and (best is None or outline.confidence > best.confidence):
            best = outline
    return best.scaled(1 / scale) if best is not None else None


def _sheet_masks(lab: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    light = lab[:, :, 0]
    otsu, _ = cv2.threshold(light, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    masks = [np.where(light > otsu * share, 255, 0).astype(np.uint8) for share in (1.0, 0.8, 0.6)]
    # A sheet on a desk as light as itself still differs in hue: distance from the colour in the middle of the image.
    h, w = light.shape
    middle = lab[h // 4 : h - h // 4, w // 4 : w - w // 4].reshape(-1, 3)
    paper = np.median(middle, axis=0)
    hue = np.hypot(lab[:, :, 1].astype(np.float32) - paper[1], lab[:, :, 2].astype(np.float32) - paper[2])
    masks.append(np.where((hue < 14) & (light > 0.55 * paper[0]), 255, 0).astype(np.uint8))
    return masks


def _outline_of(mask: NDArray[np.uint8], lab: NDArray[np.uint8]) -> PageOutline | None:
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), dtype=np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    hull = np.asarray(cv2.convexHull(max(contours, key=cv2.contourArea)), dtype=np.int32)
    total = float(mask.size)
    hull_area = cv2.contourArea(hull)
    if hull_area < _LEAST_AREA * total:
        return None
    corners = _four_corners(hull)
    if corners is None:
        return None
    quad = np.array(corners, dtype=np.float32)
    area = cv2.contourArea(quad)
    if area < _LEAST_AREA * total or hull_area < 0.93 * area or not _plausible(quad):
        return None
    coverage = area / total
    inside = np.zeros(mask.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, quad.round().astype(np.int32), (255,))
    if coverage > _FULL or cv2.mean(mask, inside)[0] < 0.85 * 255:
        return None
    judged = _edge_steps(quad, lab)
    if judged is None:
        return None
    step, cut = judged
    if step < _LEAST_STEP or _paper_outside(inside, lab) > _MOST_PAPER_OUTSIDE:
        return None
    return PageOutline(corners, coverage, cut, min(1.0, step / (2 * _LEAST_STEP)))


def _four_corners(hull: NDArray[np.int32]) -> Quad | None:
    length = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.015, 0.02, 0.03, 0.04, 0.06):
        approx = cv2.approxPolyDP(hull, tolerance * length, True).reshape(-1, 2)
        if len(approx) == 4:
            return _in_order(_refined(approx.astype(np.float64), hull.reshape(-1, 2).astype(np.float64)))
        if len(approx) < 4:
            break
    return None


def _refined(corners: NDArray[np.float64], hull: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners where lines fitted through the four sides meet: a rounded or folded corner does not pull them in."""
    lines = []
    for i in range(4):
        a, b = corners[i], corners[(i + 1) % 4]
        along = (b - a) / np.linalg.norm(b - a)
        # The hull has few points on a straight side: walk its edges evenly instead.
        walk = np.concatenate([np.linspace(p, q, 24) for p, q in zip(hull, np.roll(hull, -1, axis=0), strict=True)])
        offset = (walk - a) @ np.array([-along[1], along[0]])
        reach = (walk - a) @ along / np.linalg.norm(b - a)
        side = walk[(np.abs(offset) < 4) & (reach > 0.08) & (reach < 0.92)]
        if len(side) < 8:
            side = np.stack([a, b])
        vx, vy, x, y = cv2.fitLine(side.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((np.array([x, y]), np.array([vx, vy])))
    out = corners.copy()
    for i in range(4):
        (p, u), (q, v) = lines[i - 1], lines[i]
        det = u[0] * v[1] - u[1] * v[0]
        if abs(det) > 1e-3:
            t = ((q[0] - p[0]) * v[1] - (q[1] - p[1]) * v[0]) / det
            meeting = p + t * u
            if np.linalg.norm(meeting - corners[i]) < 25:
                out[i] = meeting
    return out


def _in_order(corners: NDArray[np.float64]) -> Quad:
    """Top-left first, then clockwise as seen."""
    centre = corners.mean(axis=0)
    angle = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    ring = corners[np.argsort(angle)]
    ring = np.roll(ring, -int(np.argmin(ring.sum(axis=1))), axis=0)
    tl, tr, br, bl = ((float(x), float(y)) for x, y in ring)
    return tl, tr, br, bl


def _plausible(quad: NDArray[np.float32]) -> bool:
    """A flat sheet seen from a hand's distance: corners between 60° and 120°, opposite sides alike."""
    sides = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 1:
        return False
    unit = sides / lengths[:, None]
    cosines = np.abs((unit * np.roll(unit, 1, axis=0)).sum(axis=1))
    ratios = lengths[:2] / lengths[2:]
    return bool(cosines.max() < 0.5 and ratios.max() < 1.6 and ratios.min() > 1 / 1.6)


def _edge_steps(quad: NDArray[np.float32], lab: NDArray[np.uint8]) -> tuple[float, bool] | None:
    """Smallest colour step over the sides that lie inside the image, and whether some side lies on its border."""
    h, w = lab.shape[:2]
    centre = quad.mean(axis=0)
    steps, cut = [], False
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along = (b - a) / np.linalg.norm(b - a)
        outward = np.array([along[1], -along[0]])
        if outward @ ((a + b) / 2 - centre) < 0:
            outward = -outward
        points = a + np.linspace(0.06, 0.94, 48)[:, None] * (b - a)
        differences = []
        for point in points:
            out, inn = point + 7 * outward, point - 7 * outward
            if 0 <= out[0] < w and 0 <= out[1] < h and 0 <= inn[0] < w and 0 <= inn[1] < h:
                u = lab[int(out[1]), int(out[0])].astype(np.float64)
                v = lab[int(inn[1]), int(inn[0])].astype(np.float64)
                differences.append(float(np.linalg.norm(u - v)))
        if len(differences) < 16:
            cut = True
        else:
            steps.append(float(np.percentile(differences, 25)))
    return (min(steps), cut) if len(steps) >= 2 else None


def _paper_outside(inside: NDArray[np.uint8], lab: NDArray[np.uint8]) -> float:
    core = cv2.erode(inside, np.ones((15, 15), np.uint8)) > 0
    beyond = cv2.dilate(inside, np.ones((7, 7), np.uint8)) == 0
    if not beyond.any() or not core.any():
        return 0.0
    paper = np.median(lab[core], axis=0)
    spread = np.percentile(np.abs(lab[core].astype(np.float32) - paper), 80, axis=0)
    distance = np.abs(lab[beyond].astype(np.float32) - paper) - 1.5 * spread
    return float((distance.max(axis=1) < 10).mean())
