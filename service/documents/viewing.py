"""A version with everything that its page shows, for one who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts.access import Kind, Operation, Resource, may
from service.database.documents import Document, DocumentVersion
from service.database.evidence import Check, DigitalCertificate, Seal
from service.database.pushes import Push
from service.database.readings import Extraction, PageImage
from service.documents.finding import find_document, find_version
from service.documents.forms import today
from service.domain.documents import DOCUMENTS, DocumentAction
from service.domain.principal import Principal
from service.domain.pushes import PushState
from service.domain.roles import Role
from service.readings.page_images import page_images

_UPLOADS = frozenset({DocumentAction.UPLOAD})


@dataclass(frozen=True, slots=True)
class View:
    """A version and what hangs on it."""

    document: Document
    version: DocumentVersion
    covers: str
    """What seal and check have to cover to speak of it as it is."""
    actions: tuple[DocumentAction, ...]
    expired: bool
    check: Check | None
    """The newest."""
    seal: Seal | None
    """The newest."""
    certificate: DigitalCertificate | None
    pushes: Sequence[Push]
    """Of the version, oldest first; of those a reviewer sees, the domain's own."""
    pages: Sequence[PageImage]
    """Straightened pages; none before the scans were read."""
    extraction: Extraction | None
    """The newest result of smart mode, to be confirmed."""


def view(session: Session, by: Principal, document_id: str, *, at: datetime, number: int | None = None) -> View:
    """The version that is worked on, or that of ``number``. Raises NotFound ``access.not_found``, AccessRefused."""
    return view_of(session, by, find_version(session, by, document_id, Operation.READ, number=number), at=at)


def view_of(session: Session, by: Principal, version: DocumentVersion, *, at: datetime) -> View:
    """Of a version that ``by`` has been found to see."""
    check = select(Check).where(Check.version_id == version.id).order_by(Check.id.desc()).limit(1)
    seal = select(Seal).where(Seal.version_id == version.id).order_by(Seal.id.desc()).limit(1)
    certificate = select(DigitalCertificate).where(DigitalCertificate.version_id == version.id)
    extracted = select(Extraction).where(Extraction.version_id == version.id).order_by(Extraction.id.desc()).limit(1)
    pushed = select(Push).where(Push.version_id == version.id).order_by(Push.id)
    if by.role is Role.REVIEWER:
        pushed = pushed.where(Push.domain_id == by.domain_id)
    return View(
        document=version.document,
        version=version,
        covers=version.coverage(),
        actions=actions_for(by, version),
        expired=version.valid_until is not None and version.valid_until < today(at),
        check=session.scalars(check).first(),
        seal=session.scalars(seal).first(),
        certificate=session.scalars(certificate).one_or_none(),
        pushes=session.scalars(pushed).all(),
        pages=page_images(session, version),
        extraction=session.scalars(extracted).first(),
    )


def actions_for(by: Principal, version: DocumentVersion) -> tuple[DocumentAction, ...]:
    """What ``by`` may do to the version as it stands: by role and by way of signing in."""
    mine = Resource(Kind.DOCUMENT, version.subject_id)
    writes, uploads = (may(by, operation, mine) for operation in (Operation.WRITE, Operation.UPLOAD))
    possible = DOCUMENTS.actions(version.state, by.role)
    return tuple(action for action in possible if writes or (uploads and action in _UPLOADS))


def versions(session: Session, by: Principal, document_id: str) -> Sequence[DocumentVersion]:
    """The document's versions, newest first; of those a reviewer sees, the ones that were pushed to the domain.

    Raises as :func:`view`.
    """
    document = find_document(session, by, document_id, Operation.READ)
    found = select(DocumentVersion).where(
        DocumentVersion.subject_id == document.subject_id, DocumentVersion.document_id == document.id
    )
    if by.role is Role.REVIEWER:
        pushed = select(Push.version_id).where(Push.domain_id == by.domain_id, Push.state != PushState.WITHDRAWN)
        found = found.where(DocumentVersion.id.in_(pushed.where(Push.document_id == document.id)))
    return session.scalars(found.order_by(DocumentVersion.number.desc())).all()
