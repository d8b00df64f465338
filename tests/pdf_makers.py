"""PDFs written by hand, so that a test says exactly what stands in the file: honest text, hidden text, turned pages."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

A4 = (595, 842)


@dataclass(frozen=True)
class PageSpec:
    """Content operators of one page with the boxes around it, in points from the bottom-left corner."""

    content: str
    media: tuple[float, float, float, float] = (0, 0, *A4)
    crop: tuple[float, float, float, float] | None = None
    rotate: int = 0


@dataclass
class Objects:
    """The numbered objects of a file, in the order they were added; number 1 is the catalogue, 2 the page tree."""

    bodies: list[bytes] = field(default_factory=lambda: [b"", b""])

    def add(self, body: str | bytes) -> int:
        self.bodies.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(self.bodies)

    def stream(self, data: bytes, entries: str = "") -> int:
        return self.add(f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream")

    def file(self, trailer: str = "") -> bytes:
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, body in enumerate(self.bodies, 1):
            offsets.append(len(out))
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        start = len(out)
        out += f"xref\n0 {len(self.bodies) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
        out += f"trailer << /Size {len(self.bodies) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
        return bytes(out)


def pdf(pages: Sequence[PageSpec], objects: Objects | None = None, fonts: str = "", pictures: str = "") -> bytes:
    """A whole file. Font ``/F1`` is Helvetica unless ``fonts`` names others."""
    objects = objects or Objects()
    if not fonts:
        fonts = f"/F1 {objects.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')} 0 R"
    kids = []
    for page in pages:
        content = objects.stream(page.content.encode("latin-1"))
        crop = f"/CropBox [{_numbers(page.crop)}]" if page.crop else ""
        kids.append(
            objects.add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [{_numbers(page.media)}] {crop} /Rotate {page.rotate} "
                f"/Contents {content} 0 R /Resources << /Font << {fonts} >> /XObject << {pictures} >> >> >>"
            )
        )
    objects.bodies[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects.bodies[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
    return objects.file()


def text(x: float, y: float, words: str, *, size: float = 14, mode: int = 0, grey: float = 0) -> str:
    """One line in ``/F1``; ``mode`` 3 draws nothing (ISO 32000-1 Table 106), ``grey`` 1 draws white."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"{grey} g BT /F1 {size} Tf {mode} Tr {x} {y} Td ({escaped}) Tj ET\n"


def picture(objects: Objects, width: int, height: int, grey: bytes) -> int:
    """An 8-bit grey picture XObject; ``grey`` has ``width * height`` bytes from the top."""
    return objects.stream(
        zlib.compress(grey),
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
        "/BitsPerComponent 8 /Filter /FlateDecode",
    )


def to_unicode(mapping: Mapping[int, str]) -> bytes:
    """A ToUnicode map of single-byte codes."""
    pairs = "".join(f"<{code:02x}> <{target.encode('utf-16-be').hex()}>\n" for code, target in mapping.items())
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(mapping)} beginbfchar\n{pairs}endbfchar endcmap end end"
    ).encode("ascii")


def outlined_font(objects: Objects, font_file: Path, characters: str) -> tuple[int, dict[str, int]]:
    """A Type 3 font that draws ``characters`` with the outlines of an installed font, and their codes."""
    from fontTools.pens.basePen import BasePen
    from fontTools.ttLib import TTFont

    class Operators(BasePen):  # type: ignore[misc]
        def __init__(self, glyphs: object) -> None:
            super().__init__(glyphs)
            self.out: list[str] = []

        def _moveTo(self, p: tuple[float, float]) -> None:
            self.out.append(f"{_numbers(p)} m")

        def _lineTo(self, p: tuple[float, float]) -> None:
            self.out.append(f"{_numbers(p)} l")

        def _curveToOne(self, a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> None:
            self.out.append(f"{_numbers((*a, *b, *c))} c")

        def _closePath(self) -> None:
            self.out.append("h")

    font = TTFont(font_file)
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    codes = {c: 33 + at for at, c in enumerate(dict.fromkeys(characters))}
    procs, widths = [], []
    for character, code in codes.items():
        glyph = glyphs[names[ord(character)]]
        pen = Operators(glyphs)
        glyph.draw(pen)
        drawing = f"{glyph.width} 0 0 -300 {glyph.width} 1000 d1\n" + "\n".join(pen.out) + "\nf"
        procs.append(f"/g{code} {objects.stream(drawing.encode())} 0 R")
        widths.append(f"{glyph.width}")
    mapping = objects.stream(to_unicode({code: c for c, code in codes.items()}))
    differences = " ".join(f"/g{code}" for code in codes.values())
    number = objects.add(
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 -300 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] "
        f"/FirstChar 33 /LastChar {32 + len(codes)} /Widths [{' '.join(widths)}] /CharProcs << {' '.join(procs)} >> "
        f"/Encoding << /Differences [33 {differences}] >> /Resources << >> /ToUnicode {mapping} 0 R >>"
    )
    return number, codes


def encoded(words: str, codes: Mapping[str, int]) -> str:
    """``words`` in the codes of an ``outlined_font``, as the latin-1 text that ``text`` takes."""
    return "".join(chr(codes[c]) for c in words)


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{v:g}" for v in values)
