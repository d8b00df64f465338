"""Telling subscribers what happened: each event at least once, later and later where nobody answers, in no order.

A delivery is claimed by moving its next attempt behind the time this one can take; so whoever dies in between leaves
it to the next. No transaction is open while anybody is called.
"""

from __future__ import annotations

import json
import math
import random
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import httpx
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from certlight import __version__
from service.database.webhooks import DeliveryState, Webhook, WebhookDelivery
from service.domain.moments import utc_text
from service.events.addresses import Resolve, system_resolver
from service.events.sending import Undelivered, post
from service.events.subscribing import end_gone
from service.events.webhook_secrets import decrypted, signature
from service.installation import Installation

AT_ONCE: Final = 8
"""Calls under way."""
FIRST_PAUSE: Final = timedelta(seconds=5)
GROWTH: Final = 6
"""5 s, 30 s, 3 min, 18 min, 2 h, then the longest: eight attempts take about a day."""
LONGEST_PAUSE: Final = timedelta(hours=12)
JITTER: Final = 0.2
"""Pauses are longer by up to this share: many that failed together do not come back together."""
_RESOLVING: Final = timedelta(seconds=60)
"""What resolving names may take beside the time for calls."""
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A delivery as it is sent; no live row."""

    delivery_id: str
    webhook_id: str
    attempt: int
    url: str
    secret_encrypted: bytes
    event_id: str
    event: str
    created_at: datetime
    payload: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: int | None = None
    error: str | None = None


def deliver_due(
    installation: Installation,
    *,
    limit: int = 40,
    context: ssl.SSLContext | None = None,
    resolve: Resolve = system_resolver,
) -> int:
    """Attempt up to ``limit`` deliveries whose time has come; how many. For the loop of chores.

    ``context`` says whom to trust, the usual authorities (or ``SSL_CERT_FILE``) without it. Raises CertlightError
    ``database.*``.
    """
    claimed = _claim(installation, limit)
    if not claimed:
        return 0
    trusted = context or _usual_authorities()
    with ThreadPoolExecutor(min(AT_ONCE, len(claimed)), "webhooks") as calls:
        for _ in calls.map(lambda one: _settle(installation, one, _send(installation, one, trusted, resolve)), claimed):
            pass
    return len(claimed)


def pause(attempts: int, share: float) -> timedelta:
    """How long to wait after so many attempts that failed; ``share`` of 0 to 1 picks within the jitter."""
    return min(FIRST_PAUSE * int(GROWTH ** min(attempts - 1, 10)), LONGEST_PAUSE) * (1 + JITTER * share)


def _claim(installation: Installation, limit: int) -> list[_Claimed]:
    at = installation.clock()
    rounds = math.ceil(limit / AT_ONCE)
    lease = timedelta(seconds=installation.settings.webhook.timeout_seconds) * rounds + _RESOLVING
    with installation.reading() as session:
        webhooks = _waiting(session, at, limit)
    if not webhooks:
        # Looking takes no lock, and there is nothing to do most of the time.
        return []
    with installation.transaction() as session:
        found = []
        for webhook, delivery in _due(session, webhooks, at, limit):
            delivery.next_at, delivery.last_attempt_at = at + lease, at
            delivery.attempts += 1
            found.append(
                _Claimed(
                    delivery.id,
                    webhook.id,
                    delivery.attempts,
                    webhook.url,
                    webhook.secret_encrypted,
                    delivery.event_id,
                    delivery.event,
                    delivery.created_at,
                    delivery.payload,
                )
            )
    return found


def _waiting(session: Session, at: datetime, limit: int) -> Sequence[str]:
    """Webhooks that something is due for, the one that waits longest first."""
    first = func.min(WebhookDelivery.next_at)
    due = select(WebhookDelivery.webhook_id).join(Webhook).where(*_is_due(at), Webhook.active.is_(True))
    return session.scalars(due.group_by(WebhookDelivery.webhook_id).order_by(first).limit(limit)).all()


def _due(
    session: Session, webhooks: Sequence[str], at: datetime, limit: int
) -> Iterator[tuple[Webhook, WebhookDelivery]]:
    """Shared between webhooks, so that one with thousands of deliveries does not keep the others waiting."""
    left = limit
    for number, webhook_id in enumerate(webhooks):
        share = math.ceil(left / (len(webhooks) - number))
        rows = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id, *_is_due(at))
        rows = rows.order_by(WebhookDelivery.next_at).limit(share).with_for_update(skip_locked=True)
        webhook = session.get_one(Webhook, webhook_id)
        for delivery in session.scalars(rows).all() if webhook.active else ():
            left -= 1
            yield webhook, delivery


def _is_due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return WebhookDelivery.state == DeliveryState.WAITING, WebhookDelivery.next_at <= at


def _send(installation: Installation, one: _Claimed, context: ssl.SSLContext, resolve: Resolve) -> _Outcome:
    """What came of it. Signed at the moment of sending, so that receivers can refuse what is old."""
    settings = installation.settings.webhook
    message = {"id": one.event_id, "event": one.event, "created_at": utc_text(one.created_at), "data": one.payload}
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    now = int(installation.clock().timestamp())
    try:
        secret = decrypted(installation, one.secret_encrypted)
    except InvalidToken:
        return _Outcome(error="secret")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"certlight/{__version__}",
        "webhook-id": one.event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, one.event_id, now, body),
    }
    try:
        status = post(
            one.url,
            headers,
            body,
            seconds=settings.timeout_seconds,
            private=settings.private_addresses,
            context=context,
            resolve=resolve,
        )
    except Undelivered as error:
        return _Outcome(error=error.word)
    return _Outcome(status, None if 200 <= status < 300 else f"http_{status}")


def _settle(installation: Installation, one: _Claimed, outcome: _Outcome) -> None:
    at = installation.clock()
    gone = outcome.status == _GONE
    with installation.transaction() as session:
        # Locked before its deliveries, as whoever deletes it does.
        webhook = session.get_one(Webhook, one.webhook_id, with_for_update=True) if gone else None
        delivery = session.get_one(WebhookDelivery, one.delivery_id, with_for_update=True)
        if delivery.state is not DeliveryState.WAITING or delivery.attempts != one.attempt:
            # It took longer than its lease, and somebody else goes on with it; or nobody is to be told any more.
            return
        delivery.last_status, delivery.last_error = outcome.status, outcome.error
        if outcome.error is None:
            delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, at
        elif webhook is not None:
            end_gone(session, webhook, at=at)
        elif delivery.attempts >= installation.settings.webhook.attempts:
            delivery.state = DeliveryState.GIVEN_UP
        else:
            delivery.next_at = at + pause(delivery.attempts, random.random())


@cache
def _usual_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()
