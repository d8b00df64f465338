"""Names of enterprises as they are compared."""

from __future__ import annotations

import unicodedata
from typing import Final

_BRACKETS: Final = str.maketrans("〔［【〈《｛", "((((((") | str.maketrans("〕］】〉》｝", "))))))")
"""NFKC makes （ ） into ( ) and leaves these."""


def folded(name: str) -> str:
    """The name with width, brackets, case and white space folded away; what else differs, differs."""
    plain = unicodedata.normalize("NFKC", name).translate(_BRACKETS).translate(_SQUARE).casefold()
    return "".join(plain.split())


_SQUARE: Final = str.maketrans("[]{}", "()()")
"""What NFKC makes of full-width square and curly brackets."""
