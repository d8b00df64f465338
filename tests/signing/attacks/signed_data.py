"""CMS SignedData made piece by piece (RFC 5652, RFC 5035, RFC 3161), so that each piece can be made wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.certificate import Certificate
from tests.signing import pki

HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Identity:
    """A certificate with its key, and the certificates that go along."""

    certificate: Certificate
    key: PrivateKey
    chain: tuple[Certificate, ...] = ()


def identity(label: str = "company", of: str = "test") -> Identity:
    """One of the test PKI, with the chain above it."""
    return Identity(pki.cert(label, of), pki.private_key(label, of), (pki.cert("interm", of), pki.cert("root", of)))


@dataclass(frozen=True)
class Recipe:
    """What goes into one SignedData with one SignerInfo; the defaults make a right PAdES one."""

    label: str = "company"
    of: str = "test"
    who: Identity | None = None
    """Instead of ``label`` and ``of``."""
    digest: str = "sha256"
    certificates: tuple[Certificate, ...] | None = None
    """All embedded certificates; None: the signer's and its chain."""
    names: Certificate | None = None
    """The certificate that issuerAndSerialNumber points to; None: the signer's."""
    bound: Certificate | None = None
    """Whose hash signing-certificate-v2 holds; None: the signer's."""
    message_digest: bytes | None = None
    """Instead of the digest of the content."""
    left_out: tuple[str, ...] = ()
    """Signed attributes that are missing."""
    signed_attributes: bool = True
    """False: the signature is over the content itself."""
    content: bytes | None = None
    """Encapsulated content, where there should be none."""
    content_type: str = "data"
    """What the content-type attribute says."""
    key: PrivateKey | None = None
    """The key that signs; None: the signer's own."""
    algorithm: str = ""
    """What the SignerInfo calls the signature algorithm; empty: what it is."""
    token: Callable[[bytes], bytes] | None = None
    """Signature value → timestamp token (DER of ContentInfo)."""
    more_tokens: tuple[Callable[[bytes], bytes], ...] = ()
    """Further tokens, before that one."""
    signed_more: tuple[cms.CMSAttribute, ...] = ()
    unsigned_more: tuple[cms.CMSAttribute, ...] = ()

    @property
    def signer(self) -> Identity:
        """Who signs."""
        return self.who or identity(self.label, self.of)


def signed_data(content: bytes, recipe: Recipe = Recipe(), *, finish: Callable[[Any], None] | None = None) -> bytes:
    """The DER of a ContentInfo over ``content``. ``finish`` may change the SignedData at the very end."""
    info = signer_info(content, recipe)
    signer = recipe.signer
    certificates = (signer.certificate, *signer.chain) if recipe.certificates is None else recipe.certificates
    whole = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": recipe.digest})],
            "encap_content_info": {"content_type": "data"}
            | ({} if recipe.content is None else {"content": recipe.content}),
            "certificates": [cms.CertificateChoices("certificate", one.asn1) for one in certificates],
            "signer_infos": [info],
        }
    )
    if finish:
        finish(whole)
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": whole}).dump())


def signer_info(content: bytes, recipe: Recipe) -> cms.SignerInfo:
    """One SignerInfo over ``content``."""
    signer = recipe.signer
    named = (recipe.names or signer.certificate).asn1
    attributes = _signed_attributes(content, recipe)
    to_sign = attributes.dump() if recipe.signed_attributes else content
    key = recipe.key or signer.key
    signature = sign(to_sign, key, recipe.digest)
    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    algorithm = recipe.algorithm or f"{recipe.digest}_{'ecdsa' if elliptic else 'rsa'}"
    unsigned = list(recipe.unsigned_more)
    unsigned += [timestamp_attribute(token(signature)) for token in recipe.more_tokens]
    if recipe.token:
        unsigned.append(timestamp_attribute(recipe.token(signature)))
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number", {"issuer": named.issuer, "serial_number": named.serial_number}
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": recipe.digest}),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": algorithm}),
            "signature": signature,
        }
        | ({"signed_attrs": attributes} if recipe.signed_attributes else {})
        | ({"unsigned_attrs": cms.CMSAttributes(unsigned)} if unsigned else {})
    )


def sign(data: bytes, key: PrivateKey, digest: str = "sha256") -> bytes:
    """Signature over data: PKCS #1 v1.5 or ECDSA."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(HASHES[digest]()))
    return key.sign(data, padding.PKCS1v15(), HASHES[digest]())


def attribute(kind: str, *values: Any) -> cms.CMSAttribute:
    """One CMS attribute."""
    return cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": values})


def timestamp_attribute(token: bytes) -> cms.CMSAttribute:
    """The signature-time-stamp attribute, RFC 3161 appendix A."""
    return attribute("signature_time_stamp_token", cms.ContentInfo.load(token))


def signing_time(at: datetime) -> cms.CMSAttribute:
    """The signer's claim of when it was."""
    return attribute("signing_time", cms.Time({"utc_time": core.UTCTime(at)}))


def _signed_attributes(content: bytes, recipe: Recipe) -> cms.CMSAttributes:
    digest = recipe.message_digest or hashlib.new(recipe.digest, content).digest()
    found = {
        "content_type": attribute("content_type", recipe.content_type),
        "message_digest": attribute("message_digest", digest),
    }
    bound = recipe.bound or recipe.signer.certificate
    found["signing_certificate_v2"] = attribute(
        "signing_certificate_v2",
        tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(bound.der).digest()})]}),
    )
    kept = [value for name, value in found.items() if name not in recipe.left_out]
    return cms.CMSAttributes([*kept, *recipe.signed_more])
