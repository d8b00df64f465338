"""What was read on scans, kept so that nothing is read twice; and the last extraction of each version.

Rows of the first two tables are a memory that may be forgotten at any time: reading again brings the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base, Id, OwnId, Sha256

Digest = Annotated[str, mapped_column(String(64))]
"""SHA-256 in lower-case hexadecimal of something that is not a stored file."""


class ReadingPart(Base):
    """Answers that an engine gave about the pixels of a scan; one row a scan of the document that was worked on."""

    __tablename__ = "reading_parts"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    engine: Mapped[Digest]
    """Of the engine's name, its models and the code around them."""
    scan: Mapped[Digest]
    """Hash of the uploaded file."""
    sha256: Mapped[Sha256]
    """The storage's key of the answers."""
    size: Mapped[int]
    """Bytes of them."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("subject_id", "engine", "scan", "sha256"),
        Index(None, "subject_id", "used_at"),
        Index(None, "used_at"),
        Index(None, "sha256"),
    )


class PageImage(Base):
    """A straightened page as people see it; boxes of marks are pixels of it."""

    __tablename__ = "page_images"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    scans: Mapped[Digest]
    """Of the hashes of the document's scans, in their order."""
    page: Mapped[int]
    """From 0, over all scans."""
    width: Mapped[int]
    """Pixels."""
    height: Mapped[int]
    rotation: Mapped[int] = mapped_column(SmallInteger)
    """Degrees the uploaded pixels were turned clockwise to stand upright."""
    sha256: Mapped[Sha256]
    """The storage's key of the JPEG."""
    size: Mapped[int]
    """Bytes of it."""
    created_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "subject_id", "scans", "page", unique=True),
        Index(None, "created_at"),
        CheckConstraint("page >= 0 AND width > 0 AND height > 0", name="numbers"),
    )


class Extraction(Base):
    """What smart mode found on a version, for people to confirm; it changes no entry by itself."""

    __tablename__ = "extractions"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("document_versions.id"))
    scans: Mapped[Digest]
    """Of the hashes of the scans that were read; the version's own differs once scans were added or removed."""
    doc_type: Mapped[str | None]
    """What the pages were taken for; None for an unknown document."""
    type_confidence: Mapped[float]
    """0 to 1."""
    document: Mapped[dict[str, Any]]
    """The document of ``certlight.read/1`` in Chinese, its English beside it (:mod:`service.checking.bilingual`)."""
    extracted_at: Mapped[datetime]
    job_id: Mapped[Id | None]

    __table_args__ = (Index(None, "version_id", "id"), Index(None, "subject_id", "id"))
