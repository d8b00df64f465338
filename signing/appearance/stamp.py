"""The picture as the appearance of a signature's widget, and as a form to be drawn on pages."""

from __future__ import annotations

import io
from typing import Any

from pyhanko.pdf_utils.content import AppearanceContent
from pyhanko.pdf_utils.generic import IndirectObject, PdfObject
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStampStyle

from signing.appearance.ink import Matrix
from signing.appearance.pdf_objects import add_stream, dictionary, name, numbers
from signing.appearance.picture import SealPicture
from signing.appearance.placement import Position


def seal_style(picture: SealPicture, position: Position) -> BaseStampStyle:
    """The ``stamp_style`` of a pyHanko ``PdfSigner`` whose field is at ``position``: the picture and nothing else.

    It fills ``position.rect`` without being stretched (centred where the proportions differ) and stands upright on the
    displayed page.
    """
    return _SealStyle(picture, position)


def appearance_stream(writer: BasePdfFileWriter, picture: SealPicture, position: Position) -> IndirectObject:
    """A form XObject for /AP /N of a widget whose /Rect is ``position.rect``; added to ``writer``."""
    left, bottom, right, top = position.rect
    width, height = right - left, top - bottom
    a, b, c, d, e, f = _upright(picture, width, height, position.rotation)
    head: dict[str, PdfObject] = {
        "/Type": name("/XObject"),
        "/Subtype": name("/Form"),
        "/BBox": numbers((0, 0, width, height)),
        "/Resources": dictionary({"/XObject": dictionary({"/Seal": picture_form(writer, picture)})}),
    }
    return add_stream(writer, f"q {a:.6f} {b:.6f} {c:.6f} {d:.6f} {e:.4f} {f:.4f} cm /Seal Do Q", head)


def picture_form(writer: BasePdfFileWriter, picture: SealPicture) -> IndirectObject:
    """The picture as a form XObject of its own size in points, lower-left corner at the origin; added to ``writer``."""
    reader = PdfFileReader(io.BytesIO(picture.pdf))
    form: IndirectObject = writer.import_page_as_xobject(reader)
    return form


class _SealStyle(BaseStampStyle):
    """No border, no text, no background of pyHanko's."""

    def __init__(self, picture: SealPicture, position: Position) -> None:
        super().__init__(border_width=0)
        self.picture = picture
        self.position = position

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, Any]) -> Any:
        # ``box`` is the widget's size in whole points; the exact one is in the position.
        return _SealStamp(writer, self)


class _SealStamp(AppearanceContent):
    def __init__(self, writer: BasePdfFileWriter, style: _SealStyle) -> None:
        super().__init__(writer)
        self._style = style

    def register(self) -> IndirectObject:
        return appearance_stream(self._ensure_writer, self._style.picture, self._style.position)


def _upright(picture: SealPicture, width: float, height: float, rotation: int) -> Matrix:
    """From the picture's points into a box of ``width`` × ``height``: turned against the clock, fitted, centred."""
    wide, high = picture.width_points, picture.height_points
    across, up = (high, wide) if rotation in (90, 270) else (wide, high)
    scale = min(width / across, height / up)
    cos, sin = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[rotation]
    a, b, c, d = scale * cos, scale * sin, -scale * sin, scale * cos
    e = width / 2 - (a * wide + c * high) / 2
    f = height / 2 - (b * wide + d * high) / 2
    return a, b, c, d, e, f
