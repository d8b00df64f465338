"""Scans whose words are scripted: ink is drawn where the null engine pretends to read, so that imaging sees a page."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.engines.null import ScriptedLine
from extractors.geometry import Box
from extractors.page import BgrImage

WIDTH, HEIGHT = 850, 1150
"""Below the size from which a second, coarser look is taken."""
LETTER = 24


def words(x: float, y: float, text: str, *, size: float = LETTER, confidence: float = 0.99) -> ScriptedLine:
    return ScriptedLine(text, Box(x, y, x + size * len(text), y + size), confidence)


def drawn(lines: Sequence[ScriptedLine], *, width: int = WIDTH, height: int = HEIGHT, paper: int = 250) -> BgrImage:
    """White paper with a letter-like figure for every scripted character."""
    image = np.full((height, width, 3), paper, np.uint8)
    for line in lines:
        step = line.box.width / max(1, len(line.text))
        for i, character in enumerate(line.text):
            if character.isspace():
                continue
            x0, x1 = round(line.box.x0 + (i + 0.15) * step), round(line.box.x0 + (i + 0.85) * step)
            y0, y1 = round(line.box.y0 + 2), round(line.box.y1 - 2)
            stroke = max(2, round(line.box.height / 12))
            cv2.rectangle(image, (x0, y0), (x1, y1), (35, 35, 35), stroke)
            cv2.line(image, (x0, (y0 + y1) // 2), (x1, (y0 + y1) // 2), (35, 35, 35), stroke)
            if ord(character) % 2:
                cv2.line(image, ((x0 + x1) // 2, y0), ((x0 + x1) // 2, y1), (35, 35, 35), stroke)
    return image


def png(image: BgrImage) -> bytes:
    done, data = cv2.imencode(".png", image)
    if not done:
        raise ValueError("the image cannot be written")
    return data.tobytes()
