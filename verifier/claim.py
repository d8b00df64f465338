"""The claim a user hands in beside the scan, parsed and refused before anything is read.

``{"doc_type": "…", "entered": {"uscc": "…"}, "marks": {"uscc": [{"page": 0, "box": [x0, y0, x1, y1]}]}}``; boxes are
pixels of the straightened page, origin top-left, pages count from 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, field_validator
from rapidfuzz import process

from certlight.errors import UsageError
from certlight.text import Text
from extractors.geometry import Box, Region
from extractors.reading import Canonical
from extractors.template import Template
from verifier.verdict import Claim

MAX_BYTES = 1_000_000
"""A claim is a form; the longest real one (a scope of business beside thirty marks) has some ten kilobytes."""
_MAX_VALUE = 20_000

_Value = Annotated[StrictStr, Field(max_length=_MAX_VALUE)]
_SHAPE = Text(
    '格式应为 {"doc_type": …, "entered": {字段: 值}, "marks": {字段: [{"page": 0, "box": [x0, y0, x1, y1]}]}}；'
    "编号和金额请写成带引号的文字。",
    'Expected {"doc_type": …, "entered": {field: value}, "marks": {field: [{"page": 0, "box": [x0, y0, x1, y1]}]}}; '
    "write numbers as quoted text.",
)


class _Mark(BaseModel):
    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(strict=True, ge=0, lt=10_000)]
    box: tuple[float, float, float, float]

    @field_validator("box")
    @classmethod
    def _is_a_box(cls, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        x0, y0, x1, y1 = box
        if not all(math.isfinite(v) and 0 <= v <= 1e6 for v in box) or x0 >= x1 or y0 >= y1:
            raise ValueError("a box is x0 < x1, y0 < y1 in pixels, none negative")
        return box


class _ClaimFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    doc_type: StrictStr
    entered: dict[str, _Value | Annotated[list[_Value], Field(max_length=1000)] | None] = Field(default_factory=dict)
    marks: dict[str, Annotated[list[_Mark], Field(max_length=200)]] = Field(default_factory=dict)


def parse_claim(data: bytes | str, templates: Mapping[str, Template], page_count: int | None = None) -> Claim:
    """The claim in ``data`` (JSON, UTF-8), checked against the templates by type.

    Raises UsageError: ``claim.too_large``, ``claim.not_json``, ``claim.invalid`` (a value of the wrong form, with its
    place), ``claim.unknown_key``, ``claim.bad_box``, ``claim.unknown_type``, ``claim.unknown_field``,
    ``claim.no_such_page``.
    """
    if len(data) > MAX_BYTES:
        raise UsageError("claim.too_large", Text("填报文件过大", "The claim is too large"), _SHAPE)
    try:
        parsed = _ClaimFile.model_validate_json(data)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False, include_context=False)[0]) from None
    template = templates.get(parsed.doc_type)
    if template is None:
        raise _unknown("claim.unknown_type", Text("证照类型", "document type"), parsed.doc_type, list(templates))
    for code in [*parsed.entered, *parsed.marks]:
        if code not in template.fields:
            raise _unknown("claim.unknown_field", Text("字段", "field"), code, list(template.fields))
    entered: dict[str, Canonical] = {}
    for code, value in parsed.entered.items():
        if value is not None:
            entered[code] = value if isinstance(value, str) else tuple(value)
    marks = {code: tuple(Region(m.page, Box(*m.box)) for m in found) for code, found in parsed.marks.items() if found}
    last = max((region.page for regions in marks.values() for region in regions), default=0)
    if page_count is not None and last >= page_count and marks:
        message = Text(
            f"标记在第 {last + 1} 页，而文件只有 {page_count} 页",
            f"A mark is on page index {last}, but there are {page_count} pages",
        )
        remedy = Text("页号从 0 开始，请检查标记", "Pages count from 0; check the marks")
        raise UsageError("claim.no_such_page", message, remedy)
    return Claim(parsed.doc_type, entered, marks)


def claim_document(claim: Claim) -> dict[str, Any]:
    """The claim as claim.json has it; ``parse_claim`` gives the same claim again."""
    return {
        "doc_type": claim.doc_type,
        "entered": {code: value if isinstance(value, str) else list(value) for code, value in claim.entered.items()},
        "marks": {
            code: [{"page": region.page, "box": region.box.as_list()} for region in regions]
            for code, regions in claim.marks.items()
        },
    }


def _refusal(problem: Mapping[str, Any]) -> UsageError:
    """The first problem pydantic found, without the value: it may be a person's data."""
    place = ".".join(str(part) for part in problem["loc"] if not str(part).startswith(("constrained", "list["))) or "·"
    if problem["type"] == "json_invalid":
        return UsageError("claim.not_json", Text("填报文件不是 JSON", "The claim is not JSON"), _SHAPE)
    if "box" in problem["loc"] or "page" in problem["loc"]:
        message = Text(f"{place}：标记框无效", f"{place}: not a valid mark")
        remedy = Text(
            "标记框为 [x0, y0, x1, y1]，单位像素，x0 < x1，y0 < y1，页号从 0 开始",
            "A box is [x0, y0, x1, y1] in pixels with x0 < x1 and y0 < y1; pages count from 0",
        )
        return UsageError("claim.bad_box", message, remedy)
    if problem["type"] == "extra_forbidden":
        known = list(_Mark.model_fields if problem["loc"][0] == "marks" else _ClaimFile.model_fields)
        return _unknown("claim.unknown_key", Text("键", "key"), str(problem["loc"][-1]), known, place)
    return UsageError("claim.invalid", Text(f"{place}：格式不对", f"{place}: {problem['msg']}"), _SHAPE)


def _unknown(code: str, what: Text, given: str, known: list[str], place: str = "") -> UsageError:
    shown = (place or given)[:80]
    best = process.extractOne(given, known, score_cutoff=60) if known else None
    hint = (
        Text(f"是否应为 {best[0]}？", f"Did you mean {best[0]}?")
        if best
        else Text(f"可用：{'、'.join(sorted(known))}", f"Known: {', '.join(sorted(known))}")
    )
    return UsageError(code, Text(f"未知的{what.zh}：{shown}", f"Unknown {what.en}: {shown}"), hint)
