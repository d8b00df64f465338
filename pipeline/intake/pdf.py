"""PDF pages from the child process: the parent's half of the conversation, and the clock."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable
from typing import Any, Final, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from certlight.errors import InputRefused
from certlight.text import Text
from extractors.page import LayerWord
from extractors.reading import Notice
from pipeline.confined.child import ChildFailed, ConfinedChild
from pipeline.intake.limits import Limits
from pipeline.intake.refusals import refusal
from pipeline.intake.scan import PageKind, Raster, Scan
from pipeline.intake.segments import segments
from pipeline.intake.sniff import HEAD_BYTES

_WORKER: Final = "pipeline.intake.pdf_worker"
_TAIL_BYTES: Final = 1024
"""Bytes at the end in which readers look for ``%%EOF`` (ISO 32000-1 Annex H, implementation note 18)."""
_MIXED_SHARE: Final = 0.25
"""Share of the page under pictures from which on text beside them is called mixed; logos and seals take below 0.1."""
_LINEARISED: Final = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d{1,15})\b")
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_LAYER_UNREADABLE = Notice(
    "intake.layer_unreadable",
    Text(
        "PDF 文字层无法读取，本页按图像识别。",
        "The text layer of the PDF cannot be read; the page is read from its pixels.",
    ),
)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Opened(_Strict):
    pages: int = Field(ge=1)


class _Drawn(_Strict):
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    dpi: float = Field(gt=0, allow_inf_nan=False)
    text: bool
    pictures: float = Field(ge=0, le=1)


class _Layer(_Strict):
    width: float = Field(gt=0, allow_inf_nan=False)
    height: float = Field(gt=0, allow_inf_nan=False)
    words: tuple[tuple[str, float, float, float, float], ...]


_Answer = TypeVar("_Answer", bound=_Strict)

_CODES: Final = {
    "encrypted": "intake.encrypted",
    "malformed": "intake.pdf_malformed",
    "crash": "intake.pdf_malformed",
    "pixels": "intake.too_many_pixels",
    "memory": "intake.pdf_too_complex",
    "time": "intake.pdf_too_complex",
}


class PdfPages:
    """The pages of one PDF. Nothing of it is parsed in this process.

    The constructor opens the document and raises InputRefused: ``intake.truncated``, ``intake.encrypted``,
    ``intake.pdf_malformed``, ``intake.pdf_too_complex``, ``intake.too_many_pages``. ``raster`` raises the same for a
    single page, and ``intake.too_many_pixels``. SetupError when the child process cannot be started.

    A PDF encrypted with an empty user password opens, as in every viewer: it is protected against editing, not reading.
    """

    def __init__(self, scan: Scan, limits: Limits) -> None:
        self._scan = scan
        self._limits = limits
        self._child: ConfinedChild | None = None
        self._seconds_spent = 0.0
        self._pages_delivered = 0
        self._layer_gave_up = False
        if _cut_off(scan.data):
            raise refusal("intake.truncated", scan.name)
        try:
            self._page_count = self._ask({"op": "open"}, _Opened)[0].pages
        except ChildFailed as failed:
            self.close()
            raise self._refusal(failed) from failed
        if self._page_count > limits.max_pages:
            self.close()
            raise refusal("intake.too_many_pages", scan.name, limit=limits.max_pages)

    @property
    def page_count(self) -> int:
        return self._page_count

    def raster(self, page: int, dpi: float | None) -> Raster:
        """Page ``page`` with its layer, drawn at ``dpi`` or the best resolution up to ``Limits.raster_pixels``."""
        if not 0 <= page < self._page_count:
            raise IndexError(page)
        limits = self._limits
        request = {
            "op": "raster",
            "page": page,
            "dpi": dpi,
            "raster_pixels": limits.raster_pixels,
            "max_pixels": limits.max_pixels,
        }
        try:
            drawn, pixels = self._ask(request, _Drawn, most=3 * limits.raster_pixels)
            if len(pixels) != 3 * drawn.width * drawn.height:
                raise ChildFailed("crash")
        except ChildFailed as failed:
            self.close()
            raise self._refusal(failed) from failed
        image = np.frombuffer(pixels, dtype=np.uint8).reshape(drawn.height, drawn.width, 3)
        self._pages_delivered += 1
        layer = self._layer(page, drawn) if drawn.text else ()
        kind: PageKind = "image" if not layer else "mixed" if drawn.pictures >= _MIXED_SHARE else "born_digital"
        return Raster(image, drawn.dpi, kind, layer or (), () if layer is not None else (_LAYER_UNREADABLE,))

    def close(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _layer(self, page: int, drawn: _Drawn) -> tuple[LayerWord, ...] | None:
        """Lines of the text layer in raster pixels; None when it cannot be read, which never refuses the page.

        A layer that overran time or memory, or a file pdfplumber cannot open, is not tried again on later pages.
        """
        if self._layer_gave_up:
            return None
        try:
            found, _ = self._ask({"op": "layer", "page": page}, _Layer, seconds=self._limits.layer_seconds)
        except ChildFailed as failed:
            self._layer_gave_up = failed.kind != "malformed"
            if failed.kind in ("time", "memory", "crash"):
                self.close()
            return None
        # PDFium drew text of which pdfplumber finds nothing: a font encoding it does not know.
        return segments(_in_pixels(found, drawn)) if found.words else None

    def _ask(
        self, request: dict[str, Any], shape: type[_Answer], *, most: int = 0, seconds: float = math.inf
    ) -> tuple[_Answer, bytearray]:
        """One question to the child, started and given the document where it is not running. Raises ChildFailed."""
        started = time.monotonic()
        allowed = self._limits.pdf_seconds + self._limits.pdf_seconds_per_page * self._pages_delivered
        deadline = started + min(seconds, max(0.0, allowed - self._seconds_spent))
        try:
            if self._child is None:
                self._child = ConfinedChild(_WORKER, self._limits.pdf_memory, self._cpu_seconds(), deadline)
                if request["op"] != "open":
                    self._child.ask({"op": "open"}, self._scan.data, deadline, 0)
            data = self._scan.data if request["op"] == "open" else b""
            answer, payload = self._child.ask(request, data, deadline, most)
            return shape.model_validate(answer), payload
        except ValidationError as error:
            raise ChildFailed("crash") from error
        finally:
            self._seconds_spent += time.monotonic() - started

    def _cpu_seconds(self) -> int:
        """Processor time a child may use over its whole life; the clock above is what normally ends it."""
        limits = self._limits
        return math.ceil(limits.pdf_seconds + limits.pdf_seconds_per_page * limits.max_pages)

    def _refusal(self, failed: ChildFailed) -> InputRefused:
        code = _CODES.get(failed.kind, "intake.pdf_malformed")
        return refusal(code, self._scan.name, limit=self._limits.max_pixels // 1_000_000)


def _in_pixels(layer: _Layer, drawn: _Drawn) -> Iterable[LayerWord]:
    """Words in raster pixels; control characters and lone surrogates become U+FFFD, which the audit looks for."""
    sx, sy = drawn.width / layer.width, drawn.height / layer.height
    for text, x0, y0, x1, y1 in layer.words:
        if all(math.isfinite(v) for v in (x0, y0, x1, y1)):
            yield LayerWord(_UNSHOWABLE.sub("\ufffd", text), x0 * sx, y0 * sy, x1 * sx, y1 * sy)


def _cut_off(data: bytes) -> bool:
    """True for a PDF that lost its end, which PDFium would repair silently, dropping pages.

    The end is marked by ``%%EOF`` (ISO 32000-1 §7.5.5). A linearised file states its length up front (Annex F) and has
    such a mark near its beginning too.
    """
    if b"%%EOF" not in data.rstrip(b"\x00\t\n\f\r ")[-_TAIL_BYTES:]:
        return True
    stated = _LINEARISED.search(data[: 2 * HEAD_BYTES])
    return stated is not None and int(stated[1]) > len(data)
