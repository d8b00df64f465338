"""CHECK: entered against recognised (智能核验), for the version that is sealed, or on trial before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certlight.errors import InternalError
from certlight.light import Light
from certlight.text import Text
from extractors.catalogue import templates
from pipeline.flow import Desk, Outcome, verify
from service.checking.bilingual import bilingual
from service.checking.seals import seal_light
from service.checking.snapshot import Snapshot, lock, snapshot
from service.database.base import new_id
from service.database.documents import advance
from service.database.evidence import Check
from service.database.failures import changed_meanwhile
from service.documents.forms import today
from service.domain.actors import SYSTEM
from service.domain.documents import CHECKED, DOCUMENTS, DocumentAction
from service.events.emitting import Event, emit
from service.handlers.tools import Bench, laid_out
from service.jobs.task import Effect, Task
from service.readings.memory import write_down
from service.readings.page_images import remember_pages
from verifier.claim import parse_claim
from verifier.report import verify_json
from verifier.verdict import Claim, Verdict


def handle(task: Task) -> Effect:
    """Check the version ``payload["version_id"]``; with ``trial`` nothing of it is kept but the job's result.

    Raises as :data:`service.jobs.task.Handler` says.
    """
    trial = bool(task.payload.get("trial"))
    taken = snapshot(task.installation, task.subject_id, str(task.payload["version_id"]))
    if not trial:
        DOCUMENTS.demand(taken.state, DocumentAction.CHECK, SYSTEM.role)
    with laid_out(task, taken) as bench:
        claim = claim_of(taken, bench.document.page_count)
        outcome = verified(task, bench, bench.drawing_desk(task.progress), claim)
        kept = bench.memory.kept()
    verdict = verdict_of(outcome)

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        version = lock(session, taken)
        write_down(session, kept, at)
        remember_pages(session, taken.subject_id, taken.hashes, bench.images, at)
        if trial:
            return _trial_result(verdict, taken)
        sealed = seal_light(session, version)
        light = Light.worst([verdict.light, sealed])
        row = Check(
            id=new_id(),
            subject_id=taken.subject_id,
            version_id=taken.version_id,
            covers=taken.covers,
            light=light,
            verdict=document_of(outcome) | {"seal_light": sealed.word},
            provenance=_provenance(outcome),
            checked_at=at,
            job_id=task.job_id,
        )
        if taken.covers != version.coverage():
            raise changed_meanwhile()
        session.add(row)
        advance(
            session,
            version,
            DocumentAction.CHECK,
            SYSTEM,
            at=at,
            target=CHECKED[light],
            covers=taken.covers,
            details={"check": row.id, "light": light.word},
        )
        told = {"document_id": taken.document_id, "number": taken.number, "check_id": row.id, "light": light.word}
        emit(session, Event.DOCUMENT_CHECKED, at=at, subject_id=taken.subject_id, payload=told)
        return {"check_id": row.id, "light": light.word, "covers": taken.covers}

    return effect


def claim_of(taken: Snapshot, page_count: int) -> Claim:
    """What the version says stands on its pages. Raises UsageError ``claim.*``."""
    written = {"doc_type": taken.doc_type, "entered": taken.entries, "marks": taken.marks}
    return parse_claim(json.dumps(written, ensure_ascii=False), templates(), page_count)


def verified(task: Task, bench: Bench, desk: Desk, claim: Claim) -> Outcome:
    """The claim held against the pages, today in China."""
    return verify(bench.document, claim, desk, today(task.installation.clock()), bench.pages)


def verdict_of(outcome: Outcome) -> Verdict:
    """The verdict of what was verified."""
    if outcome.result.verdict is None:
        raise InternalError(
            "report.unchecked",
            Text("文件尚未核验，无法输出核验结果。", "The document has not been checked, so it has no verdict."),
            Text("请重新执行核验。", "Run the check again."),
        )
    return outcome.result.verdict


def document_of(outcome: Outcome) -> dict[str, Any]:
    """The document of ``certlight.verify/1`` in both languages."""
    zh, en = (verify_json([outcome.result], language)["documents"][0] for language in ("zh", "en"))
    return bilingual(zh, en)


def _provenance(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = verify_json([outcome.result])["documents"][0]["provenance"]
    return found


def _trial_result(verdict: Verdict, taken: Snapshot) -> dict[str, Any]:
    return {
        "trial": True,
        "light": verdict.light.word,
        "covers": taken.covers,
        "fields": {
            check.field: {"light": check.light.word, "outcome": check.outcome, "rule": check.rule}
            for check in verdict.checks
        },
        "findings": [{"code": finding.code, "light": finding.light.word} for finding in verdict.findings],
    }
