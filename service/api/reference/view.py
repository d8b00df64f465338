"""What the page shows of the OpenAPI document, as plain values for its template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

METHODS: Final = ("get", "post", "put", "patch", "delete")
_BOUNDS: Final = {
    "minLength": "≥ {} 字符",
    "maxLength": "≤ {} 字符",
    "minItems": "≥ {} 项",
    "maxItems": "≤ {} 项",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "pattern": "{}",
    "format": "{}",
    "default": "默认 {}",
}
_PREFIX: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter, or a member of a schema."""

    name: str
    place: str
    """``path``, ``query`` or ``header``; empty for members."""
    required: bool
    kind: str
    links: tuple[str, ...]
    """Schemas that the kind names."""
    bounds: tuple[str, ...]
    text: str
    example: str


@dataclass(frozen=True, slots=True)
class Content:
    """A body in one media type."""

    media: str
    kind: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer by its status."""

    status: str
    text: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    ways: tuple[str, ...]
    """How one may be signed in; empty where nobody has to be."""
    parameters: tuple[Line, ...]
    body: tuple[Content, ...]
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Operations of one tag."""

    name: str
    text: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema by its name."""

    name: str
    text: str
    kind: str
    members: tuple[Line, ...]
    values: tuple[str, ...]


def chapters(document: Mapping[str, Any]) -> list[Chapter]:
    """The operations in the order of the document's tags."""
    calls: dict[str, list[Call]] = {tag["name"]: [] for tag in document.get("tags", ())}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                calls.setdefault(next(iter(operation.get("tags", ["api"]))), []).append(_call(method, path, operation))
    texts = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    return [Chapter(name, texts.get(name, ""), tuple(found)) for name, found in calls.items() if found]


def shapes(document: Mapping[str, Any]) -> list[Shape]:
    """The schemas by name."""
    return [_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]


def _call(method: str, path: str, operation: Mapping[str, Any]) -> Call:
    return Call(
        operation["operationId"],
        method,
        path,
        operation.get("summary", ""),
        operation.get("description", ""),
        tuple(" + ".join(way) for way in operation.get("security", ())),
        tuple(
            _line(one["name"], one["schema"], one["in"], bool(one.get("required")), one.get("description"))
            for one in operation.get("parameters", ())
        ),
        _contents(operation.get("requestBody", {})),
        tuple(
            Answered(status, answer.get("description", ""), _contents(answer))
            for status, answer in operation.get("responses", {}).items()
        ),
    )


def _contents(holder: Mapping[str, Any]) -> tuple[Content, ...]:
    return tuple(
        Content(media, kind_of(content.get("schema", {})), tuple(_links(content.get("schema", {}))))
        for media, content in holder.get("content", {}).items()
    )


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = schema.get("required", ())
    members = tuple(
        _line(member, inner, "", member in required, None) for member, inner in schema.get("properties", {}).items()
    )
    values = tuple(str(value) for value in schema.get("enum", ()))
    return Shape(name, schema.get("description", ""), kind_of(schema), members, values)


def _line(name: str, schema: Mapping[str, Any], place: str, required: bool, text: str | None) -> Line:
    inner = _plain(schema)
    bounds = tuple(
        form.format(_written(inner.get(key, schema.get(key))))
        for key, form in _BOUNDS.items()
        if inner.get(key, schema.get(key)) is not None
    )
    examples = schema.get("examples") or inner.get("examples") or ()
    example = _written(examples[0]) if examples else ""
    told = text or schema.get("description") or ""
    return Line(name, place, required, kind_of(schema), tuple(_links(schema)), bounds, told, example)


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one kind that a value has unless it is null."""
    others = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return others[0] if len(others) == 1 else schema


def kind_of(schema: Mapping[str, Any]) -> str:
    """A schema in a word or two: ``string``, ``[UserView]``, ``Role | null``."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_PREFIX)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(kind_of(one) for one in schema[key]))
    if "const" in schema:
        return _written(schema["const"])
    if "enum" in schema:
        return " | ".join(_written(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[{kind_of(schema.get('items', {}))}]"
    if isinstance(schema.get("additionalProperties"), Mapping) and "properties" not in schema:
        return f"{{…: {kind_of(schema['additionalProperties'])}}}"
    return str(schema.get("type", "any"))


def _links(schema: Any) -> Iterator[str]:
    match schema:
        case {"$ref": str(reference)}:
            yield reference.removeprefix(_PREFIX)
        case dict():
            for key in ("anyOf", "oneOf", "allOf", "items", "additionalProperties"):
                yield from _links(schema.get(key))
        case list():
            for one in schema:
                yield from _links(one)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
