"""Registering and changing enterprises. A credit code is for ever; a former name is kept beside the present one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from extractors.kinds import canonical, check_digit_ok
from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.engine import is_unique_violation
from service.database.failures import changed_meanwhile
from service.database.operations import record
from service.database.pushes import Push
from service.database.subjects import Subject, SubjectCapacity, SubjectName
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role, SubjectRole
from service.subjects.refusals import refusal

_PLATFORM: Final = frozenset({Role.PLATFORM_ADMIN, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class SubjectChange:
    """What of an enterprise is to change; None for what stays."""

    name: str | None = None
    capacities: frozenset[SubjectRole] | None = None
    active: bool | None = None
    """For the platform alone: an enterprise neither closes nor reopens itself."""


def register(
    session: Session,
    by: Principal,
    *,
    name: str,
    credit_code: str,
    capacities: Collection[SubjectRole],
    at: datetime,
) -> Subject:
    """A new enterprise.

    Raises UsageError ``subject.credit_code`` where GB 32100-2015 does not allow the code, ``subject.name``,
    ``subject.exists``; AccessRefused and NotFound ``access.*``.
    """
    demand(by, Operation.WRITE, Resource(Kind.SUBJECT))
    made = Subject(id=new_id(), name=plain_subject_name(name), credit_code=checked_code(credit_code), created_at=at)
    made.capacities = [SubjectCapacity(role=role) for role in sorted(set(capacities))]
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        if not is_unique_violation(error):
            raise
        raise refusal("subject.exists") from error
    details = {"capacities": [capacity.role.value for capacity in made.capacities]}
    record(session, by.actor, "subject.create", "subject", made.id, at=at, subject_id=made.id, details=details)
    return made


def change(
    session: Session, by: Principal, subject_id: str, wanted: SubjectChange, *, expected: int, at: datetime
) -> Subject:
    """Another name, other capacities, in use or not.

    Raises UsageError ``state.changed_meanwhile``, ``subject.name``; AccessRefused and NotFound ``access.*``.
    """
    found = find_subject(session, by, subject_id, Operation.WRITE)
    session.refresh(found, with_for_update=True)
    if found.row_version != expected:
        raise changed_meanwhile()
    if wanted.active is not None and by.role not in _PLATFORM:
        raise refused_access("access.forbidden", f"{by.role} opens and closes enterprises")
    changed = []
    if wanted.name is not None and (name := plain_subject_name(wanted.name)) != found.name:
        former = SubjectName(id=new_id(), subject_id=found.id, name=found.name, until=at, changed_by=by.user_id)
        session.add(former)
        found.name = name
        changed.append("name")
    if wanted.capacities is not None and wanted.capacities != found.roles:
        kept = [capacity for capacity in found.capacities if capacity.role in wanted.capacities]
        found.capacities = kept + [SubjectCapacity(role=role) for role in sorted(wanted.capacities - found.roles)]
        changed.append("capacities")
    before = _state(found)
    if wanted.active is not None and wanted.active != found.active:
        found.active = wanted.active
        changed.append("active")
    if not changed:
        return found
    # A change of capacities alone is one of other rows; whoever looked at them has to look again as well.
    flag_modified(found, "name")
    details = {"changed": changed}
    record(
        session, by.actor, "subject.change", "subject", found.id, at=at, subject_id=found.id,
        before=before, after=_state(found), details=details,
    )  # fmt: skip
    session.flush()
    return found


def find_subject(session: Session, by: Principal, subject_id: str, operation: Operation) -> Subject:
    """The enterprise, where ``by`` may do ``operation`` with it. Raises NotFound and AccessRefused ``access.*``."""
    found = session.get(Subject, subject_id)
    domains: frozenset[str] = frozenset()
    if found is not None and by.role is Role.REVIEWER:
        pushed = select(Push.domain_id).where(Push.subject_id == subject_id, Push.state != PushState.WITHDRAWN)
        domains = frozenset(session.scalars(pushed.distinct()))
    # One that is not there is refused like one that may not be seen; only the platform sees all.
    demand(by, operation, Resource(Kind.SUBJECT, found.id if found else None, domain_ids=domains))
    if found is None:
        raise refused_access("access.not_found")
    return found


def former_names(session: Session, subject_id: str) -> list[SubjectName]:
    """The names it had before, latest first."""
    found = select(SubjectName).where(SubjectName.subject_id == subject_id).order_by(SubjectName.id.desc())
    return list(session.scalars(found.limit(100)))


def demand_active(session: Session, subject_id: str) -> None:
    """Return where something new may be begun for the enterprise. Raises UsageError ``subject.inactive``."""
    if not session.scalar(select(Subject.active).where(Subject.id == subject_id)):
        raise refusal("subject.inactive")


def checked_code(credit_code: str) -> str:
    """The credit code in its one writing. Raises UsageError ``subject.credit_code``."""
    code = canonical("uscc", credit_code)
    if not isinstance(code, str) or len(code) != 18 or check_digit_ok("uscc", code) is not True:
        raise refusal("subject.credit_code")
    return code


def plain_subject_name(name: str) -> str:
    """The name as it was typed, without spaces around it. Raises UsageError ``subject.name`` where nothing is left."""
    plain = " ".join(name.split())
    if canonical("org_name", plain) is None:
        raise refusal("subject.name")
    return plain


def _state(subject: Subject) -> str:
    return "active" if subject.active else "inactive"
