"""Project managers: the performance of whoever a verified contract names counts for that person too (个人业绩)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from extractors.kinds import canonical
from service.database.operations import record
from service.database.performances import Performance
from service.database.subjects import Person, PersonBinding
from service.domain.actors import Actor
from service.domain.documents import IN_LIBRARY
from service.performances.papers import present_version


def people_named(session: Session, subject_id: str, name: str) -> list[Person]:
    """The enterprise's present people of that very name; contracts state no identity number."""
    wanted = canonical("person", name)
    found = select(Person).join(PersonBinding, PersonBinding.person_id == Person.id)
    found = found.where(PersonBinding.subject_id == subject_id, PersonBinding.ended_at.is_(None), Person.name == wanted)
    return list(session.scalars(found.order_by(Person.id))) if wanted else []


def named_manager(session: Session, performance: Performance) -> str | None:
    """The project manager of the contract in the library, in canonical form."""
    if performance.contract_id is None:
        return None
    contract = present_version(session, performance.subject_id, performance.contract_id)
    entry = contract.entries.get("manager") if contract.state in IN_LIBRARY else None
    name = canonical("person", entry) if isinstance(entry, str) else None
    return name if isinstance(name, str) else None


def link_manager(session: Session, performance: Performance, actor: Actor, *, at: datetime) -> None:
    """Link the person whom the contract names, where it can be one person only. Of namesakes none is guessed."""
    name = named_manager(session, performance)
    people = people_named(session, performance.subject_id, name) if name else []
    if performance.manager_id is None and len(people) == 1:
        performance.manager_id = people[0].id
        session.flush()
        record_link(session, performance, actor, at=at)


def link_managers(session: Session, subject_id: str, actor: Actor, *, at: datetime) -> None:
    """Link what waits for a person, since somebody came to the enterprise."""
    waiting = select(Performance).where(
        Performance.subject_id == subject_id,
        Performance.manager_id.is_(None),
        Performance.submitted_at.is_not(None),
    )
    for performance in session.scalars(waiting.order_by(Performance.id)):
        link_manager(session, performance, actor, at=at)


def record_link(session: Session, performance: Performance, actor: Actor, *, at: datetime) -> None:
    """That a performance counts for somebody, in the operation log."""
    record(
        session,
        actor,
        "performance.link_manager",
        "performance",
        performance.id,
        at=at,
        subject_id=performance.subject_id,
        details={"person": performance.manager_id},
    )
