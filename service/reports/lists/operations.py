"""The operation log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.orm import Session

from certlight.text import Language, Text
from service.audit.log import entries
from service.audit.words import action_words
from service.database.operations import Operation
from service.domain.principal import Principal
from service.reports.lists.rows import BATCH, Reading, Sheet, batches
from service.reports.lists.wishes import OperationsWish
from service.reports.spreadsheet import Column, Value

_TITLE: Final = Text("操作记录", "Operation log")
_COLUMNS: Final = (
    Column(Text("序号", "Place"), 10),
    Column(Text("时间（北京）", "Time (China)"), 20),
    Column(Text("操作", "Action"), 18),
    Column(Text("操作代码", "Action code"), 26),
    Column(Text("操作人角色", "Role"), 18),
    Column(Text("操作人编号", "User"), 38),
    Column(Text("企业编号", "Enterprise"), 38),
    Column(Text("对象", "Object"), 18),
    Column(Text("对象编号", "Object id"), 38),
    Column(Text("操作前", "Before"), 18),
    Column(Text("操作后", "After"), 18),
    Column(Text("哈希", "Hash"), 66),
)


def operations(wish: OperationsWish, reading: Reading, by: Principal, language: Language) -> Sheet:
    """As ``by`` sees it."""

    def fetch(session: Session, last: Operation | None) -> Sequence[Operation]:
        before = None if last is None else last.seq
        return session.scalars(entries(by, wish.filters, before=before).limit(BATCH)).all()

    def written(session: Session, found: Sequence[Operation]) -> Iterator[Sequence[Value]]:
        return (_cells(row, language) for row in found)

    return Sheet(_TITLE, _COLUMNS, batches(reading, fetch, written))


def _cells(row: Operation, language: Language) -> Sequence[Value]:
    return (
        row.seq,
        row.at,
        action_words(row.action).of(language),
        row.action,
        row.actor_role.value,
        row.actor_id,
        row.subject_id,
        row.object_kind,
        row.object_id,
        row.before,
        row.after,
        row.hash,
    )
