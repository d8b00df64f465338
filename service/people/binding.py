"""Binding people to their enterprise, and releasing them (解绑): one enterprise at a time, and nothing forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.engine import is_unique_violation
from service.database.operations import record
from service.database.subjects import Person, PersonBinding
from service.domain.principal import Principal
from service.people.identities import Identity, known_person
from service.people.refusals import refusal
from service.performances.managers import link_managers
from service.subjects.enterprises import demand_active


def bind(
    session: Session,
    by: Principal,
    who: Identity,
    *,
    position: str | None,
    at: datetime,
    subject_id: str | None = None,
) -> PersonBinding:
    """Bind a person to the enterprise of ``by`` (the platform itself names it).

    Somebody bound elsewhere is refused without a word about where. The name given now counts, as people change theirs;
    what each binding called them is kept with it. Performances are linked to whoever came.
    Raises UsageError ``person.bound_elsewhere``, ``person.bound_already``, ``subject.inactive``; AccessRefused.
    """
    tenant = by.subject_id or subject_id
    demand(by, Operation.WRITE, Resource(Kind.PERSON, tenant))
    if tenant is None:
        raise refused_access("access.not_found")
    demand_active(session, tenant)
    person = known_person(session, who)
    if person is None:
        person = Person(
            id=new_id(), name=who.name, identity_last_four=who.last_four, identity_digest=who.digests[0], created_at=at
        )
        session.add(person)
    elif (present := present_binding(session, person.id)) is not None:
        # Of its own people an enterprise may know that they are there.
        raise refusal("person.bound_already" if present.subject_id == tenant else "person.bound_elsewhere")
    else:
        person.name = who.name
    made = PersonBinding(
        id=new_id(),
        subject_id=tenant,
        person_id=person.id,
        person=person,
        position=position,
        bound_at=at,
        bound_by=by.user_id,
        details={"name": who.name},
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        # Somebody else bound the same person in this moment.
        raise (refusal("person.bound_elsewhere") if is_unique_violation(error) else error) from error
    record(
        session, by.actor, "person.bind", "person", person.id, at=at, subject_id=tenant, details={"binding": made.id}
    )
    link_managers(session, tenant, by.actor, at=at)
    return made


def unbind(session: Session, by: Principal, person_id: str, *, reason: str, at: datetime) -> PersonBinding:
    """Release a person. Their certificates and performances stay in the enterprise's history.

    Raises UsageError ``person.not_bound``, NotFound and AccessRefused ``access.*``.
    """
    demand(by, Operation.WRITE, Resource(Kind.PERSON, by.subject_id))
    bindings = select(PersonBinding).where(
        PersonBinding.person_id == person_id, PersonBinding.subject_id == by.subject_id
    )
    found = session.scalars(bindings.order_by(PersonBinding.id.desc()).limit(1).with_for_update(of=PersonBinding))
    binding = found.one_or_none()
    if binding is None:
        raise refused_access("access.not_found")
    if binding.ended_at is not None:
        raise refusal("person.not_bound")
    binding.ended_at, binding.ended_by, binding.reason = at, by.user_id, reason
    session.flush()
    details = {"binding": binding.id}
    record(
        session, by.actor, "person.unbind", "person", person_id, at=at, subject_id=binding.subject_id, details=details
    )
    return binding


def present_binding(session: Session, person_id: str) -> PersonBinding | None:
    """Where the person belongs now."""
    found = select(PersonBinding).where(PersonBinding.person_id == person_id, PersonBinding.ended_at.is_(None))
    return session.scalars(found).one_or_none()
