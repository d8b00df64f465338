"""The Chinese fonts that samples are drawn with, found in a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PIL import ImageFont

from certlight.errors import SetupError
from certlight.paths import fonts_dir
from certlight.text import Text

Face = Literal["serif", "sans"]

FILES: dict[Face, str] = {"serif": "NotoSerifSC-Regular.otf", "sans": "NotoSansSC-Regular.otf"}
"""File name of each face, as the font wheel names them (SIL Open Font License 1.1)."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """The faces in ``folder``, opened at pixel sizes on demand and kept open."""

    folder: Path
    _open: dict[tuple[Face, int], ImageFont.FreeTypeFont] = field(default_factory=dict, repr=False, compare=False)

    def path(self, face: Face) -> Path:
        return self.folder / FILES[face]

    def at(self, face: Face, size: int) -> ImageFont.FreeTypeFont:
        """The face with an em of ``size`` pixels. Basic layout, so that no shaping library can change the pixels."""
        font = self._open.get((face, size))
        if font is None:
            font = ImageFont.truetype(str(self.path(face)), size, layout_engine=ImageFont.Layout.BASIC)
            self._open[(face, size)] = font
        return font


def find(font_dir: Path | None = None) -> Fonts:
    """The fonts in ``font_dir``, by default in the data directory.

    Raises SetupError (``fonts.missing``) when a face is not there.
    """
    folder = font_dir if font_dir is not None else fonts_dir()
    for name in FILES.values():
        if not (folder / name).is_file():
            raise SetupError(
                "fonts.missing",
                Text(f"未找到中文字体文件 {name}。", f"The Chinese font file {name} was not found."),
                Text("请先运行 certlight samples fonts。", "Run `certlight samples fonts` first."),
            )
    return Fonts(folder)
