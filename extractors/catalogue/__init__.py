"""The document types as data, one YAML file each, and their loader."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import ValidationError
from rapidfuzz import process

from certlight.errors import UsageError
from certlight.text import Text
from extractors.template import Template


@cache
def templates() -> dict[str, Template]:
    """All templates by type. Raises UsageError ``template.invalid`` naming the file and the key at fault."""
    found: dict[str, Template] = {}
    for entry in sorted(files(__package__).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            template = parse(entry.read_text(encoding="utf-8"), entry.name)
            found[template.type] = template
    return found


def parse(source: str, name: str) -> Template:
    """A template from YAML text; unknown keys are refused, with the nearest known key suggested."""
    try:
        return Template.model_validate(yaml.safe_load(source))
    except yaml.YAMLError as error:
        raise _invalid(name, str(error).replace("\n", " ")) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        hint = _suggestion(str(first["loc"][-1])) if first["type"] == "extra_forbidden" else ""
        raise _invalid(name, f"{where}: {first['msg']}{hint}") from error


def named(doc_type: str) -> Template:
    """The template of a type. Raises UsageError ``template.unknown`` with the nearest type suggested."""
    known = templates()
    if doc_type in known:
        return known[doc_type]
    near = process.extractOne(doc_type, list(known), score_cutoff=60)
    hint_zh, hint_en = (f"是否指 {near[0]}？", f"Did you mean {near[0]}?") if near else ("", "")
    raise UsageError(
        "template.unknown",
        Text(f"没有证照类型 {doc_type}。{hint_zh}", f"There is no document type {doc_type}. {hint_en}".strip()),
        Text(
            "全部类型见 certlight templates list，或接口 GET /api/v1/templates。",
            "All types: certlight templates list, or GET /api/v1/templates.",
        ),
    )


def _suggestion(key: str) -> str:
    from extractors import template as schema

    names = {
        alias
        for model in vars(schema).values()
        if isinstance(model, type) and hasattr(model, "model_fields")
        for field, info in model.model_fields.items()
        for alias in (info.alias or field,)
    }
    near = process.extractOne(key, sorted(names), score_cutoff=60)
    return f" (did you mean {near[0]}?)" if near else ""


def _invalid(name: str, detail: str) -> UsageError:
    return UsageError(
        "template.invalid",
        Text(f"模板 {name} 有误：{detail}", f"Template {name} is invalid: {detail}"),
        Text("改正后运行 certlight templates check。", "Correct it, then run: certlight templates check"),
    )
