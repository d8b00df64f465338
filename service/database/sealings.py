"""Seals on their way (two phases), and validations of sealed files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from certlight.light import Light
from service.database.base import Base, Id, OwnId, Sha256, Versioned
from service.database.readings import Digest


class PreparationState(StrEnum):
    """How far a seal came."""

    ASKED = "asked"
    """The document is being composed."""
    READY = "ready"
    """What the key has to sign is known."""
    SPENT = "spent"
    """It became a seal; no preparation becomes two."""


class SealPreparation(Versioned, Base):
    """A document with everything of a seal but its signature. Holds no secret: keys never come here."""

    __tablename__ = "seal_preparations"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("document_versions.id"))
    covers: Mapped[Digest]
    """What the version said when the seal was asked for."""
    state: Mapped[PreparationState] = mapped_column(default=PreparationState.ASKED)
    certificate_sha256: Mapped[Digest]
    certificates: Mapped[list[Any]]
    """DER in base64, the signing certificate first."""
    wish: Mapped[dict[str, Any]]
    """Place, looks and level of the seal as they were asked for."""
    pdf_sha256: Mapped[Sha256 | None]
    """The storage's key of the unsigned document, once it is ready."""
    draft: Mapped[str | None] = mapped_column(Text)
    """``certlight.seal-state/1``."""
    signed_attributes: Mapped[str | None] = mapped_column(Text)
    """What the key signs, base64."""
    digest_algorithm: Mapped[str | None] = mapped_column(String(16))
    signature: Mapped[str | None] = mapped_column(Text)
    """What the key made of it, base64; found right when it was handed in."""
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    expires_at: Mapped[datetime]
    """The claimed time of the seal must not lie long before its signature."""

    __table_args__ = (
        Index(None, "version_id", "id"),
        Index(None, "subject_id", "id"),
        Index(None, "state", "expires_at"),
        CheckConstraint("state = 'asked' OR (draft IS NOT NULL AND signed_attributes IS NOT NULL)", name="ready"),
    )


class Validation(Base):
    """What the seals of a file were found to be at one time: a version's seal again, or a file from the public."""

    __tablename__ = "validations"

    id: Mapped[OwnId]
    """Of public ones a random number that nobody guesses: who knows it may see the answer."""
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subjects.id"))
    """None for the public."""
    seal_id: Mapped[Id | None] = mapped_column(ForeignKey("seals.id"))
    sha256: Mapped[Sha256]
    """The storage's key of the file; the public's lie under a tenant of their own."""
    job_id: Mapped[Id | None]
    light: Mapped[Light | None]
    indication: Mapped[str | None] = mapped_column(String(20))
    """EN 319 102-1; None until it is known."""
    report: Mapped[dict[str, Any] | None]
    """``certlight.validate/1`` in Chinese, its English beside it."""
    asked_at: Mapped[datetime]
    asked_from: Mapped[Digest | None]
    """Of the network that the public's file came from, for counting alone."""
    validated_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """The public's are forgotten then, with their file."""

    __table_args__ = (
        Index(None, "subject_id", "seal_id", "id"),
        Index(None, "expires_at"),
        Index(None, "asked_from", "asked_at"),
        CheckConstraint("(subject_id IS NULL) = (expires_at IS NOT NULL)", name="public"),
    )
