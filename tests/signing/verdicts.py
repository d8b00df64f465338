"""Validating in tests: one call, and what is looked at most."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime

from signing.enclosure import Party
from signing.trust.material import TrustMaterial
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import Finding, SealReport, SignatureReport
from signing.validation.validate import validate
from tests.signing import pki

PASSED = (Indication.TOTAL_PASSED, None)
Answer = tuple[Indication, SubIndication | None]


def failed(sub: SubIndication) -> Answer:
    """TOTAL-FAILED, and why."""
    return Indication.TOTAL_FAILED, sub


def undecided(sub: SubIndication) -> Answer:
    """INDETERMINATE, and why."""
    return Indication.INDETERMINATE, sub


def on(year: int, month: int = 1, day: int = 1) -> datetime:
    """Noon of a day, UTC."""
    return datetime(year, month, day, 12, tzinfo=UTC)


def report(
    pdf: bytes, at: datetime = pki.NOW, trust: TrustMaterial | None = None, parties: tuple[Party, ...] = ()
) -> SealReport:
    """The file's report; trust in the test root with its lists of the day unless told otherwise."""
    return validate(pdf, ValidationPolicy(trust or pki.material(at), at, parties))


def seal(pdf: bytes, at: datetime = pki.NOW, trust: TrustMaterial | None = None) -> SignatureReport:
    """The report on the first seal."""
    return report(pdf, at, trust).seals[0]


def answer(found: SealReport | SignatureReport) -> Answer:
    """Indication and sub-indication."""
    return found.indication, found.sub_indication


def against(findings: Iterable[Finding]) -> list[str]:
    """Codes of what speaks against the seal; notices left out."""
    return [f.code for f in findings if f.indication is not Indication.TOTAL_PASSED]


def notices(findings: Iterable[Finding]) -> list[str]:
    """Codes of what is only noted."""
    return [f.code for f in findings if f.indication is Indication.TOTAL_PASSED]


def with_lists(at: datetime, *more: bytes, plain: bool = True) -> TrustMaterial:
    """The usual material with further CRLs; not ``plain``: with them alone."""
    usual = pki.material(at, revocation=plain)
    return dataclasses.replace(usual, crls=(*usual.crls, *more))
