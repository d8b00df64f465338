"""What the lists have in common: columns, batches of rows, names that rows only refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.text import Language, Text
from extractors.catalogue import templates
from service.database.subjects import Subject
from service.reports.spreadsheet import Column, Value

BATCH: Final = 500
"""Rows fetched at a time, each batch in a transaction of its own."""
Reading = Callable[[], AbstractContextManager[Session]]
Rows = Iterator[Sequence[Value]]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list on its way into a workbook. ``rows`` are read as they are taken."""

    title: Text
    columns: Sequence[Column]
    rows: Rows


def batches(
    reading: Reading,
    fetch: Callable[[Session, Row | None], Sequence[Row]],
    written: Callable[[Session, Sequence[Row]], Iterable[Sequence[Value]]],
) -> Rows:
    """All rows: ``fetch`` gives at most :data:`BATCH` from behind the last one, ``written`` makes cells of them."""
    last: Row | None = None
    while True:
        with reading() as session:
            found = fetch(session, last)
            cells = list(written(session, found))
        yield from cells
        if len(found) < BATCH:
            return
        last = found[-1]


def enterprises(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names of enterprises by id."""
    found = session.execute(select(Subject.id, Subject.name).where(Subject.id.in_(set(ids))))
    return {row.id: row.name for row in found}


def type_name(doc_type: str, language: Language) -> str:
    """Of a document's type."""
    template = templates().get(doc_type)
    return doc_type if template is None else template.name.text.of(language)
