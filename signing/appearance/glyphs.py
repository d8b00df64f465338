"""Outlines of characters, so that a seal carries shapes and needs no font."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from certlight.errors import SetupError, UsageError
from certlight.paths import fonts_dir
from certlight.text import Text

FaceName = Literal["serif", "sans"]
FILES: Final[dict[FaceName, str]] = {"serif": "NotoSerifSC-Regular.otf", "sans": "NotoSansSC-Regular.otf"}
"""Both have 1000 units per em. Seals are lettered in Song (serif), their digits in sans."""

Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]
"""One of ``m`` (1 point), ``l`` (1), ``c`` (3), ``h`` (0): the path operators of PDF, ISO 32000-2 §8.5.2."""

FACE_LEFT: Final = 29
FACE_RIGHT: Final = 971
FACE_BOTTOM: Final = -86
FACE_TOP: Final = 848
"""The box that square characters fill, measured over 国圆鼎疆囊赣…; their em is 1000 × 1000 from (0, -120)."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character's shape in font units, y up, origin on the baseline."""

    char: str
    outline: tuple[Segment, ...]
    advance: float
    ink: tuple[float, float, float, float]
    """Left, bottom, right, top of what is drawn; all zero for white space."""


@dataclass(frozen=True, eq=False)
class Face:
    """An open font file."""

    glyph_set: Any
    names: dict[int, str]

    def glyph(self, char: str) -> Glyph:
        """The shape of ``char``. Raises UsageError ``seal.glyph_missing`` that names the character."""
        name = self.names.get(ord(char))
        if name is None:
            raise UsageError(
                "seal.glyph_missing",
                Text(
                    f"印章字体中没有“{char}”字（U+{ord(char):04X}）。",
                    f"The seal font has no character {char!r} (U+{ord(char):04X}).",
                ),
                Text(
                    "请核对名称；确属生僻字时，请改用已有的印章图片。",
                    "Check the name; for a rare character use a picture of the existing seal instead.",
                ),
            )
        shape, box = DecomposingRecordingPen(self.glyph_set), BoundsPen(self.glyph_set)
        self.glyph_set[name].draw(shape)
        self.glyph_set[name].draw(box)
        return Glyph(
            char=char,
            outline=tuple(_segments(shape.value)),
            advance=float(self.glyph_set[name].width),
            ink=box.bounds or (0.0, 0.0, 0.0, 0.0),
        )


def face(name: FaceName, folder: Path | None = None) -> Face:
    """The face in ``folder``, by default in the data directory; kept open for the next seal.

    Raises SetupError ``fonts.missing``.
    """
    path = (folder if folder is not None else fonts_dir()) / FILES[name]
    try:
        return _opened(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise SetupError(
            "fonts.missing",
            Text(f"未找到中文字体文件 {path.name}。", f"The Chinese font file {path.name} was not found."),
            Text("请先运行 certlight samples fonts。", "Run `certlight samples fonts` first."),
        ) from error


@lru_cache(maxsize=4)
def _opened(path: Path, changed: int) -> Face:
    font = TTFont(io.BytesIO(path.read_bytes()), lazy=True)
    return Face(font.getGlyphSet(), font.getBestCmap())


def _segments(recorded: list[tuple[str, tuple[Point, ...]]]) -> list[Segment]:
    """CFF outlines: lines and cubic curves only."""
    operators = {"moveTo": "m", "lineTo": "l", "curveTo": "c", "closePath": "h", "endPath": "h"}
    return [(operators[name], points) for name, points in recorded]
