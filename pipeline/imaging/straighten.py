"""One uploaded image becomes one straightened page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractors.geometry import Box, Point, Quad
from extractors.page import BgrImage, Homography, LayerWord, Page
from extractors.red_ink import paper_colour
from extractors.seals import find_seals
from pipeline.imaging import homography
from pipeline.imaging.deskew import measure_skew
from pipeline.imaging.homography import Rotation, Size
from pipeline.imaging.illumination import background, evened
from pipeline.imaging.ink import preview, text_mask
from pipeline.imaging.orient import OrientationModel, RecogniseSample, find_rotation, rotated
from pipeline.imaging.page_finding import PageOutline, find_page
from pipeline.imaging.quality import assess
from pipeline.imaging.seal_ink import without_red

LONGEST_SIDE = 3600
"""Pixels. A4 at 300 dpi is 3508: more detail costs time and reads no better."""

_LEAST_SKEW = 0.25
"""Degrees left as they are: turning costs a little sharpness, and a line of text 300 mm long is off by 1.3 mm."""

_MARGIN = 0.004
"""Share of the page kept around a page found in a photo, so that its outline is never inside its own edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How an uploaded image is turned into a page."""

    transform: Homography
    """Pixels of the page to pixels of the upload."""
    size: Size
    """Of the page."""
    rotation: Rotation
    outline: PageOutline | None
    """The page in pixels of the upload, where it was found inside a photo."""
    plain: bool
    """True where the page is the whole upload, at most resized and turned by quarters: nothing is warped."""

    @property
    def skew(self) -> float:
        """Degrees the page lies turned clockwise in the upload, beside the quarter turns."""
        x, y = self.size[0] / 2, self.size[1] / 2
        (ax, ay), (bx, by) = homography.map_points(self.transform, [(x, y), (x + 1, y)])
        degrees = float(np.degrees(np.arctan2(by - ay, bx - ax))) + self.rotation
        return (degrees + 180) % 360 - 180

    @property
    def scale(self) -> float:
        """Pixels of the upload to one of the page, in the middle of the page."""
        x, y = self.size[0] / 2, self.size[1] / 2
        (ax, ay), (bx, by) = homography.map_points(self.transform, [(x, y), (x + 1, y)])
        return float(np.hypot(bx - ax, by - ay))


def straighten(
    image: BgrImage,
    *,
    index: int = 0,
    dpi: float | None = None,
    orientation_model: OrientationModel | None = None,
    recognise_sample: RecogniseSample | None = None,
    layer: Sequence[LayerWord] = (),
    photo: bool = True,
) -> Page:
    """The page shown by an uploaded image (BGR, EXIF orientation applied): upright, flat, evenly lit, judged.

    ``photo`` is False for rendered PDF pages, which fill their image. ``layer`` holds words of a PDF text layer in
    pixels of ``image``; they are carried along. ``dpi`` is that of ``image``; the page keeps that of its own pixels.
    """
    layout = find_layout(image, orientation_model, recognise_sample, photo=photo)
    upright = take(image, layout)
    small, scale = preview(upright)
    light = background(small)
    outline = layout.outline
    quality = assess(
        upright, small, text_mask(small), light,
        skew=layout.skew, coverage=outline.coverage if outline else 1.0, cut=outline is not None and outline.cut,
    )  # fmt: skip
    seals = [] if quality.greyscale else [seal.scaled(1 / scale) for seal in find_seals(small)]
    return Page(
        index=index,
        image=upright,
        # One array serves as both where the page is evenly lit and bears no red ink.
        reading_image=evened(without_red(upright, seals, small), light),
        dpi=dpi / layout.scale if dpi else None,
        transform=layout.transform,
        rotation=layout.rotation,
        quality=quality,
        layer=_carried(layer, layout.transform),
    )


def find_layout(
    image: BgrImage,
    orientation_model: OrientationModel | None = None,
    recognise_sample: RecogniseSample | None = None,
    *,
    photo: bool = True,
) -> Layout:
    """Where the page lies in the image and how it must be turned; all of it is measured on a preview."""
    small, scale = preview(image)
    outline = find_page(small) if photo else None
    flat = small if outline is None else _flattened(small, outline)
    mask = text_mask(flat)
    in_upload = outline.scaled(1 / scale) if outline else None

    def in_detail() -> BgrImage:
        return image if in_upload is None else _flattened(image, in_upload)

    rotation = find_rotation(flat, mask, orientation_model, in_detail, recognise_sample).rotation
    skew = measure_skew(rotated(mask, rotation))
    # The rows of a thumbnail cannot show a small angle.
    least = max(_LEAST_SKEW, float(np.degrees(4 / max(mask.shape))))
    lean = skew.degrees if abs(skew.degrees) >= least else 0.0
    transform, size = _combined(image, in_upload, rotation, lean)
    return Layout(transform, size, rotation, in_upload, plain=in_upload is None and lean == 0.0)


def take(image: BgrImage, layout: Layout) -> BgrImage:
    """The pixels of the page, resampled once."""
    if layout.plain:
        lying = homography.size_after(layout.size, layout.rotation)
        if lying != (image.shape[1], image.shape[0]):
            image = np.asarray(cv2.resize(image, lying, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        return rotated(image, layout.rotation)
    transform = layout.transform
    if layout.scale >= 1.5:
        # A warp looks at four pixels only: a strong reduction is done on averages first.
        reduced = (round(image.shape[1] / layout.scale), round(image.shape[0] / layout.scale))
        transform = np.linalg.inv(homography.resized((image.shape[1], image.shape[0]), reduced)) @ transform
        image = np.asarray(cv2.resize(image, reduced, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return homography.taken(image, transform, layout.size, _paper(image))


def _combined(image: BgrImage, outline: PageOutline | None, rotation: Rotation, lean: float) -> tuple[Homography, Size]:
    """Transform and size of the page: laid flat, turned by quarters, made level, brought to working size."""
    transform, size = homography.identity(), (int(image.shape[1]), int(image.shape[0]))
    if outline is not None:
        size = outline.size
        transform = homography.unfolded(_with_margin(outline.corners), size)
    transform = transform @ homography.turned(size, rotation)
    size = homography.size_after(size, rotation)
    if lean:
        step, size = homography.leant(size, lean)
        transform = transform @ step
    if max(size) > LONGEST_SIDE:
        factor = LONGEST_SIDE / max(size)
        made = (max(1, round(size[0] * factor)), max(1, round(size[1] * factor)))
        transform, size = transform @ homography.resized(size, made), made
    return transform, size


def _flattened(image: BgrImage, outline: PageOutline) -> BgrImage:
    size = outline.size
    return homography.taken(image, homography.unfolded(_with_margin(outline.corners), size), size, _paper(image))


def _with_margin(corners: Quad) -> Quad:
    x, y = sum(c[0] for c in corners) / 4, sum(c[1] for c in corners) / 4
    grow = 1 + 2 * _MARGIN
    a, b, c, d = ((x + (cx - x) * grow, y + (cy - y) * grow) for cx, cy in corners)
    return a, b, c, d


def _paper(image: BgrImage) -> tuple[int, int, int]:
    blue, green, red = paper_colour(image)
    return round(blue), round(green), round(red)


def _carried(layer: Sequence[LayerWord], transform: Homography) -> tuple[LayerWord, ...]:
    """Words in pixels of the upload as words in pixels of the page: boxes around their moved corners."""
    onto_page = np.asarray(np.linalg.inv(transform), dtype=np.float64)
    carried = []
    for word in layer:
        corners = [(word.x0, word.y0), (word.x1, word.y0), (word.x1, word.y1), (word.x0, word.y1)]
        box = Box.of_quad(_quad(homography.map_points(onto_page, corners)))
        carried.append(LayerWord(word.text, box.x0, box.y0, box.x1, box.y1))
    return tuple(carried)


def _quad(points: Sequence[Point]) -> Quad:
    a, b, c, d = points
    return a, b, c, d
