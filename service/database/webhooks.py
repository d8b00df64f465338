"""Webhooks: who wants to be told what, and how telling them went."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base, Id, OwnId


class Webhook(Base):
    """An address that an enterprise, or a domain, has events sent to."""

    __tablename__ = "webhooks"

    id: Mapped[OwnId]
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subjects.id"))
    domain_id: Mapped[Id | None] = mapped_column(ForeignKey("domains.id"))
    url: Mapped[str]
    events: Mapped[list[Any]]
    """Names of events."""
    secret_encrypted: Mapped[bytes]
    """The HMAC key, encrypted under the platform's secret: it is needed to sign, so a hash would not do."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    gone_at: Mapped[datetime | None]
    """When the other side answered 410: it wants nothing any more."""
    removed_at: Mapped[datetime | None]
    """When its owner deleted it. The row stays, since its deliveries are history."""

    __table_args__ = (Index(None, "subject_id", "id"), Index(None, "domain_id", "id"))


class DeliveryState(StrEnum):
    """How telling somebody of an event stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class WebhookDelivery(Base):
    """One event for one webhook, and the attempts to deliver it."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[OwnId]
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subjects.id"))
    webhook_id: Mapped[Id] = mapped_column(ForeignKey("webhooks.id"))
    event_id: Mapped[Id]
    event: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    """A word for what went wrong: ``timeout``, ``http_500`` …"""

    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index(None, "webhook_id", "id"),
        Index(None, "state", "next_at"),
        Index(None, "subject_id", "id"),
    )
