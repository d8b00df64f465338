"""BATCH: one job for each of many documents, all of a lower priority than what a person waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from service.accounts.refusals import refusal
from service.checking.asking import BatchAction, enqueue_work
from service.checking.seals import newest_seal
from service.database.documents import Document
from service.documents.finding import working_version
from service.domain.actors import SYSTEM
from service.domain.documents import DOCUMENTS, DocumentAction
from service.domain.jobs import JobPriority
from service.jobs.task import Effect, Task
from service.sealing.validating import enqueue_validation

_ACTIONS = {BatchAction.READ: DocumentAction.EXTRACT, BatchAction.CHECK: DocumentAction.CHECK}


def handle(task: Task) -> Effect:
    """Enqueue the jobs of ``payload["documents"]``; those whose state forbids it are named in the result."""
    action = BatchAction(task.payload["action"])
    wanted = [str(document_id) for document_id in task.payload["documents"]]

    def effect(session: Session, at: datetime) -> Mapping[str, Any]:
        refused = []
        for document_id in wanted:
            try:
                _begin(session, task, document_id, action, at)
            except UsageError as error:
                refused.append({"document_id": document_id, "code": error.code})
        return {"started": len(wanted) - len(refused), "refused": refused}

    return effect


def _begin(session: Session, task: Task, document_id: str, action: BatchAction, at: datetime) -> None:
    """The job of one document. Raises UsageError ``access.not_found``, ``state.*``."""
    document = session.scalars(
        select(Document).where(Document.subject_id == task.subject_id, Document.id == document_id)
    ).one_or_none()
    if document is None:
        raise refusal("access.not_found")
    version = working_version(session, document)
    if action is BatchAction.VALIDATE:
        seal = newest_seal(session, version)
        if seal is None:
            raise refusal("access.not_found", "never sealed")
        enqueue_validation(
            session,
            seal,
            document_id,
            created_by=task.created_by,
            at=at,
            priority=JobPriority.BATCH,
            batch_id=task.job_id,
        )
        return
    DOCUMENTS.demand(version.state, _ACTIONS[action], SYSTEM.role)
    enqueue_work(
        session,
        version,
        _ACTIONS[action],
        created_by=task.created_by,
        at=at,
        priority=JobPriority.BATCH,
        batch_id=task.job_id,
    )
