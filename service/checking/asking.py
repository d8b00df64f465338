"""Asking for long work on a document's pages, and what was found last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal
from service.database.documents import DocumentVersion
from service.database.evidence import Check
from service.database.jobs import Job
from service.database.readings import Extraction
from service.documents.finding import find_document, find_version
from service.domain.documents import DOCUMENTS, DocumentAction
from service.domain.jobs import JobKind, JobPriority
from service.domain.principal import Principal
from service.jobs.queue import enqueue

LARGEST_BATCH: Final = 500
"""Documents of one batch."""
_KINDS: Final = {DocumentAction.EXTRACT: JobKind.READ, DocumentAction.CHECK: JobKind.CHECK}


class BatchAction(StrEnum):
    """What a batch does with each of its documents."""

    READ = "read"
    CHECK = "check"
    VALIDATE = "validate"


def ask_for_extraction(session: Session, by: Principal, document_id: str, *, at: datetime) -> Job:
    """Have the pages of the version that is worked on read (智能识别).

    Raises NotFound ``access.not_found``, AccessRefused, UsageError ``state.*``.
    """
    version = find_version(session, by, document_id, Operation.WRITE)
    DOCUMENTS.demand(version.state, DocumentAction.EXTRACT, by.role)
    return enqueue_work(session, version, DocumentAction.EXTRACT, created_by=by.user_id, at=at)


def ask_for_check(session: Session, by: Principal, document_id: str, *, trial: bool = False, at: datetime) -> Job:
    """Have the version that is worked on checked (智能核验); a trial may come before its seal and leaves no trace.

    Raises as :func:`ask_for_extraction`.
    """
    version = find_version(session, by, document_id, Operation.WRITE)
    # On trial whatever could be sealed can be checked.
    action = DocumentAction.SEAL if trial else DocumentAction.CHECK
    DOCUMENTS.demand(version.state, action, by.role)
    payload = {"trial": True} if trial else {}
    return enqueue_work(session, version, DocumentAction.CHECK, created_by=by.user_id, at=at, more=payload)


def enqueue_work(
    session: Session,
    version: DocumentVersion,
    action: DocumentAction,
    *,
    created_by: str | None,
    at: datetime,
    priority: JobPriority = JobPriority.PERSON,
    batch_id: str | None = None,
    more: dict[str, Any] | None = None,
) -> Job:
    """The job that reads or checks a version."""
    return enqueue(
        session,
        _KINDS[action],
        at=at,
        subject_id=version.subject_id,
        created_by=created_by,
        object_kind="document",
        object_id=version.document_id,
        payload={"version_id": version.id, **(more or {})},
        priority=priority,
        batch_id=batch_id,
    )


def ask_for_batch(
    session: Session, by: Principal, document_ids: Sequence[str], action: BatchAction, *, at: datetime
) -> Job:
    """One job for many documents of one's own enterprise; each gets a job of its own that yields to people who wait.

    Raises AccessRefused, NotFound ``access.not_found`` for any that is not there: nothing is begun then.
    """
    demand(by, Operation.WRITE, Resource(Kind.JOB, by.subject_id))
    operation = Operation.READ if action is BatchAction.VALIDATE else Operation.WRITE
    wanted = list(dict.fromkeys(document_ids))
    for document_id in wanted:
        find_document(session, by, document_id, operation)
    return enqueue(
        session,
        JobKind.BATCH,
        at=at,
        subject_id=by.subject_id,
        created_by=by.user_id,
        payload={"documents": wanted, "action": action.value},
        priority=JobPriority.BATCH,
    )


def last_extraction(session: Session, version: DocumentVersion) -> Extraction:
    """What smart mode found on the version last. Raises NotFound ``access.not_found``."""
    found = session.scalars(
        select(Extraction)
        .where(Extraction.subject_id == version.subject_id, Extraction.version_id == version.id)
        .order_by(Extraction.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise refusal("access.not_found", "never extracted")
    return found


def find_check(session: Session, by: Principal, document_id: str, check_id: str) -> tuple[Check, DocumentVersion]:
    """A check of any version of the document that ``by`` may see, for reviewers of one that was pushed to them.

    Raises NotFound ``access.not_found``, AccessRefused.
    """
    find_document(session, by, document_id, Operation.READ)
    found = session.get(Check, check_id)
    version = None if found is None else session.get(DocumentVersion, found.version_id)
    if found is None or version is None or version.document_id != document_id:
        raise refusal("access.not_found")
    find_version(session, by, document_id, Operation.READ, number=version.number)
    return found, version
