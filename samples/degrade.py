"""What happens to a page between the printer and the upload: copying, turning, photographing, compressing.

Every degradation is deterministic in its random source and keeps the 3 × 3 homography from pixels of the clean upright
page to pixels of the degraded image, so that the boxes of the truth can be carried over.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samples.truth import Rect

BgrImage = NDArray[np.uint8]
Homography = NDArray[np.float64]

FAINT_SIDE = 940
"""Long side in pixels of what ``faint`` leaves of a page: text lines are 12 to 14 pixels high."""

PAGE_MM = 297.0
"""Long side of the pages, for turning pixels into dots per inch."""


@dataclass(frozen=True, slots=True, eq=False)
class Degraded:
    """``image`` is BGR; ``transform`` maps clean page pixels to it; ``quality`` is that of the JPEG to be written."""

    image: BgrImage
    transform: Homography
    quality: int

    @property
    def upright_scale(self) -> float | None:
        """Pixels of the upright upload for one of the clean page; None where imaging decides the upright frame."""
        a = self.transform
        flat = abs(a[2, 0]) + abs(a[2, 1]) < 1e-12
        square = min(abs(a[0, 0]), abs(a[0, 1])) < 1e-9
        return float(math.hypot(a[0, 0], a[0, 1])) if flat and square else None


def degrade(name: str, page: BgrImage, rng: np.random.Generator) -> Degraded:
    """The page after the degradation ``name``, one of ``NAMES``."""
    return _BY_NAME[name](page, rng)


def mapped(box: Rect, transform: Homography) -> Rect:
    """The axis-parallel box around ``box`` carried through a homography."""
    x0, y0, x1, y1 = box
    corners = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], np.float64)
    moved = cv2.perspectiveTransform(corners, transform)[0]
    (left, top), (right, bottom) = moved.min(axis=0), moved.max(axis=0)
    return (float(left), float(top), float(right), float(bottom))


def jpeg(image: BgrImage, quality: int, dpi: float | None) -> bytes:
    """A baseline JPEG file, its resolution noted where it is known."""
    buffer = io.BytesIO()
    rgb = Image.fromarray(np.ascontiguousarray(image[..., ::-1]))
    resolution = {"dpi": (round(dpi), round(dpi))} if dpi else {}
    rgb.save(buffer, "JPEG", quality=quality, optimize=True, **resolution)
    return buffer.getvalue()


def _scaling(s: float) -> Homography:
    return np.diag([s, s, 1.0])


def _resized(page: BgrImage, s: float) -> BgrImage:
    size = (max(1, round(page.shape[1] * s)), max(1, round(page.shape[0] * s)))
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)


def _clean(page: BgrImage, rng: np.random.Generator) -> Degraded:
    return Degraded(page, _scaling(1.0), 92)


def _jpeg150(page: BgrImage, rng: np.random.Generator) -> Degraded:
    """A scan at 150 dpi, strongly compressed."""
    s = min(1.0, 150 / 25.4 * PAGE_MM / max(page.shape[:2]))
    return Degraded(_resized(page, s), _scaling(s), int(rng.integers(55, 66)))


def _skew(page: BgrImage, rng: np.random.Generator) -> Degraded:
    """Laid crookedly on the glass, 1 to 5 degrees either way."""
    degrees = float(rng.uniform(1, 5)) * (1 if rng.random() < 0.5 else -1)
    h, w = page.shape[:2]
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    width, height = round(w * abs(c) + h * abs(s)), round(w * abs(s) + h * abs(c))
    affine = np.array([[c, -s, 0.0], [s, c, 0.0]])
    affine[:, 2] = np.array([width, height]) / 2 - affine[:, :2] @ np.array([w, h]) / 2
    lid = int(rng.choice([255, 250, 236]))
    image = cv2.warpAffine(page, affine, (width, height), flags=cv2.INTER_CUBIC, borderValue=(lid, lid, lid))
    return Degraded(np.asarray(image, np.uint8), np.vstack([affine, [0, 0, 1]]), 85)


def _turned(quarters: int) -> Callable[[BgrImage, np.random.Generator], Degraded]:
    def turn(page: BgrImage, rng: np.random.Generator) -> Degraded:
        h, w = page.shape[:2]
        transform = {
            1: [[0.0, -1.0, h], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
            2: [[-1.0, 0.0, w], [0.0, -1.0, h], [0.0, 0.0, 1.0]],
            3: [[0.0, 1.0, 0.0], [-1.0, 0.0, w], [0.0, 0.0, 1.0]],
        }[quarters]
        return Degraded(np.ascontiguousarray(np.rot90(page, -quarters)), np.array(transform), 88)

    return turn


def _photo(page: BgrImage, rng: np.random.Generator) -> Degraded:
    """Photographed lying on a desk: perspective, uneven light, a soft shadow, sensor noise."""
    h, w = page.shape[:2]
    margin = 0.05 * max(h, w)
    width, height = round(w + 2 * margin), round(h + 2 * margin)
    corners = np.array(
        [[margin, margin], [width - margin, margin], [width - margin, height - margin], [margin, height - margin]]
    )
    corners += rng.uniform(-0.030, 0.030, (4, 2)) * max(h, w)
    transform = cv2.getPerspectiveTransform(
        np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32), corners.astype(np.float32)
    )
    sheet = cv2.warpPerspective(page, transform, (width, height), flags=cv2.INTER_CUBIC).astype(np.float32)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), transform, (width, height)).astype(np.float32) / 255
    shade = cv2.GaussianBlur(mask, (0, 0), margin * 0.25)[..., None]
    desk = _desk(width, height, rng) * (1 - 0.45 * shade)
    scene = sheet * mask[..., None] + desk * (1 - mask[..., None])
    scene *= _light(width, height, rng)[..., None]
    scene *= np.array([rng.uniform(0.93, 1.0), rng.uniform(0.97, 1.0), 1.0], np.float32)
    taken = cv2.GaussianBlur(scene, (0, 0), 0.7) + rng.normal(0, 3.0, (height, width, 1))
    return Degraded(np.clip(taken, 0, 255).astype(np.uint8), np.asarray(transform, np.float64), 82)


def _desk(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """A wooden or plain desk top."""
    base = np.array([[60, 84, 122], [46, 56, 78], [92, 96, 98]][int(rng.integers(3))], np.float32)
    grain = cv2.GaussianBlur(rng.normal(0, 30, (height, max(8, width // 90))).astype(np.float32), (0, 0), 3)
    stretched = cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(base[None, None] + stretched[..., None], np.float32)


def _light(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Brightness over the scene: a slope, and a soft-edged shadow across one corner; 0.62 to 1.05."""
    y, x = np.mgrid[0:height:8, 0:width:8].astype(np.float32)
    angle, depth = rng.uniform(0, 2 * math.pi), rng.uniform(0.08, 0.22)
    slope = ((x / width - 0.5) * math.cos(angle) + (y / height - 0.5) * math.sin(angle)) * 2 * depth
    turn, reach = rng.uniform(0, 2 * math.pi), rng.uniform(0.12, 0.4)
    across = (x / width - 0.5) * math.cos(turn) + (y / height - 0.5) * math.sin(turn) - reach
    shadow = 0.22 / (1 + np.exp(-across * 26))
    light = np.clip(0.96 + slope - shadow, 0.62, 1.05)
    return np.asarray(cv2.resize(light.astype(np.float32), (width, height)), np.float32)


def _blur(page: BgrImage, rng: np.random.Generator) -> Degraded:
    """A little out of focus; a person still reads it."""
    sigma = float(rng.uniform(0.14, 0.2)) * max(page.shape[:2]) / PAGE_MM
    return Degraded(np.asarray(cv2.GaussianBlur(page, (0, 0), sigma), np.uint8), _scaling(1.0), 85)


def _grey(page: BgrImage, rng: np.random.Generator) -> Degraded:
    """A photocopy: grey, contrast changed, speckled. Seals can no longer be told from text by colour."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY).astype(np.float32)
    gain, lift = float(rng.uniform(1.02, 1.18)), float(rng.uniform(-14, 4))
    grey = (grey - 128) * gain + 128 + lift
    h, w = grey.shape
    for value, share in ((30.0, 0.00012), (250.0, 0.00025)):
        spots = rng.random((h // 2 + 1, w // 2 + 1)) < share * 4
        grey[np.repeat(np.repeat(spots, 2, 0), 2, 1)[:h, :w]] = value
    grey += rng.normal(0, 2.5, (h, w))
    flat = np.clip(grey, 0, 255).astype(np.uint8)
    return Degraded(np.repeat(flat[..., None], 3, axis=2), _scaling(1.0), 80)


def _faint(page: BgrImage, rng: np.random.Generator) -> Degraded:
    """Small, blurred and washed out, as from a chat message: a person has to guess here and there."""
    s = FAINT_SIDE / max(page.shape[:2])
    small = cv2.GaussianBlur(_resized(page, s), (0, 0), 0.85).astype(np.float32)
    washed = np.clip(small * 0.7 + 72 + rng.normal(0, 3, small.shape), 0, 255).astype(np.uint8)
    return Degraded(washed, _scaling(s), 40)


_BY_NAME: Mapping[str, Callable[[BgrImage, np.random.Generator], Degraded]] = {
    "clean": _clean,
    "jpeg150": _jpeg150,
    "skew": _skew,
    "rot90": _turned(1),
    "rot180": _turned(2),
    "rot270": _turned(3),
    "photo": _photo,
    "blur": _blur,
    "grey": _grey,
    "faint": _faint,
}

NAMES: tuple[str, ...] = tuple(name for name in _BY_NAME if name != "faint")
"""Degradations a reader is expected to cope with; ``faint`` is beyond them. ``rot90`` turns the page 90° clockwise."""

ALL: tuple[str, ...] = tuple(_BY_NAME)
