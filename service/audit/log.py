"""The operation log (操作记录) as people look at it: what they may see of it, narrowed down, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from service.accounts.access import Kind, Sight, sight
from service.database.operations import Operation
from service.database.pushes import Push
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries are asked for; what is None does not matter."""

    object_kind: str | None = None
    object_id: str | None = None
    actor_id: str | None = None
    actor_role: Role | None = None
    subject_id: str | None = None
    action: str | None = None
    """``document.submit``, or ``document.`` for all of that kind."""
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""


def entries(by: Principal, wanted: LogFilter, *, before: int | None = None) -> Select[Operation]:
    """The entries that ``by`` sees of those wanted, newest first; ``before`` is the place of the last one seen.

    Raises AccessRefused as :func:`service.accounts.access.sight` does.
    """
    query = select(Operation).where(_seen(sight(by, Kind.OPERATION_LOG)), *_conditions(wanted))
    if before is not None:
        query = query.where(Operation.seq < before)
    return query.order_by(Operation.seq.desc())


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in ("object_kind", "object_id", "actor_id", "actor_role", "subject_id"):
        if (value := getattr(wanted, name)) is not None:
            found.append(getattr(Operation, name) == value)
    if wanted.action is not None and wanted.action.endswith("."):
        found.append(Operation.action.startswith(wanted.action, autoescape=True))
    elif wanted.action is not None:
        found.append(Operation.action == wanted.action)
    if wanted.since is not None:
        found.append(Operation.at >= wanted.since)
    if wanted.until is not None:
        found.append(Operation.at < wanted.until)
    return found


def _seen(bound: Sight) -> ColumnElement[bool]:
    """As a condition; reviewers see what was done to versions and pushes that stand before their domain."""
    if bound.everything:
        return true()
    ways: list[ColumnElement[bool]] = []
    if bound.unowned:
        ways.append(Operation.subject_id.is_(None))
    if bound.subject_id is not None:
        ways.append(Operation.subject_id == bound.subject_id)
    if bound.domain_id is not None:
        here = (Push.domain_id == bound.domain_id, Push.state != PushState.WITHDRAWN)
        versions, pushes = select(Push.version_id).where(*here), select(Push.id).where(*here)
        ways.append((Operation.object_kind == "document_version") & Operation.object_id.in_(versions))
        ways.append((Operation.object_kind == "push") & Operation.object_id.in_(pushes))
    return or_(false(), *ways)
