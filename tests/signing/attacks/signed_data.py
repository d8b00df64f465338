"""CMS SignedData made piece by piece (RFC 5652, RFC 5035, RFC 3161), so that each piece can be made wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from tests.signing import pki

HASHES: Final = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True)
class Recipe:
    """What goes into one SignedData with one SignerInfo; the defaults make a right PAdES one."""

    label: str = "company"
    of: str = "test"
    digest: str = "sha256"
    certificates: tuple[str, ...] = ("interm", "root")
    """Further certificates, of the same architecture."""
    own_certificate: bool = True
    names: str | None = None
    """The certificate that issuerAndSerialNumber points to; None: the signer's."""
    bound: str | None = "signer"
    """Whose hash signing-certificate-v2 holds: ``signer``, another label, or None for no attribute."""
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
    key: str | None = None
    """The certificate whose key signs; None: the signer's own."""
    key_of: str | None = None
    token: Callable[[bytes], bytes] | None = None
    """Signature value → timestamp token (DER of ContentInfo)."""
    signed_more: tuple[cms.CMSAttribute, ...] = ()
    unsigned_more: tuple[cms.CMSAttribute, ...] = ()


def signed_data(content: bytes, recipe: Recipe = Recipe(), *, finish: Callable[[Any], None] | None = None) -> bytes:
    """The DER of a ContentInfo over ``content``. ``finish`` may change the SignedData at the very end."""
    info = signer_info(content, recipe)
    certificates = [pki.cert(label, recipe.of).asn1 for label in recipe.certificates]
    if recipe.own_certificate:
        certificates.insert(0, pki.cert(recipe.label, recipe.of).asn1)
    whole = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": recipe.digest})],
            "encap_content_info": {"content_type": "data"}
            | ({} if recipe.content is None else {"content": recipe.content}),
            "certificates": [cms.CertificateChoices("certificate", one) for one in certificates],
            "signer_infos": [info],
        }
    )
    if finish:
        finish(whole)
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": whole}).dump())


def signer_info(content: bytes, recipe: Recipe) -> cms.SignerInfo:
    """One SignerInfo over ``content``."""
    named = pki.cert(recipe.names or recipe.label, recipe.of).asn1
    attributes = _signed_attributes(content, recipe)
    to_sign = attributes.dump() if recipe.signed_attributes else content
    signature = sign(to_sign, recipe.key or recipe.label, recipe.key_of or recipe.of, recipe.digest)
    elliptic = isinstance(
        pki.private_key(recipe.key or recipe.label, recipe.key_of or recipe.of), ec.EllipticCurvePrivateKey
    )
    unsigned = list(recipe.unsigned_more)
    if recipe.token:
        unsigned.append(timestamp_attribute(recipe.token(signature)))
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number", {"issuer": named.issuer, "serial_number": named.serial_number}
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": recipe.digest}),
            "signature_algorithm": algos.SignedDigestAlgorithm(
                {"algorithm": f"{recipe.digest}_{'ecdsa' if elliptic else 'rsa'}"}
            ),
            "signature": signature,
        }
        | ({"signed_attrs": attributes} if recipe.signed_attributes else {})
        | ({"unsigned_attrs": cms.CMSAttributes(unsigned)} if unsigned else {})
    )


def sign(data: bytes, label: str, of: str = "test", digest: str = "sha256") -> bytes:
    """Signature with the key of a certificate of the test PKI."""
    key = pki.private_key(label, of)
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
    if recipe.bound:
        bound = pki.cert(recipe.label if recipe.bound == "signer" else recipe.bound, recipe.of)
        found["signing_certificate_v2"] = attribute(
            "signing_certificate_v2",
            tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(bound.der).digest()})]}),
        )
    kept = [value for name, value in found.items() if name not in recipe.left_out]
    return cms.CMSAttributes([*kept, *recipe.signed_more])
