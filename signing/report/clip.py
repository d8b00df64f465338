"""Strings that a file brought, cut to what a person can use. The JSON document keeps them whole."""

from __future__ import annotations

from typing import Final

from certlight.text import Text

NAME: Final = 100
"""Characters of a name shown: twice the longest registered name of a Chinese enterprise."""
LINE: Final = 400
"""Characters of a sentence or a distinguished name shown."""


def clip(text: str, limit: int) -> str:
    """``text``, cut to ``limit`` characters with an ellipsis where it was longer."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def clip_text(text: Text, limit: int = LINE) -> Text:
    """The same for both languages."""
    return Text(clip(text.zh, limit), clip(text.en, limit))
