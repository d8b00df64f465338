"""What bodies of requests and answers have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from certlight.light import Light
from certlight.text import Text
from service.domain.moments import utc_text

Moment = Annotated[
    datetime,
    PlainSerializer(utc_text, str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T08:30:00.123Z"]}),
]
"""UTC, RFC 3339 with milliseconds and ``Z``."""


def _in_bounds(at: datetime) -> datetime:
    # Farther moments overflow when they are brought to UTC; there is nothing so old or so late.
    if not 1970 <= at.year <= 9998:
        raise ValueError("a moment from 1970 on")
    return at.astimezone(UTC)


Since = Annotated[AwareDatetime, AfterValidator(_in_bounds)]
"""A bound of a time range, with its offset."""
Colour = Annotated[
    Light,
    PlainSerializer(lambda light: light.word, str),
    WithJsonSchema({"type": "string", "enum": [light.word for light in Light]}, mode="serialization"),
]
"""``red``, ``yellow`` or ``green``."""
RowId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", max_length=36)
]
"""Identifier of a row, in paths and bodies: a UUID as the product writes them."""
Item = TypeVar("Item")


class Answer(BaseModel):
    """Body of an answer; made of rows by their attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Request(BaseModel):
    """Body of a request: what is not known is refused, and no message repeats a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Words(Answer):
    """A text in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, text: Text) -> Words:
        """As the product keeps it."""
        return cls(zh=text.zh, en=text.en)


class Page(Answer, Generic[Item]):
    """Some of a list, and where the rest begins."""

    items: list[Item]
    next: str | None = Field(description="Cursor of the next page; null at the end.")
