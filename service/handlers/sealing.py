"""SEAL: a document composed and prepared for its signature; then, with the signature, finished, validated, taken in.

This process parses PDFs and never holds a key; the key is in a token, somewhere else.
"""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.text import Text
from pipeline.seals.composing import base_pdf, enclosure_of
from pipeline.seals.sealing import prepared
from pipeline.seals.validation import validate_confined
from service.accounts.refusals import refusal as refused_access
from service.checking.bilingual import bilingual
from service.checking.snapshot import Snapshot, lock, snapshot
from service.database.accounts import User
from service.database.base import new_id
from service.database.documents import advance
from service.database.evidence import Seal
from service.database.failures import changed_meanwhile
from service.database.sealings import PreparationState, SealPreparation
from service.domain.actors import Actor
from service.domain.documents import DocumentAction
from service.events.emitting import Event, emit
from service.handlers.checking import claim_of, verified
from service.handlers.tools import laid_out
from service.installation import Installation
from service.jobs.task import Effect, Task
from service.readings.memory import write_down
from service.sealing.asking import PREPARE, timestamper
from service.sealing.refusals import refusal
from service.sealing.wishes import Wish
from signing.certificate import Certificate
from signing.report import validate_json
from signing.sealing.two_phase import finish
from signing.validation.indication import Indication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import SealReport

PDF: Final = "application/pdf"
NAME: Final = "sealed.pdf"
"""The file's name in reports: what it is called at home is nobody's business."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A preparation as its row was; nothing of it is live."""

    id: str
    version_id: str
    covers: str
    wish: Wish
    certificates: tuple[Certificate, ...]
    pdf_sha256: str | None
    draft: bytes
    signature: bytes


def handle(task: Task) -> Effect:
    """One phase of the preparation ``payload["preparation_id"]``. Raises as :data:`service.jobs.task.Handler` says."""
    asked = _asked(task.installation, task.subject_id, str(task.payload["preparation_id"]))
    taken = snapshot(task.installation, task.subject_id, asked.version_id)
    if taken.covers != asked.covers:
        raise changed_meanwhile()
    return _prepare(task, asked, taken) if task.payload["phase"] == PREPARE else _finish(task, asked, taken)


def _prepare(task: Task, asked: _Asked, taken: Snapshot) -> Effect:
    installation, now = task.installation, task.installation.clock()
    trust = installation.trust().material(installation.settings.production)
    certificate, *chain = asked.certificates
    with laid_out(task, taken) as bench:
        claim = claim_of(taken, bench.document.page_count)
        outcome = verified(task, bench, bench.desk(task.progress), claim)
        task.progress("compose", 0, 1)
        pdf = base_pdf(
            bench.document,
            lambda: outcome,
            enclosure_of(outcome, claim, [taken.party], now, "zh"),
            title=taken.title or taken.scans[0].name,
            created_at=now,
            process=task.tools.seals,
            mend=asked.wish.mend,
        )
        kept = bench.memory.kept()
    made = prepared(pdf, certificate, chain, asked.wish.as_ordered(), party=taken.party, at=now, trust=trust)
    blob = _put(task, made.pdf)
    task.progress("compose", 1, 1)

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        version = lock(session, taken)
        row = _lock(session, asked.id)
        if row.state is not PreparationState.ASKED or version.coverage() != asked.covers:
            raise changed_meanwhile()
        row.pdf_sha256, row.draft = blob, made.state.decode()
        row.signed_attributes = b64encode(made.signed_attributes).decode()
        row.digest_algorithm = made.digest_algorithm
        row.state = PreparationState.READY
        write_down(session, kept, at)
        return {"preparation_id": row.id, "pdf_sha256": blob}

    return effect


def _finish(task: Task, asked: _Asked, taken: Snapshot) -> Effect:
    installation = task.installation
    trust = installation.trust().material(installation.settings.production)
    with installation.store.open(taken.subject_id, asked.pdf_sha256 or "") as file:
        pdf = file.read()
    task.progress("seal", 0, 2)
    source = timestamper(installation, asked.wish)
    sealed = finish(pdf, asked.draft, asked.signature, timestamper=source, trust=trust)
    task.progress("seal", 1, 2)
    policy = ValidationPolicy(trust, installation.clock(), (taken.party,))
    report = validate_confined(sealed, policy, task.tools.seals)
    if report.indication is not Indication.TOTAL_PASSED or not report.seals:
        raise refusal("seal.not_accepted", _reason(report))
    newest = report.seals[-1]
    document = report_document(report)
    blob = _put(task, sealed)
    task.progress("seal", 2, 2)

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        version = lock(session, taken)
        row = _lock(session, asked.id)
        if row.state is PreparationState.SPENT:
            raise refusal("state.preparation_spent")
        actor = _actor(session, task.created_by, taken)
        seal = Seal(
            id=new_id(),
            subject_id=taken.subject_id,
            version_id=taken.version_id,
            covers=asked.covers,
            sealed_sha256=blob,
            signer=newest.holder.label,
            certificate_sha256=asked.certificates[0].sha256,
            level=asked.wish.level.value,
            report=document,
            sealed_at=at,
            sealed_by=actor.id,
        )
        session.add(seal)
        details = {"seal": seal.id, "certificate": seal.certificate_sha256, "level": seal.level}
        advance(session, version, DocumentAction.SEAL, actor, at=at, covers=asked.covers, details=details)
        row.state = PreparationState.SPENT
        told = {"document_id": taken.document_id, "number": taken.number, "seal_id": seal.id}
        emit(session, Event.DOCUMENT_SEALED, at=at, subject_id=taken.subject_id, payload=told)
        return {"seal_id": seal.id, "sealed_sha256": blob, "level": seal.level}

    return effect


def report_document(report: SealReport) -> dict[str, Any]:
    """``certlight.validate/1`` in both languages."""
    return bilingual(validate_json(report, NAME, "zh"), validate_json(report, NAME, "en"))


def _asked(installation: Installation, subject_id: str | None, preparation_id: str) -> _Asked:
    with installation.reading() as session:
        row = session.scalars(
            select(SealPreparation).where(
                SealPreparation.subject_id == subject_id, SealPreparation.id == preparation_id
            )
        ).one_or_none()
        if row is None:
            raise refused_access("access.not_found")
        return _Asked(
            row.id,
            row.version_id,
            row.covers,
            Wish.model_validate(row.wish),
            tuple(Certificate(b64decode(der)) for der in row.certificates),
            row.pdf_sha256,
            (row.draft or "").encode(),
            b64decode(row.signature or ""),
        )


def _lock(session: Session, preparation_id: str) -> SealPreparation:
    return session.get_one(SealPreparation, preparation_id, with_for_update=True)


def _actor(session: Session, user_id: str | None, taken: Snapshot) -> Actor:
    """Whoever handed the signature in: sealing is what people do, not the platform."""
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or user.disabled_at is not None or user.subject_id != taken.subject_id:
        raise refused_access("access.forbidden", "the user who asked may act no more")
    return Actor(user.role, user.id, user.subject_id, user.domain_id)


def _put(task: Task, pdf: bytes) -> str:
    largest = task.tools.seals.limits.max_bytes
    return task.installation.store.put(io.BytesIO(pdf), largest, task.subject_id or "", media_type=PDF).sha256


def _reason(report: SealReport) -> Text:
    """What stands against the file, worst first as the report has it."""
    findings = [*report.findings, *(finding for signature in report.signatures for finding in signature.findings)]
    bad = [finding for finding in findings if finding.indication is report.indication]
    return bad[0].text if bad else Text("签章不完整。", "A seal is missing.")
