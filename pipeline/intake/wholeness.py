"""Images that were cut off, told from how their files are built and without decoding a pixel.

A file whose end is missing was not copied or sent to its end. Drawing it would tell as well, but that is work for those
who draw pages; whoever takes files in can say so at once, to the person who still has the whole one.
"""

from __future__ import annotations

from typing import Final

from pipeline.intake.sniff import MediaType

_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG markers without a segment (ITU-T T.81, table B.1)."""
_START_OF_SCAN: Final = 0xDA


def cut_off(data: bytes, media_type: MediaType) -> bool:
    """Whether the end of a JPEG, PNG or WebP file is missing; of other formats, and of files built otherwise, False."""
    match media_type:
        case "image/jpeg":
            return _jpeg(data)
        case "image/png":
            return _png(data)
        case "image/webp":
            # RIFF: the length that follows the first four bytes counts what follows itself.
            return int.from_bytes(data[4:8], "little") + 8 > len(data)
    return False


def _jpeg(data: bytes) -> bool:
    """T.81 B.1: segments up to the first scan, and an end of image after it.

    Within a scan 0xFF is followed by 0 or a restart marker, so 0xFFD9 there is the end and nothing else.
    """
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker == _START_OF_SCAN:
            return data.find(b"\xff\xd9", at) < 0
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return True


def _png(data: bytes) -> bool:
    """PNG (ISO/IEC 15948) §5: chunks of length, type, data and checksum; the last one is IEND."""
    at = 8
    while at + 12 <= len(data):
        if data[at + 4 : at + 8] == b"IEND":
            return False
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return True
