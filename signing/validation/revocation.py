"""What authentic evidence, however old, says about the revocation of one certificate.

pyHanko's validator asks whether *one fresh* piece of evidence says that a certificate is good. That is not enough where
the file itself may bring the evidence: a list that was signed just before the revocation stays fresh for weeks. So
every authentic piece is asked as well, and whoever was ever listed as revoked stays revoked (RFC 5280 §5.3.1), unless
it was only put on hold and a later piece says that it was released.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from signing.certificate import Certificate
from signing.validation.evidence import Evidence
from signing.validation.pieces import RevocationList, answers_of, list_of


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece's word about one certificate."""

    source: str
    """``crl: cache``, ``ocsp: embedded`` …"""
    issued: datetime
    """thisUpdate."""
    until: datetime | None
    """nextUpdate; None: as good as at once outdated."""
    revoked: datetime | None = None
    """Since when it is revoked: the date of the entry, or the earlier one since when the key is suspect; None: it is
    not revoked."""
    hold: bool = False
    """Suspended only."""


def statements(certificate: Certificate, issuer: Certificate, evidence: Evidence) -> tuple[Statement, ...]:
    """What each piece that ``issuer`` (or its OCSP responder) has signed says about ``certificate``, newest first."""
    found: list[Statement] = []
    for piece in evidence.crls:
        listed = list_of(issuer, piece.der)
        if listed is not None and (said := _from_list(certificate, listed, f"crl: {piece.source}")) is not None:
            found.append(said)
    for piece in evidence.ocsps:
        found += [
            Statement(f"ocsp: {piece.source}", answer.issued, answer.until, answer.revoked, answer.hold)
            for answer in answers_of(issuer, piece.der)
            if answer.serial == certificate.asn1.serial_number and (answer.revoked or answer.speaks_of(certificate))
        ]
    return tuple(sorted(found, key=lambda s: s.issued, reverse=True))


def revoked_by(said: tuple[Statement, ...], moment: datetime) -> datetime | None:
    """Since when the certificate counts as revoked at ``moment``; None: nothing says so."""
    dates = []
    for one in said:
        if one.revoked is None or one.revoked > moment:
            continue
        released = one.hold and any(s.revoked is None and one.issued < s.issued <= moment for s in said)
        if not released:
            dates.append(one.revoked)
    return min(dates, default=None)


def _from_list(certificate: Certificate, listed: RevocationList, source: str) -> Statement | None:
    entry = listed.view.get_revoked_certificate_by_serial_number(certificate.asn1.serial_number)
    until = listed.view.next_update_utc
    if entry is None:
        silent = listed.complete and listed.speaks_of(certificate)
        return Statement(source, listed.issued, until) if silent else None
    since, reason = entry.revocation_date_utc, None
    for extension in _entry_extensions(entry):
        if isinstance(extension.value, x509.CRLReason):
            reason = extension.value.reason
        elif isinstance(extension.value, x509.InvalidityDate):
            since = min(since, extension.value.invalidity_date_utc)
    if reason is x509.ReasonFlags.remove_from_crl:
        return Statement(source, listed.issued, until)
    return Statement(source, listed.issued, until, since, reason is x509.ReasonFlags.certificate_hold)


def _entry_extensions(entry: x509.RevokedCertificate) -> list[x509.Extension[Any]]:
    try:
        return list(entry.extensions)
    except ValueError:
        return []
