"""Pushes for those who may see them: an enterprise its own, reviewers those before their domain, auditors all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal
from service.database.documents import DocumentVersion
from service.database.evidence import Check, Seal
from service.database.pushes import Push
from service.domain.principal import Principal
from service.domain.pushes import PushState

_SHOWN = (joinedload(Push.domain), joinedload(Push.version).joinedload(DocumentVersion.document))


@dataclass(frozen=True, slots=True)
class PushFilter:
    """Which pushes are asked for; what is None does not matter."""

    state: PushState | None = None
    domain_id: str | None = None
    document_id: str | None = None
    mine: bool = False
    """Only those the user has on the desk, or has decided."""


@dataclass(frozen=True, slots=True)
class PushView:
    """A push with what its reviewer decides upon."""

    push: Push
    check: Check | None
    """The newest of the version: entering the library demanded one of what it says."""
    seal: Seal | None
    history: tuple[Push, ...]
    """All pushes of the document that the user may see, oldest first."""


def find_push(session: Session, by: Principal, push_id: str, operation: Operation) -> Push:
    """The push, where ``by`` may do ``operation`` with it. Raises NotFound ``access.not_found``, AccessRefused."""
    found = session.get(Push, push_id, options=_SHOWN)
    demand(by, operation, Resource(Kind.PUSH) if found is None else _resource(found))
    if found is None:
        raise refusal("access.not_found")
    return found


def view_push(session: Session, by: Principal, push_id: str) -> PushView:
    """A push as it is looked at before a decision. Raises as :func:`find_push`."""
    found = find_push(session, by, push_id, Operation.READ)
    check = select(Check).where(Check.version_id == found.version_id).order_by(Check.id.desc()).limit(1)
    seal = select(Seal).where(Seal.version_id == found.version_id).order_by(Seal.id.desc()).limit(1)
    history = select(Push).where(Push.document_id == found.document_id, _seen(by)).options(*_SHOWN).order_by(Push.id)
    return PushView(
        found,
        session.scalars(check).one_or_none(),
        session.scalars(seal).one_or_none(),
        tuple(session.scalars(history)),
    )


def list_pushes(session: Session, by: Principal, wanted: PushFilter, *, after: str | None, limit: int) -> list[Push]:
    """Pushes from the newest to the oldest, from behind ``after``. Raises AccessRefused ``access.*``."""
    query = select(Push).where(_seen(by)).options(*_SHOWN).order_by(Push.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Push.id < after)
    if wanted.state is not None:
        query = query.where(Push.state == wanted.state)
    if wanted.domain_id is not None:
        query = query.where(Push.domain_id == wanted.domain_id)
    if wanted.document_id is not None:
        query = query.where(Push.document_id == wanted.document_id)
    if wanted.mine:
        query = query.where(or_(Push.claimed_by == by.user_id, Push.decided_by == by.user_id))
    return list(session.scalars(query))


def _resource(pushed: Push) -> Resource:
    # What was withdrawn is not the domain's business any more.
    domains = frozenset() if pushed.state is PushState.WITHDRAWN else frozenset({pushed.domain_id})
    return Resource(Kind.PUSH, pushed.subject_id, domain_ids=domains)


def _seen(by: Principal) -> ColumnElement[bool]:
    bound = sight(by, Kind.PUSH)
    if bound.everything:
        return Push.id.is_not(None)
    if bound.subject_id is not None:
        return Push.subject_id == bound.subject_id
    return (Push.domain_id == bound.domain_id) & (Push.state != PushState.WITHDRAWN)
