"""How long memories are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from service.database.columns import first_id
from service.database.readings import Extraction, PageImage, ReadingPart

KEPT: Final = timedelta(days=90)
"""Without being used, answers are then forgotten; pages as long after they were drawn."""
ROOM: Final = 512 << 20
"""Bytes of answers a tenant may have: some ten thousand documents. The longest unused go first."""
EXTRACTIONS_KEPT: Final = timedelta(days=30)
"""What smart mode found, once it has found something else on the same version since."""
_AT_ONCE: Final = 5000


def forget(session: Session, at: datetime, *, kept: timedelta = KEPT, room: int = ROOM) -> int:
    """Forget what is old, and what is too much; how many rows. Their files go with the next collection.

    A chore of the clock: nothing is lost but the time to read again.
    """
    gone = 0
    for found in (
        session.execute(delete(ReadingPart).where(ReadingPart.used_at < at - kept).returning(ReadingPart.id)),
        session.execute(delete(PageImage).where(PageImage.created_at < at - kept).returning(PageImage.id)),
    ):
        gone += len(found.all())
    sizes = (
        select(ReadingPart.subject_id, func.sum(ReadingPart.size))
        .group_by(ReadingPart.subject_id)
        .having(func.sum(ReadingPart.size) > room)
    )
    for subject_id, _ in session.execute(sizes).all():
        gone += _shrink(session, subject_id, room)
    return gone


def forget_extractions(session: Session, at: datetime, *, kept: timedelta = EXTRACTIONS_KEPT) -> int:
    """Forget what was found long ago and found anew since; how many. A version's newest stays as long as it does.

    A chore of the clock. That smart mode was used, by which job and when, stands in the operation log.
    """
    newer = aliased(Extraction)
    superseded = (
        select(Extraction.id)
        # By identifier, whose index needs no look at the rows themselves: they are long.
        .where(
            Extraction.id < first_id(at - kept),
            exists().where(newer.version_id == Extraction.version_id, newer.id > Extraction.id),
        )
        .limit(_AT_ONCE)
    )
    gone = session.execute(
        delete(Extraction)
        .where(Extraction.id.in_(superseded))
        .returning(Extraction.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _shrink(session: Session, subject_id: str, room: int) -> int:
    rows = session.execute(
        select(ReadingPart.id, ReadingPart.size)
        .where(ReadingPart.subject_id == subject_id)
        .order_by(ReadingPart.used_at.desc(), ReadingPart.id.desc())
    ).all()
    gone, total = [], 0
    for row in rows:
        total += row.size
        if total > room:
            gone.append(row.id)
    for start in range(0, len(gone), 500):
        session.execute(delete(ReadingPart).where(ReadingPart.id.in_(gone[start : start + 500])))
    return len(gone)
