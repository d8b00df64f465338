"""One walk over everything that belongs to a document: what acts, what comes from elsewhere, which fonts are there."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from signing.composition.fitness_findings import FitnessFinding, found
from signing.enclosure import ENCLOSURE_NAME

MAX_OBJECTS: Final = 300_000
_MAX_DIRECT: Final = 3_000_000
"""Direct values looked into; a file of 64 MB has fewer."""

_FORBIDDEN_ACTIONS: Final = frozenset(
    (
        *("/Launch", "/ImportData", "/SubmitForm", "/ResetForm", "/Hide", "/SetOCGState", "/Rendition", "/Trans"),
        *("/GoTo3DView", "/RichMediaExecute", "/Movie", "/Sound", "/GoToE"),
    )
)
_LINKS: Final = frozenset(("/URI", "/GoToR", "/Thread"))
_STANDARD_COLLECTIONS: Final = ("GB1", "CNS1", "Japan1", "Korea1", "KR")
_IDENTITY: Final = ("/Identity-H", "/Identity-V")
_SYMBOLIC_STANDARD: Final = ("Symbol", "ZapfDingbats")
_NONSYMBOLIC: Final = 32
_PROGRAM_NAMES: Final = tuple(
    f".{ending}"
    for ending in (
        *("exe", "dll", "com", "scr", "bat", "cmd", "msi", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "lnk"),
        *("jar", "apk", "sh", "app", "reg", "cpl", "pif", "chm", "docm", "xlsm", "pptm", "iso"),
    )
)
_PROGRAM_STARTS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")


class Walk:
    """Visits every object that can be reached from the trailer, once.

    Raises ValueError for a file with more values than any honest one.
    """

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.reached: set[tuple[int, int]] = set()
        """Number and generation of every indirect object that belongs to the document."""
        self._codes: set[str] = set()
        self._names: list[str] = []
        visited = 0
        waiting: list[Any] = [pdf.trailer]
        while waiting:
            value = waiting.pop()
            if not isinstance(value, Object):
                continue
            if value.is_indirect:
                if value.objgen in self.reached:
                    continue
                self.reached.add(value.objgen)
            visited += 1
            if visited > _MAX_DIRECT:
                raise ValueError("too many values")
            if isinstance(value, Array):
                waiting.extend(value)
            elif isinstance(value, Stream | Dictionary):
                waiting.extend(each for _, each in value.items())
                self._look_at(value)

    def findings(self) -> Iterator[FitnessFinding]:
        """What the walk has met."""
        for code in sorted(self._codes):
            yield found(code)
        if any(name.lower().endswith(_PROGRAM_NAMES) for name in self._names):
            yield found("fitness.executable")
        if ENCLOSURE_NAME in self._names:
            yield found("fitness.enclosure")
        if set(self._names) - {ENCLOSURE_NAME}:
            yield found("fitness.attachments")

    def _look_at(self, value: Stream | Dictionary) -> None:
        kind = value.get("/Type")
        if "/JS" in value or "/JavaScript" in value:
            self._codes.add("fitness.script")
        if "/AA" in value:
            self._codes.add("fitness.action")
        if "/XFA" in value:
            self._codes.add("fitness.xfa")
        if kind != Name.StructElem and isinstance(action := value.get("/S"), Name):
            self._action(str(action))
        if kind == Name.Font:
            self._font(value)
        if kind == Name.OCMD and ("/VE" in value or value.get("/P", Name.AnyOn) not in (Name.AnyOn, Name.AllOn)):
            self._codes.add("fitness.hidden_layers")
        if "/EF" in value:
            self._names += [str(value[key]) for key in ("/F", "/UF") if key in value]
        if isinstance(value, Stream):
            self._stream(value, kind)

    def _action(self, kind: str) -> None:
        if kind == "/JavaScript":
            self._codes.add("fitness.script")
        elif kind in _FORBIDDEN_ACTIONS:
            self._codes.add("fitness.action")
        elif kind in _LINKS:
            self._codes.add("fitness.links")

    def _stream(self, stream: Stream, kind: object) -> None:
        subtype = stream.get("/Subtype")
        if "/F" in stream or "/FFilter" in stream or "/Ref" in stream:
            self._codes.add("fitness.external")
        if subtype == Name.PS or "/Subtype2" in stream or "/OPI" in stream or "/Alternates" in stream:
            self._codes.add("fitness.variants")
        if kind == Name.EmbeddedFile and _beginning(stream).startswith(_PROGRAM_STARTS):
            self._codes.add("fitness.executable")

    def _font(self, font: Stream | Dictionary) -> None:
        subtype = font.get("/Subtype")
        if subtype == Name.Type0:
            descendants = font.get("/DescendantFonts")
            for descendant in descendants if isinstance(descendants, Array) else ():
                if not _embedded(descendant):
                    self._codes.add(_composite_not_embedded(font, descendant))
        elif subtype not in (Name.Type3, Name.CIDFontType0, Name.CIDFontType2) and not _embedded(font):
            self._codes.add(_simple_not_embedded(font))


def _embedded(font: Any) -> bool:
    descriptor = font.get("/FontDescriptor")
    return isinstance(descriptor, Dictionary) and any(f"/FontFile{n}" in descriptor for n in ("", "2", "3"))


def _composite_not_embedded(font: Any, descendant: Any) -> str:
    """Codes of a known character collection mean the same characters everywhere; glyph numbers mean nothing."""
    system = descendant.get("/CIDSystemInfo")
    ordering = str(system.get("/Ordering", "")) if isinstance(system, Dictionary) else ""
    encoding = font.get("/Encoding")
    known = isinstance(encoding, Name) and (str(encoding) not in _IDENTITY or ordering in _STANDARD_COLLECTIONS)
    return "fitness.fonts_substituted" if known else "fitness.fonts"


def _simple_not_embedded(font: Any) -> str:
    name = str(font.get("/BaseFont", "")).lstrip("/")
    descriptor = font.get("/FontDescriptor")
    flags = int(descriptor.get("/Flags", 0)) if isinstance(descriptor, Dictionary) else _NONSYMBOLIC
    known = name in _SYMBOLIC_STANDARD or "/Encoding" in font or flags & _NONSYMBOLIC
    return "fitness.fonts_substituted" if known else "fitness.fonts"


def _beginning(stream: Stream) -> bytes:
    """The first bytes of an embedded file; empty where they are not simply compressed."""
    data = stream.read_raw_bytes()
    if "/Filter" not in stream:
        return data[:16]
    try:
        return zlib.decompressobj().decompress(data, 16)
    except zlib.error:
        return b""
