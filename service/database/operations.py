"""The operation log (操作记录): entries of one chain for the whole platform, appended when their transaction ends.

Every entry holds the hash of the one before it, so entries can only be appended one after another: whoever appends
holds the row of the chain's head until their transaction ends. That row is locked last, after all others, so that the
order of locks is the same everywhere and nobody waits for somebody's whole transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Index, String, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from service.database.base import Base, Id, Sha256
from service.domain.actors import Actor
from service.domain.operations import GENESIS, Entry, digest
from service.domain.roles import Role

_PENDING: Final = "operations"


class Operation(Base):
    """One entry. The database refuses to change or delete it.

    It refers to other rows by their identifiers only: the log has to be readable without them.
    """

    __tablename__ = "operation_log"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """1, 2, 3 … without gaps."""
    at: Mapped[datetime]
    actor_role: Mapped[Role]
    actor_id: Mapped[Id | None]
    subject_id: Mapped[Id | None]
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str]
    action: Mapped[str] = mapped_column(String(60))
    before: Mapped[str | None]
    after: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    previous: Mapped[Sha256]
    hash: Mapped[Sha256] = mapped_column(unique=True)

    __table_args__ = (
        Index(None, "object_kind", "object_id", "seq"),
        Index(None, "subject_id", "seq"),
        Index(None, "actor_id", "seq"),
    )

    def entry(self) -> Entry:
        """What was recorded, without its place in the chain. Raises ValueError where no entry could hold that."""
        return Entry(
            self.at,
            self.actor_role,
            self.actor_id,
            self.subject_id,
            self.object_kind,
            self.object_id,
            self.action,
            self.before,
            self.after,
            self.details,
        )


class ChainHead(Base):
    """Where the chain ends: one row, which appending locks."""

    __tablename__ = "operation_log_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[Sha256]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


FIRST_HEAD: Final = {"id": 1, "seq": 0, "hash": GENESIS}
"""The head of an empty chain; the first migration writes it."""


def record(
    session: Session,
    actor: Actor,
    action: str,
    object_kind: str,
    object_id: str,
    *,
    at: datetime,
    subject_id: str | None = None,
    before: str | None = None,
    after: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Append an entry in the session's transaction: both are kept, or neither.

    The entry gets its place when the transaction ends; until then no query finds it. ``details`` holds text, whole
    numbers, truth values, lists and objects, and nothing of a person but identifiers.
    """
    entry = Entry(
        at, actor.role, actor.id, subject_id, object_kind, object_id, action, before, after, dict(details or {})
    )
    session.info.setdefault(_PENDING, []).append((session.get_nested_transaction(), entry))


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    pending = session.info.get(_PENDING)
    if not pending or session.in_nested_transaction():
        return
    session.flush()
    head = session.execute(select(ChainHead.seq, ChainHead.hash).with_for_update()).one()
    seq, last = head.seq, head.hash
    rows = []
    for _, entry in pending:
        seq, previous = seq + 1, last
        last = digest(entry, seq, previous)
        values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
        rows.append(values | {"seq": seq, "previous": previous, "hash": last})
    session.execute(insert(Operation), rows)
    session.execute(update(ChainHead).values(seq=seq, hash=last).execution_options(synchronize_session=False))
    pending.clear()


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """Entries of a transaction, or of a savepoint, that was rolled back never happened."""
    pending = session.info.get(_PENDING)
    if pending:
        pending[:] = [(within, entry) for within, entry in pending if ended.nested and not _is_in(within, ended)]


def _is_in(within: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while within is not None:
        if within is ended:
            return True
        within = within.parent
    return False
