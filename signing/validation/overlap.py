"""Whether a seal was put over words of the page: allowed, and told to whoever relies on the words."""

from __future__ import annotations

import threading
from typing import Final

import pypdfium2

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in user space."""
_PDFIUM: Final = threading.Lock()
"""pdfium serves one thread at a time."""


def covers_text(pdf: bytes, page: int, box: Box) -> bool:
    """Whether text of the page's own content lies within ``box``; False where pdfium cannot say.

    Invisible text counts: it stands for what the scan under it shows.
    """
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            return False
        try:
            words: str = document[page].get_textpage().get_text_bounded(*box)
        except (pypdfium2.PdfiumError, IndexError):
            return False
        finally:
            document.close()
    return bool(words.strip())


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share an area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
