"""The list of documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from certlight.light import LIGHTS
from certlight.text import Language, Text
from service.database.documents import DocumentVersion
from service.documents.forms import today
from service.documents.listing import SEALED, Asked, Listed, Order, lines, list_documents
from service.domain.documents import STATE_NAMES
from service.domain.principal import Principal
from service.domain.pushes import STATE_NAMES as PUSH_STATES
from service.reports.lists.rows import BATCH, Reading, Sheet, batches, enterprises, type_name
from service.reports.lists.wishes import DocumentsWish
from service.reports.spreadsheet import Column, Value

_TITLE: Final = Text("证照列表", "Documents")
_COLUMNS: Final = (
    Column(Text("企业", "Enterprise"), 30),
    Column(Text("证照类型", "Type"), 20),
    Column(Text("名称", "Name"), 36),
    Column(Text("证照编号", "Number"), 26),
    Column(Text("版本", "Version"), 8),
    Column(Text("状态", "State"), 20),
    Column(Text("核验结果", "Light"), 10),
    Column(Text("已签章", "Sealed"), 10),
    Column(Text("有效期至", "Valid until"), 12),
    Column(Text("已过期", "Expired"), 10),
    Column(Text("唯一标识码", "Unique code"), 44),
    Column(Text("提交时间（北京）", "Submitted (China)"), 20),
    Column(Text("推送情况", "Pushes"), 40),
    Column(Text("建立时间（北京）", "Begun (China)"), 20),
    Column(Text("系统编号", "Id"), 38),
)


def documents(wish: DocumentsWish, reading: Reading, by: Principal, language: Language, at: datetime) -> Sheet:
    """As ``by`` sees it ``at`` that moment."""

    def fetch(session: Session, last: DocumentVersion | None) -> Sequence[DocumentVersion]:
        after = None if last is None else _place(last, wish.order)
        return list_documents(session, by, wish.filters, Asked(wish.order, wish.descending, BATCH, after), at=at)

    def written(session: Session, found: Sequence[DocumentVersion]) -> Iterator[Sequence[Value]]:
        names = enterprises(session, (version.subject_id for version in found))
        for line in lines(session, by, found):
            yield _cells(line, names, today(at), language)

    return Sheet(_TITLE, _COLUMNS, batches(reading, fetch, written))


def _place(version: DocumentVersion, order: Order) -> tuple[Any, str]:
    """Where the next batch begins; in the first order rows are told apart by their document."""
    match order:
        case Order.CREATED:
            return None, version.document_id
        case Order.CHANGED:
            return version.changed_at, version.id
        case Order.SUBMITTED:
            return version.submitted_at, version.id
        case Order.VALID_UNTIL:
            return version.valid_until, version.id


def _cells(line: Listed, names: dict[str, str], day: date, language: Language) -> Sequence[Value]:
    version, document = line.version, line.version.document
    pushes = [f"{push.domain.name}：{PUSH_STATES[push.state].of(language)}" for push in line.pushes]
    return (
        names.get(version.subject_id),
        type_name(document.doc_type, language),
        version.title,
        document.number,
        version.number,
        STATE_NAMES[version.state].of(language),
        None if version.light is None else LIGHTS[version.light].of(language),
        version.state in SEALED,
        version.valid_until,
        version.valid_until is not None and version.valid_until < day,
        line.unique_code,
        version.submitted_at,
        "；".join(pushes),
        document.created_at,
        document.id,
    )
