"""Seals that were prepared and never signed are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.database.sealings import SealPreparation

KEPT: Final = timedelta(days=7)
"""After they expired, so that a late signature is still told why it is refused."""


def forget_preparations(session: Session, at: datetime) -> int:
    """Delete what waits in vain and what became a seal long ago; how many. A chore of the clock."""
    gone = session.execute(
        delete(SealPreparation).where(SealPreparation.expires_at < at - KEPT).returning(SealPreparation.id)
    )
    return len(gone.all())
