"""What a reader sees: pages as pdfium draws them, form fields and annotations included."""

from __future__ import annotations

import functools
import hashlib

import pypdfium2 as pdfium


@functools.lru_cache(maxsize=512)
def looks(pdf: bytes) -> tuple[str, ...]:
    """One fingerprint a page; raises PdfiumError where the file cannot be opened."""
    document = pdfium.PdfDocument(pdf)
    try:
        document.init_forms()
        found = []
        for page in document:
            bitmap = page.render(scale=0.5, may_draw_forms=True)
            found.append(hashlib.sha256(bitmap.to_numpy().tobytes()).hexdigest() + f" {bitmap.width}×{bitmap.height}")
            bitmap.close()
            page.close()
        return tuple(found)
    finally:
        document.close()
