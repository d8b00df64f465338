"""Text shown to people, in Chinese first and English beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages of the product.

    ``zh`` is what an enterprise clerk reads (zh-CN); ``en`` is its English counterpart.
    """

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in the language asked for."""
        return self.en if language == "en" else self.zh

    def __str__(self) -> str:
        return self.zh
