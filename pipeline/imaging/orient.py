"""Which quarter turn brings a page upright: predicted by a model, checked against the text lines, verified by reading.

The model alone was right on all 100 quarter turns of the real scans; what it can be unsure of are pages with other
text running across them. Only there are a few lines read, upright and upside down: upside-down Chinese is still read as
*something*, but with far less confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from extractors.geometry import Box
from extractors.page import BgrImage
from pipeline.imaging.deskew import row_sharpness
from pipeline.imaging.homography import Rotation
from pipeline.imaging.ink import Mask, line_boxes, preview, text_mask

ROTATIONS: tuple[Rotation, ...] = (0, 90, 180, 270)

_CV_TURN: dict[Rotation, int] = {
    90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}  # fmt: skip

SURE = 0.80
"""Model score from which it is believed unread. It saturates at 0.93; 98 of 100 quarter turns of the real scans lie
above 0.90, the two others (a page under a heavy slanting watermark) at 0.53 and 0.71."""

_MODEL_SIDE = 256
"""Pixels of the shorter side the model works on. Averaging down to it, where the model's own preparation would pick
single pixels, made the difference between 71 and 72 right of 72 synthetic pages."""

_ROWS_AGAINST = 0.6
"""Row sharpness against column sharpness below which the text lines contradict the model. Upright real scans measure
0.77 (a few large characters) to 6; typical forms 2."""

_SAMPLE = 5
"""Lines read to verify an orientation: the longest ones, at some 50 ms each and way up."""

_LEGIBLE = 0.75
"""Mean confidence of the sample that settles an orientation; upside-down lines of the real scans stay below 0.65."""


_READABLE = 0.6
"""Mean confidence of the sample below which it says nothing: blurred and thumbnail pages reach 0.5 either way up."""


class OrientationModel(Protocol):
    """Scores that an image stands turned clockwise from upright by 0°, 90°, 180° and 270°, in this order, 0 to 1.

    This is the label order of PP-LCNet_x1_0_doc_ori. The image is BGR, of any size, reduced without aliasing.
    """

    def __call__(self, image: BgrImage, /) -> tuple[float, float, float, float]: ...


RecogniseSample = Callable[[list[BgrImage]], list[float]]
"""Reads line crops (BGR) and returns the mean character confidence of each, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Degrees clockwise the image must be turned to stand upright, and the confidence in it, 0 to 1."""

    rotation: Rotation
    confidence: float


def rotated(image: BgrImage, rotation: Rotation) -> BgrImage:
    """The image turned clockwise by quarter turns; the same array where there is nothing to turn."""
    return image if rotation == 0 else np.asarray(cv2.rotate(image, _CV_TURN[rotation]), dtype=np.uint8)


def candidates(scores: Sequence[float], mask: Mask) -> tuple[Candidate, ...]:
    """Rotations by falling confidence, from the model's scores and the direction of the text lines.

    ``mask`` is the text mask of the image the model saw. Lines that run the other way than the model's favourite take
    its confidence below what is believed unread; they do not overrule it, for a table may stand in columns.
    """
    ratio = _rows_over_columns(mask)
    found = []
    for turned_by, score in zip(ROTATIONS, scores, strict=True):
        lying = ratio if turned_by in (0, 180) else 1 / ratio
        weight = 0.8 if lying < _ROWS_AGAINST else 1.0
        found.append(Candidate(_back(turned_by), float(score) * weight))
    return tuple(sorted(found, key=lambda c: c.confidence, reverse=True))


def verify(image: BgrImage, ranking: Sequence[Candidate], recognise: RecogniseSample) -> Candidate:
    """The orientation that reads best: the favourite against its half turn, then, if neither is legible, the others.

    ``image`` is the page in full detail, as uploaded. Without a line to read the favourite stands as it was.
    """
    favourite = ranking[0]
    read: dict[Rotation, float] = {}
    for first in (favourite.rotation, _quarter_on(favourite.rotation)):
        read.update(_legibility(image, first, recognise))
        if read and max(read.values()) >= _LEGIBLE:
            break
    if not read:
        return favourite
    best = max(read, key=lambda r: read[r])
    others = [v for r, v in read.items() if r != best]
    # A tie between two ways up, or lines that nobody could read, are no evidence: the model's word is better.
    if read[best] < _READABLE or read[best] - read.get(favourite.rotation, 0.0) < 0.05:
        best = favourite.rotation
    margin = read.get(best, 0.0) - max(others, default=0.0)
    return Candidate(best, max(favourite.confidence if best == favourite.rotation else 0.0, min(1.0, 0.5 + margin)))


def find_rotation(
    small: BgrImage,
    mask: Mask,
    model: OrientationModel | None,
    in_detail: Callable[[], BgrImage],
    recognise: RecogniseSample | None,
) -> Candidate:
    """The rotation of a page: ``small`` is its preview, ``mask`` the text mask of that.

    ``in_detail`` makes the page in full resolution; it is called only where the model has to be verified.

    Without a model every orientation is verified by reading, starting from the direction of the text lines; with
    neither model nor recogniser the page is taken as upright with confidence 0.
    """
    if model is not None:
        ranking = candidates(model(_for_model(small)), mask)
    elif recognise is not None:
        lying = _rows_over_columns(mask) < 1
        ranking = candidates((0.2, 0.3, 0.2, 0.3) if lying else (0.3, 0.2, 0.3, 0.2), mask)
    else:
        return Candidate(0, 0.0)
    if ranking[0].confidence >= SURE or recognise is None:
        return ranking[0]
    return verify(in_detail(), ranking, recognise)


def _for_model(image: BgrImage) -> BgrImage:
    scale = _MODEL_SIDE / min(image.shape[:2])
    if scale >= 1.0:
        return image
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _legibility(image: BgrImage, rotation: Rotation, recognise: RecogniseSample) -> dict[Rotation, float]:
    """Mean confidence of a few lines with the image turned by ``rotation``, and by a half turn more."""
    upright = rotated(image, rotation)
    small, scale = preview(upright)
    boxes = line_boxes(text_mask(small))[:_SAMPLE]
    crops = [_crop(upright, box, scale) for box in boxes]
    if not crops:
        return {}
    confidences = recognise([*crops, *(rotated(crop, 180) for crop in crops)])
    half = len(crops)
    return {
        rotation: float(np.mean(confidences[:half])),
        _half_on(rotation): float(np.mean(confidences[half:])),
    }


def _crop(image: BgrImage, box: Box, scale: float) -> BgrImage:
    margin = 0.2 * box.height
    inner = box.grown(margin, margin)
    h, w = image.shape[:2]
    on_image = Box(inner.x0 / scale, inner.y0 / scale, inner.x1 / scale, inner.y1 / scale).clipped(w, h)
    return image[int(on_image.y0) : int(on_image.y1) + 1, int(on_image.x0) : int(on_image.x1) + 1]


def _rows_over_columns(mask: Mask) -> float:
    rows, columns = row_sharpness(mask), row_sharpness(rotated(mask, 90))
    return rows / columns if rows > 0 and columns > 0 else 1.0


def _back(turned_by: Rotation) -> Rotation:
    return ROTATIONS[-ROTATIONS.index(turned_by) % 4]


def _quarter_on(rotation: Rotation) -> Rotation:
    return ROTATIONS[(ROTATIONS.index(rotation) + 1) % 4]


def _half_on(rotation: Rotation) -> Rotation:
    return ROTATIONS[(ROTATIONS.index(rotation) + 2) % 4]
