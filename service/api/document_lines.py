"""Documents in lists: a line each, and the versions of one."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field

from service.api.document_parts import PushSummary, etag_of, head_of
from service.api.shapes import Answer, Colour, Moment, Words
from service.database.documents import DocumentVersion
from service.documents.listing import SEALED, Listed
from service.documents.viewing import actions_for
from service.domain.documents import STATE_NAMES, DocumentAction, DocumentState
from service.domain.principal import Principal


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
    etag: str = Field(description="Of the version shown, for `If-Match`.", examples=['"1.3"'])
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
            **head_of(version.document, version),
            etag=etag_of(version),
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


class VersionList(Answer):
    """All versions of a document, newest first."""

    items: list[VersionLine]
