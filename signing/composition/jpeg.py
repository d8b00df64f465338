"""The structure of a JPEG file, read without decoding a pixel (ITU-T T.81 Annex B)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SOF: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PLAIN_SOF: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended sequential and progressive with Huffman coding: what DCTDecode takes (ISO 32000-1 §7.4.8)."""
_SOI, _EOI, _SOS, _DHP, _EXP = 0xD8, 0xD9, 0xDA, 0xDE, 0xDF
_MARKER: Final = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""A marker within entropy-coded data, where 0xFF00 is a stuffed byte and 0xFFD0 to 0xFFD7 are restarts."""


class NotWhole(Exception):
    """The file ends before its end-of-image marker, or is no sequence of JPEG segments."""


@dataclass(frozen=True, slots=True)
class JpegStructure:
    """What a PDF needs to know of a JPEG to hold its bytes as they are."""

    width: int
    height: int
    components: int
    plain: bool
    """8 bits, Huffman-coded, sequential or progressive: a PDF reader can decode it."""
    rgb: bool
    """Its three components are red, green and blue, and nothing but their ids says so (as libjpeg takes them)."""


def read_structure(data: bytes) -> JpegStructure:
    """Walk the segments of a whole JPEG file up to its end-of-image marker; bytes behind that do no harm.

    Raises NotWhole.
    """
    frame: tuple[int, bytes] | None = None
    adobe = jfif = scanned = False
    at = 2 if data[:2] == b"\xff\xd8" else len(data)
    while True:
        at, marker = _next_marker(data, at)
        if marker == _EOI:
            break
        body = _segment(data, at)
        at += 2 + len(body)
        if marker in _SOF or marker in (_DHP, _EXP):
            if frame is not None:
                raise NotWhole("more than one frame")
            frame = marker, body
        elif marker == 0xEE and body.startswith(b"Adobe"):
            adobe = True
        elif marker == 0xE0 and body.startswith(b"JFIF\0"):
            jfif = True
        elif marker == _SOS:
            scanned = True
    if frame is None or not scanned:
        raise NotWhole("no picture before the end")
    kind, body = frame
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        raise NotWhole("frame header")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not width or not height:
        raise NotWhole("no size")
    ids = body[6 : 6 + 3 * body[5] : 3]
    return JpegStructure(
        width=width,
        height=height,
        components=body[5],
        plain=kind in _PLAIN_SOF and body[0] == 8 and body[5] in (1, 3, 4),
        rgb=ids == b"RGB" and not adobe and not jfif,
    )


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """The place behind the next marker, and the marker; junk in between is passed over, as libjpeg does."""
    found = _MARKER.search(data, at)
    if found is None:
        raise NotWhole("no end of image")
    return found.end(), found[1][0]


def _segment(data: bytes, at: int) -> bytes:
    length = int.from_bytes(data[at : at + 2], "big")
    body = data[at + 2 : at + length]
    if length < 2 or len(body) != length - 2:
        raise NotWhole("segment beyond the end")
    return body
