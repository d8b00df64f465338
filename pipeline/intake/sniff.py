"""What a file is, told from its content and never from its name.

The six formats are few and their signatures fixed by their standards, so they are listed here: the sniffing libraries
look for a PDF header at the first byte only, and call any file that starts with "BM" a bitmap.
"""

from __future__ import annotations

from typing import Final, Literal

from certlight.text import Text
from pipeline.intake.refusals import refusal

MediaType = Literal["image/jpeg", "image/png", "image/tiff", "image/bmp", "image/webp", "application/pdf"]

HEAD_BYTES: Final = 1024
"""Bytes a reader must look through for the PDF header (ISO 32000-1 Annex H, implementation note 13)."""

_DIB_HEADERS: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Sizes of the known BMP information headers, at offset 14; "BM" alone begins many a text."""

_TIFF: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""Little- and big-endian TIFF 6.0, then BigTIFF."""

_FOREIGN: Final[tuple[tuple[int, bytes, Text], ...]] = (
    (4, b"ftyphei", Text("（HEIC 照片，请在手机上改为 JPEG 格式）", " (a HEIC photo: set the phone's camera to JPEG)")),
    (
        4,
        b"ftypmif1",
        Text("（HEIC 照片，请在手机上改为 JPEG 格式）", " (a HEIC photo: set the phone's camera to JPEG)"),
    ),
    (4, b"ftypavif", Text("（AVIF 图片）", " (an AVIF image)")),
    (4, b"ftyp", Text("（视频文件）", " (a video)")),
    (0, b"GIF8", Text("（GIF 图片）", " (a GIF image)")),
    (0, b"\x1f\x8b", Text("（压缩文件，请先解压）", " (a compressed file: unpack it first)")),
    (
        0,
        b"PK\x03\x04",
        Text("（压缩包、OFD 或 Office 文件，请先转换为 PDF）", " (a ZIP, OFD or Office file: convert it to PDF first)"),
    ),
    (0, b"Rar!", Text("（压缩包，请先解压）", " (an archive: unpack it first)")),
    (0, b"7z\xbc\xaf", Text("（压缩包，请先解压）", " (an archive: unpack it first)")),
    (0, b"\xd0\xcf\x11\xe0", Text("（Office 文件，请先转换为 PDF）", " (an Office file: convert it to PDF first)")),
)


def media_type(head: bytes) -> MediaType | None:
    """The media type of a file from its first ``HEAD_BYTES`` bytes, or None when it is none of the six."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(_TIFF):
        return "image/tiff"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _DIB_HEADERS:
        return "image/bmp"
    if b"%PDF-" in head[:HEAD_BYTES]:
        return "application/pdf"
    return None


def sniff(data: bytes, name: str) -> MediaType:
    """The media type of an upload. Raises InputRefused ``intake.not_a_scan``, naming the format where it is known."""
    head = data[:HEAD_BYTES]
    found = media_type(head)
    if found is None:
        known = next((text for at, magic, text in _FOREIGN if head[at : at + len(magic)] == magic), Text("", ""))
        raise refusal("intake.not_a_scan", name, found_zh=known.zh, found_en=known.en)
    return found
