"""What a check says: lights, outcomes, and the facts each of them was derived from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from certlight.light import Light
from certlight.text import Text
from extractors.geometry import Region
from extractors.reading import Canonical, Notice
from extractors.template import FieldClass

Outcome = Literal["match", "near", "mismatch", "unreadable", "missing", "misplaced"]
Source = Literal["marked", "extracted", "text_layer", "seal"]


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A run of characters of the two values: equal in both, or what stands in one against the other."""

    same: bool
    entered: str
    recognised: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the user says stands on the document. ``entered`` holds the values as typed, ``marks`` the boxes drawn."""

    doc_type: str
    entered: Mapping[str, Canonical]
    marks: Mapping[str, tuple[Region, ...]]


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """Entered against recognised, for one field."""

    field: str
    name: Text
    field_class: FieldClass
    entered: Canonical | None
    """As typed; None when nothing was entered."""
    recognised: Canonical | None
    """Canonical form of what stands on the page; raw text where it has none; None where nothing was read."""
    source: Source
    outcome: Outcome
    light: Light
    score: float
    """Similarity of the two normalised values, 0 to 1. Never decides a green light."""
    confidence: float
    """Lowest character confidence of the recognised value, 0 to 1."""
    reason: Text
    """Why, in words a clerk can act on."""
    rule: str
    """Which rule decided, for the record: ``equal``, ``evidence``, ``confusable``, ``low_confidence`` …"""
    diff: tuple[DiffPart, ...]
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A rule about the whole document that did not hold, with its own light."""

    code: str
    light: Light
    message: Text
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is needed to replay a verdict: versions and hashes of everything that went into it."""

    template: str
    product: str
    engine: str
    models: Mapping[str, str]
    thresholds: Mapping[str, float]
    scan_sha256: tuple[str, ...]
    claim_sha256: str
    checked_on: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The lights of a document: a view derived from its checks and findings, never stored apart from them."""

    doc_type: str
    checks: tuple[FieldCheck, ...]
    findings: tuple[RuleFinding, ...]
    notices: tuple[Notice, ...]
    provenance: Provenance | None = None

    @property
    def light(self) -> Light:
        """Worst of all field lights and rule findings."""
        return Light.worst([*(c.light for c in self.checks), *(f.light for f in self.findings)])
