"""The list of documents (材料列表), within what the caller may see, filtered, in one of four orders.

Enterprises and auditors see the version of each document that is current; reviewers the newest one that was pushed to
their domain. Every order is by one value and then by identifier, values that are missing come last, and each page
starts where an index can find it.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager, joinedload

from certlight.light import Light
from extractors.catalogue import templates
from service.accounts.access import Kind, Sight, sight
from service.database.documents import Document, DocumentVersion
from service.database.evidence import DigitalCertificate
from service.database.pushes import Push
from service.documents.forms import today
from service.documents.viewing import actions_for
from service.domain.documents import FINAL, IN_LIBRARY, DocumentAction, DocumentState
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role

_S = DocumentState
SEALED: Final = frozenset({_S.SEALED, _S.CHECKED_RED, _S.CHECKED_YELLOW, _S.CHECKED_GREEN, _S.SUPERSEDED, *IN_LIBRARY})
"""States whose version a seal covers as it is: any change leaves them."""


class Order(StrEnum):
    """What a list is sorted by."""

    CREATED = "created"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    VALID_UNTIL = "valid_until"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None does not narrow."""

    doc_type: str | None = None
    state: frozenset[DocumentState] = frozenset()
    light: Light | None = None
    text: str | None = None
    """Part of a name or number, or of a type's name."""
    expired: bool | None = None
    expires_before: date | None = None
    sealed: bool | None = None
    submitted_from: datetime | None = None
    submitted_until: datetime | None = None
    person_id: str | None = None
    subject_id: str | None = None
    push: PushState | None = None
    """There is a push of the version in this state."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list: at most ``wanted`` rows after the value and identifier of the last one seen."""

    order: Order
    descending: bool
    wanted: int
    after: tuple[Any, str] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    version: DocumentVersion
    actions: tuple[DocumentAction, ...]
    """What the caller may do to it."""
    open: DocumentVersion | None
    """The version that is worked on, where it is another one."""
    pushes: Sequence[Push]
    unique_code: str | None


def list_documents(
    session: Session, by: Principal, filters: Filters, asked: Asked, *, at: datetime
) -> Sequence[DocumentVersion]:
    """The versions of one page, with their documents. Raises AccessRefused."""
    column = _COLUMNS.get(asked.order)
    # SQLite keeps no statistics and would begin with the documents, then sort all of them.
    versions_first = column is not None and session.get_bind().dialect.name == "sqlite"
    query = _within(sight(by, Kind.DOCUMENT), versions_first=versions_first)
    query = query.where(*_narrowed(filters, by, today(at)))
    if column is None:
        # Identifiers of documents sort by when they were made.
        return _some(session, query, Document.id, asked, after=asked.after[1] if asked.after else None)
    value, last = asked.after or (None, None)
    found: list[DocumentVersion] = []
    if asked.after is None or value is not None:
        valued = query.where(column.is_not(None))
        if value is not None:
            valued = valued.where(_beyond(column, value, asked.descending, equal=True))
            further = _beyond(DocumentVersion.id, last, asked.descending)
            valued = valued.where(or_(_beyond(column, value, asked.descending), further))
        found += _some(session, valued, DocumentVersion.id, asked, first=column)
        last = None
    if len(found) < asked.wanted:
        # Databases disagree on where missing values sort; here they come last, in an order of their own.
        found += _some(session, query.where(column.is_(None)), DocumentVersion.id, asked, after=last)
    return found[: asked.wanted]


def lines(session: Session, by: Principal, versions: Sequence[DocumentVersion]) -> list[Listed]:
    """The lines of versions that were listed for ``by``."""
    ids = [version.id for version in versions]
    pushed = select(Push).where(Push.version_id.in_(ids)).order_by(Push.id)
    if by.role is Role.REVIEWER:
        pushed = pushed.where(Push.domain_id == by.domain_id)
    pushes = session.scalars(pushed.options(joinedload(Push.domain))).all()
    issued = select(DigitalCertificate.version_id, DigitalCertificate.unique_code)
    codes = {
        row.version_id: row.unique_code for row in session.execute(issued.where(DigitalCertificate.version_id.in_(ids)))
    }
    unfinished: dict[str, DocumentVersion] = {}
    if by.role is not Role.REVIEWER:
        found = select(DocumentVersion).where(
            DocumentVersion.document_id.in_([version.document_id for version in versions]),
            DocumentVersion.state.not_in(FINAL | IN_LIBRARY),
        )
        unfinished = {version.document_id: version for version in session.scalars(found)}
    return [
        Listed(
            version,
            actions_for(by, version),
            working if (working := unfinished.get(version.document_id)) is not version else None,
            [push for push in pushes if push.version_id == version.id],
            codes.get(version.id),
        )
        for version in versions
    ]


def _within(seen: Sight, *, versions_first: bool) -> Select[DocumentVersion]:
    """``versions_first`` keeps the enterprise's index of documents from being used, so that the order's is."""
    query = select(DocumentVersion).join(DocumentVersion.document).options(contains_eager(DocumentVersion.document))
    if seen.everything:
        return query.where(DocumentVersion.number == Document.current)
    if seen.subject_id is not None:
        # Both tables have the enterprise first in their indexes.
        of_document = Document.subject_id.concat("") if versions_first else Document.subject_id
        own = (of_document == seen.subject_id, DocumentVersion.subject_id == seen.subject_id)
        return query.where(*own, DocumentVersion.number == Document.current)
    if seen.domain_id is None:
        return query.where(false())
    other = aliased(DocumentVersion)
    sent = (
        select(Push.document_id, func.max(other.number).label("newest"))
        .join(other, other.id == Push.version_id)
        .where(Push.domain_id == seen.domain_id, Push.state != PushState.WITHDRAWN)
        .group_by(Push.document_id)
        .subquery()
    )
    # The newest version that the domain was sent, of every document that it was sent.
    return query.join(sent, sent.c.document_id == Document.id).where(DocumentVersion.number == sent.c.newest)


def _narrowed(filters: Filters, by: Principal, day: date) -> list[ColumnElement[bool]]:
    version = DocumentVersion
    found: list[ColumnElement[bool]] = []
    if filters.doc_type is not None:
        found.append(Document.doc_type == filters.doc_type)
    if filters.subject_id is not None:
        found += [Document.subject_id == filters.subject_id, version.subject_id == filters.subject_id]
    if filters.person_id is not None:
        found.append(Document.person_id == filters.person_id)
    if filters.state:
        found.append(version.state.in_(filters.state))
    if filters.light is not None:
        found.append(version.light == filters.light)
    if filters.sealed is not None:
        found.append(version.state.in_(SEALED) if filters.sealed else version.state.not_in(SEALED))
    if filters.expired is not None:
        past = version.valid_until < day
        found.append(past if filters.expired else or_(version.valid_until.is_(None), version.valid_until >= day))
    if filters.expires_before is not None:
        found.append(version.valid_until < filters.expires_before)
    if filters.submitted_from is not None:
        found.append(version.submitted_at >= filters.submitted_from)
    if filters.submitted_until is not None:
        found.append(version.submitted_at < filters.submitted_until)
    if filters.push is not None:
        pushed = exists().where(Push.version_id == version.id, Push.state == filters.push)
        # What other domains decided is nothing that a reviewer may find out.
        found.append(pushed.where(Push.domain_id == by.domain_id) if by.role is Role.REVIEWER else pushed)
    if filters.text is not None and (sought := filters.text.strip()):
        found.append(_mentions(sought))
    return found


def _mentions(sought: str) -> ColumnElement[bool]:
    types = [
        template.type
        for template in templates().values()
        if sought in template.name.zh or sought.casefold() in template.name.en.casefold()
    ]
    return or_(
        DocumentVersion.title.icontains(sought, autoescape=True),
        Document.number.icontains(sought, autoescape=True),
        Document.doc_type.in_(types),
    )


def _beyond(column: InstrumentedAttribute[Any], value: Any, down: bool, *, equal: bool = False) -> ColumnElement[bool]:
    compare = (operator.le if down else operator.ge) if equal else (operator.lt if down else operator.gt)
    compared: ColumnElement[bool] = compare(column, value)
    return compared


def _some(
    session: Session,
    query: Select[DocumentVersion],
    tie: InstrumentedAttribute[str],
    asked: Asked,
    *,
    first: InstrumentedAttribute[Any] | None = None,
    after: str | None = None,
) -> list[DocumentVersion]:
    """At most ``wanted`` rows, by ``first`` and then by ``tie``; those beyond the identifier ``after``."""
    order = [tie] if first is None else [first, tie]
    if after is not None:
        query = query.where(_beyond(tie, after, asked.descending))
    sorted_by = [column.desc() if asked.descending else column.asc() for column in order]
    return list(session.scalars(query.order_by(*sorted_by).limit(asked.wanted)))


_COLUMNS: Final[dict[Order, InstrumentedAttribute[Any]]] = {
    Order.CHANGED: DocumentVersion.changed_at,
    Order.SUBMITTED: DocumentVersion.submitted_at,
    Order.VALID_UNTIL: DocumentVersion.valid_until,
}
