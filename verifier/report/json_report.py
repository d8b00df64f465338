"""The JSON documents of the command line: ``certlight.read/1`` and ``certlight.verify/1``.

The keys and their order are a public contract. A later ``/1`` may add keys, never rename, drop or retype one; that is
why the published JSON Schemas allow keys they do not know. Values are canonical strings (see ``extractors.kinds``),
lists JSON arrays, anything not read null. Boxes are pixels of the straightened page, origin top-left.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from certlight.errors import InternalError
from certlight.light import Light
from certlight.text import Language, Text
from certlight.visible import encodable
from extractors.geometry import Region
from extractors.page import Quality
from extractors.reading import Canonical, FieldReading, Notice
from extractors.template import FieldClass
from verifier.report.document import DocumentResult, PageFacts
from verifier.verdict import DiffPart, FieldCheck, Outcome, Provenance, RuleFinding, Source

READ_SCHEMA = "certlight.read/1"
VERIFY_SCHEMA = "certlight.verify/1"

SHARE_DIGITS = 4
"""Decimals of scores and confidences: finer differences carry no meaning and would make outputs differ by machine."""

LightWord = Literal["green", "yellow", "red"]
Share = float


def _encodable(value: object) -> object:
    return encodable(value) if isinstance(value, str) else value


Str = Annotated[str, BeforeValidator(_encodable)]
"""Any string of the document: a lone surrogate, which UTF-8 cannot carry, becomes U+FFFD."""
JsonValue = Str | list[Str] | None


class _Json(BaseModel):
    model_config = ConfigDict(frozen=True)


class IssueJson(_Json):
    code: Str
    severe: bool
    advice: Str


class QualityJson(_Json):
    """How legible a page is. ``text_height`` in pixels, ``skew`` in degrees clockwise, the others shares of one."""

    text_height: float | None
    sharpness: Share
    glare: Share
    skew: float
    coverage: Share
    greyscale: bool
    legible: bool
    issues: list[IssueJson]


class PageJson(_Json):
    index: int
    width: int
    height: int
    rotation: Literal[0, 90, 180, 270]
    quality: QualityJson


class RegionJson(_Json):
    page: int
    box: tuple[float, float, float, float]


class FieldJson(_Json):
    value: JsonValue
    raw: Str
    confidence: Share
    regions: list[RegionJson]
    source: Source
    alternatives: list[Str]


class NoticeJson(_Json):
    code: Str
    message: Str


class DocumentJson(_Json):
    """One document as read. ``doc_type`` is null for an unknown document."""

    files: list[Str]
    doc_type: Str | None
    type_name: Str | None
    type_confidence: Share
    pages: list[PageJson]
    fields: dict[Str, FieldJson]
    notices: list[NoticeJson]


class DiffJson(_Json):
    same: bool
    entered: Str
    recognised: Str


class CheckJson(_Json):
    field: Str
    name: Str
    field_class: FieldClass = Field(serialization_alias="class")
    entered: JsonValue
    recognised: JsonValue
    source: Source
    outcome: Outcome
    light: LightWord
    score: Share
    confidence: Share
    reason: Str
    rule: Str
    diff: list[DiffJson]
    regions: list[RegionJson]


class FindingJson(_Json):
    code: Str
    light: LightWord
    message: Str
    fields: list[Str]


class ProvenanceJson(_Json):
    template: Str
    product: Str
    engine: Str
    models: dict[Str, Str]
    thresholds: dict[Str, float]
    scan_sha256: list[Str]
    claim_sha256: Str
    checked_on: Str


class CheckedDocumentJson(DocumentJson):
    """One document as read and checked. ``light`` is the worst of all checks and findings."""

    light: LightWord
    checks: list[CheckJson]
    findings: list[FindingJson]
    provenance: ProvenanceJson | None


class ReadReport(_Json):
    schema_: Literal["certlight.read/1"] = Field(default="certlight.read/1", serialization_alias="schema")
    documents: list[DocumentJson]


class VerifyReport(_Json):
    schema_: Literal["certlight.verify/1"] = Field(default="certlight.verify/1", serialization_alias="schema")
    documents: list[CheckedDocumentJson]


def read_json(documents: Sequence[DocumentResult], language: Language = "zh") -> dict[str, Any]:
    """The ``certlight.read/1`` document: JSON types only, keys in the order of the contract.

    ``language`` picks the language of messages; codes, keys and values do not depend on it.
    """
    report = ReadReport(documents=[_Writer(language).document(d) for d in documents])
    return report.model_dump(mode="json", by_alias=True)


def verify_json(documents: Sequence[DocumentResult], language: Language = "zh") -> dict[str, Any]:
    """The ``certlight.verify/1`` document. Raises InternalError for a document that was never checked."""
    report = VerifyReport(documents=[_Writer(language).checked_document(d) for d in documents])
    return report.model_dump(mode="json", by_alias=True)


def as_text(report: dict[str, Any]) -> str:
    """The report as indented JSON text, non-ASCII kept, ending in a line feed; always encodable as UTF-8."""
    return json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def json_schema(schema: Literal["certlight.read/1", "certlight.verify/1"]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of the two documents."""
    model: type[BaseModel] = ReadReport if schema == READ_SCHEMA else VerifyReport
    exported = model.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **exported}


def _share(value: float) -> float:
    """A number of the contract: rounded, and 0 where a computation went astray (JSON knows no NaN)."""
    return round(value, SHARE_DIGITS) + 0.0 if math.isfinite(value) else 0.0


def _value(value: Canonical | None) -> JsonValue:
    return value if value is None or isinstance(value, str) else list(value)


def _regions(regions: Sequence[Region]) -> list[RegionJson]:
    found = []
    for region in regions:
        x0, y0, x1, y1 = (_share(edge) for edge in region.box.as_list())
        found.append(RegionJson(page=region.page, box=(x0, y0, x1, y1)))
    return found


class _Writer:
    """Turns results into their JSON models, in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def document(self, result: DocumentResult) -> DocumentJson:
        return DocumentJson(**self._document_parts(result))

    def checked_document(self, result: DocumentResult) -> CheckedDocumentJson:
        verdict = result.verdict
        if verdict is None:
            raise InternalError(
                "report.unchecked",
                Text(
                    "文件尚未核验，无法输出核验结果。",
                    "The document has not been checked, so it has no verdict to print.",
                ),
                Text("请重新执行核验。", "Run the check again."),
            )
        return CheckedDocumentJson(
            **self._document_parts(result),
            light=_word(verdict.light),
            checks=[self._check(c) for c in verdict.checks],
            findings=[self._finding(f) for f in verdict.findings],
            provenance=_provenance(verdict.provenance),
        )

    def _document_parts(self, result: DocumentResult) -> dict[str, Any]:
        return {
            "files": list(result.files),
            "doc_type": result.doc_type,
            "type_name": None if result.type_name is None else self._say(result.type_name),
            "type_confidence": _share(result.type_confidence),
            "pages": [self._page(p) for p in result.pages],
            "fields": {code: self._field(f) for code, f in result.reading.fields.items()},
            "notices": [self._notice(n) for n in notices_of(result)],
        }

    def _say(self, text: Text) -> str:
        return text.of(self._language)

    def _page(self, page: PageFacts) -> PageJson:
        return PageJson.model_validate(
            {
                "index": page.index,
                "width": page.width,
                "height": page.height,
                "rotation": page.rotation,
                "quality": self._quality(page.quality),
            }
        )

    def _quality(self, quality: Quality) -> QualityJson:
        return QualityJson(
            text_height=None if quality.text_height is None else _share(quality.text_height),
            sharpness=_share(quality.sharpness),
            glare=_share(quality.glare),
            skew=_share(quality.skew),
            coverage=_share(quality.coverage),
            greyscale=quality.greyscale,
            legible=quality.legible,
            issues=[IssueJson(code=i.code, severe=i.severe, advice=self._say(i.advice)) for i in quality.issues],
        )

    def _field(self, reading: FieldReading) -> FieldJson:
        return FieldJson(
            value=_value(reading.value),
            raw=reading.raw,
            confidence=_share(reading.confidence),
            regions=_regions(reading.regions),
            source=reading.source,
            alternatives=list(reading.alternatives),
        )

    def _notice(self, notice: Notice) -> NoticeJson:
        return NoticeJson(code=notice.code, message=self._say(notice.message))

    def _check(self, check: FieldCheck) -> CheckJson:
        return CheckJson(
            field=check.field,
            name=self._say(check.name),
            field_class=check.field_class,
            entered=_value(check.entered),
            recognised=_value(check.recognised),
            source=check.source,
            outcome=check.outcome,
            light=_word(check.light),
            score=_share(check.score),
            confidence=_share(check.confidence),
            reason=self._say(check.reason),
            rule=check.rule,
            diff=[_diff(part) for part in check.diff],
            regions=_regions(check.regions),
        )

    def _finding(self, finding: RuleFinding) -> FindingJson:
        return FindingJson(
            code=finding.code,
            light=_word(finding.light),
            message=self._say(finding.message),
            fields=list(finding.fields),
        )


def notices_of(result: DocumentResult) -> tuple[Notice, ...]:
    """Notices of the reading and of the verdict, each told once, in that order."""
    of_verdict = result.verdict.notices if result.verdict is not None else ()
    return tuple(dict.fromkeys((*result.reading.notices, *of_verdict)))


def _word(light: Light) -> LightWord:
    words: tuple[LightWord, ...] = ("green", "yellow", "red")
    return words[light]


def _diff(part: DiffPart) -> DiffJson:
    return DiffJson(same=part.same, entered=part.entered, recognised=part.recognised)


def _provenance(provenance: Provenance | None) -> ProvenanceJson | None:
    if provenance is None:
        return None
    return ProvenanceJson(
        template=provenance.template,
        product=provenance.product,
        engine=provenance.engine,
        models=dict(provenance.models),
        thresholds=dict(provenance.thresholds),  # never rounded: a verdict is replayed from them
        scan_sha256=list(provenance.scan_sha256),
        claim_sha256=provenance.claim_sha256,
        checked_on=provenance.checked_on,
    )
