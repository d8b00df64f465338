"""The report on one seal: every facet by itself, and the findings that decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.constraints import purpose_findings
from signing.trust.material import Purpose
from signing.validation.bare_report import bare_report
from signing.validation.cms import Signed
from signing.validation.digests import digest_of
from signing.validation.filled import Filled
from signing.validation.indication import Indication
from signing.validation.integrity import integrity_findings
from signing.validation.level import level_of
from signing.validation.report import Finding, SignatureReport
from signing.validation.seal_trust import SealTrust, seal_trust
from signing.validation.session import Rung, Session
from signing.validation.timestamps import Timestamp, attached, disorder, judge


@dataclass(frozen=True, slots=True)
class _Times:
    """What the timestamps say about when a seal was made."""

    proved: datetime | None
    """When the seal is known to have existed; None: not before now."""
    authority: Certificate | None
    not_before: datetime | None
    stamps: tuple[Timestamp, ...]
    """Believed signature timestamps."""
    findings: tuple[Finding, ...]


def report_seal(session: Session, filled: Filled) -> SignatureReport:
    """Everything about one seal but whom it ought to be of."""
    signed = filled.signed
    bare = bare_report(session, filled)
    if signed is None or not filled.sound:
        return bare
    broken = integrity_findings(signed, session.digest_of(filled, signed.digest))
    rungs = session.above(filled)
    times = _times(session, filled, signed, rungs)
    controls = [rung.control for rung in rungs]
    trust = seal_trust(
        signed.certificate, session.seal_chains, times.proved, times.not_before, controls, session.policy.at
    )
    own = tuple(seal_finding(finding) for finding in purpose_findings(signed.certificate, Purpose.SEAL))
    # Who is not vouched for at all is that first of all, whatever the certificate says about itself.
    judged = (*own, *trust.findings) if trust.stand.path else (*trust.findings, *own)
    findings = (*broken, *bare.findings, *judged, *filled.token_findings, *times.findings, *session.broken_company)
    return replace(
        bare,
        intact=not broken,
        trusted=trust.trusted and not own and not broken,
        revocation=trust.revocation,
        findings=findings,
        timestamp=times.proved,
        timestamp_authority=times.authority.holder.label if times.authority else "",
        revocation_sources=_sources(trust, times),
        chain=trust.stand.path,
        level=level_of(session.evidence, filled, trust.stand, times.stamps, rungs),
    )


_CODES: Final = {
    "certificate.key_usage": "seal.key_usage",
    "certificate.extended_key_usage": "seal.ext_key_usage",
    "certificate.is_ca": "seal.ca_certificate",
    "certificate.weak_key": "seal.weak_key",
}


def seal_finding(finding: Finding) -> Finding:
    """A finding about a certificate as one about the seal made with it."""
    return replace(finding, code=_CODES.get(finding.code, finding.code))


def _times(session: Session, filled: Filled, signed: Signed, rungs: Sequence[Rung]) -> _Times:
    """Judge the attached timestamps; the earliest time that is proved counts."""
    proofs = [rung.control for rung in rungs]
    at = session.policy.at
    stamps = [
        judge(token, partial(digest_of, signed.value), session.timestamp_chains, proofs, at) for token in filled.tokens
    ]
    contents = [
        judge(token, partial(session.digest_of, filled), session.timestamp_chains, proofs, at)
        for token in filled.content_tokens
    ]
    findings: list[Finding] = []
    for stamp in (*stamps, *contents):
        findings += [_AGED] if stamp.aged else [attached(finding) for finding in stamp.findings]
    believed = [stamp for stamp in stamps if stamp.valid]
    proved = [(stamp.token.time, stamp.authority) for stamp in believed]
    proved += [(rung.time, rung.filled.signed.certificate) for rung in rungs if rung.filled.signed]
    first, authority = min(proved, key=lambda proof: proof[0], default=(None, None))
    not_before = max((stamp.token.time for stamp in contents if stamp.valid), default=None)
    findings += disorder([s.token.time for s in believed], [rung.time for rung in rungs], not_before)
    return _Times(first, authority, not_before, tuple(believed), tuple(findings))


def _sources(trust: SealTrust, times: _Times) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*trust.stand.sources, *(s for stamp in times.stamps for s in stamp.stand.sources))))


_AGED: Final = Finding(
    "seal.timestamp_expired",
    Text(
        "签名所附时间戳的机构证书已过期，其时间不再作为依据；签章按当前时间验证。",
        "The attached timestamp's authority has expired; its time proves nothing now, the seal is judged as of today.",
    ),
    Indication.TOTAL_PASSED,
)
