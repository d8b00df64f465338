"""The traffic light: what every check of the product says in one word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

from certlight.text import Text


class Light(IntEnum):
    """Ordered from good to bad, so that the worst of several is their ``max``."""

    GREEN = 0
    YELLOW = 1
    RED = 2

    @property
    def word(self) -> str:
        """``green``, ``yellow`` or ``red``, as JSON documents and style sheets spell it."""
        return self.name.lower()

    @staticmethod
    def worst(lights: Iterable[Light]) -> Light:
        """The worst of several; of none, green."""
        return max(lights, default=Light.GREEN)


LIGHTS: Final[Mapping[Light, Text]] = {
    Light.GREEN: Text("绿灯", "Green"),
    Light.YELLOW: Text("黄灯", "Yellow"),
    Light.RED: Text("红灯", "Red"),
}

SHAPES: Final[Mapping[Light, str]] = {Light.GREEN: "●", Light.YELLOW: "▲", Light.RED: "■"}
"""A light is never told by colour alone."""

STYLES: Final[Mapping[Light, str]] = {Light.GREEN: "green", Light.YELLOW: "yellow", Light.RED: "bold red"}
"""How a terminal shows it, as a style of ``rich``."""
