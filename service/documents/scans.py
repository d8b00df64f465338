"""Scans of a version: added at its end, removed with the marks that stood on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.intake.limits import MEBIBYTE, Limits
from pipeline.intake.refusals import refusal as refused_file
from service.accounts.access import Operation
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.documents import DocumentVersion, advance
from service.database.evidence import Scan
from service.documents.finding import find_version, working
from service.documents.reception import Arrived, Room
from service.documents.refusals import refusal
from service.domain.documents import DOCUMENTS, DocumentAction, DocumentState
from service.domain.principal import Principal
from service.domain.roles import ENTERPRISE, Role
from service.settings.model import Upload

_MOST_PAGES: Final = Limits().max_pages


@dataclass(frozen=True, slots=True)
class Added:
    """What an upload came to."""

    version: DocumentVersion
    added: Sequence[Scan]
    present: Sequence[Scan]
    """Scans of the version that hold the very bytes of an uploaded file; nothing was added for these."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of marks when a scan was removed; both are field codes."""

    version: DocumentVersion
    dropped: Sequence[str] = field(default=())
    """Fields that lost a mark, as it stood on a page that is gone."""
    moved: Sequence[str] = field(default=())
    """Fields with a mark whose page has another number now."""


def room_for(session: Session, by: Principal, document_id: str, upload: Upload) -> tuple[str, Room]:
    """The tenant that an upload belongs to, and what its document can still take; asked before a byte is received.

    Raises NotFound ``access.not_found``, AccessRefused, UsageError ``state.*``, ``document.too_many_files``.
    """
    version = find_version(session, by, document_id, Operation.UPLOAD)
    DOCUMENTS.demand(version.state, DocumentAction.UPLOAD, by.role)
    room = _room(version.scans, upload)
    if room.files <= 0:
        raise refusal("document.too_many_files", limit=upload.max_files)
    return version.subject_id, room


def _room(scans: Sequence[Scan], upload: Upload) -> Room:
    return Room(
        files=upload.max_files - len(scans),
        most_files=upload.max_files,
        total_bytes=upload.max_total_bytes - sum(scan.size for scan in scans),
        pages=_MOST_PAGES - sum(scan.pages or 0 for scan in scans),
        file_bytes=upload.max_bytes,
    )


def add_scans(
    session: Session, by: Principal, document_id: str, arrived: Sequence[Arrived], upload: Upload, *, at: datetime
) -> Added:
    """Append files that are in the storage to the version that is worked on.

    The same bytes are one scan, however often they are sent: a station that lost an answer adds nothing twice.
    Marks stay: pages are added after those they stand on. Raises as :func:`room_for`, InputRefused
    ``intake.document_too_large``, ``intake.too_many_pages``.
    """
    version = working(session, by, document_id, Operation.UPLOAD)
    DOCUMENTS.demand(version.state, DocumentAction.UPLOAD, by.role)
    known = {scan.sha256: scan for scan in version.scans}
    new = {file.blob.sha256: file for file in arrived if file.blob.sha256 not in known}
    present = [known[file.blob.sha256] for file in arrived if file.blob.sha256 in known]
    if not new:
        return Added(version, (), present)
    _demand_room(_room(version.scans, upload), list(new.values()))
    first = max((scan.position for scan in version.scans), default=-1) + 1
    added = [
        Scan(
            id=new_id(),
            subject_id=version.subject_id,
            version_id=version.id,
            position=position,
            sha256=file.blob.sha256,
            name=file.name,
            media_type=file.blob.media_type,
            size=file.blob.size,
            pages=file.pages,
            uploaded_at=at,
            uploaded_by=by.user_id,
        )
        for position, file in enumerate(new.values(), start=first)
    ]
    session.add_all(added)
    advance(session, version, DocumentAction.UPLOAD, by.actor, at=at, details={"scans": [scan.id for scan in added]})
    if version.state is DocumentState.SCANNED and version.entries and by.role in ENTERPRISE:
        # Filled in by hand before its pages came, by those who now bring them.
        advance(session, version, DocumentAction.FILL, by.actor, at=at)
    session.expire(version, ["scans"])
    return Added(version, added, present)


def _demand_room(room: Room, files: Sequence[Arrived]) -> None:
    """Others may have added files while these arrived."""
    if len(files) > room.files:
        raise refusal("document.too_many_files", limit=room.most_files)
    if sum(file.blob.size for file in files) > room.total_bytes:
        raise refused_file("intake.document_too_large", files[-1].name, limit=room.total_bytes // MEBIBYTE)
    if sum(file.pages for file in files) > room.pages:
        raise refused_file("intake.too_many_pages", files[-1].name, limit=_MOST_PAGES)


def remove_scan(
    session: Session, by: Principal, document_id: str, scan_id: str, *, expected: tuple[int, int], at: datetime
) -> Removed:
    """Take a scan out of the version; it stays readable for those who saw it sealed or checked.

    Marks on its pages go with it; marks on later pages keep their place on the page, which has another number now.
    ``expected`` is the version's number and ``row_version`` that the user saw.

    Raises NotFound ``access.not_found``, AccessRefused, UsageError ``state.*``.
    """
    version = working(session, by, document_id, Operation.WRITE, expected=expected)
    scan = next((scan for scan in version.scans if scan.id == scan_id), None)
    if scan is None:
        raise refused_access("access.not_found")
    left = [other for other in version.scans if other is not scan]
    target = DocumentState.DRAFT if not left else DocumentState.FILLED if version.entries else DocumentState.SCANNED
    marks, dropped, moved = _shifted(version.marks, version.scans, scan)
    details = {"scan": scan.id}
    scan.removed_at = at
    version.marks = marks
    advance(session, version, DocumentAction.REMOVE_SCAN, by.actor, at=at, target=target, details=details)
    session.expire(version, ["scans"])
    return Removed(version, dropped, moved)


def _shifted(
    marks: Mapping[str, Any], scans: Sequence[Scan], gone: Scan
) -> tuple[dict[str, Any], list[str], list[str]]:
    """The marks without the pages of ``gone``, and the fields that lost a mark or whose marks moved."""
    first = 0
    for scan in scans:
        if scan is gone:
            break
        first += scan.pages or 0
    after = first + (gone.pages or 0)
    # Where pages were never counted, nobody knows on whose page a mark stands.
    certain = all(scan.pages is not None for scan in scans)
    kept: dict[str, Any] = {}
    dropped, moved = [], []
    for code, regions in marks.items():
        left = []
        for region in regions:
            if not certain or first <= region["page"] < after:
                dropped.append(code)
            elif region["page"] < first:
                left.append(region)
            else:
                moved.append(code)
                left.append({**region, "page": region["page"] - (after - first)})
        if left:
            kept[code] = left
    return kept, list(dict.fromkeys(dropped)), list(dict.fromkeys(moved))


def find_scan(session: Session, by: Principal, document_id: str, scan_id: str) -> Scan:
    """A scan of any version that ``by`` may see; for reviewers of one that was pushed to them.

    Raises NotFound ``access.not_found``, AccessRefused.
    """
    seen = find_version(session, by, document_id, Operation.READ)
    versions = select(DocumentVersion).where(
        DocumentVersion.subject_id == seen.subject_id, DocumentVersion.document_id == document_id
    )
    numbers = {version.id: version.number for version in session.scalars(versions)}
    scan = session.get(Scan, scan_id)
    if scan is None or scan.version_id not in numbers:
        raise refused_access("access.not_found")
    if by.role is Role.REVIEWER:
        find_version(session, by, document_id, Operation.READ, number=numbers[scan.version_id])
        if scan.removed_at is not None:
            raise refused_access("access.not_found")
    return scan
