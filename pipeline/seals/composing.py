"""A document as it was uploaded becomes the PDF that is sealed: pages, what was read on them, and the entries."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PIL import Image

from certlight.text import Language
from extractors.geometry import Quad
from extractors.page import BgrImage, Homography
from extractors.text import PageText
from pipeline.flow import Outcome
from pipeline.imaging.homography import map_points
from pipeline.intake.document import Document
from pipeline.pages import PageGeometry
from pipeline.seals.adopting import adopted, look, rewritten
from pipeline.seals.process import SealProcess
from signing.composition.compose import compose
from signing.composition.fitness_findings import Way
from signing.composition.page import PageSource, RecognisedLine
from signing.composition.refusals import refusal
from signing.enclosure import Enclosure, Party, SealedPage
from verifier.claim import claim_document
from verifier.report import verify_json
from verifier.verdict import Claim

_PNG_LEVEL: Final = 6
"""zlib level of redrawn pages: 9 takes four times as long and saves two percent."""


def enclosure_of(
    outcome: Outcome, claim: Claim, parties: Sequence[Party], created_at: datetime, language: Language
) -> Enclosure:
    """The entries and marks of ``claim`` with the verdict ``outcome`` gave them, as they travel inside the PDF."""
    result, document = outcome.result, outcome.pages.document
    verdict = verify_json([result], language)["documents"][0]
    provenance = result.verdict.provenance if result.verdict is not None else None
    return Enclosure(
        doc_type=claim.doc_type,
        template=provenance.template if provenance is not None else "",
        claim=claim_document(claim),
        verdict=verdict,
        parties=tuple(parties),
        pages=tuple(
            SealedPage(
                scan_sha256=document.scans[source.scan].sha256,
                scan_page=source.page,
                width=page.width,
                height=page.height,
            )
            for page in result.pages
            for source in [document.source(page.index)]
        ),
        created_at=created_at.isoformat(timespec="seconds"),
    )


def base_pdf(
    document: Document,
    read: Callable[[], Outcome],
    enclosure: Enclosure | None,
    *,
    title: str,
    created_at: datetime,
    process: SealProcess,
    mend: bool,
) -> bytes:
    """The PDF that is to be sealed.

    One PDF that is fit to be sealed keeps its bytes, the entries behind them. One that is not is refused with the
    reason (``seal.unfit``), or with ``mend`` rewritten or redrawn, whichever it takes. Everything else is composed;
    ``read`` is called then, for the text layer. Raises InputRefused ``compose.*``, ``seal.*``, ``intake.*``.
    """

    def drawn() -> bytes:
        return composed(document, read(), enclosure, title=title, created_at=created_at)

    if len(document.scans) > 1 or document.scans[0].media_type != "application/pdf":
        return drawn()
    pdf = document.scans[0].data
    found = look(pdf, process)
    if found.sealed and enclosure is not None:
        raise refusal("seal.already_sealed")
    if found.blocking:
        ways = {finding.way for finding in found.blocking}
        hopeless = Way.REFUSE in ways or found.sealed
        if hopeless or not mend:
            reason = found.blocking[0].text
            code = "seal.unfit_for_good" if hopeless else "seal.unfit"
            raise refusal(code, reason_zh=reason.zh, reason_en=reason.en)
        if ways != {Way.REWRITE}:
            return drawn()
        pdf = rewritten(pdf, process)
    return pdf if enclosure is None else adopted(pdf, enclosure, created_at, process)


def composed(
    document: Document, outcome: Outcome, enclosure: Enclosure | None, *, title: str, created_at: datetime
) -> bytes:
    """All pages of ``document`` as one PDF/A: uploaded pictures untouched, pages of PDFs as pictures of what is seen.

    What was read on them becomes the invisible text layer. Raises InputRefused ``compose.*``, ``intake.*``.
    """
    texts = {text.page: text for text in outcome.texts}
    sources = [_page_source(document, outcome, index, texts.get(index)) for index in range(document.page_count)]
    return compose(sources, enclosure, title=title, created_at=created_at)


def _page_source(document: Document, outcome: Outcome, index: int, text: PageText | None) -> PageSource:
    source = document.source(index)
    scan = document.scans[source.scan]
    geometry = outcome.pages.geometry(index)
    lines = _lines(text, geometry) if text is not None else ()
    if scan.media_type != "application/pdf":
        return PageSource(scan.data, source.page, geometry.dpi, geometry.rotation, lines=lines, raster=geometry.raster)
    raw = document.render(index, geometry.dpi)
    return PageSource(_as_png(raw.image), 0, raw.dpi, geometry.rotation, lines=lines, raster=geometry.raster)


def _lines(text: PageText, geometry: PageGeometry) -> tuple[RecognisedLine, ...]:
    return tuple(
        RecognisedLine(line.text, _mapped(line.quad, geometry.transform)) for line in text.lines if line.text.strip()
    )


def _mapped(quad: Quad, transform: Homography) -> Quad:
    a, b, c, d = map_points(transform, quad)
    return a, b, c, d


def _as_png(image: BgrImage) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image[:, :, ::-1]).save(out, "PNG", compress_level=_PNG_LEVEL)
    return out.getvalue()
