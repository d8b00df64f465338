"""Webhooks of enterprises and of domains: made, listed, deleted; and the history of what they were told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.text import Text
from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal
from service.database.base import new_id
from service.database.operations import record
from service.database.pushes import Domain
from service.database.webhooks import DeliveryState, Webhook, WebhookDelivery
from service.domain.actors import SYSTEM
from service.domain.principal import Principal
from service.events.addresses import webhook_address
from service.events.emitting import Event
from service.events.webhook_secrets import encrypted, new_secret, shown
from service.installation import Installation

MOST: Final = 20
"""Webhooks of one enterprise, or of one domain."""
OF_DOMAINS: Final = frozenset({Event.PUSH_ARRIVED})
OF_ENTERPRISES: Final = frozenset(Event) - OF_DOMAINS


def create_webhook(
    session: Session,
    installation: Installation,
    by: Principal,
    *,
    url: str,
    events: Collection[Event],
    domain_id: str | None,
    at: datetime,
) -> tuple[Webhook, str]:
    """A webhook of the administrator's enterprise, or of a domain, and its secret as it is shown this once.

    Raises UsageError ``webhook.address``, ``webhook.private_address``, ``webhook.events``, ``webhook.domain_missing``,
    ``webhook.too_many``, NotFound ``account.domain_unknown``, AccessRefused ``access.*``.
    """
    sight(by, Kind.WEBHOOK)
    subject_id = None if domain_id else by.subject_id
    demand(by, Operation.WRITE, Resource(Kind.WEBHOOK, subject_id))
    if subject_id is None:
        _demand_domain(session, domain_id)
    told = OF_ENTERPRISES if subject_id else OF_DOMAINS
    if not events or not set(events) <= told:
        raise UsageError(
            "webhook.events",
            Text("所选事件不适用于此订阅方。", "These events are not told to this kind of subscriber."),
            Text(f"可选：{'、'.join(sorted(told))}。", f"Choose from: {', '.join(sorted(told))}."),
        )
    whose = (Webhook.subject_id == subject_id) if subject_id else (Webhook.domain_id == domain_id)
    present = select(func.count()).select_from(Webhook).where(whose, Webhook.removed_at.is_(None))
    if session.scalars(present).one() >= MOST:
        raise UsageError(
            "webhook.too_many",
            Text(f"最多可设 {MOST} 个通知地址。", f"There are {MOST} webhooks already."),
            Text("请先删除不用的。", "Delete one that is not needed."),
        )
    secret = new_secret()
    made = Webhook(
        id=new_id(),
        subject_id=subject_id,
        domain_id=domain_id,
        url=webhook_address(url, private=installation.settings.webhook.private_addresses),
        events=sorted(event.value for event in set(events)),
        secret_encrypted=encrypted(installation, secret),
        active=True,
        created_at=at,
        created_by=by.user_id,
    )
    session.add(made)
    # Never the address: it may hold a secret of its own.
    details = {"events": list(made.events)} | ({"domain": domain_id} if domain_id else {})
    record(session, by.actor, "webhook.create", "webhook", made.id, at=at, subject_id=subject_id, details=details)
    session.flush()
    return made, shown(secret)


def find_webhook(session: Session, by: Principal, webhook_id: str, operation: Operation) -> Webhook:
    """The webhook, where ``by`` may do ``operation`` with it. Raises NotFound ``access.not_found``, AccessRefused."""
    found = session.get(Webhook, webhook_id)
    gone = found is None or found.removed_at is not None
    # One that is not there is refused like one that may not be seen.
    demand(by, operation, Resource(Kind.WEBHOOK, None if found is None or gone else found.subject_id))
    if found is None or gone:
        raise refusal("access.not_found")
    return found


def list_webhooks(session: Session, by: Principal, *, after: str | None, limit: int) -> list[Webhook]:
    """From the newest to the oldest, from behind ``after``. Raises AccessRefused ``access.*``."""
    query = select(Webhook).where(_seen(by), Webhook.removed_at.is_(None)).order_by(Webhook.id.desc()).limit(limit)
    return list(session.scalars(query if after is None else query.where(Webhook.id < after)))


def delete_webhook(session: Session, by: Principal, webhook_id: str, *, at: datetime) -> None:
    """Tell it nothing any more, also of what is waiting. Raises as :func:`find_webhook`."""
    found = find_webhook(session, by, webhook_id, Operation.WRITE)
    found.active, found.removed_at = False, at
    _give_up_waiting(session, found, "removed")
    record(session, by.actor, "webhook.delete", "webhook", found.id, at=at, subject_id=found.subject_id)


def end_gone(session: Session, webhook: Webhook, *, at: datetime) -> None:
    """The other side has said that it is gone for good (410): it is told nothing any more."""
    webhook.active, webhook.gone_at = False, at
    session.flush()
    _give_up_waiting(session, webhook, "gone")
    record(session, SYSTEM, "webhook.gone", "webhook", webhook.id, at=at, subject_id=webhook.subject_id)


def list_deliveries(
    session: Session, by: Principal, webhook_id: str, state: DeliveryState | None, *, after: str | None, limit: int
) -> list[WebhookDelivery]:
    """What it was told, from the newest to the oldest. Raises as :func:`find_webhook`."""
    found = find_webhook(session, by, webhook_id, Operation.READ)
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == found.id)
    if after is not None:
        query = query.where(WebhookDelivery.id < after)
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    return list(session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit)))


def redeliver(session: Session, by: Principal, webhook_id: str, delivery_id: str, *, at: datetime) -> WebhookDelivery:
    """Tell it once more, soon, under the event's own id: receivers know it by that.

    Raises as :func:`find_webhook`, UsageError ``webhook.inactive``.
    """
    found = find_webhook(session, by, webhook_id, Operation.WRITE)
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.webhook_id != found.id:
        raise refusal("access.not_found")
    if not found.active:
        raise UsageError(
            "webhook.inactive",
            Text("接收方已声明不再接收通知。", "The other side has said that it is gone."),
            Text("请删除后重新建立。", "Delete it, and make a new one."),
        )
    delivery.state, delivery.attempts, delivery.next_at, delivery.delivered_at = DeliveryState.WAITING, 0, at, None
    record(session, by.actor, "webhook.redeliver", "webhook", found.id, at=at, subject_id=found.subject_id)
    session.flush()
    return delivery


def _give_up_waiting(session: Session, webhook: Webhook, why: str) -> None:
    waiting = update(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.state == DeliveryState.WAITING
    )
    session.execute(waiting.values(state=DeliveryState.GIVEN_UP, last_error=why))


def _demand_domain(session: Session, domain_id: str | None) -> None:
    if domain_id is None:
        raise UsageError(
            "webhook.domain_missing",
            Text("请指定领域。", "Say which domain it is for."),
            Text("平台管理员只能为领域建立通知。", "The platform's administrators make webhooks of domains."),
        )
    if session.get(Domain, domain_id) is None:
        raise refusal("account.domain_unknown")


def _seen(by: Principal) -> ColumnElement[bool]:
    bound = sight(by, Kind.WEBHOOK)
    if bound.everything:
        return Webhook.id.is_not(None)
    return Webhook.subject_id == bound.subject_id if bound.subject_id else Webhook.subject_id.is_(None)
