"""Documents as clients see them: a whole page of one, a line of a list."""

from __future__ import annotations

from datetime import date
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
from service.documents.filling import page_count
from service.documents.forms import marks_complete
from service.documents.listing import SEALED, Listed
from service.documents.viewing import View, actions_for
from service.domain.documents import ACTION_NAMES, STATE_NAMES, DocumentAction, DocumentState
from service.domain.principal import Principal
from service.domain.pushes import STATE_NAMES as PUSH_STATES
from service.domain.pushes import PushState

ENTRIES = {"uscc": "91210100MA2A3B4C5D", "name": "辽宁某某建设工程有限公司"}
MARKS = {"uscc": [{"page": 0, "box": [412.0, 380.5, 780.0, 421.0]}]}


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

    @classmethod
    def of(cls, made: DigitalCertificate) -> Self:
        """A row."""
        return cls.model_validate(made)


class PushSummary(Answer):
    """A push of the version."""

    id: str
    domain_id: str
    domain: str = Field(description="Its name.")
    state: PushState
    state_name: Words
    pushed_at: Moment

    @classmethod
    def of(cls, push: Push) -> Self:
        """A row."""
        return cls(
            id=push.id,
            domain_id=push.domain_id,
            domain=push.domain.name,
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
            **_head(document, version),
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


class OpenVersion(Answer):
    """The version that is worked on while lists still show the one of the library."""

    version: int
    state: DocumentState
    state_name: Words
    actions: list[DocumentAction]

    @classmethod
    def of(cls, version: DocumentVersion, by: Principal) -> Self:
        """A row, for ``by``."""
        return cls(
            version=version.number,
            state=version.state,
            state_name=Words.of(STATE_NAMES[version.state]),
            actions=list(actions_for(by, version)),
        )


class DocumentLine(Answer):
    """A line of the list."""

    id: str
    subject_id: str
    doc_type: str
    type_name: Words
    title: str | None
    document_number: str | None
    person_id: str | None
    created_at: Moment
    version: int
    state: DocumentState
    state_name: Words
    light: Colour | None
    valid_until: date | None
    expired: bool
    sealed: bool
    unique_code: str | None = Field(description="Of its digital certificate (唯一标识码).")
    changed_at: Moment
    submitted_at: Moment | None
    pushes: list[PushSummary]
    actions: list[DocumentAction] = Field(description="What the caller may do to this version.")
    open: OpenVersion | None

    @classmethod
    def of(cls, line: Listed, by: Principal, day: date) -> Self:
        """A line on ``day``, for ``by``."""
        version = line.version
        return cls(
            **_head(version.document, version),
            expired=version.valid_until is not None and version.valid_until < day,
            sealed=version.state in SEALED,
            unique_code=line.unique_code,
            pushes=[PushSummary.of(push) for push in line.pushes],
            actions=list(line.actions),
            open=None if line.open is None else OpenVersion.of(line.open, by),
        )


class VersionLine(Answer):
    """One of the versions of a document."""

    version: int
    state: DocumentState
    state_name: Words
    light: Colour | None
    title: str | None
    valid_until: date | None
    key_fields_locked: bool
    created_at: Moment
    changed_at: Moment
    submitted_at: Moment | None
    href: str

    @classmethod
    def of(cls, version: DocumentVersion) -> Self:
        """A row."""
        taken = ("light", "title", "valid_until", "key_fields_locked", "created_at", "changed_at", "submitted_at")
        return cls(
            **{name: getattr(version, name) for name in taken},
            version=version.number,
            state=version.state,
            state_name=Words.of(STATE_NAMES[version.state]),
            href=f"/api/v1/documents/{version.document_id}/versions/{version.number}",
        )


def _head(document: Document, version: DocumentVersion) -> dict[str, Any]:
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
