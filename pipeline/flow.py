"""The story of a scan: straighten → read → classify → extract, and with a claim → compare → verdict."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date

from certlight import __version__
from certlight.text import Text
from extractors.catalogue import named, templates
from extractors.classify import Classification, classify
from extractors.engines.protocol import OcrEngine
from extractors.extract import extract
from extractors.page import Page
from extractors.reading import Notice, Reading
from extractors.template import Template
from extractors.text import PageText
from pipeline.confirmation import confirm
from pipeline.intake.document import Document
from pipeline.marking import read_marks
from pipeline.pages import StraightPages
from pipeline.reading import PagesRead, Progress, look_closer, read_pages
from pipeline.seal_reading import SealReader
from verifier.check import check
from verifier.claim import claim_document
from verifier.report import DocumentResult, PageFacts
from verifier.thresholds import Thresholds
from verifier.verdict import Claim, Provenance, Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What every document is worked on with: one engine a process, and the thresholds of its verdicts."""

    engine: OcrEngine
    thresholds: Thresholds = field(default_factory=Thresholds)
    progress: Progress = lambda stage, done, total: None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A document worked on: the result for reports, its pages for whoever draws crops, all that was read on them."""

    result: DocumentResult
    pages: StraightPages
    texts: tuple[PageText, ...] = ()

    def pictures(self) -> list[Page]:
        """The pages that carry a value, and the first: what a report shows."""
        wanted = {0}
        wanted.update(r.page for f in self.result.reading.fields.values() for r in f.regions)
        if self.result.verdict is not None:
            wanted.update(r.page for c in self.result.verdict.checks for r in c.regions)
        return [self.pages[i] for i in sorted(wanted) if 0 <= i < len(self.pages)]


def read(document: Document, desk: Desk, doc_type: str | None = None, pages: StraightPages | None = None) -> Outcome:
    """Smart mode: what the document is and what stands on it.

    ``doc_type`` replaces the classification. ``pages`` are the document's, where the caller has straightened them
    already. Raises InputRefused, UsageError ``template.unknown``, ModelMissing.
    """
    template = named(doc_type) if doc_type else None
    pages = pages or StraightPages(document, desk.engine)
    texts, kind, reading, template = _read(pages, desk, template)
    if doc_type:
        reading = replace(reading, doc_type=doc_type, type_confidence=1.0)
    return Outcome(_result(document, pages, texts, template, kind, reading, None), pages, tuple(texts.texts))


def verify(document: Document, claim: Claim, desk: Desk, today: date, pages: StraightPages | None = None) -> Outcome:
    """Smart reading, reading of the marks, and the verdict of entered against recognised on the day ``today``.

    ``pages`` are the document's, where the caller has straightened them already. Raises InputRefused, UsageError
    ``template.unknown``, ModelMissing.
    """
    template = named(claim.doc_type)
    pages = pages or StraightPages(document, desk.engine)
    texts, kind, reading, _ = _read(pages, desk, template)
    marked = read_marks(template, claim.marks, pages, desk.engine, {text.page: text for text in texts.texts})
    verdict = check(
        template,
        claim,
        reading,
        marked,
        qualities=texts.qualities,
        qr_texts=[code.text for text in texts.texts for code in text.qr_codes],
        today=today,
        thresholds=desk.thresholds,
    )
    verdict = replace(verdict, provenance=_provenance(document, claim, template, desk, today))
    return Outcome(_result(document, pages, texts, template, kind, reading, verdict), pages, tuple(texts.texts))


def _read(
    pages: StraightPages, desk: Desk, template: Template | None
) -> tuple[PagesRead, Classification, Reading, Template | None]:
    texts = read_pages(pages, desk.engine, desk.progress)
    layouts = texts.layouts
    kind = classify(layouts, list(templates().values()))
    if template is None and kind.doc_type is not None:
        template = templates()[kind.doc_type]
    if template is None:
        return texts, kind, Reading(None, kind.confidence, {}, (*texts.notices, _unknown(kind))), None
    seals = SealReader(pages, desk.engine)
    reading = extract(template, layouts, kind.confidence, seals)
    if any(spec.labels and code not in reading.fields for code, spec in template.fields.items()):
        texts = look_closer(texts, pages, desk.engine)
        reading = extract(template, texts.layouts, kind.confidence, seals)
    reading = confirm(reading, template, pages, desk.engine)
    reading = replace(reading, doc_type=kind.doc_type, notices=(*texts.notices, *reading.notices))
    return texts, kind, reading, template


def _unknown(kind: Classification) -> Notice:
    seen = f"（标题：{kind.title}）" if kind.title else ""
    seen_en = f" (title: {kind.title})" if kind.title else ""
    return Notice(
        "classify.unknown",
        Text(
            f"无法判断证照类型{seen}，请人工选择类型。", f"The type of document is unknown{seen_en}; choose it by hand."
        ),
    )


def _result(
    document: Document,
    pages: StraightPages,
    texts: PagesRead,
    template: Template | None,
    kind: Classification,
    reading: Reading,
    verdict: Verdict | None,
) -> DocumentResult:
    return DocumentResult(
        files=tuple(scan.name for scan in document.scans),
        doc_type=reading.doc_type,
        type_name=templates()[reading.doc_type].name.text if reading.doc_type else None,
        type_confidence=reading.type_confidence,
        pages=tuple(
            PageFacts(index, width, height, rotation, quality)
            for index, ((width, height, rotation), quality) in enumerate(zip(texts.sizes, texts.qualities, strict=True))
        ),
        reading=reading,
        verdict=verdict,
        field_names={code: spec.name.text for code, spec in template.fields.items()} if template else {},
    )


def _provenance(document: Document, claim: Claim, template: Template, desk: Desk, today: date) -> Provenance:
    return Provenance(
        template=template.ref,
        product=f"certlight {__version__}",
        engine=desk.engine.name,
        models=desk.engine.models,
        thresholds=desk.thresholds.as_mapping(),
        scan_sha256=tuple(scan.sha256 for scan in document.scans),
        claim_sha256=claim_sha256(claim),
        checked_on=today.isoformat(),
    )


def claim_sha256(claim: Claim) -> str:
    """SHA-256 of the claim in one canonical writing, so that the same claim always has the same hash."""
    written = json.dumps(claim_document(claim), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode("utf-8")).hexdigest()
