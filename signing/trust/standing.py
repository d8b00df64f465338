"""Whether a certificate may be relied upon: for a purpose, at a moment, by what a trust store holds.

Asked before a seal is made and at login. Path and revocation are judged by pyHanko's validator (RFC 5280 §6) over
material that :mod:`signing.trust.evidence` has found authentic; no network, no clock, no other store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import ocsp
from pyhanko_certvalidator import errors
from pyhanko_certvalidator.path import ValidationPath

from certlight.errors import InputRefused
from signing.certificate import Certificate, Holder
from signing.trust.constraints import purpose_findings
from signing.trust.evidence import Crl, authentic, authentic_crls, wellformed_ocsps
from signing.trust.material import Purpose, TrustMaterial
from signing.trust.paths import distinct, paths_to, validate_path
from signing.trust.reasons import is_anchor, not_for_production, reason, remedy, untrusted, wrong_purpose
from signing.validation.indication import Indication, SubIndication, worst
from signing.validation.report import Finding, Revocation


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer. Good only where a path to an anchor was proved, nothing stands against it, and nothing is revoked."""

    certificate: Certificate
    purpose: Purpose
    at: datetime
    """The moment it speaks for, taken as proved: an expired certificate is EXPIRED, not a matter of proof."""
    path: tuple[Certificate, ...]
    """From the certificate up to the anchor; empty where none was found."""
    findings: tuple[Finding, ...]
    """What stands against it; empty when good."""
    revocation: Revocation
    revocation_sources: tuple[str, ...] = ()
    """Where the evidence about this path came from: ``crl: cache``, ``ocsp: option``."""
    demonstration: bool = False
    """The anchor is one of ``certlight pki demo``."""

    @property
    def holder(self) -> Holder:
        """Whom the certificate names."""
        return self.certificate.holder

    @property
    def indication(self) -> Indication:
        """The worst of the findings; TOTAL-PASSED only with a path and revocation checked."""
        proved = bool(self.path) and self.revocation is Revocation.GOOD
        floor = Indication.TOTAL_PASSED if proved else Indication.INDETERMINATE
        return worst([floor, *(finding.indication for finding in self.findings)])

    @property
    def sub_indication(self) -> SubIndication | None:
        """The reason of the worst finding; None when good."""
        finding = self._worst_finding()
        return None if finding is None else finding.sub_indication or SubIndication.GENERIC

    @property
    def good(self) -> bool:
        """Whether the certificate may be relied upon."""
        return self.indication is Indication.TOTAL_PASSED

    def demand(self) -> None:
        """Return where it is good; else raise InputRefused with the worst finding's code and what to do about it."""
        finding = self._worst_finding()
        if finding is not None:
            raise InputRefused(finding.code, finding.text, remedy(finding.code))

    def _worst_finding(self) -> Finding | None:
        if self.good:
            return None
        for finding in self.findings:
            if finding.indication is self.indication:
                return finding
        return untrusted(self.certificate)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one path gave."""

    path: tuple[Certificate, ...]
    findings: tuple[Finding, ...]
    revocation: Revocation


def standing(
    certificate: Certificate,
    chain: Iterable[Certificate],
    material: TrustMaterial,
    at: datetime,
    purpose: Purpose,
) -> Standing:
    """How ``certificate`` stands for ``purpose`` at the moment ``at`` (aware).

    ``chain`` are helping certificates in any order (those that came with the key or the file); they are trusted no
    more than the certificate itself. Every certificate below the anchor needs fresh revocation evidence. Whatever
    cannot be judged is a finding; nothing is raised but ValueError for a naive ``at``.
    """
    if at.utcoffset() is None:
        raise ValueError("at has no time zone")
    anchors = distinct(material.anchors_for(purpose), at)
    helping = (*material.intermediates, *chain)
    helpers = authentic(anchors, helping)
    crls = authentic_crls([*anchors, *helpers], material.crls)
    ocsps = wellformed_ocsps(material.ocsps)
    own = purpose_findings(certificate, purpose)

    attempts = [_attempt(p, helpers, crls, ocsps, at) for p in paths_to(certificate, anchors, helpers)]
    if not attempts:
        found = _why_no_path(certificate, helping, material, at, purpose)
        return Standing(certificate, purpose, at, (), (found, *own), Revocation.UNKNOWN)
    best = min(attempts, key=lambda a: (len(a.findings), a.revocation is not Revocation.GOOD, len(a.path)))
    return Standing(
        certificate,
        purpose,
        at,
        best.path,
        (*best.findings, *own),
        best.revocation,
        _sources(best.path, crls, ocsps, material),
        any(a.demonstration for a in material.anchors if a.certificate == best.path[-1]),
    )


def _attempt(
    path: ValidationPath,
    helpers: Sequence[Certificate],
    crls: Sequence[Crl],
    ocsps: Sequence[ocsp.OCSPResponse],
    at: datetime,
) -> _Attempt:
    certificates = tuple(Certificate.of(path[i]) for i in range(path.pkix_len, -1, -1))
    # An OCSP answer that is fresh and good would keep pyHanko from looking at the lists at all.
    rounds = [(crls, ocsps), (crls, ())] if ocsps and crls else [(crls, ocsps)]
    problem: Exception | None = None
    for number, (lists, answers) in enumerate(rounds):
        raised = validate_path(path, helpers, [crl.parsed for crl in lists], answers, at)
        if number == 0 or isinstance(raised, errors.RevokedError):
            problem = raised
    if problem is None:
        return _Attempt(certificates, (), Revocation.GOOD)
    revoked = isinstance(problem, errors.RevokedError)
    return _Attempt(
        certificates,
        (reason(problem, certificates),),
        Revocation.REVOKED if revoked else Revocation.UNKNOWN,
    )


def _why_no_path(
    certificate: Certificate, helping: Sequence[Certificate], material: TrustMaterial, at: datetime, purpose: Purpose
) -> Finding:
    """The most telling reason for there being no path to an anchor that counts."""
    if any(certificate == anchor.certificate for anchor in material.anchors):
        return is_anchor()
    anchors = [a for a in material.anchors if _reaches(certificate, a.certificate, helping, at)]
    if any(purpose in anchor.purposes for anchor in anchors):
        return not_for_production()
    return wrong_purpose(purpose) if anchors else untrusted(certificate)


def _reaches(certificate: Certificate, anchor: Certificate, helping: Sequence[Certificate], at: datetime) -> bool:
    anchors = distinct((anchor,), at)
    return bool(paths_to(certificate, anchors, authentic(anchors, helping)))


def _sources(
    path: Sequence[Certificate], crls: Sequence[Crl], ocsps: Sequence[ocsp.OCSPResponse], material: TrustMaterial
) -> tuple[str, ...]:
    """The evidence that speaks about the certificates of the path, by where it came from."""
    serials = {certificate.asn1.serial_number for certificate in path[:-1]}
    found: dict[str, None] = {}
    for answer in ocsps:
        responses = answer.basic_ocsp_response["tbs_response_data"]["responses"]
        if any(r["cert_id"]["serial_number"].native in serials for r in responses):
            found[f"ocsp: {_source(answer.dump(), material)}"] = None
    for crl in crls:
        if crl.issuer in path[1:]:
            found[f"crl: {_source(crl.der, material)}"] = None
    return tuple(found)


def _source(der: bytes, material: TrustMaterial) -> str:
    return material.sources.get(hashlib.sha256(der).hexdigest(), "given")
