"""The square seal of a person, such as a legal representative's 法定代表人名章."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from signing.appearance.glyphs import FACE_BOTTOM, FACE_LEFT, FACE_RIGHT, FACE_TOP, face
from signing.appearance.ink import SEAL_RED, Colour, Ink
from signing.appearance.picture import SealPicture, one_page

SIDES: Final = (10.0, 30.0)
_LINE: Final = 0.045
"""Line of the frame, gap between frame and characters, gap between characters: shares of the side."""
_INSET: Final = 0.045
_GAP: Final = 0.04
_STOUTER: Final = 0.018


def name_seal(
    name: str, *, side_mm: float = 20.0, colour: Colour = SEAL_RED, font_dir: Path | None = None
) -> SealPicture:
    """A square frame with a Chinese name of two to four characters, read in columns from the right: 王小明印, 张三之印.

    Raises UsageError ``seal.name_empty``, ``seal.name_too_long``, ``seal.diameter``, ``seal.glyph_missing``;
    SetupError ``fonts.missing``.
    """
    if not SIDES[0] <= side_mm <= SIDES[1]:
        raise UsageError(
            "seal.diameter",
            Text(f"名章边长 {side_mm:g} 毫米不合适。", f"A name seal cannot be {side_mm:g} mm wide."),
            Text("请使用 10 到 30 毫米，通常为 18 或 20 毫米。", "Use 10 to 30 mm, usually 18 or 20."),
        )
    written = "".join(unicodedata.normalize("NFC", name).split())
    if not written:
        raise UsageError(
            "seal.name_empty",
            Text("名章上的姓名为空。", "The name on the seal is empty."),
            Text("请填写姓名。", "Give the name."),
        )
    if not 2 <= len(written) <= 4:
        raise UsageError(
            "seal.name_too_long",
            Text("只能生成二至四个字的名章。", "Name seals are drawn for two to four characters."),
            Text("请改用已有的名章图片。", "Use a picture of the existing seal."),
        )
    text = {2: written + "之印", 3: written + "印", 4: written}[len(written)]
    line, inset, gap = _LINE * side_mm, (_LINE + _INSET) * side_mm, _GAP * side_mm
    room = (side_mm - 2 * inset - gap) / 2
    ink, serif = Ink(colour), face("serif", font_dir)
    ink.rectangle(line / 2, line / 2, side_mm - line, side_mm - line, line)
    sx, sy = room / (FACE_RIGHT - FACE_LEFT), room / (FACE_TOP - FACE_BOTTOM)
    for index, char in enumerate(text):
        left = inset + (room + gap if index < 2 else 0)
        bottom = inset + (0 if index % 2 else room + gap)
        ink.glyph(serif.glyph(char), (sx, 0, 0, sy, left - FACE_LEFT * sx, bottom - FACE_BOTTOM * sy), _STOUTER * room)
    return one_page(ink.content(), side_mm, side_mm, {})
