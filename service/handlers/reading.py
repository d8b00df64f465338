"""READ: smart mode (智能识别) on a version's pages. What it finds is for people to confirm; no entry changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pipeline.flow import Outcome, read
from service.checking.bilingual import bilingual
from service.checking.snapshot import Snapshot, demand_same_scans, lock, snapshot
from service.database.base import new_id
from service.database.documents import advance
from service.database.readings import Extraction
from service.domain.actors import SYSTEM
from service.domain.documents import DOCUMENTS, DocumentAction
from service.handlers.tools import laid_out
from service.jobs.task import Effect, Task
from service.readings.memory import scans_digest, write_down
from service.readings.page_images import remember_pages
from verifier.report import DocumentResult, read_json


def handle(task: Task) -> Effect:
    """Read the version ``payload["version_id"]``. Raises as :data:`service.jobs.task.Handler` says."""
    taken = snapshot(task.installation, task.subject_id, str(task.payload["version_id"]))
    DOCUMENTS.demand(taken.state, DocumentAction.EXTRACT, SYSTEM.role)
    with laid_out(task, taken) as bench:
        found = read(bench.document, bench.drawing_desk(task.progress), pages=bench.pages)
        recognised = found.result
        if recognised.doc_type != taken.doc_type:
            # The form is that of the document's type, whatever the pages look like; read already, this asks nothing.
            found = read(bench.document, bench.desk(_silent), taken.doc_type, bench.pages)
        kept = bench.memory.kept()
    document = _document(found)

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        version = lock(session, taken)
        demand_same_scans(version, taken)
        extraction = Extraction(
            id=new_id(),
            subject_id=taken.subject_id,
            version_id=taken.version_id,
            scans=scans_digest(taken.hashes),
            doc_type=recognised.doc_type,
            type_confidence=recognised.type_confidence,
            document=document,
            extracted_at=at,
            job_id=task.job_id,
        )
        session.add(extraction)
        remember_pages(session, taken.subject_id, taken.hashes, bench.images, at)
        write_down(session, kept, at)
        counts = _page_counts(taken, found)
        for scan in version.scans:
            scan.pages = counts[scan.id]
        advance(session, version, DocumentAction.EXTRACT, SYSTEM, at=at, details={"extraction": extraction.id})
        return _result(extraction.id, recognised, taken)

    return effect


def _document(found: Outcome) -> dict[str, Any]:
    zh, en = (read_json([found.result], language)["documents"][0] for language in ("zh", "en"))
    return bilingual(zh, en)


def _page_counts(taken: Snapshot, found: Outcome) -> dict[str, int]:
    document = found.pages.document
    counts = dict.fromkeys((scan.id for scan in taken.scans), 0)
    for page in range(document.page_count):
        counts[taken.scans[document.source(page).scan].id] += 1
    return counts


def _result(extraction_id: str, recognised: DocumentResult, taken: Snapshot) -> dict[str, Any]:
    return {
        "extraction_id": extraction_id,
        "doc_type": recognised.doc_type,
        "expected_type": recognised.doc_type == taken.doc_type,
    }


def _silent(stage: str, done: int, total: int) -> None:
    """The second look at the same pages is no progress."""
