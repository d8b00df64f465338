"""Walking the chain of the operation log, from its first entry to its head.

What the chain proves by itself: no entry was changed, taken out, put in or moved, and the end that the database
knows of is there. Whoever may write everything in the database can compute a chain anew; against them helps only a
head that was kept elsewhere: an exported :class:`Head` has to be found in the chain at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.text import Text
from service.database.operations import ChainHead, Operation
from service.domain.operations import GENESIS, digest

BATCH: Final = 1000
"""Entries held in memory at a time."""
STRETCH: Final = 20_000
"""Entries that are walked while somebody waits for the answer: about a second."""

Fault = Literal["altered", "missing", "unlinked", "unreadable", "cut_off", "head_altered", "not_the_known_chain"]

FAULTS: Final[dict[Fault, Text]] = {
    "altered": Text("该条记录被改动过", "the entry was altered"),
    "missing": Text("其前的记录缺失", "entries before it are missing"),
    "unlinked": Text("该条记录与前一条不衔接", "the entry does not follow the one before it"),
    "unreadable": Text("该条记录已无法读取", "the entry can no longer be read"),
    "cut_off": Text("末尾的记录被删除", "entries at the end were deleted"),
    "head_altered": Text("链头与最后一条记录不符", "the head is not the last entry's"),
    "not_the_known_chain": Text(
        "与留存的链头不符：记录被截断或重写", "not what the kept head says: cut off or rewritten"
    ),
}


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at some time: how many entries there were, and the hash of the last."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @staticmethod
    def parse(written: str) -> Head:
        """From ``seq:hash``, as :func:`str` writes it. Raises UsageError ``audit.head_malformed``."""
        found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", written.strip())
        if found is None:
            raise UsageError(
                "audit.head_malformed",
                Text("链头格式不正确。", "This is no head of the log."),
                Text(
                    "格式为“序号:64 位哈希”，即 certlight audit head 的输出。",
                    "Give what certlight audit head printed.",
                ),
            )
        return Head(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain breaks first. ``seq`` is the entry's place; entries after it prove nothing."""

    seq: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What walking the chain found. ``intact`` entries hold, counted from the first."""

    intact: int
    present: int
    """Entries in the database, whether they hold or not."""
    head: Head
    """The last entry that holds; to be kept elsewhere, and given as the known head next time."""
    broken: Break | None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None

    def to_json(self) -> dict[str, Any]:
        """``certlight.audit/1``."""
        broken = None if self.broken is None else {"seq": self.broken.seq, "fault": self.broken.fault}
        head = {"seq": self.head.seq, "hash": self.head.hash}
        return {
            "schema": "certlight.audit/1",
            "whole": self.whole,
            "intact": self.intact,
            "present": self.present,
            "head": head,
            "broken": broken,
        }


def verify(session: Session, known: Head | None = None) -> AuditReport:
    """Walk the whole chain; stops at the first entry that does not hold.

    ``session`` has to see one state of the database (:func:`service.database.engine.reading`), or entries that are
    appended meanwhile look like faults. ``known`` is a head that was exported earlier and kept elsewhere.
    """
    end = session.execute(select(ChainHead.seq, ChainHead.hash)).one_or_none()
    present = session.execute(text("SELECT count(*) FROM operation_log")).scalar_one()
    last = BEGINNING
    broken = _disagrees(last, known)
    for step in _walk(session):
        if broken is not None:
            break
        if isinstance(step, Break):
            broken = step
        else:
            broken = _disagrees(step, known)
            last = last if broken else step
    if broken is None:
        broken = _end(last, None if end is None else Head(end.seq, end.hash), known)
    return AuditReport(last.seq, present, last, broken)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What walking a part of the chain found: ``intact`` entries behind ``after`` hold."""

    after: Head
    intact: int
    head: Head
    """The last entry that holds; the next stretch begins after it."""
    end: Head
    """Where the chain ends by the database's own word."""
    broken: Break | None

    @property
    def complete(self) -> bool:
        """Whether the end of the chain was reached, so that nothing is left to walk."""
        return self.broken is None and self.head == self.end


BEGINNING: Final = Head(0, GENESIS)
"""What stands before the first entry."""


def verify_stretch(session: Session, after: Head = BEGINNING, most: int = STRETCH) -> Stretch:
    """Walk at most ``most`` entries behind ``after``, a head that was verified before and kept since.

    ``after`` has to stand in the chain. ``session`` as for :func:`verify`.
    """
    end = session.execute(select(ChainHead.seq, ChainHead.hash)).one_or_none()
    told = Head(0, "") if end is None else Head(end.seq, end.hash)
    found = GENESIS if after.seq == 0 else session.scalar(select(Operation.hash).where(Operation.seq == after.seq))
    if found != after.hash:
        return Stretch(after, 0, after, told, Break(after.seq, "not_the_known_chain"))
    last, broken = after, None
    # One step more than wanted: only then it is known that nothing follows.
    for step in islice(_walk(session, after), most + 1):
        if isinstance(step, Break):
            broken = step
        elif step.seq > after.seq + most:
            return Stretch(after, most, last, told, None)
        else:
            last = step
    return Stretch(after, last.seq - after.seq, last, told, broken or _end(last, told, None))


def head_of(session: Session) -> Head:
    """Where the chain ends by the database's own word; :func:`verify` tells whether that is so.

    Raises LookupError for a database whose head was deleted.
    """
    end = session.execute(select(ChainHead.seq, ChainHead.hash)).one_or_none()
    if end is None:
        raise LookupError("the operation log has no head")
    return Head(end.seq, end.hash)


def _disagrees(at: Head, known: Head | None) -> Break | None:
    if known is not None and known.seq == at.seq and known.hash != at.hash:
        return Break(at.seq, "not_the_known_chain")
    return None


def _end(last: Head, end: Head | None, known: Head | None) -> Break | None:
    if known is not None and known.seq > last.seq:
        return Break(last.seq + 1, "not_the_known_chain")
    if end is None or end.seq < last.seq:
        return Break(last.seq, "head_altered")
    if end.seq > last.seq:
        return Break(last.seq + 1, "cut_off")
    return None if end.hash == last.hash else Break(last.seq, "head_altered")


def _walk(session: Session, last: Head = BEGINNING) -> Iterator[Head | Break]:
    """The head after each entry behind ``last`` that holds, in their order; then the break, where there is one."""
    while True:
        batch = _batch(session, last.seq)
        if isinstance(batch, Break):
            yield batch
            return
        if not batch:
            return
        for operation in batch:
            fault = _fault(operation, last)
            if fault is not None:
                yield Break(operation.seq, fault)
                return
            last = Head(operation.seq, operation.hash)
            yield last
        session.expunge_all()


def _batch(session: Session, after: int) -> list[Operation] | Break:
    """The next entries. Where one cannot even be read (a role that does not exist), those before it, one at a time."""
    some = select(Operation).where(Operation.seq > after).order_by(Operation.seq)
    for limit in (BATCH, 1):
        try:
            return list(session.scalars(some.limit(limit)))
        except (LookupError, ValueError, TypeError):
            continue
        except OperationalError as error:
            # SQLite keeps any bytes as text, and its driver says no more than this when they are none.
            if "decode" not in str(error.orig):
                raise
    return Break(after + 1, "unreadable")


def _fault(operation: Operation, last: Head) -> Fault | None:
    if operation.seq != last.seq + 1:
        return "missing"
    try:
        computed = digest(operation.entry(), operation.seq, operation.previous)
    except (ValueError, TypeError):
        return "unreadable"
    if computed != operation.hash:
        return "altered"
    return None if operation.previous == last.hash else "unlinked"
