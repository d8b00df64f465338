"""The logic check (逻辑校验) of a performance: what the verifier says of its documents, written down once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.text import Text
from extractors.catalogue import named
from service.accounts.access import Operation
from service.database.base import new_id
from service.database.operations import record
from service.database.performances import CrossCheck, Performance
from service.domain.principal import Principal
from service.domain.roles import Role
from service.performances.papers import FORMAT, SLOTS, Present, covers, paper, present_documents
from service.performances.records import find_performance
from service.performances.refusals import refusal
from verifier.cross_check import cross_check
from verifier.cross_result import CrossResult, Side


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison, and whether it was made just now."""

    row: CrossCheck
    new: bool


def compare(session: Session, by: Principal, performance_id: str, *, at: datetime) -> Compared:
    """Compare the documents as they are now. What was compared already is not compared again: the row is answered.

    Raises UsageError ``performance.documents_missing`` below two of them, NotFound and AccessRefused ``access.*``.
    """
    performance = find_performance(session, by, performance_id, Operation.WRITE)
    session.refresh(performance, with_for_update=True)
    documents = present_documents(session, performance)
    if len(documents) < 2:
        missing = [named(doc_type).name.text for doc_type in SLOTS.values() if doc_type not in documents]
        raise refusal("performance.documents_missing", names_of(missing))
    now = covers(documents)
    latest = latest_cross_check(session, performance)
    if latest is not None and latest.covers == now:
        return Compared(latest, False)
    result = cross_check([paper(present) for present in documents.values()])
    made = CrossCheck(
        id=new_id(),
        subject_id=performance.subject_id,
        performance_id=performance.id,
        covers=now,
        consistent=result.consistent,
        result=_written(documents, result),
        checked_at=at,
    )
    session.add(made)
    session.flush()
    details = {"cross_check": made.id, "disagreements": len(result.disagreements)}
    record(
        session,
        by.actor,
        "performance.compare",
        "performance",
        performance.id,
        at=at,
        subject_id=performance.subject_id,
        after="consistent" if result.consistent else "inconsistent",
        details=details,
    )
    return Compared(made, True)


def list_cross_checks(
    session: Session, by: Principal, performance_id: str, *, after: str | None, limit: int
) -> list[CrossCheck]:
    """Latest first, from behind ``after``; to reviewers as :func:`shown_cross_check`.

    Raises NotFound and AccessRefused ``access.*``.
    """
    performance = find_performance(session, by, performance_id, Operation.READ)
    if by.role is Role.REVIEWER:
        shown = shown_cross_check(session, by, performance)
        return [shown] if shown is not None and after is None else []
    query = select(CrossCheck).where(
        CrossCheck.subject_id == performance.subject_id, CrossCheck.performance_id == performance.id
    )
    query = query.order_by(CrossCheck.id.desc()).limit(limit)
    return list(session.scalars(query if after is None else query.where(CrossCheck.id < after)))


def shown_cross_check(session: Session, by: Principal, performance: Performance) -> CrossCheck | None:
    """The last comparison as far as ``by`` may see it.

    It repeats what all three documents say. Before the performance is submitted those may be drafts, which are no
    reviewer's business, even if one of the documents stands before the domain.
    """
    if by.role is Role.REVIEWER and performance.submitted_at is None:
        return None
    return latest_cross_check(session, performance)


def latest_cross_check(session: Session, performance: Performance) -> CrossCheck | None:
    """The last comparison; whether it still speaks of the documents as they are, its ``covers`` says."""
    query = select(CrossCheck).where(
        CrossCheck.subject_id == performance.subject_id, CrossCheck.performance_id == performance.id
    )
    return session.scalars(query.order_by(CrossCheck.id.desc()).limit(1)).first()


def names_of(names: list[Text]) -> Text:
    """Several names as one, in both languages."""
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))


def _written(documents: Mapping[str, Present], result: CrossResult) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "documents": {
            doc_type: {
                "document": present.version.document_id,
                "version": present.version.number,
                "check": present.check.id if present.check else None,
                "amendments": [amendment.number for amendment in present.amendments],
            }
            for doc_type, present in documents.items()
        },
        "disagreements": [
            {"code": one.code, "sides": [_side(side) for side in one.sides], "reason": _text(one.reason)}
            for one in result.disagreements
        ],
        "incomparable": [
            {
                "code": gap.code,
                "required": gap.required,
                "missing": [{"doc_type": gone.doc_type, "field": gone.field} for gone in gap.missing],
                "reason": _text(gap.reason),
            }
            for gap in result.incomparable
        ],
        "agreements": [
            {"code": one.code, "sides": [_side(side) for side in one.sides], "amended": one.amended}
            for one in result.agreements
        ],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "doc_type": side.doc_type,
        "document": _text(side.document),
        "field": side.field,
        "name": _text(side.name),
        "source": side.source,
        "shown": _plain(side.shown),
        "value": _plain(side.value),
    }


def _plain(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
