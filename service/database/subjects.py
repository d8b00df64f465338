"""Enterprises (主体) and people (人员), and who belonged where when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from service.database.base import Base, Id, OwnId, Sha256
from service.domain.roles import SubjectRole


class Subject(Base):
    """An enterprise. Its capacities share this one record."""

    __tablename__ = "subjects"

    id: Mapped[OwnId]
    name: Mapped[str]
    credit_code: Mapped[str] = mapped_column(unique=True)
    """统一社会信用代码, GB 32100-2015: eighteen characters."""
    created_at: Mapped[datetime]
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(server_default="1")
    """Counts changes, as :class:`service.database.base.Versioned` does; rows older than the column begin with 1."""
    capacities: Mapped[list[SubjectCapacity]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __table_args__ = (CheckConstraint("length(credit_code) = 18", name="credit_code_length"), Index(None, "name"))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}

    @property
    def roles(self) -> frozenset[SubjectRole]:
        """In what capacities it appears."""
        return frozenset(capacity.role for capacity in self.capacities)


class SubjectName(Base):
    """A name that an enterprise had before; its documents of that time still bear it. Never changed."""

    __tablename__ = "subject_names"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    name: Mapped[str]
    until: Mapped[datetime]
    changed_by: Mapped[Id | None]

    __table_args__ = (Index(None, "subject_id", "id"),)


class SubjectCapacity(Base):
    """One capacity of an enterprise: bidder, tenderer or agency."""

    __tablename__ = "subject_capacities"

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    role: Mapped[SubjectRole] = mapped_column(primary_key=True)


class Person(Base):
    """Somebody an enterprise names: a project manager, a registered engineer. One row whoever names them.

    The identity number itself is not kept (see :mod:`service.domain.identity`); its digest finds the same person again.
    """

    __tablename__ = "people"

    id: Mapped[OwnId]
    name: Mapped[str]
    identity_last_four: Mapped[str]
    identity_digest: Mapped[Sha256] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class PersonBinding(Base):
    """A person belongs to an enterprise, from then on or until they were released (解绑). Rows are never deleted."""

    __tablename__ = "person_bindings"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("people.id"))
    position: Mapped[str | None]
    bound_at: Mapped[datetime]
    bound_by: Mapped[Id | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[Id | None]
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person: Mapped[Person] = relationship(lazy="joined")

    __table_args__ = (
        Index(
            "uq_person_bindings_present",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "subject_id", "ended_at", "id"),
        Index(None, "person_id", "id"),
    )
