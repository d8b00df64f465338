"""What a validation found: one report a signature, the document's answer derived from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from certlight.text import Text
from signing.certificate import BYTES_AS_BASE64, Certificate, Holder
from signing.validation.indication import Indication, SubIndication, worst


class Kind(StrEnum):
    """What a filled signature field holds."""

    SEAL = "seal"
    DOCUMENT_TIMESTAMP = "document-timestamp"


class Coverage(StrEnum):
    """How much of the file the signature's ByteRange covers."""

    WHOLE_FILE = "whole-file"
    WHOLE_REVISION = "whole-revision"
    """All up to the end of its own revision; later revisions follow."""
    PARTIAL = "partial"


class Modifications(StrEnum):
    """What happened to the document after this signature."""

    NONE = "none"
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


class Revocation(StrEnum):
    """What the evidence says of the certificates of the chain."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason. ``code`` is stable (``seal.byte_range``, ``seal.modified``, ``seal.revoked`` …); ``indication`` and
    ``sub_indication`` are what it makes of the signature. A notice (nothing against the seal) has TOTAL_PASSED."""

    code: str
    text: Text
    indication: Indication
    sub_indication: SubIndication | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a revision after this signature did, in words."""

    revision: int
    """The revision that did it, counted from 0 as the original file."""
    allowed: bool
    text: Text


@dataclass(frozen=True, slots=True)
class Place:
    """Where a seal is seen: a page and a box in points, origin at the top left of the page as displayed."""

    page: int
    box: tuple[float, float, float, float]


def _reason(findings: tuple[Finding, ...], indication: Indication) -> SubIndication | None:
    """The reason of the first finding that is as bad as ``indication``; None where no finding is."""
    for finding in findings:
        if finding.indication is indication:
            return finding.sub_indication or SubIndication.GENERIC
    return None


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One filled signature field. Facets are kept apart; ``indication`` is the worst of the findings, never stored."""

    index: int
    """Order in the file, from 0."""
    field_name: str
    kind: Kind
    subfilter: str
    certificate: Certificate | None
    """The signing certificate; None where it could not be found."""
    intact: bool
    """The bytes that the ByteRange covers are those that were signed, and the signature value is right."""
    trusted: bool
    """A chain to a configured anchor holds, with revocation checked, at the time that counts."""
    coverage: Coverage
    modifications: Modifications
    revocation: Revocation
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    signed_at: datetime | None = None
    """What the signer claims: signing-time attribute or /M. Proves nothing."""
    timestamp: datetime | None = None
    """The earliest time proved by a validated timestamp that is bound to this signature; None: none."""
    timestamp_authority: str = ""
    """Who proved it."""
    revocation_sources: tuple[str, ...] = ()
    """Where the evidence came from: ``crl: cache``, ``ocsp: embedded`` …"""
    chain: tuple[Certificate, ...] = ()
    """From the signer up to the anchor; empty where none was found."""
    level: str = ""
    """PAdES level the form reaches: B-B, B-T, B-LT, B-LTA; empty for document timestamps and other forms."""
    digest: str = ""
    """Digest algorithm of the signature, ``sha256``."""
    place: Place | None = None

    @property
    def holder(self) -> Holder:
        """Whom the certificate names."""
        return self.certificate.holder if self.certificate else Holder()

    @property
    def indication(self) -> Indication:
        """The worst of the findings; TOTAL-PASSED only where every facet was proved."""
        proved = self.intact and self.trusted and self.revocation is Revocation.GOOD
        sound = self.coverage is not Coverage.PARTIAL and self.modifications is not Modifications.FORBIDDEN
        floor = Indication.TOTAL_PASSED if proved and sound else Indication.INDETERMINATE
        return worst([floor, *(finding.indication for finding in self.findings)])

    @property
    def sub_indication(self) -> SubIndication | None:
        """The reason of the worst finding, the first where several are as bad; None with TOTAL-PASSED."""
        indication = self.indication
        if indication is Indication.TOTAL_PASSED:
            return None
        return _reason(self.findings, indication) or SubIndication.GENERIC


@dataclass(frozen=True, slots=True)
class SealReport:
    """A PDF's seals. ``findings`` are of the whole file: trailing bytes, a stripped seal, no seal at all."""

    __pydantic_config__: ClassVar[ConfigDict] = BYTES_AS_BASE64

    signatures: tuple[SignatureReport, ...]
    findings: tuple[Finding, ...]
    validated_at: datetime
    """The moment the validation speaks for (``--at``, else now)."""
    sha256: str
    """Of the file, lower-case hex."""
    enclosure: bytes | None = field(default=None, repr=False)
    """The embedded JSON as found, of the first sealed revision; None where there is none."""

    @property
    def seals(self) -> tuple[SignatureReport, ...]:
        """The signatures that are seals; document timestamps are not."""
        return tuple(signature for signature in self.signatures if signature.kind is Kind.SEAL)

    @property
    def indication(self) -> Indication:
        """The worst of all signatures and findings; without any seal never TOTAL-PASSED."""
        floor = Indication.TOTAL_PASSED if self.seals else Indication.INDETERMINATE
        return worst(
            [floor, *(s.indication for s in self.signatures), *(finding.indication for finding in self.findings)]
        )

    @property
    def sub_indication(self) -> SubIndication | None:
        """The reason of the worst part: findings of the file first, then signatures in their order."""
        indication = self.indication
        if indication is Indication.TOTAL_PASSED:
            return None
        if reason := _reason(self.findings, indication):
            return reason
        for signature in self.signatures:
            if signature.indication is indication:
                return signature.sub_indication
        return SubIndication.NO_SIGNATURE if not self.seals else SubIndication.GENERIC
