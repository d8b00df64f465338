"""One check of a document as a report: HTML and JSON of what was kept, PDF from the same view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import cv2
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.china import CHINA, moment
from certlight.light import Light
from certlight.text import Language, Text
from extractors.page import Page
from service.accounts.access import Operation
from service.accounts.refusals import refusal
from service.checking.bilingual import spoken
from service.database.documents import DocumentVersion
from service.database.evidence import Check, Seal
from service.database.readings import PageImage
from service.database.subjects import Subject
from service.documents.finding import find_document, find_version
from service.domain.principal import Principal
from service.installation import Installation
from service.readings.memory import scans_digest
from service.reports.pdf.check_content import SealFacts, check_blocks
from service.reports.pdf.paper import Imprint
from service.reports.pdf.sheet import printed
from service.reports.refusals import unreadable
from verifier.report import VERIFY_SCHEMA, DocumentResult, html_report, restored
from verifier.report.html import TITLE
from verifier.report.view import document_view
from verifier.verdict import RuleFinding

PAGES_AT_ONCE: Final = 4
"""Pages whose pictures are drawn while somebody waits for the HTML; a report that was ordered has all."""
_LARGEST: Final = 128 << 20
_SEAL: Final = Text(
    "核验时电子签章未通过验证，或不覆盖所核验的内容；详见签章验证。",
    "The seal did not hold when this was checked, or does not cover what was checked; see the seal's validation.",
)
_LIGHTS: Final = {light.word: light for light in Light}


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a report of a check needs, taken from the database; its pages' pictures still lie in the storage."""

    document_id: str
    check_id: str
    number: int
    """Of the version."""
    subject_id: str
    enterprise: str
    checked_at: datetime
    light: Light
    verdict: Mapping[str, Any]
    """One document of ``certlight.verify/1``, in both languages."""
    seals: tuple[SealFacts, ...]
    """Those that cover what was checked."""
    pages: Mapping[int, str]
    """The storage's keys of straightened pages, by number from 0."""

    def json(self, language: Language) -> dict[str, Any]:
        """``certlight.verify/1``, its light that of the check: with the seal's."""
        document = spoken(self.verdict, language)
        return {"schema": VERIFY_SCHEMA, "documents": [document | {"light": self.light.word}]}

    def result(self) -> DocumentResult:
        """The verdict as the reports take it. Raises UsageError ``report.unreadable``."""
        try:
            zh, en = ({"documents": [spoken(self.verdict, language)]} for language in ("zh", "en"))
            (result,) = restored(zh, en)
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable() from error
        verdict = result.verdict
        if verdict is not None and self.light > verdict.light:
            seal = RuleFinding("check.seal", self.light, _SEAL)
            result = replace(result, verdict=replace(verdict, findings=(seal, *verdict.findings)))
        return result

    def html(self, pages: Sequence[Page], language: Language) -> str:
        """The HTML report. Raises as :meth:`result`."""
        return html_report([(self.result(), pages)], checked_at=self.checked_at.astimezone(CHINA), language=language)

    def pdf(self, pages: Sequence[Page], language: Language, at: datetime) -> bytes:
        """The report on paper, made ``at``. Raises as :meth:`result`, SetupError ``fonts.missing``."""
        facts = [
            (Text("企业", "Enterprise"), self.enterprise),
            (Text("证照编号（系统）", "Document id"), f"{self.document_id}  v{self.number}"),
            (Text("核验编号", "Check id"), self.check_id),
            (Text("核验时间", "Checked at"), moment(self.checked_at)),
        ]
        blocks = check_blocks(document_view(1, self.result(), pages), facts, self.seals, language)
        numbered = Text("第 {page} 页，共 {pages} 页", "Page {page} of {pages}")
        imprint = Imprint(TITLE.of(language), self.check_id, at.astimezone(CHINA), numbered.of(language))
        return printed(blocks, imprint)


def find_check_report(session: Session, by: Principal, document_id: str, check_id: str) -> CheckReport:
    """The check of a document that ``by`` may see; of a reviewer, of a version that was pushed to the domain.

    Raises NotFound ``access.not_found``, AccessRefused.
    """
    document = find_document(session, by, document_id, Operation.READ)
    check = session.get(Check, check_id)
    version = session.get(DocumentVersion, check.version_id) if check is not None else None
    if check is None or version is None or version.document_id != document.id:
        raise refusal("access.not_found")
    # A reviewer sees the versions that stand before the domain, and no others.
    find_version(session, by, document_id, Operation.READ, number=version.number)
    covering = select(Seal).where(Seal.version_id == version.id, Seal.covers == check.covers).order_by(Seal.id)
    scans = (check.verdict.get("provenance") or {}).get("scan_sha256", [])
    drawn = select(PageImage.page, PageImage.sha256).where(
        PageImage.subject_id == version.subject_id, PageImage.scans == scans_digest(scans)
    )
    return CheckReport(
        document_id=document.id,
        check_id=check.id,
        number=version.number,
        subject_id=version.subject_id,
        enterprise=session.scalars(select(Subject.name).where(Subject.id == version.subject_id)).one(),
        checked_at=check.checked_at,
        light=check.light,
        verdict=check.verdict,
        seals=tuple(_seal(seal) for seal in session.scalars(covering)),
        pages={row.page: row.sha256 for row in session.execute(drawn)},
    )


def pictures(installation: Installation, report: CheckReport, most: int | None = None) -> list[Page]:
    """The straightened pages that carry a value, and the first; those that were forgotten are left out.

    Raises SetupError ``storage.unavailable``, ``storage.damaged``.
    """
    result = report.result()
    wanted = {0} | {
        region.page for check in (result.verdict.checks if result.verdict else ()) for region in check.regions
    }
    found: list[Page] = []
    for facts in result.pages:
        if facts.index not in wanted or facts.index not in report.pages or (most is not None and len(found) >= most):
            continue
        with installation.store.open(report.subject_id, report.pages[facts.index]) as file:
            image = cv2.imdecode(np.frombuffer(file.read(_LARGEST), np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            continue
        pixels = image.astype(np.uint8, copy=False)
        found.append(Page(facts.index, pixels, pixels, None, np.eye(3), facts.rotation, facts.quality))  # type: ignore[arg-type]
    return found


def _seal(seal: Seal) -> SealFacts:
    kept = seal.report
    return SealFacts(
        signer=seal.signer,
        sealed_at=seal.sealed_at,
        level=seal.level,
        indication=str(kept.get("indication", "")),
        message=Text(str(kept.get("message", "")), str(spoken(kept, "en").get("message", ""))),
        light=_LIGHTS.get(str(kept.get("light")), Light.YELLOW),
        sealed_sha256=seal.sealed_sha256,
    )
