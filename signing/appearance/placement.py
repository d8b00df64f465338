"""Where a seal is to stand, as a person says it and as a PDF says it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from signing.appearance.page_frame import PageFrame, Rect, frame_of, opened, resolve_page
from signing.appearance.picture import SealPicture

SMALLEST_MM, LARGEST_MM = 3.0, 300.0
"""Limits of a seal's width and height on paper."""
_TOLERANCE_MM: Final = 0.05
"""A seal flush with the page's edge is on the page, whatever floating point says."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A place on a page as displayed (CropBox, /Rotate applied): millimetres from its top-left corner to the
    picture's top-left corner, x right, y down."""

    page: int
    """From 0; negative counts from the end, -1 is the last."""
    x: float
    y: float
    width: float | None = None
    """Millimetres; None: the picture's own. The height follows the picture's proportions."""


@dataclass(frozen=True, slots=True)
class Position:
    """The same place for a PDF library."""

    page: int
    """From 0."""
    rect: Rect
    """Lower-left x, lower-left y, upper-right x, upper-right y in the page's user space: an annotation's /Rect."""
    rotation: int = 0
    """Degrees the picture must be turned *against* the clock within ``rect`` to stand upright on the displayed page;
    equals the page's /Rotate."""


def parse_at(text: str) -> Placement:
    """The command line's ``PAGE,X,Y[,W]``: page from 0 (negative from the end), millimetres from the top-left corner.

    Raises UsageError ``seal.place_malformed``.
    """
    parts = [part.strip() for part in text.replace("，", ",").split(",")]
    try:
        if len(parts) not in (3, 4):
            raise ValueError(text)
        x, y, *rest = (float(part) for part in parts[1:])
        placement = Placement(int(parts[0]), x, y, rest[0] if rest else None)
    except ValueError as error:
        raise _malformed() from error
    _check(placement)
    return placement


def place(pdf: bytes, placement: Placement, picture: SealPicture) -> Position:
    """Where ``picture`` comes to stand in ``pdf``.

    Raises UsageError ``seal.place_malformed``, ``seal.place_page`` (no such page), ``seal.place_size`` (narrower than
    3 mm or wider than 300 mm), ``seal.place_outside`` (not wholly on the page); InputRefused ``seal.pdf_unreadable``.
    """
    with opened(pdf) as document:
        index = resolve_page(placement.page, len(document.pages))
        frame = frame_of(document.pages[index].obj)
    return place_on(frame, index, placement, picture)


def place_on(frame: PageFrame, index: int, placement: Placement, picture: SealPicture) -> Position:
    """As :func:`place`, on the page ``index`` whose frame is known."""
    _check(placement)
    width, height = size_of(placement.width, picture)
    x, y = placement.x, placement.y
    low, high = -_TOLERANCE_MM, _TOLERANCE_MM
    if not (low <= x <= frame.width_mm - width + high and low <= y <= frame.height_mm - height + high):
        raise UsageError(
            "seal.place_outside",
            Text(
                f"印章（{width:.0f}×{height:.0f} 毫米）放在（{x:.0f}, {y:.0f}）会超出页面"
                f"（{frame.width_mm:.0f}×{frame.height_mm:.0f} 毫米）。",
                f"A seal of {width:.0f} × {height:.0f} mm at ({x:.0f}, {y:.0f}) is not wholly on the page of "
                f"{frame.width_mm:.0f} × {frame.height_mm:.0f} mm.",
            ),
            Text(
                "坐标是页面左上角到印章左上角的距离（毫米），请减小坐标或印章宽度。",
                "Coordinates are millimetres from the page's top-left corner to the seal's; lower them or the width.",
            ),
        )
    return Position(index, frame.rect(x, y, width, height), frame.rotation)


def size_of(width: float | None, picture: SealPicture) -> tuple[float, float]:
    """Width and height in mm of ``picture`` drawn ``width`` mm wide. Raises UsageError ``seal.place_size``."""
    wide = picture.width_mm if width is None else width
    high = wide * picture.height_mm / picture.width_mm
    if not (SMALLEST_MM <= wide <= LARGEST_MM and SMALLEST_MM <= high <= LARGEST_MM):
        raise UsageError(
            "seal.place_size",
            Text(f"印章不能为 {wide:g}×{high:g} 毫米。", f"A seal cannot be {wide:g} × {high:g} mm."),
            Text("请使用 3 到 300 毫米之间的宽度，公章一般为 42 毫米。", "Use 3 to 300 mm; company seals are 42 mm."),
        )
    return wide, high


def _check(placement: Placement) -> None:
    numbers = [placement.x, placement.y, *([] if placement.width is None else [placement.width])]
    if not all(map(math.isfinite, numbers)):
        raise _malformed()


def _malformed() -> UsageError:
    return UsageError(
        "seal.place_malformed",
        Text("签章位置的写法不正确。", "The place of the seal is not written correctly."),
        Text(
            "请写成“页面,X,Y”或“页面,X,Y,宽度”，例如 -1,120,200,42：页面从 0 数起（-1 为最后一页），其余为毫米。",
            "Write PAGE,X,Y or PAGE,X,Y,WIDTH, such as -1,120,200,42: pages count from 0 (-1 is the last), "
            "the rest are millimetres.",
        ),
    )
