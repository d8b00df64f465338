"""Keys, challenges and one honest login for the login tests."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.certificate import Certificate
from signing.keys.key import Algorithm
from signing.login.answer import answer
from signing.login.challenge import LIFETIME, Challenge
from signing.login.check import Identity, check_response
from signing.login.issue import Issued, issue
from signing.login.response import Response
from signing.login.store import ChallengeStore, MemoryChallengeStore
from signing.trust.material import TrustMaterial
from tests.signing import pki

ORIGIN = "https://cloud.example.cn"
SERVICE = "工程建设项目主体云库"
SECRET = bytes(range(32))
SOON = pki.NOW + timedelta(seconds=20)
"""When an honest user has typed the PIN."""

MATERIAL = functools.cache(pki.material)
"""Trust in the test root; made once, the CRLs take a while."""

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@dataclass(frozen=True)
class HeldKey:
    """A seal key with any certificate, fitting or not, that remembers what it signed."""

    private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: Certificate
    chain: tuple[Certificate, ...] = ()
    signed: list[bytes] = field(default_factory=list, hash=False)

    @property
    def algorithm(self) -> Algorithm:
        return "rsa" if isinstance(self.private_key, rsa.RSAPrivateKey) else "ec"

    def sign(self, message: bytes, digest: str) -> bytes:
        self.signed.append(message)
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(message, padding.PKCS1v15(), HASHES[digest])
        return self.private_key.sign(message, ec.ECDSA(HASHES[digest]))


@functools.cache
def held(label: str = "company", of: str = "test") -> HeldKey:
    """The key of a certificate of the test PKI."""
    return HeldKey(pki.private_key(label, of), pki.cert(label, of), (pki.cert("interm", of),))


def certified(name: list[x509.NameAttribute[str]], key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> HeldKey:
    """A key with a fresh certificate of the test CA for ``name``."""
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        False,
    )
    issuer_key = pki.private_key("interm")
    assert isinstance(issuer_key, rsa.RSAPrivateKey)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(name))
        .issuer_name(pki.cert("interm").crypto.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(pki.NOW - timedelta(days=1))
        .not_valid_after(pki.NOW + timedelta(days=365))
        .add_extension(
            x509.KeyUsage(digital_signature=True, encipher_only=False, decipher_only=False, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(
            pki.cert("company").crypto.extensions.get_extension_for_class(x509.CRLDistributionPoints).value,
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )
    return HeldKey(key, Certificate.of(made))


@dataclass(frozen=True)
class Attempt:
    """A login as it reaches the server; tests change one thing of it."""

    store: ChallengeStore
    issued: Issued
    response: Response
    ticket: str
    origin: str = ORIGIN
    service: str = SERVICE
    at: datetime = SOON
    secret: bytes | None = SECRET
    material: TrustMaterial = field(default_factory=MATERIAL)

    def but(self, **changes: object) -> Attempt:
        return replace(self, **changes)  # type: ignore[arg-type]

    def check(self) -> Identity:
        return check_response(
            self.response,
            self.ticket,
            store=self.store,
            origin=self.origin,
            service=self.service,
            material=self.material,
            at=self.at,
            secret=self.secret,
        )


def honest(
    key: HeldKey | None = None, *, store: ChallengeStore | None = None, secret: bytes | None = SECRET
) -> Attempt:
    """An honest user's login, up to the server's check."""
    store = MemoryChallengeStore() if store is None else store
    issued = issue(store, origin=ORIGIN, service=SERVICE, at=pki.NOW, secret=secret)
    response = answer(issued.challenge.to_bytes(), key or held(), origin=ORIGIN)
    return Attempt(store, issued, response, issued.ticket, secret=secret)


def challenge(number: int = 0, *, issued: datetime = pki.NOW, lifetime: timedelta = LIFETIME) -> Challenge:
    return Challenge(SERVICE, ORIGIN, number.to_bytes(32, "big"), issued, issued + lifetime)
