"""Whether a born-digital PDF can be sealed as it is, and if not, which way leads to one that can.

A seal covers bytes, people see pages. A file is fit when the two cannot drift apart: no script or action that changes
what is shown, nothing hidden that could be brought up after sealing (the shadow attacks on signed PDFs, NDSS 2021),
nothing drawn from elsewhere, nothing that readers of different make show differently.

The file is parsed here: callers who do not trust it run this in a confined process.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Final

import pikepdf
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.composition import fitness_file, fitness_objects, fitness_pages
from signing.composition.fitness_findings import FitnessFinding, Way, found
from signing.composition.refusals import refusal

MAX_PAGES: Final = 300
_STREAMS: Final = re.compile(rb"/Type\s*/(?:ObjStm|XRef)\b")
_ORDER: Final = (Way.AS_IS, Way.REWRITE, Way.FLATTEN, Way.REFUSE)


@dataclass(frozen=True, slots=True)
class Fitness:
    """What was found; whether the file is fit is derived from it, never stored."""

    findings: tuple[FitnessFinding, ...]
    pages: int = 0
    sealed: bool = False
    """A signature field is filled: the file may be countersigned, and nothing else may happen to it."""
    object_streams: bool = False
    """It has object streams or a cross-reference stream, which endesive 3.0.1 cannot update."""

    @property
    def blocking(self) -> tuple[FitnessFinding, ...]:
        """What keeps it from being sealed as it is; the rest are notes."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def fit(self) -> bool:
        """It can be sealed as it is."""
        return not self.blocking

    @property
    def way(self) -> Way:
        """How to come to a file that can be sealed. A sealed one cannot be made anew without losing its seals."""
        if self.fit:
            return Way.AS_IS
        if self.sealed:
            return Way.REFUSE
        return max((finding.way for finding in self.blocking), key=_ORDER.index)

    @property
    def endesive_ok(self) -> bool:
        """endesive can append a revision to it; pyHanko can either way."""
        return self.fit and not self.object_streams

    def require(self) -> None:
        """Raise InputRefused ``seal.unfit``, with the first reason, unless it is fit."""
        if self.blocking:
            text = self.blocking[0].text
            raise refusal("seal.unfit", reason_zh=text.zh, reason_en=text.en)


def fitness(pdf: bytes, *, max_pages: int = MAX_PAGES) -> Fitness:
    """Judge a PDF. Never raises because of the file: what cannot be read is found ``fitness.unreadable``."""
    try:
        with pikepdf.open(io.BytesIO(pdf), suppress_warnings=True, inherit_page_attributes=False) as opened:
            return _judged(pdf, opened, max_pages)
    except pikepdf.PasswordError:
        return Fitness((found("fitness.password"),))
    except Exception:
        # Objects of any type may stand anywhere in a hostile file; whatever that trips over, the file is what is wrong.
        return Fitness((found("fitness.unreadable"),))


def has_object_streams(pdf: bytes) -> bool:
    """Whether any revision has a cross-reference stream, and with it perhaps object streams: endesive 3.0.1 cannot
    update such a file. Raises InputRefused ``compose.pdf_malformed``."""
    try:
        return bool(PdfFileReader(io.BytesIO(pdf), strict=False).has_xref_stream) or _STREAMS.search(pdf) is not None
    except Exception as error:
        raise refusal("compose.pdf_malformed") from error


def _judged(pdf: bytes, opened: pikepdf.Pdf, max_pages: int) -> Fitness:
    pages = len(opened.pages)
    if pages > max_pages:
        return Fitness((found("fitness.too_many_pages", limit=max_pages),), pages)
    if len(opened.objects) > fitness_objects.MAX_OBJECTS:
        return Fitness((found("fitness.too_complex"),), pages)
    signatures = fitness_pages.signatures(opened)
    walk = fitness_objects.Walk(opened)
    findings = [
        *walk.findings(),
        *fitness_pages.findings(opened, signatures),
        *fitness_file.findings(pdf, opened, walk, sealed=bool(signatures)),
    ]
    streams = _STREAMS.search(pdf) is not None
    unique = {(finding.code, finding.page): finding for finding in findings}
    if signatures:
        return Fitness(tuple(each.beside_a_seal() for each in unique.values()), pages, True, streams)
    return Fitness(tuple(unique.values()), pages, False, streams)
