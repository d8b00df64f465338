"""How legible a page is, and what to do about it before scanning it again.

An issue is severe when the page must not earn a green light: values read from it may be guesses. The other issues are
advice. Every threshold was set on the real scans: all licences that people read without effort stay free of severe
issues, the blurred and the thumbnail-sized certificates do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from certlight.text import Text
from extractors.geometry import Box
from extractors.page import BgrImage, Quality, QualityIssue
from pipeline.imaging.ink import Mask, line_boxes

CRISP = 8.0
"""Edge steepness that counts as sharpness 1: contrast crossed by the steepest pixel step, per text height (1/1).
Scans measure 9 to 32, small but crisp copies 6 to 9, the hopelessly blurred certificate 1.6."""

BLURRED = 0.32
"""Sharpness below which nothing read can be trusted: a blur of 16 % of the text height, where people start to guess,
measures 0.24 to 0.31."""

SOFT = 0.55
"""Sharpness below which a better picture is worth asking for: a blur of 8 % of the text height measures 0.4 to 0.7."""

LEAST_LONG_SIDE = 480
"""Pixels of the longer side. Below it (277 to 474 px on the real scans) body text has under 8 px and characters and
digits are misread with high confidence; the smallest page that reads well has 800 px, the next 634 px."""

LEAST_TEXT_HEIGHT = 11.5
"""Pixels, median height of the detected lines, which are about 1.5 times as tall as their characters. The thumbnail
measures 9, the smallest page that reads well 13."""

SMALL_TEXT_HEIGHT = 16.0
"""Pixels, the same, below which single characters are at risk: the two pages between 13 and 16 that read less well are
low-resolution photos."""

GLARE = 0.04
"""Share of the page washed out from which advice is given."""

SKEWED = 5.0
"""Degrees from which advice is given; pages are straightened up to 15°."""

DARK = 90
"""Grey level of the paper below which advice is given; the darkest readable photo of the real set measures 134."""

_COLOUR = 38
"""Spread of the channels, over the tint of the paper, from which a pixel has colour."""

_COLOURED = 0.0004
"""Share of coloured pixels below which a page is a copy without colour; one small seal on A4 takes 0.002."""


def assess(
    image: BgrImage, small: BgrImage, mask: Mask, paper: NDArray[np.uint8], *, skew: float, coverage: float, cut: bool
) -> Quality:
    """Quality of a straightened page before it is read.

    ``small`` is the preview of ``image``, ``mask`` its text mask, ``paper`` the background of its light. ``skew``
    (degrees), ``coverage`` (share of the uploaded image) and ``cut`` (a side of the page lies on the border of the
    photo) come from straightening. ``text_height`` stays None until the page is read.
    """
    scale = small.shape[1] / image.shape[1]
    lines = line_boxes(mask)
    quality = Quality(
        text_height=None,
        sharpness=_sharpness(image, small, lines, scale),
        glare=_glare(paper),
        skew=skew,
        coverage=coverage,
        greyscale=_is_greyscale(small),
    )
    cropped = cut or _touches_border(lines, mask.shape)
    dark = float(np.median(paper)) < DARK
    return replace(quality, issues=tuple(_issues(quality, max(image.shape[:2]), cropped=cropped, dark=dark)))


def with_text_height(quality: Quality, heights: Sequence[float]) -> Quality:
    """The quality completed by the heights (pixels of the straightened page) of the lines that were read."""
    kept = tuple(issue for issue in quality.issues if issue.code != "quality.small_text")
    if not heights:
        return replace(quality, text_height=None, issues=kept)
    height = float(np.median(heights))
    if height < SMALL_TEXT_HEIGHT:
        kept = (*kept, _small_text(height))
    return replace(quality, text_height=height, issues=kept)


def _issues(quality: Quality, long_side: int, *, cropped: bool, dark: bool) -> list[QualityIssue]:
    found = []
    if long_side < LEAST_LONG_SIDE:
        found.append(QualityIssue(
            "quality.low_resolution",
            Text(f"图像只有 {long_side} 像素宽（高），文字过小，请以 300 dpi 重新扫描原件，不要使用缩略图。",
                 f"The image has only {long_side} pixels on its long side; scan the original again at 300 dpi instead"
                 " of using a thumbnail."),
            severe=True,
        ))  # fmt: skip
    if quality.sharpness < SOFT:
        found.append(QualityIssue(
            "quality.blurred",
            Text("图像模糊，请对焦后重新拍摄，或用扫描仪扫描。",
                 "The image is blurred; focus and take it again, or use a scanner."),
            severe=quality.sharpness < BLURRED,
        ))  # fmt: skip
    if quality.glare > GLARE:
        found.append(QualityIssue(
            "quality.glare",
            Text("图像有反光，部分内容泛白，请避开灯光重新拍摄。",
                 "Reflections wash out part of the page; take it again away from direct light."),
            severe=False,
        ))  # fmt: skip
    if dark:
        found.append(QualityIssue(
            "quality.dark",
            Text("图像过暗，请在光线充足处重新拍摄。", "The image is dark; take it again in better light."),
            severe=False,
        ))  # fmt: skip
    if abs(quality.skew) > SKEWED:
        found.append(QualityIssue(
            "quality.skewed",
            Text(f"页面倾斜约 {abs(quality.skew):.0f}°，已自动校正；请摆正后扫描。",
                 f"The page was turned by about {abs(quality.skew):.0f}° and has been straightened; lay it straight."),
            severe=False,
        ))  # fmt: skip
    if cropped:
        found.append(QualityIssue(
            "quality.cropped",
            Text("页面边缘可能未拍全，请让整页完整进入画面。",
                 "The page may go on beyond the image; keep the whole page inside the picture."),
            severe=False,
        ))  # fmt: skip
    if quality.greyscale:
        found.append(QualityIssue(
            "quality.greyscale",
            Text("黑白或灰度图像，无法区分红色印章与文字，建议使用彩色扫描件。",
                 "A copy without colour: red seals cannot be told from text; a colour scan is better."),
            severe=False,
        ))  # fmt: skip
    return found


def _small_text(height: float) -> QualityIssue:
    return QualityIssue(
        "quality.small_text",
        Text(f"文字行高约 {height:.0f} 像素，过小，请提高扫描分辨率（建议 300 dpi）。",
             f"Text lines are about {height:.0f} pixels tall, which is small; scan at a higher resolution (300 dpi)."),
        severe=height < LEAST_TEXT_HEIGHT,
    )  # fmt: skip


def _sharpness(image: BgrImage, small: BgrImage, lines: Sequence[Box], scale: float) -> float:
    """Steepness of the edges in a dozen text lines, in text heights, as a share of what crisp scans reach."""
    measured = []
    for box in lines[:12]:
        x0, y0, x1, y1 = (int(v / scale) for v in (box.x0, box.y0, box.x1, box.y1))
        line = cv2.cvtColor(image[y0 : y1 + 1, x0 : x1 + 1], cv2.COLOR_BGR2GRAY).astype(np.int16)
        steepness = _steepest(line)
        if steepness is not None:
            measured.append(steepness * box.height / scale)
    if measured:
        return min(1.0, float(np.median(measured)) / CRISP)
    # No line of text: either nothing is printed here, or it is blurred past recognition.
    steepness = _steepest(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.int16))
    return 1.0 if steepness is None else min(1.0, steepness / 0.35)


def _steepest(grey: NDArray[np.int16]) -> float | None:
    """Largest step between neighbouring pixels over the contrast of the patch; None where there is no contrast."""
    low, high = np.percentile(grey, (3, 97))
    if high - low < 25:
        low, high = float(grey.min()), float(grey.max())
        if high - low < 40:
            return None
    steps = np.abs(np.diff(grey, axis=1))
    steps = steps[steps > 0]
    return float(np.percentile(steps, 97)) / float(high - low) if steps.size else None


def _glare(paper: NDArray[np.uint8]) -> float:
    """Share of the page far brighter than its paper; an evenly white scan has none."""
    usual = float(np.median(paper))
    return float((paper >= 248).mean()) if usual < 225 else 0.0


def _is_greyscale(small: BgrImage) -> bool:
    sample = small[::2, ::2].astype(np.int16)
    sample -= np.median(sample[::2, ::2].reshape(-1, 3), axis=0).astype(np.int16)
    blue, green, red = cv2.split(sample)
    spread = cv2.subtract(cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red))
    return bool(np.count_nonzero(np.asarray(spread) > _COLOUR) < _COLOURED * spread.size)


def _touches_border(lines: Sequence[Box], shape: tuple[int, ...]) -> bool:
    """Whether two or more lines of text run into the left or right border."""
    return sum(box.x0 <= 1 or box.x1 >= shape[1] - 1 for box in lines) >= 2
