"""Entries of the operation log (操作记录), each holding the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from service.domain.roles import Role

GENESIS: Final = "0" * 64
"""What stands before the first entry."""
FORMAT: Final = "certlight.operation/1"
"""Named in what is hashed, so that another way of writing entries can never be mistaken for this one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to which object, when, and what came of it. Identifiers only, no people's data: it stays forever."""

    at: datetime
    actor_role: Role
    actor_id: str | None
    subject_id: str | None
    object_kind: str
    """``document_version``, ``push``, ``person`` …"""
    object_id: str
    action: str
    """``document.submit``, ``push.approve`` …"""
    before: str | None = None
    after: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a naive moment")
        _demand_exact(dict(self.details))


def digest(entry: Entry, seq: int, previous: str) -> str:
    """SHA-256 over the entry, its place in the chain and the hash before it, as lower-case hexadecimal.

    Hashed is canonical JSON: keys sorted, no spaces, UTF-8, moments in UTC with microseconds.
    """
    written = {
        "format": FORMAT,
        "seq": seq,
        "previous": previous,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_role": entry.actor_role.value,
        "actor_id": entry.actor_id,
        "subject_id": entry.subject_id,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "action": entry.action,
        "before": entry.before,
        "after": entry.after,
        "details": dict(entry.details),
    }
    text = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # A row that was tampered with may hold anything, even halves of characters; it gets a hash as well.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _demand_exact(value: object) -> None:
    """Refuse what a database may give back in another writing (1.0 as 1), or cannot keep at all (NUL)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise ValueError("keys of details are text")
            _demand_exact(key)
            _demand_exact(inner)
    elif isinstance(value, list):
        for inner in value:
            _demand_exact(inner)
    elif isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("text in details is whole characters without NUL")
    elif not (value is None or isinstance(value, int)):
        raise ValueError(f"{type(value).__name__} in details has no one writing; use text")
