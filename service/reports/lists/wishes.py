"""Which list is wanted as a spreadsheet, narrowed down as lists are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.audit.log import LogFilter
from service.documents.listing import Filters, Order
from service.performances.listing import PerformanceFilter
from service.review.finding import PushFilter


@dataclass(frozen=True, slots=True)
class DocumentsWish:
    """The list of documents."""

    filters: Filters
    order: Order = Order.CREATED
    descending: bool = True
    what: Literal["documents"] = "documents"


@dataclass(frozen=True, slots=True)
class PerformancesWish:
    """The list of performances."""

    filters: PerformanceFilter
    what: Literal["performances"] = "performances"


@dataclass(frozen=True, slots=True)
class PushesWish:
    """The list of pushes."""

    filters: PushFilter
    what: Literal["pushes"] = "pushes"


@dataclass(frozen=True, slots=True)
class OperationsWish:
    """The operation log."""

    filters: LogFilter
    what: Literal["operations"] = "operations"


ListWish = DocumentsWish | PerformancesWish | PushesWish | OperationsWish
