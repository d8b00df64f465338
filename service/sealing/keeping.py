"""Seals that were prepared and never signed are forgotten, and what was found of seals long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from service.database.columns import first_id
from service.database.sealings import SealPreparation, Validation

KEPT: Final = timedelta(days=7)
"""After they expired, so that a late signature is still told why it is refused."""
VALIDATIONS_KEPT: Final = timedelta(days=90)
"""What was found of a seal, once it was validated again."""
_AT_ONCE: Final = 5000


def forget_preparations(session: Session, at: datetime) -> int:
    """Delete what waits in vain and what became a seal long ago; how many. A chore of the clock."""
    gone = session.execute(
        delete(SealPreparation).where(SealPreparation.expires_at < at - KEPT).returning(SealPreparation.id)
    )
    return len(gone.all())


def forget_validations(session: Session, at: datetime, *, kept: timedelta = VALIDATIONS_KEPT) -> int:
    """Delete what was found of enterprises' seals long ago and found anew since, and what never came to an end; how
    many. The last answer about a seal stays, and so does the seal with its file. A chore of the clock."""
    newer = aliased(Validation)
    again = exists().where(
        newer.subject_id == Validation.subject_id,
        newer.seal_id == Validation.seal_id,
        newer.id > Validation.id,
        newer.report.is_not(None),
    )
    superseded = (
        select(Validation.id)
        .where(
            Validation.subject_id.is_not(None),
            Validation.id < first_id(at - kept),
            or_(again, Validation.report.is_(None)),
        )
        .limit(_AT_ONCE)
    )
    gone = session.execute(
        delete(Validation)
        .where(Validation.id.in_(superseded))
        .returning(Validation.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
