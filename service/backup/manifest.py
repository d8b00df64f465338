"""What an archive says of itself, and how it proves that nothing of it changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from service.backup.refusals import not_a_backup

SCHEMA: Final = "certlight.backup/1"
NAME: Final = "manifest.json"
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a manifest; it names no blobs."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last entry of an archive."""

    program: str
    """Version of certlight that made it."""
    made_at: str
    """UTC, ISO 8601: the state of the database is of this moment or a little later."""
    database: str
    """``sqlite`` or ``postgresql``."""
    revision: str
    """Of the database's tables."""
    dump_sha256: str
    tables: dict[str, int]
    """Rows of each table."""
    blobs: int
    blob_bytes: int
    blobs_sha256: str
    """Of the lines ``tenant sha256 size`` in the archive's order; each blob proves itself by its name."""
    files: dict[str, str]
    """Everything else, by name, with its SHA-256."""
    secrets: bool
    """Whether the key file is inside."""
    left_out: dict[str, str]
    """Of the referenced blobs, those that were missing or damaged already: ``tenant/sha256`` → code."""

    def to_json(self) -> dict[str, Any]:
        """With the schema and a hash over itself."""
        content = {"schema": SCHEMA, **asdict(self)}
        return {**content, "sha256": _hash(content)}

    @classmethod
    def of_bytes(cls, data: bytes) -> Manifest:
        """Raises InputRefused ``backup.not_a_backup``."""
        try:
            content = json.loads(data)
            own = content.pop("sha256")
            if content.pop("schema") != SCHEMA or own != _hash({"schema": SCHEMA, **content}):
                raise ValueError("another schema, or changed")
            return cls(**content)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise not_a_backup() from None


def _hash(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
