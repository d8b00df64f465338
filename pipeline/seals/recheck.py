"""The entries sealed inside a PDF, checked again against the pages that are seen today."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from certlight.errors import InputRefused, UsageError
from certlight.light import Light
from certlight.text import Language, Text
from extractors.catalogue import templates
from extractors.geometry import Box, Region
from pipeline.flow import Desk, verify
from pipeline.intake.intake import take
from pipeline.pages import StraightPages
from signing.enclosure import Enclosure
from signing.report import Recheck
from signing.validation.report import SealReport
from verifier.claim import parse_claim
from verifier.report import verify_json
from verifier.verdict import Claim, FieldCheck, Verdict

_ABSENT: Final = Text(
    "文件内没有随签章封存的填报数据，无法复核。",
    "No entries were sealed inside this file; there is nothing to check again.",
)
_MESSAGES: Final[Mapping[Light, Text]] = {
    Light.GREEN: Text("随签章封存的填报数据与页面一致。", "The sealed entries agree with the pages."),
    Light.YELLOW: Text(
        "随签章封存的填报数据与页面不完全一致，请人工核对。",
        "The sealed entries do not fully agree with the pages; a person should look.",
    ),
    Light.RED: Text(
        "随签章封存的填报数据与页面不一致，请勿采信。",
        "The sealed entries contradict the pages; do not rely on them.",
    ),
}


def recheck(report: SealReport, pdf: bytes, name: str, desk: Desk, today: date, language: Language) -> Recheck:
    """Read the pages of ``pdf`` anew and hold the entries that were sealed with them against what is read today.

    Seals stand on the pages as they do in a viewer. ``language`` is that of the reasons in the document. The light is
    that of the new verdict; where a field is worse than when it was sealed, at best yellow. Raises InputRefused for
    pages that cannot be drawn, ModelMissing; entries that cannot be understood are an answer, not an error.
    """
    if report.enclosure is None:
        return Recheck(Light.YELLOW, _ABSENT)
    try:
        enclosure = Enclosure.from_json(report.enclosure)
        with take([(name, pdf)]) as document:
            # What is seen counts: the text behind the pictures was put there by whoever made the file.
            pages = StraightPages(document, desk.engine, pixels_only=True)
            claim = parse_claim(json.dumps(enclosure.claim), templates(), document.page_count)
            result = verify(document, _as_seen_today(claim, enclosure, pages), desk, today, pages).result
    except UsageError as error:
        return Recheck(Light.YELLOW, _not_understood(error))
    except InputRefused as error:
        if error.code != "enclosure.malformed":
            raise
        return Recheck(Light.RED, error.message)
    verdict = result.verdict
    if verdict is None:
        return Recheck(Light.YELLOW, _ABSENT)
    worse = _worse(verdict, enclosure.verdict or {})
    light = Light.worst([verdict.light, *([Light.YELLOW] if worse else [])])
    document_json = verify_json([result], language)["documents"][0]
    return Recheck(light, _message(light, worse), document_json)


def _worse(verdict: Verdict, sealed: Mapping[str, Any]) -> list[FieldCheck]:
    """The fields that are judged worse today than when they were sealed."""
    before = _sealed_lights(sealed)
    return [check for check in verdict.checks if check.light > before.get(check.field, Light.RED)]


def _message(light: Light, worse: Sequence[FieldCheck]) -> Text:
    if worse:
        zh, en = "、".join(check.name.zh for check in worse), ", ".join(check.name.en for check in worse)
        return Text(
            f"重新识别页面后，下列字段比签章时更不一致：{zh}。",
            f"Read anew, these fields agree less with the pages than when they were sealed: {en}.",
        )
    return _MESSAGES[light]


def _as_seen_today(claim: Claim, enclosure: Enclosure, pages: StraightPages) -> Claim:
    """The claim with its marks brought to the size at which the pages are drawn today."""

    def scaled(region: Region) -> Region:
        sealed = enclosure.pages[region.page] if region.page < len(enclosure.pages) else None
        if sealed is None or not (sealed.width and sealed.height):
            return region
        page, box = pages[region.page], region.box
        sx, sy = page.width / sealed.width, page.height / sealed.height
        return Region(region.page, Box(box.x0 * sx, box.y0 * sy, box.x1 * sx, box.y1 * sy))

    marks = {code: tuple(scaled(region) for region in regions) for code, regions in claim.marks.items()}
    return Claim(claim.doc_type, claim.entered, marks)


def _sealed_lights(verdict: Mapping[str, Any]) -> dict[str, Light]:
    """Field → light of the sealed verdict, as far as it can be understood: it is as old as the seal."""
    checks = verdict.get("checks")
    found: dict[str, Light] = {}
    for check in checks if isinstance(checks, list) else []:
        light = _light(check.get("light")) if isinstance(check, dict) else None
        if light is not None:
            found[str(check.get("field"))] = light
    return found


def _not_understood(error: UsageError) -> Text:
    return Text(
        f"本版本无法理解封存的填报数据：{error.message.zh}",
        f"This version does not understand the sealed entries: {error.message.en}",
    )


def _light(word: object) -> Light | None:
    return next((light for light in Light if light.word == word), None)
