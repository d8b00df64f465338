"""Timestamps that prove nothing: forged, of nobody, over something else, too late. The certificate had expired or was
revoked before the validation, so that only a timestamp could save the seal; and seals of a valid certificate that carry
a forged one, which somebody meant to deceive with."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms, tsp
from cryptography import x509

from signing.trust.material import Anchor, Purpose, TrustMaterial
from signing.validation.indication import SubIndication
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import BROKEN, FORMAT, Bite, Expectation, Setting, attack, failed, undecided
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.issuing import authority, crl
from tests.signing.attacks.signed_data import Recipe, attribute, identity, sign, signed_data
from tests.signing.attacks.surgery import contents, put, spans
from tests.signing.attacks.world import World

IN_TIME: Final = datetime(2026, 1, 15, 4, 0, tzinfo=pki.NOW.tzinfo)
"""Before ``company-expired`` ended (2026-03-01) and ``company-revoked`` was revoked (2026-06-01)."""
TOO_LATE: Final = datetime(2026, 8, 1, 4, 0, tzinfo=pki.NOW.tzinfo)
"""After both."""
NO_TIME: Final = undecided(SubIndication.OUT_OF_BOUNDS_NO_POE)
REVOKED: Final = undecided(SubIndication.REVOKED_NO_POE)
INVALID: Final = BROKEN | undecided(SubIndication.SIG_CONSTRAINTS_FAILURE)
"""What the token itself is refused for."""
FORGED: Final[Expectation] = BROKEN | undecided(
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.REVOKED_NO_POE,
    SubIndication.TIMESTAMP_ORDER_FAILURE,
    SubIndication.NO_POE,
    SubIndication.GENERIC,
)
"""A seal of a valid certificate with a forged timestamp: EN 319 102-1 leaves open which reason is given; ours is that
of the timestamp."""
Token = Callable[[bytes], bytes]


@functools.cache
def token_over(data: bytes, at: datetime, label: str = "tsa", of: str = "test", digest: str = "sha256") -> bytes:
    """A timestamp token over ``data`` (DER of ContentInfo)."""
    imprint = hashlib.new(digest, data).digest()
    return bytes(asyncio.run(pki.timestamper(at, label, of).async_timestamp(imprint, digest)).dump())


def by(at: datetime, label: str = "tsa", of: str = "test") -> Token:
    """Asks an authority for tokens at a time."""
    return lambda value: token_over(value, at, label, of)


def over_other_data(value: bytes) -> bytes:
    """A right token, over something else."""
    return token_over(b"another signature", IN_TIME)


def moved_back(value: bytes) -> bytes:
    """A right token whose time was changed afterwards."""
    der = token_over(value, TOO_LATE)
    late, early = (moment.strftime("%Y%m%d%H%M%SZ").encode() for moment in (TOO_LATE, IN_TIME))
    if late not in der:
        raise ValueError("no such time in the token")
    return der.replace(late, early, 1)


def by_the_enterprise(value: bytes) -> bytes:
    """The enterprise plays its own authority, with its seal's certificate."""
    return _signed_by(value, identity("company"))


def without_signature(value: bytes) -> bytes:
    """The token's signature value is zeros."""
    token = cms.ContentInfo.load(token_over(value, IN_TIME))
    info = token["content"]["signer_infos"][0]
    info["signature"] = bytes(256)
    return bytes(token.dump(force=True))


def without_signer(value: bytes) -> bytes:
    """Nobody signed the token."""
    token = cms.ContentInfo.load(token_over(value, IN_TIME))
    token["content"]["signer_infos"] = []
    return bytes(token.dump(force=True))


def with_content_swapped(value: bytes) -> bytes:
    """The content of a token in time within the envelope of a late one."""
    early = cms.ContentInfo.load(token_over(value, IN_TIME))
    late = cms.ContentInfo.load(token_over(value, TOO_LATE))
    late["content"]["encap_content_info"] = early["content"]["encap_content_info"]
    return bytes(late.dump(force=True))


def no_token(value: bytes) -> bytes:
    """A CMS that is no timestamp token: a signature over the signature value."""
    return signed_data(value, Recipe(label="tsa"))


FORGERIES: Final[dict[str, tuple[Token, str]]] = {
    "foreign-authority": (by(IN_TIME, of="foreign"), "A token by a foreign authority of the same name."),
    "over-other-data": (over_other_data, "A right token over another signature."),
    "moved-back": (moved_back, "A right token whose time was set back afterwards."),
    "by-the-enterprise": (by_the_enterprise, "The enterprise stamps its own seal."),
    "authority-without-purpose": (by(IN_TIME, "tsa-no-eku"), "The authority's certificate is not for timestamps."),
    "signature-of-zeros": (without_signature, "The token's signature value is zeros."),
    "without-signer": (without_signer, "Nobody signed the token."),
    "content-swapped": (with_content_swapped, "The content of one token in the envelope of another."),
    "no-token": (no_token, "A CMS that is no token."),
    "junk": (lambda value: cms.ContentInfo({"content_type": "data", "content": b"2026"}).dump(), "No CMS signature."),
}

for _name, (_token, _note) in FORGERIES.items():
    attack(
        "timestamp", NO_TIME | INVALID, Bite.NOTHING, name=f"{_name}-expired", note=f"{_note} The certificate expired."
    )(lambda world, token=_token: world.forged(Recipe(label="company-expired", token=token)))
    attack(
        "timestamp",
        REVOKED | INVALID,
        Bite.NOTHING,
        name=f"{_name}-revoked",
        note=f"{_note} The certificate is revoked.",
    )(lambda world, token=_token: world.forged(Recipe(label="company-revoked", token=token)))
    attack("timestamp", FORGED, Bite.MEANING, name=f"{_name}-valid", note=f"{_note} The certificate is valid.")(
        lambda world, token=_token: world.forged(Recipe(token=token))
    )


@attack("timestamp", NO_TIME, Bite.NOTHING)
def after_the_end(world: World) -> bytes:
    """A right token, set after the certificate had expired."""
    return world.forged(Recipe(label="company-expired", token=by(TOO_LATE)))


@attack("timestamp", REVOKED, Bite.NOTHING)
def after_the_revocation(world: World) -> bytes:
    """A right token, set after the certificate was revoked."""
    return world.forged(Recipe(label="company-revoked", token=by(TOO_LATE)))


@attack("timestamp", NO_TIME | BROKEN, Bite.NOTHING)
def copied_from_another_seal(world: World) -> bytes:
    """The token of another seal of the same company."""
    other: list[bytes] = []

    def remember(value: bytes) -> bytes:
        other.append(by(IN_TIME)(value))
        return other[0]

    world.forged(Recipe(token=remember), pages=3)
    return world.forged(Recipe(label="company-expired", token=lambda value: other[0]))


@attack(
    "timestamp",
    undecided(
        SubIndication.TIMESTAMP_ORDER_FAILURE, SubIndication.OUT_OF_BOUNDS_NO_POE, SubIndication.SIG_CONSTRAINTS_FAILURE
    )
    | failed(SubIndication.NOT_YET_VALID),
    Bite.MEANING,
)
def before_the_certificate(world: World) -> bytes:
    """A right token, set before the certificate began: a clock or a key is not what it should be."""
    return world.forged(Recipe(token=by(datetime(2019, 6, 1, tzinfo=pki.NOW.tzinfo))))


@attack("timestamp", NO_TIME, Bite.NOTHING)
def authority_expired(world: World) -> bytes:
    """The authority's certificate has expired too (2026-09-01), and nothing newer proves the token."""
    return world.forged(Recipe(label="company-expired", token=by(IN_TIME, "tsa-expired")))


def _authority_revoked(at: datetime) -> TrustMaterial:
    since = datetime(2025, 12, 1, tzinfo=at.tzinfo)
    expired = (pki.cert("company-revoked"), datetime(2026, 6, 1, tzinfo=at.tzinfo), x509.ReasonFlags.key_compromise)
    dead = crl(authority(), [(pki.cert("tsa"), since, x509.ReasonFlags.key_compromise), expired], at=at)
    return dataclasses.replace(pki.material(at), crls=(pki.crl("root", at), dead))


@attack("timestamp", NO_TIME, Bite.NOTHING, setting=Setting(trust=_authority_revoked))
def authority_revoked(world: World) -> bytes:
    """The authority's key was compromised before the token's time."""
    return world.forged(Recipe(label="company-expired", token=by(IN_TIME)))


def _seals_only(at: datetime) -> TrustMaterial:
    return dataclasses.replace(pki.material(at), anchors=(Anchor(pki.cert("root"), frozenset({Purpose.SEAL})),))


@attack("timestamp", NO_TIME, Bite.NOTHING, setting=Setting(trust=_seals_only))
def root_for_seals_only(world: World) -> bytes:
    """The root is trusted for seals, not for timestamps."""
    return world.forged(Recipe(label="company-expired", token=by(IN_TIME)))


@attack("timestamp", NO_TIME | BROKEN | undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE), Bite.NOTHING)
def sha1_imprint(world: World) -> bytes:
    """The token is over a SHA-1 digest, for which another signature can be found."""
    return world.forged(Recipe(label="company-expired", token=lambda value: token_over(value, IN_TIME, digest="sha1")))


@attack("timestamp", NO_TIME, Bite.NOTHING)
def before_signing(world: World) -> bytes:
    """A content timestamp among the signed attributes: it proves that the seal is younger, not older."""
    earlier = attribute("content_time_stamp", cms.ContentInfo.load(token_over(b"content", IN_TIME)))
    return world.forged(Recipe(label="company-expired", signed_more=(earlier,)))


@attack("timestamp", NO_TIME, Bite.NOTHING)
def document_timestamp_before_the_seal(world: World) -> bytes:
    """A document timestamp in time, and a seal after it: it proves nothing about what came later."""
    pdf = bare_pyhanko.document_timestamp(world.base().pdf, pki.timestamper(IN_TIME))
    return world.seal(pdf, "company-expired")


@attack("timestamp", NO_TIME | undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND), Bite.NOTHING)
def document_timestamp_by_a_foreign_authority(world: World) -> bytes:
    """A document timestamp by a foreign authority of the same name."""
    return bare_pyhanko.document_timestamp(
        world.sealed(label="company-expired"), pki.timestamper(IN_TIME, of="foreign")
    )


@attack("timestamp", NO_TIME | BROKEN, Bite.SEAL)
def document_timestamp_changed(world: World) -> bytes:
    """The CMS of the document timestamp has its time set back."""
    pdf = bare_pyhanko.document_timestamp(world.sealed(label="company-expired"), pki.timestamper(TOO_LATE))
    late, early = (moment.strftime("%Y%m%d%H%M%SZ").encode() for moment in (TOO_LATE, IN_TIME))
    changed = contents(pdf).replace(late, early, 1)
    return put(pdf, spans(pdf)[-1].digits[0], changed.hex().encode())


@attack("timestamp", FORMAT, Bite.PICTURE)
def content_changed_before_the_document_timestamp(world: World) -> bytes:
    """Another sum in an update, and an honest document timestamp over all."""
    with Increment(world.sealed()) as update:
        content = update.page().Contents
        update.replace_stream(content.objgen[0], content.read_bytes().replace(b"100,000", b"900,000"))
        changed = update.close()
    return bare_pyhanko.document_timestamp(changed, pki.timestamper())


@attack("timestamp", NO_TIME, Bite.NOTHING)
def two_tokens_one_right_and_late(world: World) -> bytes:
    """Two tokens: one in time and forged, one right and too late."""
    recipe = Recipe(label="company-expired", token=by(TOO_LATE))

    def forge(value: bytes) -> bytes:
        return by(IN_TIME, of="foreign")(value)

    return world.forged(dataclasses.replace(recipe, more_tokens=(forge,)))


def _signed_by(value: bytes, who: Any) -> bytes:
    """The token of the true authority's making, with signer and signature replaced."""
    token = cms.ContentInfo.load(token_over(value, IN_TIME))
    whole = token["content"]
    info = whole["signer_infos"][0]
    certificate = who.certificate.asn1
    info["sid"] = cms.SignerIdentifier(
        "issuer_and_serial_number", {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    kept = [one for one in info["signed_attrs"] if one["type"].native != "signing_certificate"]
    bound = tsp.SigningCertificateV2(
        {"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(who.certificate.der).digest()})]}
    )
    attributes = cms.CMSAttributes([*kept, attribute("signing_certificate_v2", bound)])
    info["signed_attrs"] = attributes
    info["signature"] = sign(attributes.untag().dump(force=True), who.key)
    whole["certificates"] = [cms.CertificateChoices("certificate", one.asn1) for one in (who.certificate, *who.chain)]
    return bytes(token.dump(force=True))
