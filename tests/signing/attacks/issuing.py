"""Certificates and CRLs that no honest authority of the test PKI would issue, or that it does not have."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as _ocsp
from cryptography.x509.oid import NameOID

from signing.certificate import Certificate
from tests.signing import pki
from tests.signing.attacks.signed_data import Identity

Revoked = tuple[Certificate, datetime, x509.ReasonFlags]
START: Final = datetime(2020, 1, 1, tzinfo=pki.NOW.tzinfo)
END: Final = datetime(2035, 1, 1, tzinfo=pki.NOW.tzinfo)


@functools.cache
def spare_key(name: str = "spare") -> rsa.RSAPrivateKey:
    """A key of nobody; the same name gives the same one."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def subject(organisation: str = pki.COMPANY, code: str = pki.COMPANY_CODE, common_name: str | None = None) -> x509.Name:
    """The name of an enterprise, as the test PKI writes it."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name or organisation),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, code),
        ]
    )


def issue(
    name: x509.Name,
    issuer: Identity | None,
    *,
    key: rsa.RSAPrivateKey | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] | None = None,
    digest: hashes.HashAlgorithm | None = None,
    serial: int = 5001,
    until: datetime = END,
    chain: tuple[Certificate, ...] = (),
) -> Identity:
    """A certificate by ``issuer`` (None: self-signed) with a key of its own, fit for sealing unless told otherwise."""
    key = key or spare_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.crypto.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(START)
        .not_valid_after(until)
    )
    for extension, critical in [(usage(), True), lists()] if extensions is None else extensions:
        builder = builder.add_extension(extension, critical)
    signing = issuer.key if issuer else key
    made = builder.sign(signing, digest or hashes.SHA256())
    above = (issuer.certificate, *issuer.chain) if issuer else ()
    return Identity(Certificate(made.public_bytes(Encoding.DER)), key, chain or above)


def usage(*, sign: bool = True, issue: bool = False) -> x509.KeyUsage:
    """Key usage for sealing, for issuing certificates, or both."""
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issue,
        crl_sign=issue,
        encipher_only=False,
        decipher_only=False,
    )


def lists() -> tuple[x509.ExtensionType, bool]:
    """Where the enterprise authority's lists are, as in every certificate of the test PKI."""
    return pki.cert("company").crypto.extensions.get_extension_for_class(x509.CRLDistributionPoints).value, False


def authority(label: str = "interm", of: str = "test") -> Identity:
    """``interm`` or ``root`` with its key."""
    above = (pki.cert("root", of),) if label == "interm" else ()
    return Identity(pki.cert(label, of), pki.private_key(label, of), above)


def crl(
    issuer: Identity,
    revoked: Sequence[Revoked] = (),
    *,
    at: datetime = pki.NOW,
    days: int = 30,
    signed_by: Identity | None = None,
    number: int = 900,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A CRL in the name of ``issuer`` (DER), issued an hour before ``at``; ``signed_by`` forges it."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.crypto.subject)
        .last_update(at - timedelta(hours=1))
        .next_update(at + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.certificate.crypto.public_key()),  # type: ignore[arg-type]
            False,
        )
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    for certificate, since, reason in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.crypto.serial_number)
            .revocation_date(since)
            .add_extension(x509.CRLReason(reason), False)
            .build()
        )
    key = (signed_by or issuer).key
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp(
    about: Certificate,
    issuer: Certificate,
    by: Identity,
    *,
    at: datetime = pki.NOW,
    status: _ocsp.OCSPCertStatus = _ocsp.OCSPCertStatus.GOOD,
    revoked: datetime | None = None,
    days: float = 1,
) -> bytes:
    """An OCSP answer about one certificate, signed by whomever (DER)."""
    builder = _ocsp.OCSPResponseBuilder().add_response(
        cert=about.crypto,
        issuer=issuer.crypto,
        algorithm=hashes.SHA1(),
        cert_status=status,
        this_update=at - timedelta(hours=1),
        next_update=at + timedelta(days=days),
        revocation_time=revoked,
        revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(_ocsp.OCSPResponderEncoding.HASH, by.certificate.crypto)
    return builder.certificates([by.certificate.crypto]).sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)
