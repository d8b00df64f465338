"""Supporting material (佐证材料) and explanations (总体补充说明) of a performance, each sealed on its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts.access import Operation
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.performances import SupportingMaterial
from service.domain.principal import Principal
from service.performances import attachments
from service.performances.attachments import record_attachment
from service.performances.kinds import Purpose
from service.performances.records import find_performance
from service.performances.refusals import refusal


def add_material(
    session: Session,
    by: Principal,
    performance_id: str,
    *,
    purpose: Purpose,
    kind: str | None,
    name: str,
    description: str | None,
    at: datetime,
) -> SupportingMaterial:
    """Begin a piece of material; its file follows. Also after the performance was submitted.

    Raises NotFound and AccessRefused ``access.*``.
    """
    performance = find_performance(session, by, performance_id, Operation.WRITE)
    made = SupportingMaterial(
        id=new_id(),
        subject_id=performance.subject_id,
        performance_id=performance.id,
        purpose=purpose.value,
        kind=kind,
        name=name,
        description=description,
        created_at=at,
        created_by=by.user_id,
    )
    session.add(made)
    session.flush()
    record_attachment(session, by, "start", made, at, details={"purpose": made.purpose})
    return made


def withdraw_material(
    session: Session, by: Principal, performance_id: str, material_id: str, *, at: datetime
) -> SupportingMaterial:
    """Take a piece back before the performance is submitted.

    Raises UsageError ``attachment.in_use``, ``attachment.withdrawn``, NotFound and AccessRefused ``access.*``.
    """
    performance = find_performance(session, by, performance_id, Operation.WRITE)
    session.refresh(performance, with_for_update=True)
    found = find_material(session, by, performance_id, material_id, Operation.WRITE)
    if performance.submitted_at is not None:
        raise refusal("attachment.in_use")
    attachments.withdraw(session, by, found, at=at)
    return found


def list_materials(
    session: Session, by: Principal, performance_id: str, *, after: str | None, limit: int
) -> list[SupportingMaterial]:
    """In their order, withdrawn ones among them, from behind ``after``. Raises as :func:`find_material`."""
    performance = find_performance(session, by, performance_id, Operation.READ)
    query = select(SupportingMaterial).where(
        SupportingMaterial.subject_id == performance.subject_id, SupportingMaterial.performance_id == performance.id
    )
    query = query.order_by(SupportingMaterial.id).limit(limit)
    return list(session.scalars(query if after is None else query.where(SupportingMaterial.id > after)))


def find_material(
    session: Session, by: Principal, performance_id: str, material_id: str, operation: Operation
) -> SupportingMaterial:
    """The material of that performance. Raises NotFound and AccessRefused ``access.*``."""
    performance = find_performance(session, by, performance_id, operation)
    found = session.get(SupportingMaterial, material_id)
    if found is None or found.performance_id != performance.id:
        raise refused_access("access.not_found")
    return found
