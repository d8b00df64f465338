"""What comparing the documents of one performance takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from certlight.text import Text
from extractors.reading import Canonical
from extractors.template import Template
from verifier.verdict import Outcome

BID_NOTICE: Final = "bid_notice"
CONTRACT: Final = "contract"
ACCEPTANCE: Final = "acceptance_report"
DOCUMENT_TYPES: Final = (BID_NOTICE, CONTRACT, ACCEPTANCE)
Source = Literal["entered", "recognised"]
Place = tuple[str, str]
"""Type of the document and code of the field."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One field of one document: what was typed, what was read, and what its own check made of both."""

    entered: Canonical | None = None
    recognised: Canonical | None = None
    outcome: Outcome | None = None
    """None: it was not checked."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document as far as the others are concerned."""

    template: Template
    fields: Mapping[str, Stated]
    amended: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a contract: what sealed amendments (合同变更) say instead, by field; later documents may say either."""


@dataclass(frozen=True, slots=True)
class Side:
    """A value as one document has it."""

    doc_type: str
    document: Text
    field: str
    name: Text
    source: Source
    shown: Canonical
    """As typed, or as read."""
    value: Canonical
    """Its canonical form."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that should have been compared, of a document that does not say it or is not there."""

    doc_type: str
    field: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two values that agree; ``amended`` where one does with what an amendment says."""

    code: str
    sides: tuple[Side, Side]
    amended: bool = False


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two values that do not (不一致)."""

    code: str
    sides: tuple[Side, Side]
    reason: Text


@dataclass(frozen=True, slots=True)
class Incomparable:
    """What could not be compared, and why not."""

    code: str
    missing: tuple[Missing, ...]
    required: bool
    reason: Text


@dataclass(frozen=True, slots=True)
class CrossResult:
    """What the comparison found; whether all is well is derived."""

    agreements: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]
    incomparable: tuple[Incomparable, ...]

    @property
    def consistent(self) -> bool:
        """Nothing disagrees, and nothing that every such document states was missing."""
        return not self.disagreements and not any(gap.required for gap in self.incomparable)
