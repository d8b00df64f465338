"""What a seal and a check speak of: the pages, the entered values and the marks, as one hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any


def coverage(pages: Sequence[str], entries: Mapping[str, Any], marks: Mapping[str, Any]) -> str:
    """SHA-256 over the scans' hashes in their order, the entries and the marks, as lower-case hexadecimal.

    A seal or a check whose hash differs from the version's present one is stale: something was changed since.
    """
    covered = {"pages": list(pages), "entries": dict(entries), "marks": dict(marks)}
    text = json.dumps(_plain(covered), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _plain(value: Any) -> Any:
    """Numbers in one writing: a database may give 12.0 back as 12, which is the same mark."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
