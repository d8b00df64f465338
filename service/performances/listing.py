"""Lists of performances, bounded by what whoever asks may see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, sight
from service.database.performances import Performance
from service.database.pushes import Push
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.performances.kinds import Category, Grade


@dataclass(frozen=True, slots=True)
class PerformanceFilter:
    """Which performances are asked for; None asks for any."""

    words: str | None = None
    """Part of the project's or the section's name."""
    category: Category | None = None
    grade: Grade | None = None
    submitted: bool | None = None
    manager_id: str | None = None
    document_id: str | None = None
    """One of its three documents."""
    subject_id: str | None = None


def list_performances(
    session: Session, by: Principal, wanted: PerformanceFilter, *, after: str | None, limit: int
) -> list[Performance]:
    """Newest first, from behind ``after``. Raises AccessRefused ``access.*``."""
    query = select(Performance).where(_seen(by), *_conditions(wanted)).order_by(Performance.id.desc()).limit(limit)
    return list(session.scalars(query if after is None else query.where(Performance.id < after)))


def _conditions(wanted: PerformanceFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.words is not None:
        found.append(
            or_(
                Performance.project.contains(wanted.words, autoescape=True),
                Performance.section.contains(wanted.words, autoescape=True),
            )
        )
    if wanted.category is not None:
        found.append(Performance.category == wanted.category.value)
    if wanted.grade is not None:
        found.append(Performance.grade == wanted.grade.value)
    if wanted.submitted is not None:
        submitted = Performance.submitted_at
        found.append(submitted.is_not(None) if wanted.submitted else submitted.is_(None))
    if wanted.manager_id is not None:
        found.append(Performance.manager_id == wanted.manager_id)
    if wanted.subject_id is not None:
        found.append(Performance.subject_id == wanted.subject_id)
    if wanted.document_id is not None:
        found.append(
            or_(
                Performance.bid_notice_id == wanted.document_id,
                Performance.contract_id == wanted.document_id,
                Performance.acceptance_id == wanted.document_id,
            )
        )
    return found


def _seen(by: Principal) -> ColumnElement[bool]:
    seen = sight(by, Kind.PERFORMANCE)
    if seen.everything:
        return Performance.id.is_not(None)
    bounds: list[ColumnElement[bool]] = [false()]
    if seen.subject_id is not None:
        bounds.append(Performance.subject_id == seen.subject_id)
    if seen.domain_id is not None:
        pushed = select(Push.document_id).where(Push.domain_id == seen.domain_id, Push.state != PushState.WITHDRAWN)
        bounds += [
            Performance.bid_notice_id.in_(pushed),
            Performance.contract_id.in_(pushed),
            Performance.acceptance_id.in_(pushed),
        ]
    return or_(*bounds)
