"""Uploaded pages become one PDF/A-3b: their pictures untouched, searchable, with the entries enclosed.

Written with a classic cross-reference table and without object streams, so that every library can seal it. Equal
input gives equal bytes: times come in, and the file identifier follows from the content.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from certlight.errors import UsageError
from certlight.text import Text
from signing.composition import glyphless, metadata, profiles, text_layer
from signing.composition.attachment import attach
from signing.composition.cmyk_profile import plain_cmyk
from signing.composition.codes import Codes
from signing.composition.page import PageSource
from signing.composition.paper import Paper, paper_size, shown_size
from signing.composition.picture import CHANNELS, Picture, Upload
from signing.composition.streams import flate
from signing.composition.upload import read_upload
from signing.enclosure import Enclosure

_PICTURE: Final = "Im0"
_DEVICE: Final = {"gray": Name.DeviceGray, "rgb": Name.DeviceRGB}


def compose(pages: Sequence[PageSource], enclosure: Enclosure | None, *, title: str, created_at: datetime) -> bytes:
    """One PDF/A-3b (ISO 19005-3) that shows ``pages`` upright and in their physical size, and encloses the entries.

    ``created_at`` has a time zone. Raises InputRefused for a picture that cannot be taken (``compose.*``, see
    ``upload``), UsageError ``compose.no_pages``, ValueError for a time without a zone.
    """
    if not pages:
        raise UsageError(
            "compose.no_pages",
            Text("没有可供签章的页面。", "There is no page to compose."),
            Text("请至少提供一页图片。", "Give at least one picture."),
        )
    moment = metadata.pdf_date(created_at)
    with Pdf.new() as pdf:
        book = _Book(pdf)
        for number, source in enumerate(pages, 1):
            book.add(source, read_upload(source.data, source.frame, number))
        book.finish()
        _describe(pdf, metadata.clean_title(title), created_at, moment)
        if enclosure is not None:
            attach(pdf, enclosure.to_json(), moment)
        out = io.BytesIO()
        pdf.save(
            out,
            force_version="1.7",
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            compress_streams=False,
            deterministic_id=True,
        )
    return out.getvalue()


@dataclass(slots=True)
class _Book:
    """The PDF while its pages are added; what several pages share is written once."""

    pdf: Pdf
    codes: Codes = field(default_factory=Codes)
    font: Dictionary | None = None
    shared: dict[bytes, Any] = field(default_factory=dict)

    def add(self, source: PageSource, upload: Upload) -> None:
        """A page that shows one picture and has its lines behind it."""
        picture = upload.picture
        shown = shown_size((picture.width, picture.height), upload.orientation)
        if source.dpi is None:
            size = paper_size(shown, upload.stated_dpi)
        else:
            size = paper_size(source.raster or shown, None, source.dpi)
        paper = Paper.of(size, upload.orientation, source.rotation)
        matrix = " ".join(f"{value:.3f}" for value in paper.picture_matrix())
        content = f"q {matrix} cm /{_PICTURE} Do Q\n".encode("ascii")
        text = text_layer.operators(source.lines, paper, source.raster or shown, self.codes)
        resources = Dictionary(XObject={f"/{_PICTURE}": self._picture(picture)})
        if text:
            if self.font is None:
                self.font = self.pdf.make_indirect(Dictionary(Type=Name.Font))
            resources.Font = Dictionary({f"/{text_layer.FONT}": self.font})
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, _points(paper.width), _points(paper.height)]),
            Resources=resources,
            Contents=flate(self.pdf, content + text),
        )
        self.pdf.pages.append(pikepdf.Page(self.pdf.make_indirect(page)))

    def finish(self) -> None:
        """Write the font, now that all characters are known."""
        if self.font is not None:
            self.font.update(glyphless.font(self.pdf, self.codes))

    def _picture(self, picture: Picture) -> Stream:
        entries: dict[str, Any] = {
            "Type": Name.XObject,
            "Subtype": Name.Image,
            "Width": picture.width,
            "Height": picture.height,
            "ColorSpace": self._colour_space(picture),
            "BitsPerComponent": picture.bits,
            "Filter": Name(f"/{picture.filter}"),
        }
        if picture.parameters:
            entries["DecodeParms"] = Dictionary({f"/{key}": value for key, value in picture.parameters.items()})
        if picture.inverted:
            entries["Decode"] = Array([1, 0] * CHANNELS[picture.space])
        return Stream(self.pdf, picture.stream, Dictionary({f"/{key}": value for key, value in entries.items()}))

    def _colour_space(self, picture: Picture) -> Any:
        base: Any
        profile = picture.profile or (plain_cmyk() if picture.space == "cmyk" else b"")
        base = self._icc(profile, CHANNELS[picture.space]) if profile else _DEVICE[picture.space]
        if not picture.palette:
            return base
        return Array([Name.Indexed, base, len(picture.palette) // 3 - 1, String(picture.palette)])

    def _icc(self, profile: bytes, channels: int) -> Any:
        key = hashlib.sha256(profile).digest()
        if key not in self.shared:
            stream = flate(self.pdf, profile, N=channels)
            self.shared[key] = self.pdf.make_indirect(Array([Name.ICCBased, stream]))
        return self.shared[key]


def _describe(pdf: Pdf, title: str, created_at: datetime, moment: str) -> None:
    """Metadata, output intent and language."""
    root = pdf.Root
    root.Metadata = Stream(pdf, metadata.packet(title, created_at), Dictionary(Type=Name.Metadata, Subtype=Name.XML))
    root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
                RegistryName=String("http://www.color.org"),
                Info=String("sRGB IEC61966-2.1"),
                DestOutputProfile=flate(pdf, profiles.srgb(), N=3),
            )
        ]
    )
    root.Lang = String("zh-CN")
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    info = Dictionary(
        Title=String(title),
        Producer=String(metadata.PRODUCER),
        CreationDate=String(moment),
        ModDate=String(moment),
    )
    pdf.trailer.Info = pdf.make_indirect(info)


def _points(value: float) -> Decimal:
    return Decimal(f"{value:.3f}").normalize()
