"""What the inspection of a file hands to everything that follows: its filled signature fields, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.validation.history import History
from signing.validation.report import Coverage, Finding, Kind, Place


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One filled signature field (ISO 32000-2 §12.8.1), as far as its form alone tells."""

    index: int
    """Order in the file by the end of what is covered, from 0."""
    field_name: str
    """Fully qualified name of the field."""
    kind: Kind
    subfilter: str
    """Without the slash; empty where missing."""
    embedded: EmbeddedPdfSignature | None = field(repr=False)
    """pyHanko's view of it; None where the form is unsupported or broken: a finding then says so, and the signature
    cannot be better than that finding."""
    byte_range: tuple[int, int, int, int] | None
    """Only where it is four direct integers; it may still be a wrong one, which a finding says."""
    cms: bytes = field(repr=False)
    """DER of /Contents without the zeros after it; empty where unusable."""
    revision: int
    """The revision that it signs, counted from 0 as the original file."""
    coverage: Coverage
    place: Place | None
    """Where it is seen; None for an invisible one."""
    findings: tuple[Finding, ...]
    """What is wrong with its form; empty: nothing."""
    number: int = 0
    """Object number of the signature dictionary; 0 where the field holds none of its own."""

    @property
    def sound(self) -> bool:
        """Nothing is wrong with the form, so that its cryptography means something."""
        return self.embedded is not None and not self.findings


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Structure:
    """The form of a file: its slots, and findings about the file as a whole."""

    slots: tuple[Slot, ...]
    findings: tuple[Finding, ...]
    """Of the whole file; ``seal.usage_rights`` is a mere notice."""
    revision_ends: tuple[int, ...]
    """Offset just behind each revision's ``%%EOF`` and its end of line, oldest first; empty where it is unreadable."""
    reader: PdfFileReader | None = field(repr=False)
    """pyHanko's strict reader over the file, shared by all that follows; None where the file cannot be read at all."""
    history: History | None = field(default=None, repr=False)
    """Our own reading of it; None where ``reader`` is."""
