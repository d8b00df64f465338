"""A document as clients see it: all that its page shows."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field

from extractors.catalogue import templates
from service.api.document_parts import (
    ActionAnswer,
    CertificateSummary,
    CheckSummary,
    ExtractionSummary,
    MarkAnswer,
    PageSummary,
    PushSummary,
    ScanAnswer,
    SealSummary,
    etag_of,
    head_of,
    scan_answers,
)
from service.api.shapes import Answer, Colour, Moment, Words
from service.documents.filling import page_count
from service.documents.forms import marks_complete
from service.documents.viewing import View
from service.domain.documents import DocumentState

ENTRIES = {"uscc": "91210100MA2A3B4C5D", "name": "辽宁某某建设工程有限公司"}
MARKS = {"uscc": [{"page": 0, "box": [412.0, 380.5, 780.0, 421.0]}]}


class DocumentAnswer(Answer):
    """One version of a document with all that its page shows."""

    id: str
    subject_id: str
    doc_type: str = Field(examples=["business_license"])
    type_name: Words
    title: str | None = Field(description="Whom or what it is about, from the entries.")
    document_number: str | None = Field(description="The certificate's own number.")
    person_id: str | None
    replaces_id: str | None = Field(description="The document that this one supersedes when it is submitted.")
    created_at: Moment
    version: int
    current: int = Field(description="Number of the version that lists show.")
    etag: str = Field(description="For If-Match of the next change.", examples=['"1.7"'])
    state: DocumentState
    state_name: Words
    light: Colour | None = Field(description="Of the last check, while it speaks of the version as it is.")
    valid_until: date | None
    expired: bool
    template: str = Field(examples=["business_license@1"])
    key_fields_locked: bool = Field(description="A supplement: entries of key fields stay as they are.")
    changed_at: Moment
    submitted_at: Moment | None
    actions: list[ActionAnswer] = Field(description="What the caller may do now: the buttons of a page.")
    scans: list[ScanAnswer]
    page_count: int | None
    pages: list[PageSummary] = Field(description="Empty before the scans were read.")
    entries: dict[str, str | list[str]] = Field(examples=[ENTRIES])
    marks: dict[str, list[MarkAnswer]] = Field(examples=[MARKS])
    marks_complete: bool = Field(description="Every key field that is required or entered has a mark.")
    check: CheckSummary | None
    seal: SealSummary | None
    certificate: CertificateSummary | None
    extraction: ExtractionSummary | None
    pushes: list[PushSummary]

    @classmethod
    def of(cls, view: View) -> Self:
        """A view as clients see it."""
        document, version = view.document, view.version
        template = templates().get(document.doc_type)
        found = view.extraction
        return cls(
            **head_of(document, version),
            etag=etag_of(version),
            current=document.current,
            replaces_id=document.replaces_id,
            expired=view.expired,
            template=version.template,
            key_fields_locked=version.key_fields_locked,
            actions=[ActionAnswer.of(action) for action in view.actions],
            scans=scan_answers(document.id, version.scans),
            page_count=page_count(version),
            pages=[PageSummary.of(version, page) for page in view.pages],
            entries=version.entries,
            marks=version.marks,
            marks_complete=template is not None and marks_complete(template, version.entries, version.marks),
            check=None if view.check is None else CheckSummary.of(document.id, view.check, view.covers),
            seal=None if view.seal is None else SealSummary.of(document.id, view.seal, view.covers),
            certificate=None if view.certificate is None else CertificateSummary.of(view.certificate),
            extraction=None
            if found is None
            else ExtractionSummary(
                doc_type=found.doc_type,
                type_confidence=found.type_confidence,
                extracted_at=found.extracted_at,
                job_id=found.job_id,
                href=f"/api/v1/documents/{document.id}/extraction",
            ),
            pushes=[PushSummary.of(push) for push in view.pushes],
        )
