"""Streams as composition writes them."""

from __future__ import annotations

import zlib
from typing import Any

from pikepdf import Dictionary, Name, Pdf, Stream


def flate(pdf: Pdf, data: bytes, **entries: Any) -> Stream:
    """A stream of ``pdf`` with ``data`` compressed and ``entries`` in its dictionary."""
    dictionary = Dictionary({f"/{key}": value for key, value in entries.items()})
    dictionary.Filter = Name.FlateDecode
    return Stream(pdf, zlib.compress(data, 9), dictionary)
