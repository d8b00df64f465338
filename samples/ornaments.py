"""What surrounds the text of a certificate: paper, guilloche borders, emblem, QR code, watermarks.

Drawn from families of sine curves and plain shapes; nothing is traced from a real certificate.
"""

from __future__ import annotations

import io
import math
from random import Random

import cv2
import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples.canvas import Canvas, Colour, Ink, RgbImage
from samples.fonts import Fonts

_SHIFT = 4
"""Fractional bits of the coordinates handed to the line drawer."""


def paper(width: int, height: int, colour: Colour, rng: Random, *, grain: float = 1.5) -> RgbImage:
    """A sheet of the colour with faint fibre noise of ``grain`` grey levels."""
    source = np.random.default_rng(rng.getrandbits(32))
    coarse = source.normal(0, grain, (height // 2 + 1, width // 2 + 1)).astype(np.float32)
    noise = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    sheet = np.asarray(colour, np.float32)[None, None, :] + noise[..., None]
    return np.clip(sheet, 0, 255).astype(np.uint8)


def draw_curves(sheet: RgbImage, curves: list[NDArray[np.float64]], colour: Colour, thickness: int = 1) -> None:
    """Anti-aliased lines through N × 2 points in pixels, drawn into the sheet."""
    points = [np.round(c * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2) for c in curves]
    cv2.polylines(sheet, points, False, colour, thickness, cv2.LINE_AA, _SHIFT)


def picture(sheet: RgbImage) -> Image.Image:
    """The sheet as an RGBA picture, to be stamped onto a page."""
    return Image.fromarray(sheet).convert("RGBA")


def guilloche_frame(
    sheet: RgbImage,
    rect: tuple[float, float, float, float],
    band: float,
    colour: Colour,
    rng: Random,
    *,
    tint: Colour | None = None,
) -> None:
    """A border ``band`` pixels wide inside ``rect``: woven families of sine curves along its sides."""
    x0, y0, x1, y1 = rect
    if tint is not None:
        for a, b in (
            ((x0, y0), (x1, y0 + band)),
            ((x0, y1 - band), (x1, y1)),
            ((x0, y0), (x0 + band, y1)),
            ((x1 - band, y0), (x1, y1)),
        ):
            cv2.rectangle(sheet, (round(a[0]), round(a[1])), (round(b[0]), round(b[1])), tint, -1)
    strands, waves = rng.choice((7, 9, 11)), rng.choice((1.0, 1.6, 2.2))
    thin = max(1, round(band / 85))
    sides = (
        ((x0, y0 + band / 2), (x1, y0 + band / 2)),
        ((x0, y1 - band / 2), (x1, y1 - band / 2)),
        ((x0 + band / 2, y0), (x0 + band / 2, y1)),
        ((x1 - band / 2, y0), (x1 - band / 2, y1)),
    )
    curves: list[NDArray[np.float64]] = []
    for start, end in sides:
        length = math.dist(start, end)
        direction = np.array(end) - np.array(start)
        direction = direction / length
        normal = np.array([-direction[1], direction[0]])
        periods = max(4, round(length / (band * waves)))
        t = np.linspace(0, 1, max(200, int(length / 3)))
        for k in range(strands):
            phase = 2 * math.pi * k / strands
            swing = np.sin(2 * math.pi * periods * t + phase) * 0.34 + np.sin(4 * math.pi * periods * t - phase) * 0.12
            curves.append(np.array(start) + np.outer(t * length, direction) + np.outer(swing * band, normal))
    draw_curves(sheet, curves, colour, thin)
    for inset, weight in ((0.0, 3), (band * 0.08, 1), (band * 0.93, 1), (band, 2)):
        corners = np.array(
            [
                [x0 + inset, y0 + inset],
                [x1 - inset, y0 + inset],
                [x1 - inset, y1 - inset],
                [x0 + inset, y1 - inset],
                [x0 + inset, y0 + inset],
            ]
        )
        draw_curves(sheet, [corners], colour, thin * weight)
    for cx, cy in ((x0, y0), (x1, y0), (x0, y1), (x1, y1)):
        centre = (cx + band / 2 * (1 if cx == x0 else -1), cy + band / 2 * (1 if cy == y0 else -1))
        draw_curves(sheet, rosette(centre, band * 0.46, rng.choice((7, 9, 12))), colour, thin)


def rosette(centre: tuple[float, float], radius: float, petals: int, strands: int = 6) -> list[NDArray[np.float64]]:
    """Closed sine curves around a centre."""
    t = np.linspace(0, 2 * math.pi, 240)
    curves = []
    for k in range(strands):
        r = radius * (0.62 + 0.34 * np.sin(petals * t + 2 * math.pi * k / strands))
        curves.append(np.stack([centre[0] + r * np.cos(t), centre[1] + r * np.sin(t)], axis=1))
    return curves


def ground(
    sheet: RgbImage, rect: tuple[float, float, float, float], colour: Colour, rng: Random, *, pitch: float
) -> None:
    """Faint flowing lines ``pitch`` pixels apart over ``rect``, as security paper has."""
    x0, y0, x1, y1 = rect
    x = np.linspace(x0, x1, 400)
    a, b, c = rng.uniform(0, 6), rng.uniform(0, 6), rng.uniform(1.5, 3.5)
    curves = []
    for y in np.arange(y0, y1, pitch):
        u, v = (x - x0) / (x1 - x0), (y - y0) / (y1 - y0)
        swing = np.sin(2 * math.pi * c * u + a + 3 * v) + 0.5 * np.sin(2 * math.pi * 2.7 * c * u + b - 5 * v)
        curves.append(np.stack([x, np.clip(y + swing * pitch * 2.2, y0, y1)], axis=1))
    draw_curves(sheet, curves, colour, 1)


def emblem(diameter: int, *, gold: Colour = (214, 168, 62), red: Colour = (200, 40, 38)) -> Image.Image:
    """A red disc with a golden ring, five stars and a gate: like a state emblem, and plainly not one."""
    n = diameter * 3
    picture = Image.new("RGBA", (n, n), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    c = n / 2
    for k in range(40):
        angle = 2 * math.pi * k / 40
        x, y, r = c + 0.44 * n * math.cos(angle), c + 0.44 * n * math.sin(angle), 0.045 * n
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(*gold, 255))
    draw.ellipse((0.05 * n, 0.05 * n, 0.95 * n, 0.95 * n), fill=(*gold, 255))
    draw.ellipse((0.10 * n, 0.10 * n, 0.90 * n, 0.90 * n), fill=(*red, 255))
    for x, y, r in ((0.5, 0.27, 0.085), (0.30, 0.36, 0.04), (0.41, 0.44, 0.04), (0.59, 0.44, 0.04), (0.70, 0.36, 0.04)):
        draw.polygon(star(x * n, y * n, r * n), fill=(*gold, 255))
    draw.polygon(
        [(0.30 * n, 0.58 * n), (0.70 * n, 0.58 * n), (0.76 * n, 0.63 * n), (0.24 * n, 0.63 * n)], fill=(*gold, 255)
    )
    draw.rectangle((0.28 * n, 0.65 * n, 0.72 * n, 0.74 * n), fill=(*gold, 255))
    for k in range(5):
        x = (0.33 + 0.085 * k) * n
        draw.rectangle((x - 0.015 * n, 0.67 * n, x + 0.015 * n, 0.74 * n), fill=(*red, 255))
    draw.pieslice((0.36 * n, 0.76 * n, 0.64 * n, 1.04 * n), 180, 360, fill=(*gold, 255))
    return picture.resize((diameter, diameter), Image.Resampling.LANCZOS)


def star(cx: float, cy: float, radius: float) -> list[tuple[float, float]]:
    """The ten corners of a five-pointed star standing on two points."""
    corners = []
    for k in range(10):
        r = radius if k % 2 == 0 else radius * 0.382
        angle = -math.pi / 2 + math.pi * k / 5
        corners.append((cx + r * math.cos(angle), cy + r * math.sin(angle)))
    return corners


def qr(text: str, side: int, colour: Colour = (20, 20, 20)) -> Image.Image:
    """A QR code (ISO/IEC 18004, level M) ``side`` pixels wide with its quiet zone."""
    code = segno.make_qr(text, error="m")
    buffer = io.BytesIO()
    scale = max(1, side // code.symbol_size(border=2)[0])
    code.save(buffer, kind="png", scale=scale, border=2, dark=colour, light="white")
    picture = Image.open(buffer).convert("RGBA")
    return picture.resize((side, side), Image.Resampling.NEAREST) if scale > 1 else picture


def slanted(
    fonts: Fonts, text: str, em: int, colour: Colour, degrees: float, alpha: int = 255, tracking: float = 0.3
) -> Image.Image:
    """Text turned counter-clockwise by ``degrees`` on a clear ground."""
    font = fonts.at("sans", em)
    advance = em * (1 + tracking)
    width = int(sum(max(font.getlength(c), em * 0.5) + em * tracking for c in text)) + em
    picture = Image.new("RGBA", (width, int(em * 1.5)), (*colour, 0))
    draw = ImageDraw.Draw(picture)
    x = em * 0.3
    for char in text:
        draw.text((x, em * 1.1), char, fill=(*colour, alpha), font=font, anchor="ls")
        x += min(advance, font.getlength(char) + em * tracking)
    return picture.rotate(degrees, expand=True, resample=Image.Resampling.BICUBIC)


def specimen(canvas: Canvas, rng: Random, *, colour: Colour = (237, 235, 233)) -> None:
    """样张 across the whole page, large, pale, slanted; drawn before the text so that it hides nothing."""
    em = round(canvas.width * canvas.scale * (0.24 if canvas.width > canvas.height else 0.26))
    mark = slanted(canvas.fonts, "样张", em, colour, rng.choice((24, 30, 35)), tracking=0.55)
    canvas.stamp(mark, canvas.width / 2, canvas.height * rng.uniform(0.5, 0.56))


def watermark(canvas: Canvas, text: str, rng: Random, *, em: float = 6.0, grey: int = 218) -> None:
    """A light diagonal line of text repeated over the page, ``em`` in mm."""
    mark = slanted(canvas.fonts, text, round(em * canvas.scale), (grey, grey, grey), 28, tracking=0.1)
    for row in (0.25, 0.55, 0.85):
        canvas.stamp(mark, canvas.width * rng.uniform(0.3, 0.7), canvas.height * row)


def caption(canvas: Canvas, x: float, y: float, lines: tuple[str, ...], ink: Ink, leading: float = 1.25) -> None:
    """Small print in short lines."""
    for line in lines:
        canvas.write(x, y, line, ink)
        y += ink.size * leading
