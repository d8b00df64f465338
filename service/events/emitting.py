"""Events, written in the transaction of what they tell of; delivered later, at least once each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from service.database.base import new_id
from service.database.webhooks import Webhook, WebhookDelivery


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
    whose = [and_(Webhook.subject_id == subject_id, Webhook.domain_id.is_(None))] if subject_id else []
    whose += [and_(Webhook.domain_id == domain_id, Webhook.subject_id.is_(None))] if domain_id else []
    if not whose:
        return
    event_id = new_id()
    for webhook in session.scalars(select(Webhook).where(Webhook.active.is_(True), or_(*whose))):
        if event.value in webhook.events:
            session.add(
                WebhookDelivery(
                    subject_id=webhook.subject_id,
                    webhook_id=webhook.id,
                    event_id=event_id,
                    event=event.value,
                    payload=dict(payload),
                    created_at=at,
                    next_at=at,
                )
            )
