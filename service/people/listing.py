"""People as those may see them who ask: an enterprise its own, reviewers whose certificates stand before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from extractors.kinds import canonical
from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal as refused_access
from service.database.documents import Document, DocumentVersion
from service.database.performances import Performance
from service.database.pushes import Push
from service.database.subjects import Person, PersonBinding
from service.domain.documents import IN_LIBRARY, DocumentState
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role
from service.performances.managers import people_named

AWARD: Final = "engineering_award"
MOST: Final = 200
"""Of each list on a person's page; the lists of documents and performances themselves go on."""


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """Which people are asked for."""

    bound: bool | None = True
    """False: those who were released; None: both."""
    words: str | None = None
    """Part of the name."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person, and what is linked to them."""

    person: Person
    bindings: Sequence[PersonBinding]
    """Those that may be seen, latest first."""
    documents: Sequence[DocumentVersion]
    performances: Sequence[Performance]
    awards: Sequence[DocumentVersion]

    @property
    def bound(self) -> bool:
        """Whether they belong to the enterprise now. Of somebody released the enterprise sees its own history only."""
        return self.bindings[0].ended_at is None


def list_people(
    session: Session, by: Principal, wanted: PersonFilter, *, after: str | None, limit: int
) -> list[PersonBinding]:
    """The latest bindings first, from behind ``after``. Raises AccessRefused ``access.*``."""
    query = select(PersonBinding).join(Person).where(_seen(by)).order_by(PersonBinding.id.desc()).limit(limit)
    if wanted.bound is not None:
        ended = PersonBinding.ended_at
        query = query.where(ended.is_(None) if wanted.bound else ended.is_not(None))
    if wanted.words is not None:
        query = query.where(Person.name.contains(wanted.words, autoescape=True))
    if after is not None:
        query = query.where(PersonBinding.id < after)
    return list(session.scalars(query))


def view_person(session: Session, by: Principal, person_id: str) -> PersonView:
    """The person's page. Raises NotFound and AccessRefused ``access.*``."""
    bounds = _seen(by)
    found = select(PersonBinding).where(PersonBinding.person_id == person_id, bounds).order_by(PersonBinding.id.desc())
    bindings = session.scalars(found.limit(MOST)).all()
    tenant = bindings[0].subject_id if bindings else None
    domains = frozenset({by.domain_id}) if bindings and by.domain_id else frozenset()
    demand(by, Operation.READ, Resource(Kind.PERSON, tenant, domain_ids=domains))
    if tenant is None:
        raise refused_access("access.not_found")
    person = bindings[0].person
    if bindings[0].ended_at is not None and by.role is not Role.AUDITOR:
        return PersonView(person, bindings, (), (), ())
    mine = _versions(by, tenant).where(Document.person_id == person_id)
    mine = mine.where(DocumentVersion.state != DocumentState.DISCARDED)
    performed = select(Performance).where(
        Performance.subject_id == tenant, Performance.manager_id == person_id, Performance.submitted_at.is_not(None)
    )
    return PersonView(
        person,
        bindings,
        session.scalars(mine.order_by(Document.id.desc()).limit(MOST)).all(),
        # A reviewer is shown performances that stand before the domain, in their own list.
        ()
        if by.role is Role.REVIEWER
        else session.scalars(performed.order_by(Performance.id.desc()).limit(MOST)).all(),
        _awards(session, by, tenant, person),
    )


def _awards(session: Session, by: Principal, tenant: str, person: Person) -> list[DocumentVersion]:
    """Awards of the library that name the person as project manager, where no namesake can be meant."""
    if [one.id for one in people_named(session, tenant, person.name)] != [person.id]:
        return []
    awarded = _versions(by, tenant).where(Document.doc_type == AWARD, DocumentVersion.state.in_(IN_LIBRARY))
    found = session.scalars(awarded.order_by(Document.id.desc()).limit(MOST))
    return [one for one in found if canonical("person", str(one.entries.get("manager") or "")) == person.name]


def _versions(by: Principal, tenant: str) -> Select[DocumentVersion]:
    """Versions that lists show, of documents that ``by`` may see."""
    query = select(DocumentVersion).join(
        Document, and_(Document.id == DocumentVersion.document_id, Document.current == DocumentVersion.number)
    )
    query = query.where(DocumentVersion.subject_id == tenant)
    if by.role is Role.REVIEWER:
        pushed = select(Push.version_id).where(Push.domain_id == by.domain_id, Push.state != PushState.WITHDRAWN)
        query = query.where(DocumentVersion.id.in_(pushed))
    return query


def _seen(by: Principal) -> ColumnElement[bool]:
    seen = sight(by, Kind.PERSON)
    if seen.everything:
        return PersonBinding.id.is_not(None)
    bounds: list[ColumnElement[bool]] = [false()]
    if seen.subject_id is not None:
        bounds.append(PersonBinding.subject_id == seen.subject_id)
    if seen.domain_id is not None:
        pushed = select(Document.person_id).join(Push, Push.document_id == Document.id)
        pushed = pushed.where(Push.domain_id == seen.domain_id, Push.state != PushState.WITHDRAWN)
        pushed = pushed.where(Document.person_id.is_not(None), Document.subject_id == PersonBinding.subject_id)
        bounds.append(and_(PersonBinding.person_id.in_(pushed), PersonBinding.ended_at.is_(None)))
    return or_(*bounds)
