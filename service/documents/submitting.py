"""Submitting: into the library, with what follows from it for predecessors, pushes, certificates and subscribers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.accounts.access import Operation
from service.certificates.issuing import issue
from service.database import library, pushes
from service.database.documents import DocumentVersion
from service.database.evidence import Seal
from service.database.pushes import Push
from service.database.subjects import SubjectName
from service.documents.finding import working
from service.documents.forms import today
from service.documents.refusals import refusal
from service.domain.documents import IN_LIBRARY, DocumentState
from service.domain.principal import Principal
from service.domain.pushes import PushAction, PushState
from service.events.emitting import Event, emit


def submit(
    session: Session, by: Principal, document_id: str, *, expected: tuple[int, int], at: datetime
) -> DocumentVersion:
    """Enter the library (提交); a green version gets its digital certificate.

    What it replaces is superseded, and pushes of that which no reviewer has taken up are withdrawn: the new one has to
    be pushed for itself. A push that is on a reviewer's desk stays there.

    Raises NotFound, AccessRefused ``access.*``, UsageError ``state.*``, ``document.red``,
    ``document.expired_since_check``: green is what holds on the day of the submission, not on that of the check;
    ``document.renamed_since_seal``: what the public is told of the holder is what a certificate vouched for.
    """
    version = working(session, by, document_id, Operation.WRITE, expected=expected)
    if version.state is DocumentState.CHECKED_RED:
        raise refusal("document.red")
    expired = version.valid_until is not None and version.valid_until < today(at)
    if version.state is DocumentState.CHECKED_GREEN and expired:
        raise refusal("document.expired_since_check")
    _demand_name_of_seal(session, version)
    replaced = _replaced(session, version)
    library.submit(session, version, by.actor, at=at)
    issue(session, version, at=at)
    for old in replaced:
        _withdraw_waiting(session, by, old, at)
        told = {"document": old.document_id, "version": old.number, "by_document": version.document_id}
        emit(session, Event.DOCUMENT_SUPERSEDED, at=at, subject_id=old.subject_id, payload=told)
    light = version.light.word if version.light is not None else None
    told = {"document": version.document_id, "version": version.number, "state": version.state.value, "light": light}
    emit(session, Event.DOCUMENT_SUBMITTED, at=at, subject_id=version.subject_id, payload=told)
    return version


def _demand_name_of_seal(session: Session, version: DocumentVersion) -> None:
    sealed = select(func.max(Seal.sealed_at)).where(
        Seal.subject_id == version.subject_id, Seal.version_id == version.id
    )
    renamed = select(SubjectName.id).where(
        SubjectName.subject_id == version.subject_id, SubjectName.until >= sealed.scalar_subquery()
    )
    if session.scalars(renamed.limit(1)).first() is not None:
        raise refusal("document.renamed_since_seal")


def _replaced(session: Session, version: DocumentVersion) -> Sequence[DocumentVersion]:
    """What leaves the library when the version enters it."""
    documents = [version.document_id, *filter(None, [version.document.replaces_id])]
    return session.scalars(
        select(DocumentVersion).where(
            DocumentVersion.subject_id == version.subject_id,
            DocumentVersion.document_id.in_(documents),
            DocumentVersion.state.in_(IN_LIBRARY),
        )
    ).all()


def _withdraw_waiting(session: Session, by: Principal, version: DocumentVersion, at: datetime) -> None:
    waiting = select(Push).where(Push.version_id == version.id, Push.state == PushState.WAITING)
    for pushed in session.scalars(waiting.with_for_update()):
        pushes.advance(session, pushed, PushAction.WITHDRAW, by.actor, at=at)
