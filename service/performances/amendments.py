"""Contract amendments (合同变更): one changed item each, numbered, with an attachment that is sealed on its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extractors.catalogue import named
from extractors.values import value_of
from service.accounts.access import Operation
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.documents import Document
from service.database.performances import Amendment
from service.documents.finding import find_document
from service.domain.principal import Principal
from service.performances.attachments import record_attachment
from service.performances.kinds import AmendedItem
from service.performances.refusals import refusal
from verifier.cross_result import CONTRACT


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in the contract."""

    item: AmendedItem
    after: str
    before: str | None = None
    reason: str | None = None
    amended_on: date | None = None


def amend(session: Session, by: Principal, document_id: str, change: Change, *, at: datetime) -> Amendment:
    """Record an amendment of a contract; it counts in comparisons once its file is sealed.

    Raises UsageError ``amendment.not_a_contract``, ``amendment.value`` where the item cannot have that value; NotFound
    and AccessRefused ``access.*``.
    """
    contract = find_document(session, by, document_id, Operation.WRITE)
    if contract.doc_type != CONTRACT:
        raise refusal("amendment.not_a_contract")
    if value_of(named(CONTRACT).fields[change.item.value], change.after) is None:
        raise refusal("amendment.value")
    # Numbers are given one after another.
    session.execute(select(Document.id).where(Document.id == contract.id).with_for_update())
    last = session.scalar(select(func.max(Amendment.number)).where(Amendment.contract_id == contract.id))
    made = Amendment(
        id=new_id(),
        subject_id=contract.subject_id,
        contract_id=contract.id,
        number=(last or 0) + 1,
        item=change.item.value,
        before=change.before,
        after=change.after,
        reason=change.reason,
        amended_on=change.amended_on,
        created_at=at,
        created_by=by.user_id,
    )
    session.add(made)
    session.flush()
    record_attachment(session, by, "start", made, at, details={"number": made.number, "item": made.item})
    return made


def list_amendments(
    session: Session, by: Principal, document_id: str, *, after: int | None, limit: int
) -> list[Amendment]:
    """In their order, withdrawn ones among them, from behind number ``after``. Raises as :func:`find_amendment`."""
    contract = find_document(session, by, document_id, Operation.READ)
    query = select(Amendment).where(Amendment.subject_id == contract.subject_id, Amendment.contract_id == contract.id)
    query = query.order_by(Amendment.number).limit(limit)
    return list(session.scalars(query if after is None else query.where(Amendment.number > after)))


def find_amendment(
    session: Session, by: Principal, document_id: str, amendment_id: str, operation: Operation
) -> Amendment:
    """The amendment of that contract. Raises NotFound and AccessRefused ``access.*``."""
    contract = find_document(session, by, document_id, operation)
    found = session.get(Amendment, amendment_id)
    if found is None or found.contract_id != contract.id:
        raise refused_access("access.not_found")
    return found
