"""What a reviewer does: take the push that waits longest on the desk, and decide on it or put it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand
from service.database import pushes
from service.database.pushes import Push
from service.domain.principal import Principal
from service.domain.pushes import PushAction
from service.events.emitting import Event, emit
from service.review.finding import find_push

DECISIONS: Final = frozenset({PushAction.APPROVE, PushAction.REJECT, PushAction.REQUEST_REVISION})


def claim(session: Session, by: Principal, *, at: datetime, lasts: timedelta) -> Push | None:
    """Put the push that waits longest in the reviewer's domain on the desk; None when none waits.

    Claims that have ended are taken back first, whether or not the sweeper has come by. Raises AccessRefused
    ``access.*``.
    """
    own = frozenset({by.domain_id} if by.domain_id else ())
    demand(by, Operation.REVIEW, Resource(Kind.PUSH, by.subject_id, domain_ids=own))
    pushes.take_back_expired(session, at=at)
    return pushes.claim_next(session, str(by.domain_id), by.actor, at=at, until=at + lasts)


def decide(
    session: Session,
    by: Principal,
    push_id: str,
    action: PushAction,
    *,
    at: datetime,
    expected: int,
    reason: str | None = None,
) -> Push:
    """Approve, reject, send back or release a push on the reviewer's own desk; decisions are told to the enterprise.

    A decision changes neither the document's light nor its digital certificate: the domain says what it thinks of a
    document, the certificate says what the check found. Raises as :func:`find_push` and ``database.pushes.advance`` do.
    """
    found = find_push(session, by, push_id, Operation.REVIEW)
    pushes.advance(session, found, action, by.actor, at=at, reason=reason, expected=expected)
    if action in DECISIONS:
        told = {"push": found.id, "document": found.document_id, "domain": found.domain_id, "state": found.state.value}
        emit(session, Event.PUSH_DECIDED, at=at, subject_id=found.subject_id, payload=told)
    return found
