"""Facts of certificates and signatures in the writing that every form of the report shares."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from signing.certificate import Certificate
from signing.validation.report import SignatureReport

TimeSource = Literal["timestamp", "claimed", "none"]


def time_source(signature: SignatureReport) -> TimeSource:
    """What the time of a signature rests on."""
    if signature.timestamp is not None:
        return "timestamp"
    return "claimed" if signature.signed_at is not None else "none"


def named_for_sure(signature: SignatureReport) -> bool:
    """Whether the name in the certificate is who signed; otherwise anybody may have written it there."""
    return signature.intact and signature.trusted


def serial_of(certificate: Certificate) -> str:
    """The serial number in lower-case hex."""
    return f"{certificate.asn1.serial_number:x}"


def validity_of(certificate: Certificate) -> tuple[datetime, datetime]:
    """notBefore and notAfter, UTC."""
    return certificate.crypto.not_valid_before_utc, certificate.crypto.not_valid_after_utc


def key_of(certificate: Certificate) -> str:
    """Kind and size of the public key: ``RSA 2048``, ``EC secp256r1``; the bare kind or its OID otherwise."""
    info = certificate.asn1.public_key
    kind = str(info.algorithm)
    try:
        if kind == "ec":
            form, curve = info.curve
            return f"EC {curve}" if form == "named" else "EC"
        # asn1crypto knows no size of the newer kinds.
        return f"{kind.upper()} {info.bit_size}" if kind in ("rsa", "rsassa_pss", "dsa") else kind
    except (ValueError, KeyError, TypeError):
        return kind
