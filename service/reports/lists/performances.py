"""The list of performances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.text import Text
from service.database.performances import Performance
from service.database.subjects import Person
from service.domain.principal import Principal
from service.performances.listing import list_performances
from service.reports.lists.rows import BATCH, Reading, Sheet, batches, enterprises
from service.reports.lists.wishes import PerformancesWish
from service.reports.spreadsheet import Column, Value

_TITLE: Final = Text("业绩列表", "Performances")
_COLUMNS: Final = (
    Column(Text("企业", "Enterprise"), 30),
    Column(Text("项目名称", "Project"), 40),
    Column(Text("标段名称", "Section"), 30),
    Column(Text("业绩类别", "Category"), 18),
    Column(Text("业绩类型", "Grade"), 10),
    Column(Text("项目经理", "Project manager"), 14),
    Column(Text("中标通知书", "Bid notice"), 12),
    Column(Text("合同", "Contract"), 12),
    Column(Text("竣工验收", "Acceptance"), 12),
    Column(Text("提交时间（北京）", "Submitted (China)"), 20),
    Column(Text("建立时间（北京）", "Begun (China)"), 20),
    Column(Text("系统编号", "Id"), 38),
)


def performances(wish: PerformancesWish, reading: Reading, by: Principal) -> Sheet:
    """As ``by`` sees it."""

    def fetch(session: Session, last: Performance | None) -> Sequence[Performance]:
        after = None if last is None else last.id
        return list_performances(session, by, wish.filters, after=after, limit=BATCH)

    def written(session: Session, found: Sequence[Performance]) -> Iterator[Sequence[Value]]:
        names = enterprises(session, (row.subject_id for row in found))
        managers = {row.manager_id for row in found if row.manager_id is not None}
        named = session.execute(select(Person.id, Person.name).where(Person.id.in_(managers)))
        people = {row.id: row.name for row in named}
        for row in found:
            yield _cells(row, names, people)

    return Sheet(_TITLE, _COLUMNS, batches(reading, fetch, written))


def _cells(row: Performance, names: dict[str, str], people: dict[str, str]) -> Sequence[Value]:
    return (
        names.get(row.subject_id),
        row.project,
        row.section,
        row.category,
        row.grade,
        people.get(row.manager_id or ""),
        row.bid_notice_id is not None,
        row.contract_id is not None,
        row.acceptance_id is not None,
        row.submitted_at,
        row.created_at,
        row.id,
    )
