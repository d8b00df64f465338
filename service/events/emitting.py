"""Events, written in the transaction of what they tell of; delivered later, at least once each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session


class Event(StrEnum):
    """Names of what subscribers may be told."""

    DOCUMENT_CHECKED = "document.checked"
    DOCUMENT_SEALED = "document.sealed"
    DOCUMENT_SUBMITTED = "document.submitted"
    DOCUMENT_SUPERSEDED = "document.superseded"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_REVOKED = "certificate.revoked"
    PUSH_ARRIVED = "push.arrived"
    PUSH_DECIDED = "push.decided"
    JOB_ENDED = "job.ended"


def emit(
    session: Session,
    event: Event,
    *,
    at: datetime,
    subject_id: str | None,
    domain_id: str | None = None,
    payload: Mapping[str, Any],
) -> None:
    """Queue ``event`` for every active webhook of the enterprise and of the domain that asked for it.

    ``payload``: identifiers, states and lights; whoever is told fetches the rest with rights of their own.
    """
