"""What is wrong with a request, part by part, in the caller's language; values are never repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from certlight.text import Language, Text

MOST: Final = 50
_STEP: Final = 60
_OTHER: Final = Text("内容不符合要求。", "This is not as it should be.")
_KINDS: Final[Mapping[str, Text]] = {
    "missing": Text("缺少这一项。", "This is missing."),
    "extra_forbidden": Text("没有这一项。", "There is no such part."),
    "json_invalid": Text("不是有效的 JSON。", "This is no valid JSON."),
    "string_too_short": Text("至少 {min_length} 个字符。", "At least {min_length} characters."),
    "string_too_long": Text("最多 {max_length} 个字符。", "At most {max_length} characters."),
    "string_pattern_mismatch": Text("格式不正确。", "This has not the form it should have."),
    "too_short": Text("至少 {min_length} 项。", "At least {min_length} entries."),
    "too_long": Text("最多 {max_length} 项。", "At most {max_length} entries."),
    "greater_than": Text("须大于 {gt}。", "Greater than {gt}, please."),
    "greater_than_equal": Text("不得小于 {ge}。", "No less than {ge}."),
    "less_than": Text("须小于 {lt}。", "Less than {lt}, please."),
    "less_than_equal": Text("不得大于 {le}。", "No more than {le}."),
    "enum": Text("须为以下之一：{expected}。", "One of: {expected}."),
    "literal_error": Text("须为以下之一：{expected}。", "One of: {expected}."),
}
"""By pydantic's kinds of errors; the braces are filled from its context, which holds the bounds."""
_FAMILIES: Final[Mapping[str, Text]] = {
    "string": Text("须为文字。", "A text is wanted."),
    "int": Text("须为整数。", "An integer is wanted."),
    "float": Text("须为数值。", "A number is wanted."),
    "decimal": Text("须为数值。", "A number is wanted."),
    "finite": Text("须为有限数值。", "A finite number is wanted."),
    "bool": Text("须为 true 或 false。", "True or false is wanted."),
    "date": Text("须为日期，如 2026-03-01。", "A date is wanted, such as 2026-03-01."),
    "datetime": Text(
        "须为带时区的时间，如 2026-03-01T08:30:00Z。", "A time with its zone is wanted, such as 2026-03-01T08:30:00Z."
    ),
    "timezone": Text(
        "须为带时区的时间，如 2026-03-01T08:30:00Z。", "A time with its zone is wanted, such as 2026-03-01T08:30:00Z."
    ),
    "uuid": Text("编号格式不正确。", "This is not the form of an identifier."),
    "list": Text("须为列表。", "A list is wanted."),
    "dict": Text("须为对象。", "An object is wanted."),
    "model": Text("须为对象。", "An object is wanted."),
}
"""By the first word of the kind, where the whole kind is not listed."""


class InvalidPart(BaseModel):
    """A part of the request that is not as it should be; its value is not repeated."""

    pointer: str = Field(examples=["body/entries/uscc"])
    message: str


def invalid_parts(errors: Sequence[Mapping[str, Any]], language: Language) -> list[InvalidPart]:
    """The first :data:`MOST` of what pydantic found."""
    return [
        InvalidPart(pointer="/".join(str(step)[:_STEP] for step in found["loc"]), message=_message(found).of(language))
        for found in errors[:MOST]
    ]


def _message(found: Mapping[str, Any]) -> Text:
    kind = str(found["type"])
    text = _KINDS.get(kind) or _FAMILIES.get(kind.partition("_")[0], _OTHER)
    context = found.get("ctx") or {}
    if "expected" in context:
        # pydantic joins them in English.
        words = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        context = {**context, "expected": words}
    try:
        return Text(text.zh.format_map(context), text.en.format_map(context))
    except (KeyError, ValueError, IndexError):
        return _OTHER
