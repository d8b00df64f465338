"""The CMS inside the seal: attributes, algorithms, signers and encodings that the standards do not allow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from asn1crypto import cms, core

from signing.validation.indication import SubIndication
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import BROKEN, FORMAT, HASH, VALUE, Bite, Expectation, attack, failed, undecided
from tests.signing.attacks.issuing import issue, spare_key, subject
from tests.signing.attacks.signed_data import Recipe, attribute, identity, sign, signed_data, signer_info
from tests.signing.attacks.surgery import covered, with_contents
from tests.signing.attacks.world import World

WEAK: Final = undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
NO_SIGNER: Final = undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND) | failed(
    SubIndication.NO_SIGNING_CERTIFICATE_FOUND
)
UNBOUND: Final[Expectation] = (
    undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, SubIndication.SIG_CONSTRAINTS_FAILURE) | FORMAT | VALUE
)
"""signing-certificate-v2 wrong: EN 319 102-1 §5.2.3.4 says NO_SIGNING_CERTIFICATE_FOUND; a form that PAdES does not
allow is as right."""


def forged(recipe: Recipe) -> Callable[[World], bytes]:
    """The clean file with a CMS after ``recipe``."""
    return lambda world: world.forged(recipe)


def finished(world: World, finish: Callable[[Any], None], recipe: Recipe = Recipe()) -> bytes:  # noqa: B008
    """The clean file with a CMS whose SignedData ``finish`` has changed."""
    pdf = world.sealed()
    return with_contents(pdf, signed_data(covered(pdf), recipe, finish=finish))


def encoded(world: World, change: Callable[[bytes], bytes]) -> bytes:
    """The clean file with a right CMS whose encoding ``change`` has changed."""
    pdf = world.sealed()
    return with_contents(pdf, change(signed_data(covered(pdf))))


@attack("cms", WEAK, Bite.MEANING)
def sha1(world: World) -> bytes:
    """SHA-1 throughout."""
    return world.forged(Recipe(digest="sha1"))


@attack("cms", WEAK | FORMAT, Bite.MEANING)
def md5(world: World) -> bytes:
    """MD5 throughout."""
    return world.forged(Recipe(digest="md5"))


@attack("cms", WEAK | VALUE | FORMAT, Bite.SEAL)
def sha1_value_under_sha256(world: World) -> bytes:
    """The content is hashed with SHA-256, the attributes with SHA-1, and said to be so."""
    pdf = world.sealed()
    recipe = Recipe(algorithm="sha1_rsa")
    content = covered(pdf)

    def finish(whole: Any) -> None:
        info = whole["signer_infos"][0]

        info["signature"] = sign(info["signed_attrs"].untag().dump(), identity().key, "sha1")

    return with_contents(pdf, signed_data(content, recipe, finish=finish))


@attack("cms", WEAK, Bite.NOTHING, makers=("pyhanko",))
def weak_key(world: World) -> bytes:
    """RSA of 1024 bits."""
    return bare_pyhanko.seal(world.base().pdf, "company-weak")


@attack("cms", FORMAT, Bite.SEAL)
def two_signer_infos(world: World) -> bytes:
    """Two SignerInfos, both right: PAdES allows one."""
    pdf = world.sealed()
    second = signer_info(covered(pdf), Recipe(label="other"))

    def finish(whole: Any) -> None:
        whole["signer_infos"].append(second)
        whole["certificates"].append(cms.CertificateChoices("certificate", pki.cert("other").asn1))

    return with_contents(pdf, signed_data(covered(pdf), finish=finish))


@attack("cms", FORMAT, Bite.SEAL)
def no_signer_info(world: World) -> bytes:
    """No SignerInfo: certificates only."""

    def finish(whole: Any) -> None:
        whole["signer_infos"] = []

    return finished(world, finish)


@attack("cms", FORMAT, Bite.MEANING)
def encapsulated_digest(world: World) -> bytes:
    """The digest of the document as encapsulated content, as adbe.pkcs7.sha1 had it."""

    pdf = world.sealed()
    digest = hashlib.sha1(covered(pdf)).digest()
    return with_contents(pdf, signed_data(digest, Recipe(content=digest)))


@attack("cms", FORMAT, Bite.MEANING)
def encapsulated_content(world: World) -> bytes:
    """A right detached signature that has content of its own, too."""
    return world.forged(Recipe(content=b"another document"))


@attack("cms", FORMAT | HASH, Bite.SEAL)
def encapsulated_other_content(world: World) -> bytes:
    """The signature is right for its own content, which is not the document."""
    pdf = world.sealed()
    return with_contents(pdf, signed_data(b"another document", Recipe(content=b"another document")))


@attack("cms", FORMAT | HASH, Bite.SEAL)
def no_message_digest(world: World) -> bytes:
    """The signed attributes do not say the digest: they fit any document."""
    return world.forged(Recipe(left_out=("message_digest",)))


@attack("cms", HASH, Bite.SEAL)
def wrong_message_digest(world: World) -> bytes:
    """The signed digest is that of nothing."""
    return world.forged(Recipe(message_digest=bytes(32)))


@attack("cms", FORMAT | HASH, Bite.SEAL)
def two_message_digests(world: World) -> bytes:
    """The attribute has two values, the right one second."""
    pdf = world.sealed()
    right = hashlib.sha256(covered(pdf)).digest()
    double = attribute("message_digest", bytes(32), right)
    return world.forged(Recipe(left_out=("message_digest",), signed_more=(double,)))


@attack("cms", FORMAT, Bite.MEANING)
def no_content_type(world: World) -> bytes:
    """The signed attributes do not say the content type, RFC 5652 §11.1."""
    return world.forged(Recipe(left_out=("content_type",)))


@attack("cms", FORMAT, Bite.MEANING)
def other_content_type(world: World) -> bytes:
    """The content type is that of a timestamp token."""
    return world.forged(Recipe(content_type="tst_info"))


@attack("cms", FORMAT, Bite.SEAL, makers=("pyhanko",))
def no_signed_attributes(world: World) -> bytes:
    """The signature is over the document itself; a CAdES seal has signed attributes."""
    return world.forged(Recipe(signed_attributes=False))


@attack("cms", BROKEN, Bite.SEAL)
def attributes_as_content(world: World) -> bytes:
    """Signed attributes of one document pass for the content of another: the CMS drops them, RFC 5652 has both forms
    look the same to the signature value."""
    pdf = world.sealed()
    info = signer_info(covered(pdf), Recipe())

    def finish(whole: Any) -> None:
        bare = whole["signer_infos"][0]
        bare["signature"] = info["signature"]

    return with_contents(pdf, signed_data(covered(pdf), Recipe(signed_attributes=False), finish=finish))


@attack("cms", FORMAT | undecided(SubIndication.SIG_CONSTRAINTS_FAILURE), Bite.MEANING, makers=("pyhanko",))
def no_signing_certificate(world: World) -> bytes:
    """A CAdES seal without signing-certificate-v2: any certificate with the same key would do."""
    return world.forged(Recipe(left_out=("signing_certificate_v2",)))


@attack("cms", UNBOUND, Bite.MEANING)
def other_signing_certificate(world: World) -> bytes:
    """signing-certificate-v2 is that of another enterprise."""
    return world.forged(Recipe(bound=pki.cert("other")))


@attack("cms", UNBOUND, Bite.MEANING)
def certificate_swapped(world: World) -> bytes:
    """Sealed with a revoked certificate; swapped in is another of the same enterprise with the same key."""
    revoked = pki.cert("company-revoked")
    good = (pki.cert("company"), pki.cert("interm"), pki.cert("root"))
    return world.forged(Recipe(names=pki.cert("company"), bound=revoked, certificates=good))


@attack("cms", NO_SIGNER | FORMAT, Bite.SEAL)
def certificate_left_out(world: World) -> bytes:
    """The signer's certificate is not there."""
    return world.forged(Recipe(certificates=(pki.cert("interm"), pki.cert("root"))))


@attack("cms", NO_SIGNER | FORMAT, Bite.SEAL)
def no_certificates(world: World) -> bytes:
    """No certificate at all."""
    return world.forged(Recipe(certificates=()))


@attack("cms", NO_SIGNER | FORMAT | VALUE | UNBOUND, Bite.SEAL)
def names_another_certificate(world: World) -> bytes:
    """The SignerInfo names another enterprise's certificate, which is there as well."""
    certificates = (pki.cert("company"), pki.cert("other"), pki.cert("interm"), pki.cert("root"))
    return world.forged(Recipe(names=pki.cert("other"), certificates=certificates))


@attack("cms", VALUE, Bite.SEAL)
def signed_with_another_key(world: World) -> bytes:
    """The company's certificate, a stranger's key."""
    return world.forged(Recipe(key=spare_key()))


@attack("cms", VALUE, Bite.SEAL)
def empty_value(world: World) -> bytes:
    """No signature value."""

    def finish(whole: Any) -> None:
        whole["signer_infos"][0]["signature"] = b""

    return finished(world, finish)


@attack("cms", VALUE | FORMAT, Bite.SEAL)
def zero_value(world: World) -> bytes:
    """A signature value of zeros."""

    def finish(whole: Any) -> None:
        whole["signer_infos"][0]["signature"] = bytes(256)

    return finished(world, finish)


@attack("cms", VALUE | FORMAT, Bite.SEAL, makers=("pyhanko",))
def zero_curve_points(world: World) -> bytes:
    """An ECDSA value of two zeros (CVE-2022-21449)."""

    def finish(whole: Any) -> None:
        whole["signer_infos"][0]["signature"] = bytes.fromhex("3006020100020100")

    return finished(world, finish, Recipe(label="company-ec"))


@attack("cms", VALUE | FORMAT | HASH, Bite.SEAL)
def attribute_added(world: World) -> bytes:
    """A signed attribute more than was signed."""

    def finish(whole: Any) -> None:
        info = whole["signer_infos"][0]
        info["signed_attrs"] = cms.CMSAttributes(
            [*info["signed_attrs"], attribute("signing_time", cms.Time({"utc_time": core.UTCTime(pki.NOW)}))]
        )

    return finished(world, finish)


@attack("cms", FORMAT, Bite.SEAL)
def enveloped(world: World) -> bytes:
    """A ContentInfo of another type."""
    pdf = world.sealed()
    return with_contents(pdf, cms.ContentInfo({"content_type": "data", "content": b"sealed"}).dump())


@attack("cms", FORMAT, Bite.SEAL)
def cut_short(world: World) -> bytes:
    """The CMS ends in the middle."""
    return encoded(world, lambda der: der[: len(der) // 2])


@attack("cms", FORMAT, Bite.MEANING)
def length_too_large(world: World) -> bytes:
    """The outermost length reaches into the padding."""
    return encoded(world, lambda der: der[:2] + (int.from_bytes(der[2:4], "big") + 8).to_bytes(2, "big") + der[4:])


@attack("cms", FORMAT, Bite.SEAL)
def certificate_only(world: World) -> bytes:
    """A bare certificate where a CMS should be."""
    return with_contents(world.sealed(), pki.cert("company").der)


@attack("cms", FORMAT, Bite.SEAL)
def deeply_nested(world: World) -> bytes:
    """Two thousand sequences within one another."""
    der = b""
    for _ in range(2000):
        length = len(der)
        der = b"\x30" + (bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2, "big")) + der
    return with_contents(world.sealed(), der)


@attack("cms", undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND), Bite.SEAL)
def self_signed(world: World) -> bytes:
    """A self-made certificate in the company's name."""
    return world.forged(Recipe(who=issue(subject(), None)))
