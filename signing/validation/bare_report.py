"""What a report says of a filled field before its cryptography is judged."""

from __future__ import annotations

from datetime import UTC, datetime

from pyhanko.pdf_utils.misc import PdfError

from signing.validation.changes import changes_after
from signing.validation.cms import PARSING
from signing.validation.filled import Filled
from signing.validation.report import Revocation, SignatureReport
from signing.validation.session import Session


def bare_report(session: Session, filled: Filled) -> SignatureReport:
    """Form, changes afterwards and claims; nothing proved yet, so that it cannot pass."""
    slot, signed = filled.slot, filled.signed
    changes = changes_after(session.structure, slot)
    return SignatureReport(
        index=slot.index,
        field_name=slot.field_name,
        kind=slot.kind,
        subfilter=slot.subfilter,
        certificate=signed.certificate if signed else None,
        intact=False,
        trusted=False,
        coverage=slot.coverage,
        modifications=changes.modifications,
        revocation=Revocation.UNKNOWN,
        findings=(*slot.findings, *filled.findings, *changes.findings),
        changes=changes.changes,
        signed_at=_claimed_time(filled),
        digest=signed.digest if signed else "",
        place=slot.place,
    )


def _claimed_time(filled: Filled) -> datetime | None:
    """Signing-time attribute, else /M."""
    try:
        claimed = filled.signed.signing_time if filled.signed else None
        if claimed is None and filled.slot.embedded is not None:
            claimed = filled.slot.embedded.self_reported_timestamp
    except (PdfError, *PARSING):
        return None
    if claimed is None:
        return None
    return claimed if claimed.tzinfo else claimed.replace(tzinfo=UTC)
