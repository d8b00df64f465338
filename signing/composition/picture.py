"""One picture as a PDF can hold it: its stream, and all that is needed to read the stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Filter = Literal["DCTDecode", "FlateDecode", "CCITTFaxDecode"]
Space = Literal["gray", "rgb", "cmyk"]

CHANNELS: Mapping[Space, int] = {"gray": 1, "rgb": 3, "cmyk": 4}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The image XObject to be (ISO 32000-1 §8.9.5), without any PDF library in it."""

    width: int
    height: int
    stream: bytes = field(repr=False)
    filter: Filter
    space: Space
    bits: int = 8
    """Of each component, 1 to 16."""
    parameters: Mapping[str, int | bool] = field(default_factory=dict)
    """DecodeParms of the filter."""
    palette: bytes = field(default=b"", repr=False)
    """Red, green and blue of every index, for a picture of indices; empty for others."""
    inverted: bool = False
    """Its components count from full to none, as in every CMYK JPEG."""
    profile: bytes = field(default=b"", repr=False)
    """Its own ICC profile where that is kept; empty: none."""


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """A picture with what its file says of how to show it."""

    picture: Picture
    orientation: int
    """Of the stored pixels, 1 to 8 (CIPA DC-008)."""
    stated_dpi: tuple[float, float] | None
    """Across and down, of the picture as its orientation declares it."""
