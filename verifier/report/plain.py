"""Values as one string."""

from __future__ import annotations

from extractors.reading import Canonical


def one_string(value: Canonical | None) -> str:
    """A value as one string, entries of a list on lines of their own; nothing read is the empty string."""
    if value is None:
        return ""
    return value if isinstance(value, str) else "\n".join(value)
