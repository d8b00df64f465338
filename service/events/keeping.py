"""What webhooks were told is forgotten after a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.database.webhooks import DeliveryState, WebhookDelivery

KEPT: Final = timedelta(days=30)
"""After the last attempt; so long a subscriber may look up what it missed and have it sent again."""
_ENDED: Final = (DeliveryState.DELIVERED, DeliveryState.GIVEN_UP)
_AT_ONCE: Final = 5000


def forget_deliveries(session: Session, at: datetime, *, kept: timedelta = KEPT) -> int:
    """Delete deliveries that ended long ago; how many. What waits to be delivered stays. A chore of the clock."""
    old = select(WebhookDelivery.id).where(WebhookDelivery.state.in_(_ENDED), WebhookDelivery.next_at < at - kept)
    gone = session.execute(
        delete(WebhookDelivery)
        .where(WebhookDelivery.id.in_(old.limit(_AT_ONCE)))
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
