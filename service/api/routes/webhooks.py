"""``/webhooks``: who is told of events, and how telling them went."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from service.api.calls import SignedIn
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.shapes import Answer, Moment, Page, Request, RowId
from service.database.webhooks import DeliveryState
from service.events.emitting import Event
from service.events.subscribing import (
    create_webhook,
    delete_webhook,
    list_deliveries,
    list_webhooks,
    redeliver,
)

router = APIRouter(tags=["webhooks"])


class NewWebhook(Request):
    """Whom to tell, and of what."""

    url: str = Field(min_length=1, max_length=1000, examples=["https://erp.example.cn/certlight"])
    events: list[Event] = Field(min_length=1, max_length=20, examples=[["certificate.issued", "push.decided"]])
    domain_id: RowId | None = Field(
        default=None, description="For the platform's administrators: the domain it is for.", examples=[None]
    )


class WebhookAnswer(Answer):
    """An address that events are sent to."""

    id: str
    subject_id: str | None
    domain_id: str | None
    url: str
    events: list[str]
    active: bool
    created_at: Moment
    gone_at: Moment | None = Field(description="When the other side answered 410; it is told nothing any more.")


class CreatedWebhook(WebhookAnswer):
    """With its secret, which is shown this once."""

    secret: str = Field(
        description="``whsec_`` and the key in base64: HMAC-SHA256 over ``{webhook-id}.{webhook-timestamp}.{body}``.",
        examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
    )


class DeliveryAnswer(Answer):
    """One event for one webhook."""

    id: str
    event_id: str = Field(description="``webhook-id`` of every attempt; receivers know by it what they had before.")
    event: str
    data: dict[str, Any]
    state: DeliveryState
    attempts: int
    created_at: Moment
    next_at: Moment | None = Field(description="When it is tried next; null when it is not.")
    last_attempt_at: Moment | None
    delivered_at: Moment | None
    last_status: int | None = Field(description="HTTP status of the last answer.")
    last_error: str | None = Field(examples=["timeout"])

    @classmethod
    def of(cls, row: Any) -> DeliveryAnswer:
        """As it stands."""
        values = {name: getattr(row, name) for name in cls.model_fields if name not in ("data", "next_at")}
        next_at = row.next_at if row.state is DeliveryState.WAITING else None
        return cls(**values, data=row.payload, next_at=next_at)


@router.get("/webhooks", summary="通知地址列表  List webhooks")
def get_webhooks(call: SignedIn, window: Windowed) -> Page[WebhookAnswer]:
    """Those of the caller's enterprise; for the platform's administrators, those of domains."""
    place = window.place(str)
    with call.reading() as session:
        rows = list_webhooks(session, call.principal, after=str(place[0]) if place else None, limit=window.wanted)
    shown, more = window.cut(rows, lambda row: (row.id,))
    return Page(items=[WebhookAnswer.model_validate(row) for row in shown], next=more)


@router.post("/webhooks", status_code=201, response_model=CreatedWebhook, summary="建立通知地址  Make a webhook")
def post_webhook(call: SignedIn, body: NewWebhook) -> JSONResponse:
    """Events are POSTed as Standard Webhooks 1.0 says: JSON ``{id, event, created_at, data}``, signed, at least once
    each, in no order. Any 2xx is success; 410 ends the webhook; anything else is tried again, later and later."""

    def work(session: Session) -> Made:
        made, secret = create_webhook(
            session,
            call.installation,
            call.principal,
            url=body.url,
            events=body.events,
            domain_id=body.domain_id,
            at=call.at,
        )
        told = WebhookAnswer.model_validate(made).model_dump() | {"secret": secret}
        return Made(201, CreatedWebhook.model_validate(told))

    return call.create(work, secret=True)


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="删除通知地址  Delete a webhook")
def remove_webhook(call: SignedIn, webhook_id: RowId) -> Response:
    """It is told nothing any more, also of what is waiting."""
    with call.transaction() as session:
        delete_webhook(session, call.principal, webhook_id, at=call.at)
    return Response(status_code=204)


@router.get("/webhooks/{webhook_id}/deliveries", summary="通知记录  What a webhook was told")
def get_deliveries(
    call: SignedIn, webhook_id: RowId, window: Windowed, state: DeliveryState | None = None
) -> Page[DeliveryAnswer]:
    """From the newest to the oldest."""
    place = window.place(str)
    with call.reading() as session:
        after = str(place[0]) if place else None
        rows = list_deliveries(session, call.principal, webhook_id, state, after=after, limit=window.wanted)
    shown, more = window.cut(rows, lambda row: (row.id,))
    return Page(items=[DeliveryAnswer.of(row) for row in shown], next=more)


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redelivery",
    status_code=202,
    summary="重新通知  Deliver once more",
)
def post_redelivery(call: SignedIn, webhook_id: RowId, delivery_id: RowId) -> DeliveryAnswer:
    """Soon, with all attempts before it, under the same ``webhook-id``."""
    with call.transaction() as session:
        return DeliveryAnswer.of(redeliver(session, call.principal, webhook_id, delivery_id, at=call.at))
