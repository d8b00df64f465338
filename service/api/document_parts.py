"""What hangs on a document, as clients see it: scans, pages, marks, check, seal, certificate, pushes."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field

from certlight.text import Text
from extractors.catalogue import templates
from service.api.conditions import version_etag
from service.api.shapes import Answer, Colour, Moment, Words
from service.database.documents import Document, DocumentVersion
from service.database.evidence import Check, DigitalCertificate, Scan, Seal
from service.database.pushes import Push
from service.database.readings import PageImage
from service.domain.documents import ACTION_NAMES, STATE_NAMES, DocumentAction
from service.domain.pushes import STATE_NAMES as PUSH_STATES
from service.domain.pushes import PushState


def type_name(doc_type: str) -> Words:
    """The name of a type; its code where the installation has its template no more."""
    template = templates().get(doc_type)
    return Words.of(template.name.text if template is not None else Text(doc_type, doc_type))


class ActionAnswer(Answer):
    """Something the caller may do now."""

    action: DocumentAction
    name: Words

    @classmethod
    def of(cls, action: DocumentAction) -> Self:
        """With its name."""
        return cls(action=action, name=Words.of(ACTION_NAMES[action]))


class ScanAnswer(Answer):
    """An uploaded file."""

    id: str
    name: str = Field(examples=["营业执照.jpg"])
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="Of its bytes, which are kept as they came.")
    pages: int | None
    first_page: int | None = Field(description="Index of its first page over all scans; marks count pages so.")
    uploaded_at: Moment
    href: str = Field(description="Its bytes.")

    @classmethod
    def of(cls, document_id: str, scan: Scan, first_page: int | None) -> Self:
        """A row."""
        taken = ("id", "name", "media_type", "size", "sha256", "pages", "uploaded_at")
        href = f"/api/v1/documents/{document_id}/scans/{scan.id}/content"
        return cls(**{name: getattr(scan, name) for name in taken}, first_page=first_page, href=href)


def scan_answers(document_id: str, scans: list[Scan]) -> list[ScanAnswer]:
    """The scans of a version in their order."""
    found: list[ScanAnswer] = []
    first: int | None = 0
    for scan in scans:
        found.append(ScanAnswer.of(document_id, scan, first))
        if scan.pages is None or first is None:
            first = None
        else:
            first += scan.pages
    return found


class PageSummary(Answer):
    """A straightened page; marks are boxes in its pixels."""

    index: int
    width: int
    height: int
    rotation: int = Field(description="Degrees the uploaded page was turned clockwise.")
    href: str = Field(description="Its image.")

    @classmethod
    def of(cls, version: DocumentVersion, page: PageImage) -> Self:
        """A row."""
        href = f"/api/v1/documents/{version.document_id}/pages/{page.page}?version={version.number}"
        return cls(index=page.page, width=page.width, height=page.height, rotation=page.rotation, href=href)


class MarkAnswer(Answer):
    """A box that holds the value of a field: pixels of the straightened page, origin top-left."""

    page: int
    box: tuple[float, float, float, float]


class CheckSummary(Answer):
    """The newest check; its whole verdict is at ``href``."""

    id: str
    light: Colour
    checked_at: Moment
    stale: bool = Field(description="Pages, entries or marks were changed since.")
    href: str

    @classmethod
    def of(cls, document_id: str, check: Check, covers: str) -> Self:
        """A row, held against what the version says now."""
        href = f"/api/v1/documents/{document_id}/checks/{check.id}"
        return cls(id=check.id, light=check.light, checked_at=check.checked_at, stale=check.covers != covers, href=href)


class SealSummary(Answer):
    """The newest seal."""

    id: str
    signer: str
    level: str = Field(examples=["B-T"])
    sealed_at: Moment
    stale: bool = Field(description="Pages, entries or marks were changed since; it has to be sealed again.")
    href: str = Field(description="The sealed PDF.")

    @classmethod
    def of(cls, document_id: str, seal: Seal, covers: str) -> Self:
        """A row, held against what the version says now."""
        return cls(
            id=seal.id,
            signer=seal.signer,
            level=seal.level,
            sealed_at=seal.sealed_at,
            stale=seal.covers != covers,
            href=f"/api/v1/documents/{document_id}/seals/{seal.id}/content",
        )


class CertificateSummary(Answer):
    """The digital certificate (数字证照)."""

    id: str
    unique_code: str
    issued_at: Moment
    revoked_at: Moment | None
    href: str = Field(description="What it says; with `/qr.png` and `/qr.svg`, its QR code.")

    @classmethod
    def of(cls, made: DigitalCertificate) -> Self:
        """A row."""
        taken = {name: getattr(made, name) for name in cls.model_fields if name != "href"}
        return cls(**taken, href=f"/api/v1/certificates/{made.id}")


class DomainSummary(Answer):
    """A regulator domain by its names."""

    id: str
    code: str = Field(examples=["housing"])
    name: str = Field(examples=["建设工程招标投标领域"])
    name_en: str | None = Field(examples=["Construction bidding"])


class PushSummary(Answer):
    """A push of the version."""

    id: str
    domain: DomainSummary
    state: PushState
    state_name: Words
    pushed_at: Moment

    @classmethod
    def of(cls, push: Push) -> Self:
        """A row."""
        return cls(
            id=push.id,
            domain=DomainSummary.model_validate(push.domain),
            state=push.state,
            state_name=Words.of(PUSH_STATES[push.state]),
            pushed_at=push.pushed_at,
        )


class ExtractionSummary(Answer):
    """The newest result of smart mode, to be confirmed as entries and marks."""

    doc_type: str | None
    type_confidence: float
    extracted_at: Moment
    job_id: str | None
    href: str


def head_of(document: Document, version: DocumentVersion) -> dict[str, Any]:
    """What a page and a line tell alike."""
    return {
        "id": document.id,
        "subject_id": document.subject_id,
        "doc_type": document.doc_type,
        "type_name": type_name(document.doc_type),
        "title": version.title,
        "document_number": document.number,
        "person_id": document.person_id,
        "created_at": document.created_at,
        "version": version.number,
        "state": version.state,
        "state_name": Words.of(STATE_NAMES[version.state]),
        "light": version.light,
        "valid_until": version.valid_until,
        "changed_at": version.changed_at,
        "submitted_at": version.submitted_at,
    }


def etag_of(version: DocumentVersion) -> str:
    """The document's entity tag."""
    return version_etag(version.number, version.row_version)
