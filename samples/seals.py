"""Red round seals: ring text, star, sometimes a line of text or a code along the lower rim."""

from __future__ import annotations

import math
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from samples.fonts import Face, Fonts
from samples.ornaments import star

RED = (214, 38, 40)


def round_seal(
    fonts: Fonts,
    text: str,
    diameter: int,
    rng: Random,
    *,
    centre_line: str = "",
    code: str = "",
    face: Face = "serif",
    colour: tuple[int, int, int] = RED,
) -> Image.Image:
    """A seal ``diameter`` pixels wide, a little turned and unevenly inked, as RGBA to be multiplied onto the page.

    ``text`` runs clockwise along the upper rim. Company seals carry a ``code`` of 13 digits along the lower rim,
    special-purpose seals a ``centre_line`` below the star.
    """
    n = diameter * 2
    layer = Image.new("L", (n, n), 0)
    draw = ImageDraw.Draw(layer)
    rim = max(4, round(n * 0.018))
    draw.ellipse((rim, rim, n - rim, n - rim), outline=255, width=rim)
    if rng.random() < 0.3:
        inset = rim * 2.2
        draw.ellipse((inset, inset, n - inset, n - inset), outline=255, width=max(1, rim // 4))
    draw.polygon(star(n / 2, n / 2 if not centre_line else n * 0.46, n * (0.15 if not centre_line else 0.12)), fill=255)
    sweep = min(288.0, 21.0 * len(text) + 20) if len(text) < 13 else 288.0
    em = min(round(n * 0.125), round(math.radians(sweep / len(text)) * n * 0.40 * 1.02))
    _arc(layer, fonts, text, face, em, n * 0.5 - 2.4 * rim - em * 0.62, sweep, stroke=max(1, round(em * 0.025)))
    if centre_line:
        size = min(round(n * 0.085), round(n * 0.56 / len(centre_line)))
        font = fonts.at(face, size)
        draw.text((n / 2, n * 0.76), centre_line, fill=255, font=font, anchor="ms", stroke_width=max(1, size // 30))
    if code:
        _arc(layer, fonts, code, "sans", round(n * 0.045), n * 0.435, 70.0, lower=True, stroke=0)
    turned = layer.rotate(rng.uniform(-9, 9), resample=Image.Resampling.BICUBIC).resize(
        (diameter, diameter), Image.Resampling.LANCZOS
    )
    noise = (
        np.random.default_rng(rng.getrandbits(32))
        .normal(0, 1, (diameter // 6 + 2, diameter // 6 + 2))
        .astype(np.float32)
    )
    uneven = cv2.GaussianBlur(cv2.resize(noise, (diameter, diameter), interpolation=cv2.INTER_CUBIC), (0, 0), 2)
    density = np.clip(rng.uniform(0.82, 0.95) + 0.10 * uneven, 0.55, 1.0)
    alpha = np.clip(np.asarray(turned).astype(np.float32) * density, 0, 255).astype(np.uint8)
    rgba = np.dstack([np.full_like(alpha, c) for c in colour] + [alpha])
    return Image.fromarray(rgba, "RGBA")


def _arc(
    layer: Image.Image,
    fonts: Fonts,
    text: str,
    face: Face,
    em: int,
    radius: float,
    sweep: float,
    *,
    lower: bool = False,
    stroke: int = 0,
) -> None:
    """Characters along a circle of ``radius`` pixels, feet towards the centre; ``lower`` runs along the lower rim."""
    n = layer.width
    font = fonts.at(face, max(6, em))
    step = sweep / max(1, len(text) - 1)
    for k, char in enumerate(text):
        angle = -sweep / 2 + k * step
        tile = Image.new("L", (em * 2, em * 2), 0)
        ImageDraw.Draw(tile).text((em, em), char, fill=255, font=font, anchor="mm", stroke_width=stroke)
        # Seal characters are tall and narrow.
        tile = (
            tile.resize((round(em * 2 * 0.82), round(em * 2 * 1.15)), Image.Resampling.LANCZOS) if not lower else tile
        )
        if lower:
            turned = tile.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
            x, y = n / 2 + radius * math.sin(math.radians(angle)), n / 2 + radius * math.cos(math.radians(angle))
        else:
            turned = tile.rotate(-angle, expand=True, resample=Image.Resampling.BICUBIC)
            x, y = n / 2 + radius * math.sin(math.radians(angle)), n / 2 - radius * math.cos(math.radians(angle))
        at = (round(x - turned.width / 2), round(y - turned.height / 2))
        layer.paste(255, (at[0], at[1], at[0] + turned.width, at[1] + turned.height), turned)
