"""Performance records (业绩): a bid notice, a contract and an acceptance report that have to agree."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Base, Id, OwnId, Sha256, Versioned


class Performance(Versioned, Base):
    """One project that an enterprise carried out. Its three documents are documents like any other."""

    __tablename__ = "performances"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    project: Mapped[str]
    section: Mapped[str | None]
    """标段名称."""
    category: Mapped[str | None] = mapped_column(String(40))
    """业绩类别: works, supervision, design …; chosen once."""
    grade: Mapped[str | None]
    """``A`` asks for supporting material."""
    bid_notice_id: Mapped[Id | None] = mapped_column(ForeignKey("documents.id"))
    contract_id: Mapped[Id | None] = mapped_column(ForeignKey("documents.id"))
    acceptance_id: Mapped[Id | None] = mapped_column(ForeignKey("documents.id"))
    manager_id: Mapped[Id | None] = mapped_column(ForeignKey("people.id"))
    """The project manager whom the verified contract names; the performance counts for that person as well."""
    entries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    submitted_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "subject_id", "submitted_at", "id"),
        Index(None, "subject_id", "id"),
        Index(None, "manager_id"),
        Index(None, "bid_notice_id"),
        Index(None, "contract_id"),
        Index(None, "acceptance_id"),
    )


class CrossCheck(Base):
    """What comparing the three documents said (逻辑校验); written once."""

    __tablename__ = "cross_checks"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    performance_id: Mapped[Id] = mapped_column(ForeignKey("performances.id"))
    covers: Mapped[Sha256]
    """Hash of the versions that were compared."""
    consistent: Mapped[bool]
    result: Mapped[dict[str, Any]]
    """Each pair of values that disagrees (不一致), and what was compared."""
    checked_at: Mapped[datetime]

    __table_args__ = (Index(None, "performance_id", "id"), Index(None, "subject_id", "id"))


class Continuation(Base):
    """Somebody submits although documents disagree (继续提交), knowing one certain cross-check; written once."""

    __tablename__ = "continuations"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    cross_check_id: Mapped[Id] = mapped_column(ForeignKey("cross_checks.id"), unique=True)
    confirmed_by: Mapped[Id]
    confirmed_at: Mapped[datetime]

    __table_args__ = (Index(None, "subject_id", "id"),)


class _Attachment:
    """A file of its own that is sealed on its own."""

    file_sha256: Mapped[Sha256 | None]
    file_name: Mapped[str | None]
    media_type: Mapped[str | None]
    sealed_sha256: Mapped[Sha256 | None]
    signer: Mapped[str | None]
    sealed_at: Mapped[datetime | None]


class Amendment(_Attachment, Base):
    """One changed item of a contract (合同变更)."""

    __tablename__ = "contract_amendments"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    contract_id: Mapped[Id] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    item: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    reason: Mapped[str | None]
    amended_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        Index(None, "subject_id", "id"),
        CheckConstraint("number >= 1", name="number"),
    )


class SupportingMaterial(_Attachment, Base):
    """Further evidence for a performance (佐证材料, 总体补充说明)."""

    __tablename__ = "supporting_materials"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    performance_id: Mapped[Id] = mapped_column(ForeignKey("performances.id"))
    purpose: Mapped[str] = mapped_column(String(40), server_default="evidence")
    """``evidence`` (佐证材料), which grade A asks for, or ``explanation`` (总体补充说明)."""
    kind: Mapped[str | None]
    """材料类型, in the enterprise's words."""
    name: Mapped[str]
    description: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "performance_id", "id"), Index(None, "subject_id", "id"))
