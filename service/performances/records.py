"""A performance's own record: begun, edited, its documents attached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from extractors.catalogue import named
from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.documents import Document
from service.database.failures import changed_meanwhile
from service.database.operations import record
from service.database.performances import Performance
from service.database.pushes import Push
from service.domain.documents import DocumentState
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role
from service.performances.kinds import Category
from service.performances.managers import named_manager, people_named
from service.performances.papers import SLOTS, present_version
from service.performances.refusals import refusal
from service.subjects.enterprises import demand_active

_OWN: Final = frozenset({"project", "section", "grade", "entries"})


def begin(
    session: Session,
    by: Principal,
    *,
    project: str,
    category: Category,
    values: Mapping[str, Any],
    at: datetime,
) -> Performance:
    """A new performance of the enterprise of ``by``, with ``values`` as :func:`edit` takes them.

    Raises as :func:`edit` does, UsageError ``subject.inactive``.
    """
    tenant = by.subject_id
    demand(by, Operation.WRITE, Resource(Kind.PERFORMANCE, tenant))
    if tenant is None:
        raise refused_access("access.not_found")
    demand_active(session, tenant)
    made = Performance(
        id=new_id(), subject_id=tenant, project=project, category=category.value, created_at=at, created_by=by.user_id
    )
    session.add(made)
    session.flush()
    _change(session, made, values)
    session.flush()
    _record(session, by, "performance.start", made, values, at)
    return made


def edit(
    session: Session, by: Principal, performance_id: str, values: Mapping[str, Any], *, expected: int, at: datetime
) -> Performance:
    """Change ``project``, ``section``, ``grade``, ``entries``, ``manager_id`` or attached documents
    (``bid_notice_id``, ``contract_id``, ``acceptance_id``; None detaches). The category stays.

    Once submitted, only a renewed document can take the place of the one it renews, and the performance then has to be
    compared and submitted again; and a manager can be named where none was linked.
    Raises UsageError ``state.changed_meanwhile``, ``performance.*``, NotFound and AccessRefused ``access.*``.
    """
    found = find_performance(session, by, performance_id, Operation.WRITE)
    session.refresh(found, with_for_update=True)
    if found.row_version != expected:
        raise changed_meanwhile()
    if found.submitted_at is not None:
        _demand_successors(session, found, values)
    if _change(session, found, values):
        found.submitted_at = None
    flag_modified(found, "project")
    session.flush()
    _record(session, by, "performance.change", found, values, at)
    return found


def find_performance(session: Session, by: Principal, performance_id: str, operation: Operation) -> Performance:
    """The performance, where ``by`` may do ``operation`` with it. Raises NotFound and AccessRefused ``access.*``."""
    found = session.get(Performance, performance_id)
    resource = Resource(Kind.PERFORMANCE)
    if found is not None:
        domains: frozenset[str] = frozenset()
        if by.role is Role.REVIEWER:
            attached = [getattr(found, column) for column in SLOTS if getattr(found, column) is not None]
            pushed = select(Push.domain_id).where(Push.document_id.in_(attached), Push.state != PushState.WITHDRAWN)
            domains = frozenset(session.scalars(pushed))
        resource = Resource(Kind.PERFORMANCE, found.subject_id, domain_ids=domains)
    demand(by, operation, resource)
    if found is None:
        raise refused_access("access.not_found")
    return found


def _change(session: Session, performance: Performance, values: Mapping[str, Any]) -> bool:
    """Take over ``values``; whether attached documents changed."""
    attached = False
    for column, doc_type in SLOTS.items():
        if column in values and values[column] != getattr(performance, column):
            if values[column] is not None:
                _demand_attachable(session, performance, values[column], doc_type)
            setattr(performance, column, values[column])
            attached = True
    if attached:
        # Another contract may name somebody else.
        performance.manager_id = None
    if "manager_id" in values and values["manager_id"] != performance.manager_id:
        if values["manager_id"] is not None:
            _demand_manager(session, performance, values["manager_id"])
        performance.manager_id = values["manager_id"]
    for name in _OWN & values.keys():
        setattr(performance, name, values[name])
    return attached


def _demand_attachable(session: Session, performance: Performance, document_id: str, doc_type: str) -> None:
    document = session.scalars(
        select(Document).where(Document.subject_id == performance.subject_id, Document.id == document_id)
    ).one_or_none()
    if document is None:
        raise refused_access("access.not_found")
    if document.doc_type != doc_type:
        raise refusal("performance.document_type", named(doc_type).name.text)
    if present_version(session, performance.subject_id, document_id).state is DocumentState.DISCARDED:
        raise refusal("performance.document_discarded")


def _demand_manager(session: Session, performance: Performance, person_id: str) -> None:
    """Whoever is named has to be the one whom the contract in the library names; which namesake, people decide."""
    name = named_manager(session, performance)
    if name is None or person_id not in [person.id for person in people_named(session, performance.subject_id, name)]:
        raise refusal("performance.manager")


def _demand_successors(session: Session, performance: Performance, values: Mapping[str, Any]) -> None:
    changed = {name for name in values if values[name] != getattr(performance, name)}
    if "manager_id" in changed and performance.manager_id is None:
        changed.remove("manager_id")
    for column in changed & SLOTS.keys():
        document = session.get(Document, values[column]) if values[column] else None
        if document is not None and document.replaces_id == getattr(performance, column):
            changed.remove(column)
    if changed:
        raise refusal("performance.submitted")


def _record(
    session: Session, by: Principal, action: str, performance: Performance, values: Mapping[str, Any], at: datetime
) -> None:
    documents = {column: values[column] for column in SLOTS if column in values}
    details = {"changed": sorted(values), **documents}
    record(
        session,
        by.actor,
        action,
        "performance",
        performance.id,
        at=at,
        subject_id=performance.subject_id,
        after=performance_state(performance),
        details=details,
    )


def performance_state(performance: Performance) -> Literal["draft", "submitted"]:
    """Whether it was submitted."""
    return "draft" if performance.submitted_at is None else "submitted"
