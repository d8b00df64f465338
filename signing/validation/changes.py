"""What the revisions after a seal did to the document, and whether the seal allows it."""

from __future__ import annotations

from dataclasses import dataclass

from signing.validation.report import Change, Finding, Modifications
from signing.validation.slot import Slot, Structure


@dataclass(frozen=True, slots=True)
class Changes:
    """All that happened after one signature."""

    modifications: Modifications
    changes: tuple[Change, ...]
    """In words, oldest first; allowed and forbidden ones."""
    findings: tuple[Finding, ...]
    """Of the forbidden ones: ``seal.modified``, ``seal.docmdp``; empty: nothing forbidden."""


def changes_after(structure: Structure, slot: Slot) -> Changes:
    """What the revisions after ``slot`` changed; never raises.

    After a seal only further seals, validation data (DSS) and document timestamps may be added, whatever the
    permissions of the signature itself say; DocMDP and FieldMDP (ISO 32000-2 §12.8.2) may forbid more.
    """
    raise NotImplementedError
