"""Pages, photos and seals drawn with known geometry, for the tests of imaging."""

from __future__ import annotations

import cv2
import numpy as np

RED = (40, 40, 215)
INK = (30, 30, 30)


def text_page(width: int = 1240, height: int = 1754, *, lines: int = 32, scale: float = 1.0) -> np.ndarray:
    """A white A4 page at 150 dpi with ``lines`` rows of print, ragged on the right."""
    page = np.full((height, width, 3), 252, np.uint8)
    left, pitch = round(0.1 * width), 0.8 * height / lines
    rng = np.random.default_rng(7)
    for row in range(lines):
        y = round(0.12 * height + row * pitch)
        x, end = float(left), rng.uniform(0.5, 0.9) * width
        while x < end:
            letter = rng.choice(list("HEMNB8R5AWKX2"))
            at, thick = (round(x), y), round(2 * scale)
            cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 0.8 * scale, INK, thick, cv2.LINE_AA)
            x += scale * rng.uniform(22, 32)
    return page


def decorated_page(width: int = 1754, height: int = 1240) -> np.ndarray:
    """A landscape certificate: white margin, a broad patterned frame, and text inside it."""
    page = np.full((height, width, 3), 254, np.uint8)
    inner = text_page(width - 300, height - 300, lines=18)
    page[150:-150, 150:-150] = inner
    for inset in range(60, 120, 12):
        cv2.rectangle(page, (inset, inset), (width - inset, height - inset), (120, 140, 120), 5)
    for x in range(60, width - 60, 24):
        for y in (90, height - 90):
            cv2.circle(page, (x, y), 14, (90, 120, 90), 2)
    return page


def turned(image: np.ndarray, degrees: float) -> np.ndarray:
    """The image turned clockwise about its centre on a canvas that holds it, paper around it."""
    h, w = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -degrees, 1)
    c, s = abs(matrix[0, 0]), abs(matrix[0, 1])
    made = round(w * c + h * s), round(w * s + h * c)
    matrix[:, 2] += (made[0] - w) / 2, (made[1] - h) / 2
    return cv2.warpAffine(image, matrix, made, borderValue=(252, 252, 252))


def photo_of(page: np.ndarray, corners: np.ndarray, size: tuple[int, int], desk: tuple[int, int, int]) -> np.ndarray:
    """``page`` lying on a desk so that its corners come to ``corners`` (4 × 2, clockwise from top-left)."""
    h, w = page.shape[:2]
    flat = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    picture = np.full((size[1], size[0], 3), desk, np.uint8)
    noise = np.random.default_rng(3).normal(0, 4, picture.shape)
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    seen = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA)
    sheet = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, size)
    return np.where(sheet[:, :, None] > 127, seen, picture)


def stamped(page: np.ndarray, centre: tuple[int, int], radius: int, *, marks: int = 11, sweep: float = 270.0,
            code: bool = False, tilt: float = 0.0) -> np.ndarray:  # fmt: skip
    """A copy of ``page`` with a red seal multiplied onto it: ring, star, and ``marks`` solid blocks as ring text.

    The first block is half as wide as the others. The text is centred on the top, ``tilt`` degrees clockwise.
    """
    ink = np.zeros(page.shape[:2], np.uint8)
    cv2.circle(ink, centre, radius, 255, max(2, radius // 25), cv2.LINE_AA)
    star = []
    for k in range(10):
        r, a = radius * (0.28 if k % 2 == 0 else 0.11), np.deg2rad(36 * k - 90)
        star.append((centre[0] + r * np.cos(a), centre[1] + r * np.sin(a)))
    cv2.fillPoly(ink, [np.array(star).round().astype(np.int32)], 255, cv2.LINE_AA)
    step = sweep / max(1, marks - 1)
    for k in range(marks):
        half = step * (0.15 if k == 0 else 0.3)
        _block(ink, centre, radius, -90 + tilt - sweep / 2 + k * step, half, 0.64, 0.86)
    if code:
        for k in range(13):
            _block(ink, centre, radius, 90 + tilt - 24 + 4 * k, 1.2, 0.86, 0.93)
    alpha = ink[:, :, None].astype(np.float32) / 255
    shade = 1 - alpha * (1 - np.array(RED, np.float32) / 255)
    return (page * shade).astype(np.uint8)


def _block(
    ink: np.ndarray, centre: tuple[int, int], radius: int, at: float, half: float, low: float, high: float
) -> None:
    """A piece of a ring ``at`` degrees clockwise from the x axis, between two radii."""
    angles = np.deg2rad(np.linspace(at - half, at + half, 8))
    ring = np.concatenate([np.stack([np.cos(angles), np.sin(angles)], 1) * high * radius,
                           np.stack([np.cos(angles), np.sin(angles)], 1)[::-1] * low * radius])  # fmt: skip
    cv2.fillPoly(ink, [(ring + centre).round().astype(np.int32)], 255, cv2.LINE_AA)
