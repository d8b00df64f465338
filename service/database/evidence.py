"""What a version carries: its scans, what checks and seals said of it, and the digital certificate it earned.

Checks and seals are written once and never changed; that one is stale follows from the hash of what it covers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from certlight.light import Light
from service.database.base import Base, Id, OwnId, Sha256


class Scan(Base):
    """An uploaded file of a version. A removed one stays: older seals and checks spoke of it."""

    __tablename__ = "scans"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("document_versions.id"))
    position: Mapped[int]
    sha256: Mapped[Sha256]
    """The storage's key."""
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    """Bytes."""
    pages: Mapped[int | None]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[Id | None]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "version_id", "position"),
        Index(None, "subject_id", "sha256"),
        CheckConstraint("position >= 0", name="position"),
    )


class Check(Base):
    """What the verifier said of a version (智能核验)."""

    __tablename__ = "checks"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("document_versions.id"))
    covers: Mapped[Sha256]
    light: Mapped[Light]
    verdict: Mapped[dict[str, Any]]
    """The document of ``certlight.verify/1``."""
    provenance: Mapped[dict[str, Any]]
    checked_at: Mapped[datetime]
    job_id: Mapped[Id | None]

    __table_args__ = (Index(None, "version_id", "id"), Index(None, "subject_id", "id"))


class Seal(Base):
    """A sealed file of a version (签章)."""

    __tablename__ = "seals"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("document_versions.id"))
    covers: Mapped[Sha256]
    sealed_sha256: Mapped[Sha256]
    """The storage's key of the sealed PDF."""
    signer: Mapped[str]
    certificate_sha256: Mapped[Sha256]
    level: Mapped[str] = mapped_column(String(16))
    """Of the signature, as ETSI EN 319 142-1 counts them: ``B-B``, ``B-T`` …"""
    report: Mapped[dict[str, Any]]
    """``certlight.validate/1`` of the sealed file, as it was taken in."""
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[Id | None]

    __table_args__ = (
        Index(None, "version_id", "id"),
        Index(None, "subject_id", "id"),
        Index(None, "sealed_sha256"),
    )


class DigitalCertificate(Base):
    """A machine-readable certificate (数字证照) of a green version, found by its unique code (唯一标识码)."""

    __tablename__ = "digital_certificates"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    document_id: Mapped[Id] = mapped_column(ForeignKey("documents.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("document_versions.id"), unique=True)
    unique_code: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[dict[str, Any]]
    sha256: Mapped[Sha256 | None]
    """Of the content in its one writing; the operation log has the same hash in its entry about the issue."""
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None]

    __table_args__ = (
        Index(None, "subject_id", "issued_at"),
        Index(None, "document_id"),
        CheckConstraint("(revoked_at IS NULL) = (revocation_reason IS NULL)", name="revocation"),
    )


class Carrier(Protocol):
    """A version, as far as what it carries is concerned."""

    @property
    def id(self) -> Any: ...

    @property
    def subject_id(self) -> Any: ...


def covered_by_seal(session: Session, version: Carrier) -> str | None:
    """The hash that the version's newest seal covers; None where it was never sealed."""
    found = select(Seal.covers).where(Seal.subject_id == version.subject_id, Seal.version_id == version.id)
    return session.scalars(found.order_by(Seal.id.desc()).limit(1)).first()


def covered_by_check(session: Session, version: Carrier, light: Light) -> str | None:
    """The hash that the version's newest check covers; None where there is none, or it showed another light."""
    found = select(Check).where(Check.subject_id == version.subject_id, Check.version_id == version.id)
    newest = session.scalars(found.order_by(Check.id.desc()).limit(1)).first()
    return newest.covers if newest is not None and newest.light is light else None
