"""The report on one document timestamp: ETSI.RFC3161, EN 319 142-1 §5.4.3."""

from __future__ import annotations

from dataclasses import replace

from signing.validation.bare_report import bare_report
from signing.validation.chain import Cause
from signing.validation.filled import Filled
from signing.validation.indication import Indication
from signing.validation.report import Revocation, SignatureReport
from signing.validation.session import Session
from signing.validation.timestamps import disorder


def report_timestamp(session: Session, filled: Filled) -> SignatureReport:
    """Everything about one document timestamp. It is no seal: it proves a time, nobody's consent."""
    bare = bare_report(session, filled)
    found = session.document_timestamp(filled)
    if found is None:
        return bare
    later = [rung.time for rung in session.above(filled)]
    findings = (*found.findings, *bare.findings, *disorder([found.token.time], later, None))
    problem = found.stand.problem
    revoked = problem is not None and problem.cause is Cause.REVOKED
    return replace(
        bare,
        intact=all(finding.indication is not Indication.TOTAL_FAILED for finding in found.findings),
        trusted=found.valid,
        revocation=Revocation.GOOD if problem is None else Revocation.REVOKED if revoked else Revocation.UNKNOWN,
        findings=findings,
        timestamp=found.token.time if found.valid else None,
        timestamp_authority=found.authority.holder.label,
        revocation_sources=found.stand.sources,
        chain=found.stand.path,
    )
