"""What is to be sealed, where and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from signing.appearance.picture import SealPicture
from signing.appearance.placement import Placement
from signing.enclosure import Party


class Level(StrEnum):
    """PAdES baseline levels, ETSI EN 319 142-1 §6."""

    B_B = "B-B"
    """The signature with its certificate."""
    B_T = "B-T"
    """And a timestamp over the signature: proves that it existed then."""
    B_LT = "B-LT"
    """And all certificates and revocation evidence in the file: can be validated after the CA is gone."""
    B_LTA = "B-LTA"
    """And a timestamp over all of that: stays provable after the certificates expired."""

    @property
    def timestamped(self) -> bool:
        """Whether it needs a time-stamping authority."""
        return self is not Level.B_B

    @property
    def with_evidence(self) -> bool:
        """Whether it needs revocation evidence."""
        return self in (Level.B_LT, Level.B_LTA)


class Permission(IntEnum):
    """DocMDP: what may still happen to a certified document, ISO 32000-2 Table 257."""

    NOTHING = 1
    """No change at all, no further seal."""
    SEAL = 2
    """Filling in of fields that are there, among them fields for further seals."""
    ANNOTATE = 3
    """Also comments."""


@dataclass(frozen=True, slots=True)
class SealOrder:
    """One seal. Whatever is left out is decided by the document.

    Where: ``field_name`` names an empty field made beforehand; else ``placement`` makes a new one; with neither, the
    first empty field that was prepared for the certificate's holder is taken, and where there is none the seal is
    invisible (then ``picture`` must be None, too).
    """

    picture: SealPicture | None = None
    """What the seal looks like; None: nothing is seen."""
    placement: Placement | None = None
    field_name: str | None = None
    level: Level = Level.B_B
    reason: str = ""
    location: str = ""
    certify: Permission | None = None
    """Certify the document, which only its first seal can: later changes but these are forbidden."""
    party: Party | None = None
    """Who is to seal; the certificate must name this enterprise. None: any."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """An empty, visible field for a seal to come: a box on a page as displayed, in mm from its top-left corner."""

    page: int
    """From 0; negative from the end."""
    x: float
    y: float
    width: float = 42.0
    height: float = 42.0
    name: str | None = None
    """Unique in the document, without full stops; None: the next free 签章_n."""
    party: Party | None = None
    """Who is to seal there; no other enterprise's certificate will then be taken."""
