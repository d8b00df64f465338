"""What can be ordered as a report: bodies of ``POST /reports``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from certlight.light import Light
from service.api.shapes import Request, RowId, Since
from service.audit.log import LogFilter
from service.documents.listing import Filters, Order
from service.domain.documents import DocumentState
from service.domain.pushes import PushState
from service.domain.roles import Role
from service.performances.kinds import Category, Grade
from service.performances.listing import PerformanceFilter
from service.reports.lists.wishes import DocumentsWish, OperationsWish, PerformancesWish, PushesWish
from service.reports.wishes import CheckWish, SealWish, Wish
from service.review.finding import PushFilter

TypeName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
"""Name of a type of documents."""


class _Ordered(Request):
    lang: Literal["zh", "en"] | None = None


class CheckReportOrder(_Ordered):
    """The report of a check, with all pages that carry a value."""

    what: Literal["check"]
    document_id: RowId
    check_id: RowId
    format: Literal["pdf", "html"] = "pdf"

    def wish(self) -> Wish:
        """For the job."""
        return CheckWish(self.document_id, self.check_id, self.format)


class SealReportOrder(_Ordered):
    """The seals of a sealed file as an HTML report, validated anew."""

    what: Literal["seal"]
    document_id: RowId
    seal_id: RowId

    def wish(self) -> Wish:
        """For the job."""
        return SealWish(self.document_id, self.seal_id)


class DocumentsExport(_Ordered):
    """The list of documents as a workbook."""

    what: Literal["documents"]
    doc_type: TypeName | None = None
    state: Annotated[tuple[DocumentState, ...], Field(max_length=12)] = ()
    light: Literal["red", "yellow", "green"] | None = None
    expired: bool | None = None
    expires_before: date | None = None
    sealed: bool | None = None
    submitted_from: Since | None = None
    submitted_until: Since | None = None
    person_id: RowId | None = None
    subject_id: RowId | None = None
    push_state: PushState | None = None
    sort: Order = Order.CREATED
    direction: Literal["asc", "desc"] = "desc"

    def wish(self) -> Wish:
        """For the job."""
        same = ("doc_type", "expired", "expires_before", "sealed", "submitted_from", "submitted_until")
        filters = Filters(
            **{name: getattr(self, name) for name in (*same, "person_id", "subject_id")},
            state=frozenset(self.state),
            light=None if self.light is None else Light[self.light.upper()],
            push=self.push_state,
        )
        return DocumentsWish(filters, self.sort, self.direction == "desc")


class PerformancesExport(_Ordered):
    """The list of performances as a workbook."""

    what: Literal["performances"]
    category: Category | None = None
    grade: Grade | None = None
    submitted: bool | None = None
    manager_id: RowId | None = None
    subject_id: RowId | None = None

    def wish(self) -> Wish:
        """For the job."""
        taken = ("category", "grade", "submitted", "manager_id", "subject_id")
        return PerformancesWish(PerformanceFilter(**{name: getattr(self, name) for name in taken}))


class PushesExport(_Ordered):
    """The list of pushes as a workbook."""

    what: Literal["pushes"]
    state: PushState | None = None
    domain_id: RowId | None = None
    document_id: RowId | None = None
    mine: bool = False

    def wish(self) -> Wish:
        """For the job."""
        return PushesWish(PushFilter(self.state, self.domain_id, self.document_id, self.mine))


class OperationsExport(_Ordered):
    """The operation log as a workbook."""

    what: Literal["operations"]
    object_kind: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")] | None = None
    object_id: RowId | None = None
    actor_id: RowId | None = None
    actor_role: Role | None = None
    subject_id: RowId | None = None
    action: Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_]+\.[a-z0-9_]*$")] | None = None
    since: Since | None = None
    until: Since | None = None

    def wish(self) -> Wish:
        """For the job."""
        names = ("object_kind", "object_id", "actor_id", "actor_role", "subject_id", "action", "since", "until")
        return OperationsWish(LogFilter(**{name: getattr(self, name) for name in names}))


NewReport = Annotated[
    CheckReportOrder | SealReportOrder | DocumentsExport | PerformancesExport | PushesExport | OperationsExport,
    Field(discriminator="what"),
]
