"""A PNG file whose compressed pixels a PDF can hold as they are (ISO/IEC 15948)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE, _WITH_ALPHA = 3, (4, 6)
_PIECE: Final = 1 << 20


class NotWhole(Exception):
    """A chunk is missing, damaged or cut off, or the pixels do not decompress to the declared size."""


@dataclass(frozen=True, slots=True)
class PngStructure:
    """Header and compressed pixels of a PNG."""

    width: int
    height: int
    bits: int
    colour: int
    """Colour type of IHDR: 0 grey, 2 red-green-blue, 3 palette, 4 grey with alpha, 6 colour with alpha."""
    interlaced: bool
    palette: bytes
    see_through: bool
    """It has an alpha channel or a tRNS chunk."""
    pixels: bytes
    """The zlib stream of all IDAT chunks."""
    described: tuple[tuple[bytes, bytes], ...]
    """Chunks that may tell how to hold the picture: type and data of eXIf and of texts."""

    @property
    def channels(self) -> int:
        return _CHANNELS[self.colour]

    @property
    def fits_pdf(self) -> bool:
        """FlateDecode with a PNG predictor reads these very pixels (ISO 32000-1 §7.4.4.4)."""
        return not self.interlaced and not self.see_through


def read_structure(data: bytes) -> PngStructure:
    """The chunks of a whole PNG file, checked by their CRC. Raises NotWhole."""
    header = palette = b""
    pixels: list[bytes] = []
    described: list[tuple[bytes, bytes]] = []
    transparency = False
    for kind, body in _chunks(data):
        if kind == b"IHDR":
            header = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"tRNS":
            transparency = True
        elif kind == b"IDAT":
            pixels.append(body)
        elif kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt"):
            described.append((kind, body))
    if len(header) != 13 or not pixels:
        raise NotWhole("no header or no pixels")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits, colour, method, filtering, interlaced = header[8:13]
    if not width or not height or bits not in _DEPTHS.get(colour, ()) or method or filtering or interlaced > 1:
        raise NotWhole("header")
    if colour == _PALETTE and (not palette or len(palette) % 3 or len(palette) > 3 << bits):
        raise NotWhole("palette")
    return PngStructure(
        width=width,
        height=height,
        bits=bits,
        colour=colour,
        interlaced=bool(interlaced),
        palette=palette if colour == _PALETTE else b"",
        see_through=transparency or colour in _WITH_ALPHA,
        pixels=b"".join(pixels),
        described=tuple(described),
    )


def check_pixels(png: PngStructure) -> None:
    """Decompress the pixels of a picture that is not interlaced, a piece at a time, and drop them.

    Raises NotWhole unless they fill the picture exactly with rows of known filter types. Palette indices are not held
    against the palette.
    """
    stride = 1 + (png.width * png.channels * png.bits + 7) // 8
    wanted = stride * png.height
    inflate = zlib.decompressobj()
    done, pending = 0, png.pixels
    try:
        while not inflate.eof:
            piece = inflate.decompress(pending, _PIECE)
            pending = inflate.unconsumed_tail
            if not piece and not pending and not inflate.eof:
                raise NotWhole("pixels cut off")
            if set(piece[-done % stride :: stride]) - {0, 1, 2, 3, 4}:
                raise NotWhole("row filter")
            done += len(piece)
            if done > wanted:
                raise NotWhole("more pixels than declared")
    except zlib.error as error:
        raise NotWhole("pixels") from error
    if done != wanted:
        raise NotWhole("fewer pixels than declared")


def without_pixels(png: PngStructure) -> bytes:
    """A tiny PNG with the same descriptions, so that a reader of descriptions need not decode the picture."""
    header = (1).to_bytes(4, "big") * 2 + bytes((8, 0, 0, 0, 0))
    chunks = [(b"IHDR", header), *png.described, (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return SIGNATURE + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big") for kind, body in chunks
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while True:
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        crc = data[at + 8 + length : at + 12 + length]
        if len(body) != length or len(crc) != 4:
            raise NotWhole("chunk cut off")
        if zlib.crc32(kind + body).to_bytes(4, "big") != crc:
            raise NotWhole("chunk damaged")
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length
