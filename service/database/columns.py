"""Kinds of columns: moments in UTC, JSON, enumerations as checked text, sortable identifiers."""

from __future__ import annotations

import enum
import secrets
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from sqlalchemy import JSON, DateTime, Dialect, Enum, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

from certlight.light import Light

ENUM_LENGTH: Final = 40
"""Characters an enumeration's column holds, so that a longer new member needs no wider column."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC; a naive one is refused.

    PostgreSQL keeps ``timestamptz``. SQLite has no type for moments: it keeps the UTC wall clock as text, which sorts.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment: which hour it means, nobody knows")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json: Final = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""JSON documents; None is SQL's NULL. Assign a new value to change one: changes inside are not noticed."""


def _words(members: type[enum.Enum]) -> Sequence[str]:
    return [member.word if isinstance(member, Light) else str(member.value) for member in members]


def enumeration(members: type[enum.Enum], name: str | None = None) -> Enum:
    """A column of text that holds the members' values (a light's words) and, by a CHECK, nothing else.

    In tables plain ``Mapped[SomeEnum]`` means the same; this is for the second column of one kind in a table, whose
    CHECK needs a ``name`` of its own.
    """
    return Enum(
        members,
        values_callable=_words,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=ENUM_LENGTH,
        name=name,
    )


def new_id() -> str:
    """A UUID of version 7 (RFC 9562 §5.7) as text: new rows sort after old ones, and nobody guesses the next one.

    The twelve bits after the milliseconds count its fractions (§6.2, method 3); 62 bits are random. The clock only
    sorts: it decides nothing, which is why it is not an argument.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))


def first_id(at: datetime) -> str:
    """Identifiers made before ``at`` sort before it, those made since do not."""
    return str(uuid.UUID(int=int(at.timestamp() * 1000) << 80))


Id = Annotated[str, mapped_column(String(36))]
"""Another row's identifier."""
OwnId = Annotated[str, mapped_column(String(36), primary_key=True, default=new_id)]
Sha256 = Annotated[str, mapped_column(String(64))]
"""Lower-case hexadecimal; the key of stored files."""

TYPE_MAP: Final[dict[Any, Any]] = {
    datetime: UtcDateTime(),
    dict[str, Any]: Json,
    list[Any]: Json,
    enum.StrEnum: enumeration(enum.Enum),
    Light: enumeration(Light),
}
