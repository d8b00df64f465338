"""Results taken up again from the ``certlight.verify/1`` document they were kept as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from certlight.light import Light
from certlight.text import Text
from extractors.geometry import Box, Region
from extractors.page import Quality, QualityIssue
from extractors.reading import Canonical, FieldReading, Notice, Reading
from verifier.report.document import DocumentResult, PageFacts
from verifier.verdict import DiffPart, FieldCheck, Provenance, RuleFinding, Verdict

_LIGHTS: Final = {light.word: light for light in Light}
Json = Mapping[str, Any]


def restored(zh: Json, en: Json) -> list[DocumentResult]:
    """The results that ``verify_json`` wrote, from what it wrote in Chinese and in English.

    Numbers come back rounded as the document has them; where lines of text stood is known of checks, not of fields.
    Raises KeyError, TypeError or ValueError for anything else than such documents.
    """
    return [_document(*both) for both in zip(zh["documents"], en["documents"], strict=True)]


def _document(zh: Json, en: Json) -> DocumentResult:
    kind = zh["doc_type"]
    return DocumentResult(
        files=tuple(zh["files"]),
        doc_type=kind,
        type_name=None if zh["type_name"] is None else Text(zh["type_name"], en["type_name"]),
        type_confidence=zh["type_confidence"],
        pages=tuple(_page(*both) for both in zip(zh["pages"], en["pages"], strict=True)),
        reading=Reading(
            kind,
            zh["type_confidence"],
            {code: _reading(code, field) for code, field in zh["fields"].items()},
            tuple(
                Notice(one["code"], Text(one["message"], other["message"]))
                for one, other in zip(zh["notices"], en["notices"], strict=True)
            ),
        ),
        verdict=Verdict(
            doc_type=kind or "",
            checks=tuple(_check(*both) for both in zip(zh["checks"], en["checks"], strict=True)),
            findings=tuple(
                RuleFinding(
                    one["code"], _LIGHTS[one["light"]], Text(one["message"], other["message"]), tuple(one["fields"])
                )
                for one, other in zip(zh["findings"], en["findings"], strict=True)
            ),
            notices=(),
            provenance=None if zh["provenance"] is None else _provenance(zh["provenance"]),
        ),
        field_names={
            one["field"]: Text(one["name"], other["name"])
            for one, other in zip(zh["checks"], en["checks"], strict=True)
        },
    )


def _page(zh: Json, en: Json) -> PageFacts:
    quality = zh["quality"]
    return PageFacts(
        zh["index"],
        zh["width"],
        zh["height"],
        zh["rotation"],
        Quality(
            quality["text_height"],
            quality["sharpness"],
            quality["glare"],
            quality["skew"],
            quality["coverage"],
            quality["greyscale"],
            tuple(
                QualityIssue(one["code"], Text(one["advice"], other["advice"]), one["severe"])
                for one, other in zip(quality["issues"], en["quality"]["issues"], strict=True)
            ),
        ),
    )


def _reading(code: str, field: Json) -> FieldReading:
    return FieldReading(
        code,
        field["raw"],
        _value(field["value"]),
        field["confidence"],
        source=field["source"],
        alternatives=tuple(field["alternatives"]),
    )


def _check(zh: Json, en: Json) -> FieldCheck:
    return FieldCheck(
        field=zh["field"],
        name=Text(zh["name"], en["name"]),
        field_class=zh["class"],
        entered=_value(zh["entered"]),
        recognised=_value(zh["recognised"]),
        source=zh["source"],
        outcome=zh["outcome"],
        light=_LIGHTS[zh["light"]],
        score=zh["score"],
        confidence=zh["confidence"],
        reason=Text(zh["reason"], en["reason"]),
        rule=zh["rule"],
        diff=tuple(DiffPart(part["same"], part["entered"], part["recognised"]) for part in zh["diff"]),
        regions=tuple(Region(region["page"], Box(*region["box"])) for region in zh["regions"]),
    )


def _value(value: str | list[str] | None) -> Canonical | None:
    return tuple(value) if isinstance(value, list) else value


def _provenance(kept: Json) -> Provenance:
    return Provenance(**{**kept, "scan_sha256": tuple(kept["scan_sha256"])})
