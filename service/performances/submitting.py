"""Submitting a performance: its documents are in the library and were compared as they are; or somebody goes on
knowing what disagrees (继续提交)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from extractors.catalogue import named
from service.accounts.access import Operation
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.operations import record
from service.database.performances import Continuation, CrossCheck, Performance, SupportingMaterial
from service.domain.principal import Principal
from service.performances.comparing import latest_cross_check, names_of
from service.performances.kinds import Grade, Purpose
from service.performances.managers import link_manager
from service.performances.papers import SLOTS, Present, covers, present_documents
from service.performances.records import find_performance
from service.performances.refusals import refusal


def submit(
    session: Session, by: Principal, performance_id: str, *, continue_with: str | None = None, at: datetime
) -> Performance:
    """Enter the library of performances, and link the project manager.

    ``continue_with`` names the very comparison that was read and is gone on with although it found something; that
    is kept for ever. Raises UsageError ``performance.*``, NotFound and AccessRefused ``access.*``.
    """
    performance = find_performance(session, by, performance_id, Operation.WRITE)
    session.refresh(performance, with_for_update=True)
    if performance.submitted_at is not None:
        raise refusal("performance.submitted")
    documents = present_documents(session, performance)
    _demand_complete(session, performance, documents)
    compared = latest_cross_check(session, performance)
    if compared is None or compared.covers != covers(documents):
        raise refusal("performance.cross_check_missing")
    if continue_with is not None and continue_with != compared.id:
        raise refusal("performance.continue_with")
    if not compared.consistent:
        if continue_with is None:
            raise refusal("performance.inconsistent")
        _continue(session, by, compared, at=at)
    performance.submitted_at = at
    session.flush()
    record(
        session,
        by.actor,
        "performance.submit",
        "performance",
        performance.id,
        at=at,
        subject_id=performance.subject_id,
        before="draft",
        after="submitted",
        details={"cross_check": compared.id, "continued": not compared.consistent},
    )
    link_manager(session, performance, by.actor, at=at)
    return performance


def _demand_complete(session: Session, performance: Performance, documents: dict[str, Present]) -> None:
    missing = [named(doc_type).name.text for doc_type in SLOTS.values() if doc_type not in documents]
    if missing:
        raise refusal("performance.documents_missing", names_of(missing))
    outside = [named(doc_type).name.text for doc_type, present in documents.items() if not present.in_library]
    if outside:
        raise refusal("performance.document_not_in_library", names_of(outside))
    if performance.grade is None:
        raise refusal("performance.grade_missing")
    if performance.grade == Grade.A and not _has_evidence(session, performance):
        raise refusal("performance.material_missing")


def _has_evidence(session: Session, performance: Performance) -> bool:
    sealed = select(SupportingMaterial.id).where(
        SupportingMaterial.subject_id == performance.subject_id,
        SupportingMaterial.performance_id == performance.id,
        SupportingMaterial.purpose == Purpose.EVIDENCE.value,
        SupportingMaterial.withdrawn_at.is_(None),
        SupportingMaterial.sealed_sha256.is_not(None),
    )
    return session.scalars(sealed.limit(1)).first() is not None


def _continue(session: Session, by: Principal, compared: CrossCheck, *, at: datetime) -> None:
    known = select(Continuation.id).where(
        Continuation.subject_id == compared.subject_id, Continuation.cross_check_id == compared.id
    )
    if by.user_id is None:
        raise refused_access("access.forbidden", "going on is somebody's decision")
    if session.scalars(known).first() is not None:
        # What was gone on with once, before a document was renewed and taken back, needs no second word.
        return
    made = Continuation(
        id=new_id(),
        subject_id=compared.subject_id,
        cross_check_id=compared.id,
        confirmed_by=by.user_id,
        confirmed_at=at,
    )
    session.add(made)
    session.flush()
    record(
        session,
        by.actor,
        "performance.continue",
        "performance",
        compared.performance_id,
        at=at,
        subject_id=compared.subject_id,
        details={"cross_check": compared.id},
    )
