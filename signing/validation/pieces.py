"""Revocation lists and OCSP answers that a given authority has really made.

RFC 5280 §5, RFC 6960 §4.2. What is kept here is parsed and its signature checked; whether it is fresh, and whom it is
about, is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from asn1crypto import core
from cryptography import x509

from certlight.errors import InputRefused
from signing.certificate import Certificate
from signing.trust.evidence import Crl, authentic_crl, issued, signed_by, wellformed_ocsps
from signing.validation.cms import PARSING

_KEPT: Final = 128
"""Parsed pieces kept in memory: a night's work uses the same few lists again and again."""
_LARGE: Final = 1024 * 1024
_KEPT_LARGE: Final = 4
"""Of those beyond 1 MB only the last few: files bring lists of their own, which must not fill the memory."""
_EXPIRED_CERTS_ON_CRL: Final = "2.5.29.60"
_ARCHIVE_CUTOFF: Final = "1.3.6.1.5.5.7.48.1.6"


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A CRL that its issuer has signed, as both libraries see it."""

    authentic: Crl
    view: x509.CertificateRevocationList
    complete: bool
    """Not a delta, so that who is not on it is not revoked."""
    expired_since: datetime | None
    """From when on expired certificates stay on the list (ITU-T X.509 §9.5.2.8); None: they may be left out."""

    @property
    def issued(self) -> datetime:
        """thisUpdate."""
        return self.view.last_update_utc

    def speaks_of(self, certificate: Certificate) -> bool:
        """Whether absence means anything: lists made after a certificate has expired need not name it any more."""
        expiry: datetime = certificate.asn1.not_valid_after
        return self.issued <= expiry or (self.expired_since is not None and self.expired_since <= expiry)


@dataclass(frozen=True, slots=True)
class Answer:
    """One single response of an OCSP answer that the issuer or its responder has signed."""

    serial: int
    issued: datetime
    until: datetime | None
    revoked: datetime | None
    hold: bool
    archive_cutoff: datetime | None

    def speaks_of(self, certificate: Certificate) -> bool:
        """Whether "good" means anything after the certificate has expired (RFC 6960 §4.4.4)."""
        expiry: datetime = certificate.asn1.not_valid_after
        return self.issued <= expiry or (self.archive_cutoff is not None and self.archive_cutoff <= expiry)


def list_of(issuer: Certificate, der: bytes) -> RevocationList | None:
    """The CRL, where ``issuer`` has signed it; else None."""
    return _large_list(issuer, der) if len(der) > _LARGE else _small_list(issuer, der)


def answers_of(issuer: Certificate, der: bytes) -> tuple[Answer, ...]:
    """The single responses about certificates of ``issuer``, where it or its responder has signed them; else none."""
    return _large_answers(issuer, der) if len(der) > _LARGE else _small_answers(issuer, der)


def _list(issuer: Certificate, der: bytes) -> RevocationList | None:
    authentic = authentic_crl((issuer,), der)
    if authentic is None:
        return None
    try:
        since = None
        for extension in authentic.parsed["tbs_cert_list"]["crl_extensions"]:
            if extension["extn_id"].dotted == _EXPIRED_CERTS_ON_CRL:
                since = core.GeneralizedTime.load(bytes(extension["extn_value"])).native
        complete = authentic.parsed.delta_crl_indicator_value is None
        return RevocationList(authentic, x509.load_der_x509_crl(der), complete, since)
    except PARSING:
        return None


def _answers(issuer: Certificate, der: bytes) -> tuple[Answer, ...]:
    try:
        return tuple(_read_answers(issuer, der))
    except PARSING:
        return ()


_small_list, _large_list = lru_cache(_KEPT)(_list), lru_cache(_KEPT_LARGE)(_list)
_small_answers, _large_answers = lru_cache(_KEPT)(_answers), lru_cache(_KEPT_LARGE)(_answers)


def _read_answers(issuer: Certificate, der: bytes) -> Iterator[Answer]:
    for response in wellformed_ocsps((der,)):
        basic = response.basic_ocsp_response
        if not any(_made_by(basic, key) for key in _responders(basic, issuer)):
            return
        for single in basic["tbs_response_data"]["responses"]:
            if not _about(single["cert_id"], issuer):
                continue
            status = single["cert_status"]
            if status.name == "unknown":
                continue
            revoked, hold = None, False
            if status.name == "revoked":
                revoked = status.chosen["revocation_time"].native
                hold = status.chosen["revocation_reason"].native == "certificate_hold"
            yield Answer(
                serial=single["cert_id"]["serial_number"].native,
                issued=single["this_update"].native,
                until=single["next_update"].native,
                revoked=revoked,
                hold=hold,
                archive_cutoff=_archive_cutoff(single),
            )


def _responders(basic: Any, issuer: Certificate) -> Iterator[Certificate]:
    """The issuer, and whom it has made its responder (RFC 6960 §4.2.2.2)."""
    yield issuer
    for parsed in basic["certs"] or ():
        usage = parsed.extended_key_usage_value
        if usage is not None and "ocsp_signing" in usage.native:
            try:
                candidate = Certificate(parsed.dump())
            except InputRefused:
                continue
            if issued(candidate, issuer):
                yield candidate


def _made_by(basic: Any, responder: Certificate) -> bool:
    return signed_by(
        responder.asn1.public_key,
        basic["signature"].native,
        basic["tbs_response_data"].dump(),
        basic["signature_algorithm"],
    )


def _about(identifier: Any, issuer: Certificate) -> bool:
    algorithm = identifier["hash_algorithm"]["algorithm"].native
    if algorithm not in ("sha1", "sha256"):
        return False
    return bool(
        identifier["issuer_name_hash"].native == getattr(issuer.asn1.subject, algorithm)
        and identifier["issuer_key_hash"].native == getattr(issuer.asn1.public_key, algorithm)
    )


def _archive_cutoff(single: Any) -> datetime | None:
    for extension in single["single_extensions"] or ():
        if extension["extn_id"].dotted == _ARCHIVE_CUTOFF:
            value = extension["extn_value"].parsed.native
            return value.astimezone(UTC) if isinstance(value, datetime) else None
    return None
