"""Example documents for the report tests: drawn pages, a verdict with every outcome, values that attack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import cv2
import numpy as np

from certlight.light import Light
from certlight.text import Text
from extractors.geometry import Box, Region
from extractors.page import Page, Quality, QualityIssue
from extractors.reading import Canonical, FieldReading, Notice, Reading, Span
from extractors.template import FieldClass
from extractors.text import Char, TextLine
from verifier.report.document import DocumentResult, PageFacts
from verifier.verdict import DiffPart, FieldCheck, Outcome, Provenance, RuleFinding, Verdict

CHECKED_AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
GOOD = Quality(text_height=34.0, sharpness=0.91, glare=0.002, skew=0.4, coverage=0.97, greyscale=False)
BLURRED = replace(
    GOOD,
    sharpness=0.21,
    issues=(
        QualityIssue(
            "quality.blur", Text("页面模糊，请对焦后重新拍摄。", "The page is blurred; focus and take it again."), True
        ),
        QualityIssue("quality.glare", Text("有反光，请避开灯光。", "There is glare; turn away from the lamp."), False),
    ),
)

LINES = {
    "uscc": (Box(420, 260, 900, 300), "91210100MA0EXAMPL3"),
    "name": (Box(420, 360, 1040, 400), "Example Bridge Works Co. Ltd."),
    "legal_representative": (Box(420, 460, 640, 500), "Zhang San"),
    "registered_capital": (Box(420, 560, 760, 600), "CNY 50,000,000"),
    "established_on": (Box(420, 660, 720, 700), "2016-03-18"),
    "address": (Box(420, 760, 1100, 800), "12 Model Road, Sampletown"),
}
"""Where each field stands on a drawn page of 1240 × 1754 pixels, and what is printed there."""


def drawn_page(index: int = 0, *, scale: int = 1, quality: Quality = GOOD) -> Page:
    """A page with a frame, a red seal and the lines above, in digits and Latin letters."""
    image = np.full((1754 * scale, 1240 * scale, 3), (244, 250, 252), np.uint8)
    cv2.rectangle(image, (60 * scale, 60 * scale), (1180 * scale, 1694 * scale), (120, 160, 190), 6 * scale)
    cv2.putText(
        image,
        f"SAMPLE CERTIFICATE {index + 1}",
        (250 * scale, 180 * scale),
        cv2.FONT_HERSHEY_DUPLEX,
        1.8 * scale,
        (30, 30, 60),
        3 * scale,
        cv2.LINE_AA,
    )
    for field, (box, text) in LINES.items():
        at = int(box.y1 - 10) * scale
        cv2.putText(
            image,
            field,
            (120 * scale, at),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.75 * scale,
            (110, 110, 110),
            2 * scale,
            cv2.LINE_AA,
        )
        cv2.putText(
            image,
            text,
            (int(box.x0) * scale, at),
            cv2.FONT_HERSHEY_SIMPLEX,
            scale,
            (20, 20, 20),
            2 * scale,
            cv2.LINE_AA,
        )
    cv2.circle(image, (930 * scale, 1400 * scale), 130 * scale, (50, 50, 210), 8 * scale, cv2.LINE_AA)
    return Page(index, image, image, 150.0 * scale, np.eye(3), 0, quality)


def field_reading(field: str, value: Canonical | None, raw: str | None = None, page: int = 0) -> FieldReading:
    box, printed = LINES[field]
    raw = printed if raw is None else raw
    chars = tuple(Char(c, 0.98, i / len(raw), (i + 1) / len(raw)) for i, c in enumerate(raw))
    quad = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
    line = TextLine(raw, 0.98, quad, chars)
    return FieldReading(field, raw, value, 0.98, (Span(page, line, 0, len(raw)),))


def check(
    field: str,
    light: Light,
    outcome: Outcome,
    *,
    entered: Canonical | None,
    recognised: Canonical | None,
    field_class: FieldClass = "key",
    diff: tuple[DiffPart, ...] = (),
    name: Text | None = None,
    reason: Text | None = None,
    regions: tuple[Region, ...] | None = None,
) -> FieldCheck:
    return FieldCheck(
        field=field,
        name=name or Text(f"字段{field}", f"Field {field}"),
        field_class=field_class,
        entered=entered,
        recognised=recognised,
        source="extracted",
        outcome=outcome,
        light=light,
        score=1.0 if light is Light.GREEN else 0.94444444,
        confidence=0.98765432,
        reason=reason or Text("原因说明。", "The reason."),
        rule="equal" if light is Light.GREEN else "differs",
        diff=diff,
        regions=(Region(0, LINES[field][0]),) if regions is None else regions,
    )


def example_verdict() -> Verdict:
    """One of each light, a rule finding, a notice."""
    return Verdict(
        doc_type="business_license",
        checks=(
            check(
                "uscc",
                Light.RED,
                "mismatch",
                entered="91210100MA0EXAMPL8",
                recognised="91210100MA0EXAMPL3",
                name=Text("统一社会信用代码", "Credit code"),
                reason=Text("填写末位为 8，证照为 3。", "The last character is 8 as entered, 3 on the document."),
                diff=(DiffPart(True, "91210100MA0EXAMPL", "91210100MA0EXAMPL"), DiffPart(False, "8", "3")),
            ),
            check(
                "name",
                Light.GREEN,
                "match",
                entered=LINES["name"][1],
                recognised=LINES["name"][1],
                name=Text("名称", "Name"),
            ),
            check(
                "legal_representative",
                Light.YELLOW,
                "near",
                entered="Zhang San",
                recognised="Zhang Sam",
                name=Text("法定代表人", "Legal representative"),
                diff=(DiffPart(True, "Zhang Sa", "Zhang Sa"), DiffPart(False, "n", "m")),
            ),
            check(
                "established_on",
                Light.YELLOW,
                "mismatch",
                entered="2016年3月8日",
                recognised="2016-03-18",
                field_class="digital",
                name=Text("成立日期", "Established on"),
                diff=(DiffPart(True, "2016-03-", "2016-03-"), DiffPart(False, "0", "1"), DiffPart(True, "8", "8")),
            ),
            check(
                "registered_capital",
                Light.RED,
                "missing",
                entered=None,
                recognised="50000000",
                name=Text("注册资本", "Capital"),
            ),
            check(
                "address",
                Light.GREEN,
                "unreadable",
                entered=("a", "b"),
                recognised=None,
                field_class="info",
                name=Text("住所", "Address"),
                regions=(),
            ),
        ),
        findings=(
            RuleFinding(
                "rule.expired", Light.RED, Text("证照已过期。", "The document has expired."), ("established_on",)
            ),
        ),
        notices=(
            Notice(
                "quality.seal",
                Text("印章压字。", "A seal covers text."),
            ),
        ),
        provenance=Provenance(
            template="business_license@3",
            product="0.1.0",
            engine="ort",
            models={"rec": "small"},
            thresholds={"match": -6.6},
            scan_sha256=("a" * 64,),
            claim_sha256="b" * 64,
            checked_on="2026-11-03",
        ),
    )


def example_result(
    verdict: Verdict | None, *, pages: Sequence[Page] = (), files: tuple[str, ...] = ("scan.jpg",)
) -> DocumentResult:
    fields = {
        "uscc": field_reading("uscc", "91210100MA0EXAMPL3"),
        "established_on": field_reading("established_on", "2016-03-18", "2016年03月18日"),
        "name": field_reading("name", None, ""),
    }
    return DocumentResult(
        files=files,
        doc_type="business_license",
        type_name=Text("营业执照", "Business licence"),
        type_confidence=0.98765432,
        pages=tuple(PageFacts.of(page) for page in pages),
        reading=Reading(
            "business_license", 0.98765432, fields, (Notice("quality.seal", Text("印章压字。", "A seal covers text.")),)
        ),
        verdict=verdict,
        field_names={"uscc": Text("统一社会信用代码", "Credit code"), "name": Text("名称", "Name")},
    )


def hostile_result(text: str, page: Page) -> DocumentResult:
    """A document in which every string a user or a scan controls is ``text``."""
    both = Text(text, text)
    hostile = check(
        "uscc",
        Light.RED,
        "mismatch",
        entered=text,
        recognised=(text, text),
        name=both,
        reason=both,
        diff=(DiffPart(False, text, text), DiffPart(True, "x", "x")),
    )
    verdict = Verdict(
        doc_type="business_license",
        checks=(hostile, replace(hostile, field="name", diff=())),
        findings=(RuleFinding("rule.x", Light.YELLOW, both, (text,)),),
        notices=(Notice("notice.x", both),),
    )
    facts = replace(PageFacts.of(page), quality=replace(GOOD, issues=(QualityIssue("quality.x", both, False),)))
    reading = Reading("business_license", 0.9, {"uscc": field_reading("uscc", (text, text), text or "-")})
    return DocumentResult((text,), "business_license", both, 0.9, (facts,), reading, verdict)
