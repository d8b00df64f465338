"""Whom a seal's certificate leads to: configured anchors for the purpose, and nobody else."""

from __future__ import annotations

import dataclasses
import time

import pytest
from cryptography import x509

from signing.certificate import Certificate
from signing.trust.material import Anchor, Purpose, TrustMaterial
from signing.validation.indication import SubIndication
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.issuing import authority, crl, issue, spare_key, subject, usage
from tests.signing.attacks.signed_data import Identity, Recipe, identity
from tests.signing.attacks.world import World
from tests.signing.verdicts import PASSED, Answer, against, answer, notices, report, seal, undecided, with_lists

WORLD = World("pyhanko")
NO_CHAIN = undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
CHAIN = undecided(SubIndication.CHAIN_CONSTRAINTS_FAILURE)
WEAK = undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE)


def anchored(*anchors: Anchor, production: bool = False) -> TrustMaterial:
    """The usual evidence under other anchors."""
    return dataclasses.replace(pki.material(), anchors=anchors, production=production)


@pytest.mark.parametrize(
    ("label", "expected", "code"),
    [
        ("company", PASSED, ""),
        ("company-ec", PASSED, ""),
        ("company-email-eku", PASSED, ""),
        ("company-wrong-ku", CHAIN, "seal.key_usage"),
        ("company-tls-eku", CHAIN, "seal.ext_key_usage"),
        ("company-is-ca", CHAIN, "seal.ca_certificate"),
        ("company-weak", WEAK, "seal.weak_key"),
        ("tsa", CHAIN, "seal.ext_key_usage"),
    ],
)
def test_what_the_certificate_itself_allows(label: str, expected: Answer, code: str) -> None:
    found = seal(WORLD.sealed(label=label))
    assert answer(found) == expected
    assert against(found.findings) == ([code] if code else [])
    assert found.trusted is not bool(code)


@pytest.mark.parametrize(
    ("trust", "code"),
    [
        (anchored(), "seal.untrusted"),
        (anchored(Anchor(pki.cert("root", "foreign"))), "seal.untrusted"),
        (anchored(Anchor(pki.cert("root"), frozenset({Purpose.TIMESTAMP}))), "seal.untrusted"),
        (anchored(Anchor(pki.cert("root"), demonstration=True), production=True), "seal.demonstration"),
        (anchored(Anchor(pki.cert("company"))), "seal.untrusted"),
    ],
)
def test_anchors_that_do_not_count(trust: TrustMaterial, code: str) -> None:
    found = seal(WORLD.sealed(), trust=trust)
    assert (answer(found), against(found.findings)) == (NO_CHAIN, [code])
    assert (found.trusted, found.chain) == (False, ())
    assert found.intact, "the bytes are as they were sealed, whoever did it"


def test_a_foreign_root_of_the_same_name_is_none() -> None:
    assert answer(seal(WORLD.sealed(of="foreign"))) == NO_CHAIN


@pytest.mark.parametrize("trust", [anchored(Anchor(pki.cert("interm"))), anchored(Anchor(pki.cert("root")))])
def test_anchors_may_be_intermediates(trust: TrustMaterial) -> None:
    found = seal(WORLD.sealed(), trust=trust)
    assert answer(found) == PASSED
    assert found.chain[0] == pki.cert("company")
    assert found.chain[-1] == trust.anchors[0].certificate


def test_a_demonstration_anchor_counts_outside_production() -> None:
    assert answer(seal(WORLD.sealed(), trust=anchored(Anchor(pki.cert("root"), demonstration=True)))) == PASSED


def test_an_anchor_among_many() -> None:
    """A store with every root of the country: only those that a certificate of the file names are looked at."""
    crowd = [
        Anchor(issue(x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, f"CA {i}")]), None).certificate)
        for i in range(20)
    ]
    assert answer(seal(WORLD.sealed(), trust=anchored(*crowd, Anchor(pki.cert("root"))))) == PASSED


def test_the_timestamp_needs_an_anchor_for_timestamps() -> None:
    stamped = bare_pyhanko.seal(WORLD.base().pdf, stamper=pki.timestamper())
    apart = anchored(Anchor(pki.cert("root"), frozenset({Purpose.SEAL})))
    found = seal(stamped, trust=apart)
    assert (answer(found), against(found.findings)) == (NO_CHAIN, ["seal.timestamp_invalid"])
    assert (found.trusted, found.timestamp) == (True, None)


def _ring(count: int) -> list[Certificate]:
    """Authorities of one name that all really signed each other: every order of them is a path to nowhere."""
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Ring CA")])
    extensions = [(x509.BasicConstraints(True, None), True), (usage(sign=False, issue=True), True)]
    first = issue(name, None, key=spare_key("ring"), serial=8000, extensions=extensions)
    made = [issue(name, first, key=spare_key("ring"), serial=8001 + i, extensions=extensions) for i in range(count)]
    return [first.certificate, *(one.certificate for one in made)]


def test_certificates_in_the_file_cannot_make_the_search_explode() -> None:
    ring = _ring(14)
    above = Identity(ring[0], spare_key("ring"))
    who = issue(subject(), above, serial=8100)
    pdf = WORLD.forged(Recipe(who=dataclasses.replace(who, chain=tuple(ring))))
    begun = time.monotonic()
    assert answer(seal(pdf)) == NO_CHAIN
    assert time.monotonic() - begun < 60, "14! orders would take for ever"


def test_another_chain_of_the_same_authority_helps() -> None:
    """A cross-signed intermediate: one way leads to a stranger's root, the other to ours."""
    crossed = issue(
        pki.cert("interm").crypto.subject,
        authority("root", "foreign"),
        key=pki.private_key("interm"),  # type: ignore[arg-type]
        serial=8200,
        extensions=[(x509.BasicConstraints(True, 0), True), (usage(sign=False, issue=True), True)],
    )
    who = dataclasses.replace(identity(), chain=(crossed.certificate, pki.cert("root", "foreign")))
    pdf = WORLD.forged(Recipe(who=who))
    assert answer(seal(pdf)) == PASSED
    both = anchored(Anchor(pki.cert("root", "foreign")), Anchor(pki.cert("root")))
    assert answer(seal(pdf, trust=both)) == PASSED, "the foreign way has no evidence, ours has"


def test_a_breach_of_constraints_is_told_before_missing_evidence() -> None:
    narrow = issue(
        x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Narrow CA")]),
        authority(),
        key=spare_key("narrow"),
        serial=8300,
        extensions=[(x509.BasicConstraints(True, 0), True), (usage(sign=False, issue=True), True)],
    )
    lower = issue(
        x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Lower CA")]),
        narrow,
        key=spare_key("lower"),
        serial=8301,
        extensions=[(x509.BasicConstraints(True, 0), True), (usage(sign=False, issue=True), True)],
    )
    who = issue(subject(), lower, serial=8302)
    found = seal(WORLD.forged(Recipe(who=who)))
    assert (answer(found), against(found.findings)) == (CHAIN, ["seal.chain"])
    lists = [crl(narrow), crl(lower), crl(authority()), crl(authority("root"))]
    assert answer(seal(WORLD.forged(Recipe(who=who)), trust=with_lists(pki.NOW, *lists))) == CHAIN


def test_holder_chain_and_digest_are_told() -> None:
    found = seal(WORLD.sealed())
    assert found.holder.organisation == pki.COMPANY
    assert found.holder.credit_code == pki.COMPANY_CODE
    assert found.chain == (pki.cert("company"), pki.cert("interm"), pki.cert("root"))
    assert (found.digest, found.level, found.subfilter) == ("sha256", "B-B", "ETSI.CAdES.detached")
    assert notices(report(WORLD.sealed()).findings) == ["seal.parties_unchecked"]
