"""The list of pushes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.orm import Session

from certlight.text import Language, Text
from service.database.pushes import Push
from service.domain.principal import Principal
from service.domain.pushes import STATE_NAMES
from service.reports.lists.rows import BATCH, Reading, Sheet, batches, enterprises, type_name
from service.reports.lists.wishes import PushesWish
from service.reports.spreadsheet import Column, Value
from service.review.finding import list_pushes

_TITLE: Final = Text("推送列表", "Pushes")
_COLUMNS: Final = (
    Column(Text("企业", "Enterprise"), 30),
    Column(Text("证照类型", "Type"), 20),
    Column(Text("名称", "Name"), 36),
    Column(Text("版本", "Version"), 8),
    Column(Text("推送领域", "Domain"), 30),
    Column(Text("状态", "State"), 14),
    Column(Text("推送时间（北京）", "Pushed (China)"), 20),
    Column(Text("核验时间（北京）", "Decided (China)"), 20),
    Column(Text("核验意见", "Opinion"), 50),
    Column(Text("系统编号", "Id"), 38),
)


def pushes(wish: PushesWish, reading: Reading, by: Principal, language: Language) -> Sheet:
    """As ``by`` sees it."""

    def fetch(session: Session, last: Push | None) -> Sequence[Push]:
        return list_pushes(session, by, wish.filters, after=None if last is None else last.id, limit=BATCH)

    def written(session: Session, found: Sequence[Push]) -> Iterator[Sequence[Value]]:
        names = enterprises(session, (row.subject_id for row in found))
        for row in found:
            yield _cells(row, names, language)

    return Sheet(_TITLE, _COLUMNS, batches(reading, fetch, written))


def _cells(row: Push, names: dict[str, str], language: Language) -> Sequence[Value]:
    return (
        names.get(row.subject_id),
        type_name(row.version.document.doc_type, language),
        row.version.title,
        row.version.number,
        row.domain.name,
        STATE_NAMES[row.state].of(language),
        row.pushed_at,
        row.decided_at,
        row.reason if row.decided_at is not None else None,
        row.id,
    )
