"""Lists of enterprises, bounded by what whoever asks may see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, sight
from service.database.pushes import Push
from service.database.subjects import Subject, SubjectCapacity
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import SubjectRole


@dataclass(frozen=True, slots=True)
class SubjectFilter:
    """Which enterprises are asked for; None asks for any."""

    words: str | None = None
    """Part of the name, or the beginning of the credit code."""
    capacity: SubjectRole | None = None
    active: bool | None = None


def list_subjects(
    session: Session, by: Principal, wanted: SubjectFilter, *, after: str | None, limit: int
) -> list[Subject]:
    """Newest first, from behind ``after``. Raises AccessRefused ``access.*``."""
    query = select(Subject).where(_seen(by)).order_by(Subject.id.desc()).limit(limit)
    return list(session.scalars(_filtered(query, wanted, after)))


def _seen(by: Principal) -> ColumnElement[bool]:
    seen = sight(by, Kind.SUBJECT)
    if seen.everything:
        return Subject.id.is_not(None)
    bounds: list[ColumnElement[bool]] = [false()]
    if seen.subject_id is not None:
        bounds.append(Subject.id == seen.subject_id)
    if seen.domain_id is not None:
        pushed = select(Push.subject_id).where(Push.domain_id == seen.domain_id, Push.state != PushState.WITHDRAWN)
        bounds.append(Subject.id.in_(pushed))
    return or_(*bounds)


def _filtered(query: Select[Subject], wanted: SubjectFilter, after: str | None) -> Select[Subject]:
    if wanted.words is not None:
        code = Subject.credit_code.startswith(wanted.words.upper(), autoescape=True)
        query = query.where(or_(Subject.name.contains(wanted.words, autoescape=True), code))
    if wanted.capacity is not None:
        having = select(SubjectCapacity.subject_id).where(SubjectCapacity.role == wanted.capacity)
        query = query.where(Subject.id.in_(having))
    if wanted.active is not None:
        query = query.where(Subject.active.is_(wanted.active))
    return query if after is None else query.where(Subject.id < after)
