"""How a page lies on the screen, and where that is in its own coordinates."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pikepdf

from certlight.errors import InputRefused, UsageError
from certlight.text import Text
from signing.appearance.units import POINTS_PER_MM

Rect = tuple[float, float, float, float]
"""Left, bottom, right, top in a page's user space, y up."""

_A4: Final[Rect] = (0.0, 0.0, 595.28, 841.89)
_INHERITED_DEPTH: Final = 64


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The visible part of a page and how it is turned for display.

    Displayed coordinates are millimetres from the top-left corner of what the reader sees, x right, y down.
    """

    crop: Rect
    """CropBox within the MediaBox, user space units."""
    rotation: int
    """/Rotate: 0, 90, 180 or 270 degrees clockwise for display."""
    user_unit: float
    """Size of a user space unit in points, ISO 32000-2 Table 31."""

    @property
    def width_mm(self) -> float:
        """Width as displayed."""
        return self._sides[0]

    @property
    def height_mm(self) -> float:
        """Height as displayed."""
        return self._sides[1]

    @property
    def units_per_mm(self) -> float:
        """User space units in a millimetre of paper."""
        return POINTS_PER_MM / self.user_unit

    def to_user(self, x: float, y: float) -> tuple[float, float]:
        """A displayed point in user space."""
        left, bottom, right, top = self.crop
        x, y = x * self.units_per_mm, y * self.units_per_mm
        return {
            0: (left + x, top - y),
            90: (left + y, bottom + x),
            180: (right - x, bottom + y),
            270: (right - y, top - x),
        }[self.rotation]

    def to_displayed(self, x: float, y: float) -> tuple[float, float]:
        """A user space point in displayed millimetres; the inverse of :meth:`to_user`."""
        left, bottom, right, top = self.crop
        across, down = {
            0: (x - left, top - y),
            90: (y - bottom, x - left),
            180: (right - x, y - bottom),
            270: (top - y, right - x),
        }[self.rotation]
        return across / self.units_per_mm, down / self.units_per_mm

    def rect(self, x: float, y: float, width: float, height: float) -> Rect:
        """A displayed box in user space, corners in order."""
        x0, y0 = self.to_user(x, y)
        x1, y1 = self.to_user(x + width, y + height)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    @property
    def _sides(self) -> tuple[float, float]:
        left, bottom, right, top = self.crop
        width, height = (right - left) / self.units_per_mm, (top - bottom) / self.units_per_mm
        return (height, width) if self.rotation in (90, 270) else (width, height)


@contextmanager
def opened(pdf: bytes) -> Iterator[pikepdf.Pdf]:
    """The PDF for reading. Raises InputRefused ``seal.pdf_unreadable``, also for one that asks for a password."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            yield document
    except (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError) as error:
        # qpdf repairs what it can and finds some damage only when the pages are read.
        raise unreadable() from error


def unreadable() -> InputRefused:
    """The refusal of a PDF that cannot be opened."""
    return InputRefused(
        "seal.pdf_unreadable",
        Text(
            "无法打开该 PDF：文件已损坏或设有密码。", "The PDF cannot be opened: it is damaged or asks for a password."
        ),
        Text("请重新导出不带密码的 PDF。", "Export the PDF again, without a password."),
    )


def frame_of(page: Any) -> PageFrame:
    """The frame of a page dictionary, of pikepdf or of pyHanko; missing and senseless entries as readers take them."""
    media = _box(inherited(page, "/MediaBox")) or _A4
    crop = _box(inherited(page, "/CropBox")) or media
    seen = (max(crop[0], media[0]), max(crop[1], media[1]), min(crop[2], media[2]), min(crop[3], media[3]))
    rotation = _number(inherited(page, "/Rotate")) or 0.0
    unit = _number(page["/UserUnit"]) if "/UserUnit" in page else None
    return PageFrame(
        crop=seen if seen[0] < seen[2] and seen[1] < seen[3] else media,
        rotation=int(rotation) % 360 if rotation % 90 == 0 else 0,
        user_unit=unit if unit is not None and unit > 0 else 1.0,
    )


def inherited(page: Any, key: str) -> Any:
    """An entry of the page or of the nearest node above it, ISO 32000-2 §7.7.3.4; None where there is none."""
    node = page
    for _ in range(_INHERITED_DEPTH):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return None


def resolve_page(index: int, count: int) -> int:
    """The page meant by ``index``, negative from the end. Raises UsageError ``seal.place_page``."""
    if -count <= index < count:
        return index % count
    raise UsageError(
        "seal.place_page",
        Text(f"文档共 {count} 页，没有序号为 {index} 的页面。", f"There is no page {index}: the document has {count}."),
        Text("页面序号从 0 开始；-1 表示最后一页。", "Pages count from 0; -1 is the last one."),
    )


def _box(value: Any) -> Rect | None:
    try:
        if len(value) != 4:
            return None
        numbers = [float(value[index]) for index in range(4)]
    except (TypeError, ValueError, LookupError):
        return None
    x0, y0, x1, y1 = numbers
    if not all(map(math.isfinite, numbers)) or x0 == x1 or y0 == y1:
        return None
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
