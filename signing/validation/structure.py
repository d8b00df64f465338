"""The form of a sealed file, judged before any cryptography, on the raw bytes and on the object model alike."""

from __future__ import annotations

from signing.validation.slot import Slot, Structure

__all__ = ["Slot", "Structure", "inspect"]


def inspect(pdf: bytes, max_signatures: int = 64) -> Structure:
    """Every filled signature field of ``pdf``, and whatever is wrong with the form of the file or of a field.

    Never raises on bad input: what cannot be understood is a finding, and a file with findings never passes.
    The rules are requirements 1, 2 and 11 of the project: ISO 32000-2 §7.5 and §12.8.1, EN 319 142-1 §5.4, and
    whatever makes two readers of the same bytes see different documents.
    """
    raise NotImplementedError
