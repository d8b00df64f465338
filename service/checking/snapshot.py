"""A version as it was when a job began to work on it: what it says, and the hash that its end compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.intake.document import Document as Pages
from pipeline.intake.intake import take
from pipeline.intake.limits import Limits
from service.accounts.refusals import refusal
from service.database.documents import Document, DocumentVersion
from service.database.failures import changed_meanwhile
from service.database.subjects import Subject
from service.domain.documents import DocumentState
from service.installation import Installation
from service.settings import Settings
from signing.enclosure import Party


@dataclass(frozen=True, slots=True)
class ScanFile:
    """An uploaded file of the version."""

    id: str
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a job needs to know of a version; no row of it is live."""

    version_id: str
    document_id: str
    number: int
    subject_id: str
    party: Party
    """The enterprise whose document it is."""
    doc_type: str
    title: str | None
    state: DocumentState
    entries: Mapping[str, Any]
    marks: Mapping[str, Any]
    covers: str
    scans: tuple[ScanFile, ...]

    @property
    def hashes(self) -> tuple[str, ...]:
        """Of the scans, in their order."""
        return tuple(scan.sha256 for scan in self.scans)


def find(session: Session, subject_id: str | None, version_id: str) -> DocumentVersion:
    """The version of a job, within the job's own enterprise. Raises NotFound ``access.not_found``."""
    found = session.scalars(
        select(DocumentVersion).where(DocumentVersion.subject_id == subject_id, DocumentVersion.id == version_id)
    ).one_or_none()
    if found is None:
        raise refusal("access.not_found")
    return found


def lock(session: Session, snapshot: Snapshot) -> DocumentVersion:
    """The version's row, locked until the transaction ends, with its scans as they are now."""
    version = find(session, snapshot.subject_id, snapshot.version_id)
    session.refresh(version, with_for_update=True)
    session.expire(version, ["scans"])
    return version


def demand_same_scans(version: DocumentVersion, snapshot: Snapshot) -> None:
    """Raises UsageError ``state.changed_meanwhile`` where files were added or removed since."""
    if tuple(scan.sha256 for scan in version.scans) != snapshot.hashes:
        raise changed_meanwhile()


def snapshot(installation: Installation, subject_id: str | None, version_id: str) -> Snapshot:
    """The version as it is now. Raises as :func:`find`."""
    with installation.reading() as session:
        version = find(session, subject_id, version_id)
        document = session.get_one(Document, version.document_id)
        subject = session.get_one(Subject, version.subject_id)
        return Snapshot(
            version.id,
            document.id,
            version.number,
            version.subject_id,
            Party(name=subject.name, credit_code=subject.credit_code),
            document.doc_type,
            version.title,
            version.state,
            dict(version.entries),
            dict(version.marks),
            version.coverage(),
            tuple(ScanFile(scan.id, scan.sha256, scan.name) for scan in version.scans),
        )


def pages_of(installation: Installation, taken: Snapshot) -> Pages:
    """The version's files as one document; the caller closes it.

    A file that cannot be read is told by its place: the job's row holds what is said then, and the platform's
    administrators see jobs, but not what an enterprise calls its files. Its own reports have the names.

    Raises InputRefused ``intake.*``, UsageError ``intake.no_files``, SetupError ``storage.*``.
    """
    files = []
    for place, scan in enumerate(taken.scans, start=1):
        with installation.store.open(taken.subject_id, scan.sha256) as file:
            files.append((f"#{place}", file.read()))
    document = take(files, limits_of(installation.settings))
    named = zip(document.scans, taken.scans, strict=True)
    document.scans = tuple(replace(read, name=scan.name) for read, scan in named)
    return document


def limits_of(settings: Settings) -> Limits:
    """The pipeline's bounds, with those of the settings."""
    return Limits(max_bytes=settings.upload.max_bytes, max_total_bytes=settings.upload.max_total_bytes)
