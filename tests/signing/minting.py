"""Certificates and lists with one thing wrong, made by ``cryptography``: what certomancer's description cannot say."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.certificate import Certificate
from tests.signing.pki import NOW

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
YEAR = timedelta(days=365)
_serials = itertools.count(10**20)


@dataclass(frozen=True)
class Minted:
    """A certificate with its private key."""

    key: Key
    crypto: x509.Certificate

    @property
    def certificate(self) -> Certificate:
        """As the project sees it."""
        return Certificate.of(self.crypto)


def name(common_name: str, organisation: str = "Minted") -> x509.Name:
    """C, O, CN."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def usage(*flags: str) -> x509.KeyUsage:
    """keyUsage with these bits."""
    known = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{flag: flag in flags for flag in known})


CA_USAGE = usage("key_cert_sign", "crl_sign")
SIGNER_USAGE = usage("digital_signature", "content_commitment")


def mint(
    subject: str | x509.Name,
    issuer: Minted | None = None,
    *,
    ca: bool | None = None,
    path_length: int | None = None,
    key: Key | None = None,
    key_usage: x509.KeyUsage | None = None,
    extended: Iterable[str] | None = None,
    extended_critical: bool = False,
    digest: hashes.HashAlgorithm | None = None,
    start: datetime = NOW - YEAR,
    end: datetime = NOW + YEAR,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> Minted:
    """A certificate; without an issuer self-signed and a CA's. EC on P-256 unless a key is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    ca = issuer is None if ca is None else ca
    subject_name = name(subject) if isinstance(subject, str) else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject_name)
        .issuer_name(issuer.crypto.subject if issuer else subject_name)
        .public_key(key.public_key())
        .serial_number(next(_serials))
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca, path_length if ca else None), critical=True)
        .add_extension(key_usage or (CA_USAGE if ca else SIGNER_USAGE), critical=True)
    )
    if extended is not None:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in extended]), critical=extended_critical
        )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    return Minted(key, builder.sign(issuer.key if issuer else key, digest or hashes.SHA256()))


def mint_crl(
    issuer: Minted,
    *,
    revoked: Iterable[int] = (),
    start: datetime = NOW - timedelta(days=1),
    end: datetime | None = None,
    number: int = 1,
    digest: hashes.HashAlgorithm | None = None,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    revoked_at: datetime = NOW - timedelta(days=2),
) -> bytes:
    """A list (DER) of serial numbers; fresh for a week unless ``end`` says otherwise."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.crypto.subject)
        .last_update(start)
        .next_update(end or start + timedelta(days=7))
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    for serial in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked_at).build()
        )
    return builder.sign(issuer.key, digest or hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def mint_ocsp(about: Minted, issuer: Minted, responder: Minted, start: datetime = NOW - timedelta(minutes=5)) -> bytes:
    """A good answer (DER), fresh for a day, with the responder's certificate in it."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        about.crypto,
        issuer.crypto,
        hashes.SHA1(),
        ocsp.OCSPCertStatus.GOOD,
        start,
        start + timedelta(days=1),
        None,
        None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.crypto).certificates([responder.crypto])
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string
SERVER = ExtendedKeyUsageOID.SERVER_AUTH.dotted_string
CODE = ExtendedKeyUsageOID.CODE_SIGNING.dotted_string
STAMPING = ExtendedKeyUsageOID.TIME_STAMPING.dotted_string
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string
