"""What every table and every caller of the database starts from: the base class, the columns, the transactions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from service.database.columns import TYPE_MAP, Id, Json, OwnId, Sha256, UtcDateTime, enumeration, new_id
from service.database.engine import open_database, reading, transaction

__all__ = [
    "Base",
    "Id",
    "Json",
    "OwnId",
    "Sha256",
    "UtcDateTime",
    "Versioned",
    "enumeration",
    "new_id",
    "open_database",
    "reading",
    "transaction",
]


class Base(DeclarativeBase):
    """The base of every table. Constraints have names of one pattern, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = TYPE_MAP


class Versioned:
    """Rows that people edit: ``row_version`` counts their changes.

    Whoever changes a row that somebody else changed after they read it fails with ``state.changed_meanwhile``.
    """

    @declared_attr
    def row_version(cls) -> Mapped[int]:
        """1 when new."""
        return mapped_column()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}
