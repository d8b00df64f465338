"""Seals whose form and bytes are right, but whose certificate does not speak for the enterprise, or no longer."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.enclosure import Party
from signing.trust.material import Anchor, Purpose, TrustMaterial
from signing.validation.indication import SubIndication
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import FORMAT, NO_CHAIN, Bite, Setting, attack, failed, undecided
from tests.signing.attacks.bases import page_content
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.issuing import authority, crl, issue, lists, spare_key, subject, usage
from tests.signing.attacks.signed_data import Identity, Recipe, identity
from tests.signing.attacks.surgery import swap
from tests.signing.attacks.world import World, resigned

OUT_OF_BOUNDS: Final = undecided(SubIndication.OUT_OF_BOUNDS_NO_POE)
NOT_YET: Final = undecided(SubIndication.OUT_OF_BOUNDS_NO_POE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED) | failed(
    SubIndication.NOT_YET_VALID
)
CHAIN: Final = undecided(SubIndication.CHAIN_CONSTRAINTS_FAILURE)
BAD_CHAIN: Final = CHAIN | NO_CHAIN | undecided(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE)
"""A chain that breaks RFC 5280 somewhere above the signer: found while building it, or while checking it."""
WEAK: Final = undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
REVOKED: Final = undecided(SubIndication.REVOKED_NO_POE)
WRONG_SIGNER: Final = undecided(SubIndication.SIG_CONSTRAINTS_FAILURE)
THE_COMPANY: Final = (Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE),)


@attack("certificate", OUT_OF_BOUNDS, Bite.NOTHING)
def expired(world: World) -> bytes:
    """The certificate had expired; nothing proves that the seal is older."""
    return world.sealed(label="company-expired")


@attack("certificate", OUT_OF_BOUNDS, Bite.NOTHING)
def expired_and_dated_back(world: World) -> bytes:
    """The certificate had expired; /M, which the sealer writes, says the seal is older."""
    pdf = world.sealed(label="company-expired")
    at = pdf.rindex(b"20261") if b"20261" in pdf else pdf.rindex(b"/M")
    return resigned(pdf[:at] + b"20250" + pdf[at + 5 :], Recipe(label="company-expired"))


@attack("certificate", NOT_YET, Bite.NOTHING)
def not_yet_valid(world: World) -> bytes:
    """The certificate begins in 2030."""
    return world.sealed(label="company-future")


@attack("certificate", REVOKED, Bite.NOTHING)
def revoked(world: World) -> bytes:
    """The certificate was revoked; nothing proves that the seal is older."""
    return world.sealed(label="company-revoked")


@attack("certificate", NO_CHAIN, Bite.SEAL)
def foreign_root_of_the_same_name(world: World) -> bytes:
    """Root, intermediate and enterprise have the names of the trusted ones, and other keys; the chain is embedded."""
    return world.sealed(of="foreign", label="company")


@attack("certificate", NO_CHAIN, Bite.SEAL)
def foreign_chain_with_the_true_root(world: World) -> bytes:
    """The same, and the true root and intermediate are embedded beside."""
    who = identity("company", "foreign")
    return world.forged(Recipe(who=dataclasses.replace(who, chain=(*who.chain, *identity().chain))))


@attack("certificate", NO_CHAIN, Bite.SEAL)
def self_signed_of_the_same_name(world: World) -> bytes:
    """A self-made certificate in the company's name."""
    return world.forged(Recipe(who=issue(subject(), None)))


@attack("certificate", NO_CHAIN | CHAIN, Bite.SEAL)
def self_signed_as_the_root(world: World) -> bytes:
    """A self-made certificate in the root's name seals."""
    name = pki.cert("root").crypto.subject
    return world.forged(Recipe(who=issue(name, None, extensions=_authority_extensions())))


@attack("certificate", BAD_CHAIN, Bite.SEAL)
def issued_by_an_enterprise(world: World) -> bytes:
    """Another enterprise uses its own certificate as if it were an authority, and issues one in the company's name."""
    who = issue(subject(), identity("other"), serial=5002)
    return world.forged(Recipe(who=who))


@attack("certificate", BAD_CHAIN, Bite.SEAL)
def issued_with_a_broken_signature(world: World) -> bytes:
    """A certificate in the intermediate's name that it never signed."""
    impostor = Identity(pki.cert("interm"), spare_key("impostor"), (pki.cert("root"),))
    return world.forged(Recipe(who=issue(subject(), impostor, serial=5003)))


def _narrow() -> Identity:
    extensions = [*_authority_extensions(0), lists()]
    return issue(_named("Test Narrow CA"), authority(), key=spare_key("narrow"), serial=5004, extensions=extensions)


def _lower() -> Identity:
    extensions = _authority_extensions()
    return issue(_named("Test Lower CA"), _narrow(), key=spare_key("lower"), serial=5005, extensions=extensions)


def _all_lists(at: datetime) -> TrustMaterial:
    plain = pki.material(at)
    return dataclasses.replace(plain, crls=(*plain.crls, crl(_narrow(), at=at), crl(_lower(), at=at)))


@attack("certificate", BAD_CHAIN, Bite.SEAL, setting=Setting(trust=_all_lists))
def authority_below_its_path_length(world: World) -> bytes:
    """An authority that may only issue to enterprises (path length 0) has another authority below it."""
    return world.forged(Recipe(who=issue(subject(), _lower(), serial=5006)))


@attack("certificate", CHAIN, Bite.NOTHING)
def wrong_key_usage(world: World) -> bytes:
    """The certificate is for encrypting keys."""
    return world.sealed(label="company-wrong-ku")


@attack("certificate", CHAIN, Bite.NOTHING)
def tls_server(world: World) -> bytes:
    """The certificate is for TLS servers."""
    return world.sealed(label="company-tls-eku")


@attack("certificate", CHAIN, Bite.SEAL)
def tls_client(world: World) -> bytes:
    """The certificate is for TLS clients."""
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    who = issue(subject(), authority(), serial=5007, extensions=[(usage(), True), lists(), (purpose, True)])
    return world.forged(Recipe(who=who))


@attack("certificate", CHAIN | WRONG_SIGNER, Bite.NOTHING)
def sealed_by_a_time_stamping_authority(world: World) -> bytes:
    """The certificate is for timestamps."""
    return world.sealed(label="tsa")


@attack("certificate", CHAIN, Bite.NOTHING)
def sealed_by_an_authority(world: World) -> bytes:
    """The certificate is an authority's, in the company's name: whoever issues certificates does not seal."""
    return world.sealed(label="company-is-ca")


@attack("certificate", CHAIN | undecided(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE), Bite.SEAL)
def unknown_critical_extension(world: World) -> bytes:
    """The certificate has a critical extension nobody knows, RFC 5280 §4.2."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.156.999.1"), b"\x05\x00")
    who = issue(subject(), authority(), serial=5008, extensions=[(usage(), True), lists(), (unknown, True)])
    return world.forged(Recipe(who=who))


@attack("certificate", WEAK, Bite.NOTHING)
def weak_key(world: World) -> bytes:
    """RSA of 1024 bits."""
    return world.sealed(label="company-weak")


@attack("certificate", WRONG_SIGNER, Bite.NOTHING, setting=Setting(parties=THE_COMPANY))
def another_enterprise(world: World) -> bytes:
    """A right seal of an enterprise that the document is not of."""
    return world.sealed(label="other")


@attack("certificate", WRONG_SIGNER, Bite.NOTHING)
def another_enterprise_than_enclosed(world: World) -> bytes:
    """A right seal of an enterprise that the enclosed entries do not name."""
    return world.sealed(enclosed=True, label="other")


@attack("certificate", WRONG_SIGNER, Bite.NOTHING)
def a_stranger_countersigns(world: World) -> bytes:
    """The company's seal, and one more of an enterprise that the enclosed entries do not name."""
    return world.seal(world.sealed(enclosed=True), "other", field="Seal2", box=(60, 300, 180, 420))


@attack("certificate", WRONG_SIGNER, Bite.SEAL, setting=Setting(parties=THE_COMPANY))
def same_name_other_code(world: World) -> bytes:
    """A namesake: the name is right, the credit code is another's."""
    who = issue(subject(code=pki.OTHER_CODE), authority(), serial=5009)
    return world.forged(Recipe(who=who))


@attack("certificate", WRONG_SIGNER, Bite.SEAL, setting=Setting(parties=THE_COMPANY))
def name_alike(world: World) -> bytes:
    """The name has one character more, and there is no credit code."""
    who = issue(subject(pki.COMPANY + "一分公司", code="none"), authority(), serial=5010)
    return world.forged(Recipe(who=who))


@attack("certificate", WRONG_SIGNER, Bite.SEAL, setting=Setting(parties=THE_COMPANY))
def name_with_invisible_characters(world: World) -> bytes:
    """Another enterprise whose name hides the company's behind a right-to-left override."""
    who = issue(subject("\u202e" + pki.COMPANY[::-1], code="none"), authority(), serial=5011)
    return world.forged(Recipe(who=who))


@attack("certificate", WRONG_SIGNER, Bite.SEAL, setting=Setting(parties=THE_COMPANY))
def code_in_a_free_attribute(world: World) -> bytes:
    """Another enterprise whose certificate has the company's code as its department, which applicants may choose."""
    name = x509.Name(
        [
            x509.NameAttribute(x509.oid.NameOID.ORGANIZATION_NAME, pki.OTHER_COMPANY),
            x509.NameAttribute(x509.oid.NameOID.ORGANIZATIONAL_UNIT_NAME, pki.COMPANY_CODE),
            x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, pki.OTHER_COMPANY),
        ]
    )
    return world.forged(Recipe(who=issue(name, authority(), serial=5012)))


@attack("certificate", WRONG_SIGNER, Bite.SEAL, setting=Setting(parties=THE_COMPANY))
def code_without_name(world: World) -> bytes:
    """A person's certificate that has the company's code as its serial number."""
    who = issue(subject("张三", code=pki.COMPANY_CODE), authority(), serial=5013)
    return world.forged(Recipe(who=who))


@attack("certificate", WRONG_SIGNER, Bite.SEAL, setting=Setting(parties=THE_COMPANY))
def name_without_code(world: World) -> bytes:
    """The company's name, registered elsewhere a second time, and no code."""
    who = issue(subject(pki.COMPANY, code="none"), authority(), serial=5014)
    return world.forged(Recipe(who=who))


@attack("certificate", WRONG_SIGNER, Bite.NOTHING, setting=Setting(parties=THE_COMPANY))
def only_strangers_of_several(world: World) -> bytes:
    """Two right seals, neither by the company."""
    return world.seal(world.sealed(label="other"), "other", field="Seal2", box=(60, 300, 180, 420))


def _timestamps_only(at: datetime) -> TrustMaterial:
    plain = pki.material(at)
    return dataclasses.replace(plain, anchors=(Anchor(pki.cert("root"), frozenset({Purpose.TIMESTAMP})),))


def _demonstration(at: datetime) -> TrustMaterial:
    plain = pki.material(at, production=True)
    return dataclasses.replace(plain, anchors=(Anchor(pki.cert("root"), demonstration=True),))


def _nobody(at: datetime) -> TrustMaterial:
    return dataclasses.replace(pki.material(at), anchors=(), intermediates=())


def _authority_revoked(at: datetime) -> TrustMaterial:
    since = datetime(2026, 6, 1, tzinfo=at.tzinfo)
    dead = crl(authority("root"), [(pki.cert("interm"), since, x509.ReasonFlags.ca_compromise)], at=at)
    return dataclasses.replace(pki.material(at), crls=(dead, pki.crl("interm", at)))


@attack("certificate", NO_CHAIN, Bite.NOTHING, setting=Setting(trust=_timestamps_only))
def root_for_timestamps_only(world: World) -> bytes:
    """The root is trusted for timestamps, not for seals."""
    return world.sealed()


@attack("certificate", NO_CHAIN, Bite.NOTHING, setting=Setting(trust=_demonstration))
def demonstration_root_in_production(world: World) -> bytes:
    """The root is the demonstration's, and this is production."""
    return world.sealed()


@attack("certificate", NO_CHAIN, Bite.NOTHING, setting=Setting(trust=_nobody))
def nobody_trusted(world: World) -> bytes:
    """No root is trusted; the file brings its own."""
    return world.sealed()


@attack(
    "certificate",
    undecided(SubIndication.REVOKED_CA_NO_POE, SubIndication.REVOKED_NO_POE),
    Bite.NOTHING,
    setting=Setting(trust=_authority_revoked),
)
def authority_revoked(world: World) -> bytes:
    """The intermediate was revoked."""
    return world.sealed()


# Changed, then sealed again: the forger replaces the seal by one of its own.


def _changed(world: World, *, enclosed: bool = False) -> bytes:
    """The clean file with another sum; its seal no longer fits."""
    return swap(world.sealed(enclosed=enclosed), b"CNY 100,000", b"CNY 900,000")


@attack("resealed", NO_CHAIN, Bite.PICTURE)
def by_nobody(world: World) -> bytes:
    """Another sum, and a seal by a self-made certificate of the company's name."""
    return resigned(_changed(world), Recipe(who=issue(subject(), None)))


@attack("resealed", NO_CHAIN, Bite.PICTURE)
def by_a_foreign_namesake(world: World) -> bytes:
    """Another sum, and a seal under a foreign root, all names as they were."""
    return resigned(_changed(world), Recipe(of="foreign"))


@attack("resealed", WRONG_SIGNER, Bite.PICTURE, setting=Setting(parties=THE_COMPANY))
def by_another_enterprise(world: World) -> bytes:
    """Another sum, and a right seal by another enterprise."""
    return resigned(_changed(world), Recipe(label="other"))


@attack("resealed", WRONG_SIGNER, Bite.PICTURE)
def by_another_enterprise_with_entries(world: World) -> bytes:
    """The same; the enclosed entries name the company."""
    return resigned(_changed(world, enclosed=True), Recipe(label="other"))


@attack("resealed", FORMAT, Bite.PICTURE)
def another_enterprise_over_a_change(world: World) -> bytes:
    """Another sum in an update, and another enterprise's right seal over it: the last seal is right, the first not."""

    with Increment(world.sealed()) as update:
        update.replace_stream(world.base().numbers["content1"], page_content(1, "Contract sum: CNY 900,000.00"))
        changed = update.close()
    return bare_pyhanko.seal(changed, "other", field="Seal2", box=(60, 300, 180, 420))


def _authority_extensions(length: int | None = None) -> list[tuple[x509.ExtensionType, bool]]:
    return [(x509.BasicConstraints(True, length), True), (usage(sign=False, issue=True), True)]


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common_name)])
