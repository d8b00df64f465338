"""Whether a certificate may be relied upon: every reason why not, and every legitimate form accepted."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asn1crypto import core, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from certlight.errors import CertlightError, InputRefused
from signing.certificate import Certificate
from signing.trust.material import Anchor, Purpose, TrustMaterial
from signing.trust.reasons import remedy
from signing.trust.standing import Standing, standing
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Revocation
from tests.signing import pki
from tests.signing.minting import (
    ANY,
    CLIENT,
    CODE,
    EMAIL,
    SERVER,
    STAMPING,
    YEAR,
    Minted,
    mint,
    mint_crl,
    mint_ocsp,
    name,
    usage,
)

DAY = timedelta(days=1)


def judge(
    label: str,
    *,
    purpose: Purpose = Purpose.SEAL,
    at: datetime = pki.NOW,
    material: TrustMaterial | None = None,
    chain: Iterable[Certificate] = (),
) -> Standing:
    return standing(pki.cert(label), chain, material or pki.material(at), at, purpose)


def codes(found: Standing) -> list[str]:
    return [finding.code for finding in found.findings]


class World:
    """An own root with an authority below it, and material that trusts the root."""

    def __init__(self, **authority: object) -> None:
        self.root = mint("World Root")
        self.authority = mint("World Authority", self.root, ca=True, **authority)  # type: ignore[arg-type]

    def material(self, *crls: bytes, **more: object) -> TrustMaterial:
        return TrustMaterial(
            anchors=(Anchor(self.root.certificate),),
            intermediates=(self.authority.certificate,),
            crls=crls or (mint_crl(self.root), mint_crl(self.authority)),
            **more,  # type: ignore[arg-type]
        )

    def judge(self, leaf: Minted, material: TrustMaterial | None = None, purpose: Purpose = Purpose.SEAL) -> Standing:
        return standing(leaf.certificate, (), material or self.material(), pki.NOW, purpose)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.mark.parametrize("label", ["company", "other", "company-ec", "company-email-eku"])
def test_a_good_certificate_of_the_enterprise_is_good(label: str) -> None:
    found = judge(label)
    assert found.good
    assert found.findings == ()
    assert found.revocation is Revocation.GOOD
    assert found.path == (pki.cert(label), pki.cert("interm"), pki.cert("root"))
    assert found.revocation_sources == ("crl: given",)
    assert found.holder == pki.cert(label).holder
    found.demand()


@pytest.mark.parametrize(
    ("label", "code", "sub_indication"),
    [
        ("company-expired", "certificate.expired", SubIndication.EXPIRED),
        ("company-future", "certificate.not_yet_valid", SubIndication.NOT_YET_VALID),
        ("company-revoked", "certificate.revoked", SubIndication.REVOKED),
        ("company-wrong-ku", "certificate.key_usage", SubIndication.CHAIN_CONSTRAINTS_FAILURE),
        ("company-tls-eku", "certificate.extended_key_usage", SubIndication.CHAIN_CONSTRAINTS_FAILURE),
        ("company-is-ca", "certificate.is_ca", SubIndication.CHAIN_CONSTRAINTS_FAILURE),
        ("company-weak", "certificate.weak_key", SubIndication.CRYPTO_CONSTRAINTS_FAILURE),
        ("root", "certificate.is_anchor", SubIndication.NO_CERTIFICATE_CHAIN_FOUND),
        ("interm", "certificate.key_usage", SubIndication.CHAIN_CONSTRAINTS_FAILURE),
    ],
)
def test_a_bad_certificate_is_refused_with_its_reason(label: str, code: str, sub_indication: SubIndication) -> None:
    found = judge(label)
    assert not found.good
    assert codes(found)[0] == code
    assert found.sub_indication is sub_indication
    with pytest.raises(InputRefused) as refused:
        found.demand()
    assert refused.value.code == code
    assert refused.value.remedy == remedy(code)


def test_expired_and_revoked_are_failures_at_a_proved_moment_and_the_rest_is_indeterminate() -> None:
    assert judge("company-expired").indication is Indication.TOTAL_FAILED
    assert judge("company-revoked").indication is Indication.TOTAL_FAILED
    assert judge("company-revoked").revocation is Revocation.REVOKED
    assert judge("company-tls-eku").indication is Indication.INDETERMINATE


def test_a_certificate_was_good_before_it_was_revoked_and_before_it_expired() -> None:
    assert judge("company-revoked", at=datetime.fromisoformat("2026-05-01T00:00:00+00:00")).good
    assert judge("company-expired", at=datetime.fromisoformat("2026-02-01T00:00:00+00:00")).good


def test_a_foreign_root_with_the_same_names_is_not_trusted_even_when_it_brings_its_chain() -> None:
    chain = [pki.cert("interm", "foreign"), pki.cert("root", "foreign")]
    crls = (*pki.material().crls, pki.crl("root", of="foreign"), pki.crl("interm", of="foreign"))
    material = dataclasses.replace(pki.material(), crls=crls)
    found = standing(pki.cert("company", "foreign"), chain, material, pki.NOW, Purpose.SEAL)
    assert codes(found) == ["certificate.untrusted"]
    assert found.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert found.path == ()


def test_the_chain_may_come_with_the_key_instead_of_the_store() -> None:
    material = dataclasses.replace(pki.material(), intermediates=())
    assert codes(judge("company", material=material)) == ["certificate.untrusted"]
    # in any order, twice, and with strangers among them
    chain = [pki.cert("root"), pki.cert("interm", "foreign"), pki.cert("interm"), pki.cert("interm")]
    assert judge("company", material=material, chain=iter(chain)).good


class TestRevocation:
    def test_no_evidence_at_all(self) -> None:
        found = judge("company", material=pki.material(revocation=False))
        assert codes(found) == ["certificate.revocation_missing"]
        assert found.sub_indication is SubIndication.TRY_LATER
        assert found.revocation is Revocation.UNKNOWN

    @pytest.mark.parametrize("missing", ["root", "interm"])
    def test_every_certificate_of_the_chain_needs_it(self, missing: str) -> None:
        kept = [issuer for issuer in ("root", "interm") if issuer != missing]
        material = dataclasses.replace(pki.material(), crls=tuple(pki.crl(issuer) for issuer in kept))
        assert codes(judge("company", material=material)) == ["certificate.revocation_missing"]

    def test_an_authority_does_not_vouch_for_itself(self, world: World) -> None:
        """The list of the authority says nothing about the authority's own certificate."""
        leaf = mint("Leaf", world.authority)
        for lists in ([mint_crl(world.authority)], [mint_crl(world.authority), sha1_crl(world.root)]):
            assert codes(world.judge(leaf, world.material(*lists))) == ["certificate.revocation_missing"]

    def test_neither_does_a_deeper_one_for_its_superior(self) -> None:
        world = World()
        below = mint("Below", world.authority, ca=True)
        leaf = mint("Leaf", below)
        lists = [mint_crl(issuer) for issuer in (world.root, world.authority, below)]
        for missing in range(3):
            material = world.material(*(der for number, der in enumerate(lists) if number != missing))
            found = standing(leaf.certificate, [below.certificate], material, pki.NOW, Purpose.SEAL)
            assert codes(found) == ["certificate.revocation_missing"], missing
        assert standing(leaf.certificate, [below.certificate], world.material(*lists), pki.NOW, Purpose.SEAL).good

    @pytest.mark.parametrize("renewed", [False, True])
    def test_neither_does_a_sibling_nor_its_own_renewal(self, world: World, renewed: bool) -> None:
        """Handed all lists at once, pyHanko's validator takes the list of whoever has the same superior."""
        other = (
            mint("World Authority", world.root, ca=True, key=world.authority.key)
            if renewed
            else mint("Sibling", world.root, ca=True)
        )
        leaf = mint("Leaf", world.authority)
        lists = (mint_crl(world.authority), mint_crl(other))
        material = dataclasses.replace(
            world.material(*lists), intermediates=(world.authority.certificate, other.certificate)
        )
        assert codes(world.judge(leaf, material)) == ["certificate.revocation_missing"]
        whole = dataclasses.replace(material, crls=(*lists, mint_crl(world.root)))
        assert world.judge(leaf, whole).good

    def test_a_list_by_the_authoritys_new_key_is_evidence(self, world: World) -> None:
        """RFC 5280 §6.3.3 (f): the same name, another key, with a path of its own below the same anchor."""
        renewed = mint("World Authority", world.root, ca=True)
        leaf = mint("Leaf", world.authority)
        material = world.material(mint_crl(world.root), mint_crl(renewed))
        assert codes(world.judge(leaf, material)) == ["certificate.revocation_missing"]
        known = dataclasses.replace(material, intermediates=(world.authority.certificate, renewed.certificate))
        assert world.judge(leaf, known).good

    @pytest.mark.parametrize("revoked", [False, True])
    def test_a_revoked_responder_proves_nothing(self, world: World, revoked: bool) -> None:
        """Its certificate has no ocsp-nocheck, so the lists are asked about it; they say nothing about the signer."""
        address = x509.AccessDescription(x509.AuthorityInformationAccessOID.OCSP, location("ocsp"))
        leaf = mint(
            "Leaf", world.authority, more=[(x509.AuthorityInformationAccess([address]), False), point("signers")]
        )
        responder = mint("Responder", world.authority, extended=["1.3.6.1.5.5.7.3.9"], more=[point("responders")])
        part = x509.IssuingDistributionPoint([location("responders")], None, False, False, None, False, False)
        serials = [*range(1, 50), *([responder.crypto.serial_number] if revoked else [])]
        lists = (mint_crl(world.root), mint_crl(world.authority, revoked=serials, more=[(part, True)]))
        material = dataclasses.replace(world.material(*lists), ocsps=(mint_ocsp(leaf, world.authority, responder),))
        assert world.judge(leaf, material).good is not revoked

    def test_stale_lists_are_no_evidence(self) -> None:
        found = judge("company", material=pki.material(pki.NOW - 40 * DAY))
        assert codes(found) == ["certificate.revocation_stale"]
        assert found.sub_indication is SubIndication.TRY_LATER

    def test_a_fresh_list_beside_a_stale_one_is_enough(self) -> None:
        old = pki.material(pki.NOW - 40 * DAY)
        assert judge("company", material=dataclasses.replace(old, crls=(*old.crls, *pki.material().crls))).good

    def test_a_list_of_the_future_is_no_evidence(self) -> None:
        found = judge("company", material=pki.material(pki.NOW + 400 * DAY))
        assert not found.good
        assert found.sub_indication is SubIndication.TRY_LATER

    def test_a_list_by_another_authority_of_the_same_name_is_no_evidence(self) -> None:
        crls = (pki.crl("root"), pki.crl("interm", of="foreign"))
        found = judge("company", material=dataclasses.replace(pki.material(), crls=crls))
        assert codes(found) == ["certificate.revocation_missing"]

    def test_a_revoked_certificate_stays_so_beside_a_forged_clean_list(self) -> None:
        crls = (*pki.material().crls, pki.crl("interm", of="foreign"))
        found = judge("company-revoked", material=dataclasses.replace(pki.material(), crls=crls))
        assert codes(found) == ["certificate.revoked"]

    def test_an_altered_list_is_no_evidence(self) -> None:
        altered = bytearray(pki.crl("interm"))
        altered[len(altered) // 2] ^= 1
        material = dataclasses.replace(pki.material(), crls=(pki.crl("root"), bytes(altered)))
        assert judge("company", material=material).sub_indication is SubIndication.TRY_LATER

    def test_an_ocsp_answer_is_evidence(self) -> None:
        material = dataclasses.replace(pki.material(), crls=(pki.crl("root"),), ocsps=(pki.ocsp_response("company"),))
        found = judge("company", material=material)
        assert found.good
        assert set(found.revocation_sources) == {"crl: given", "ocsp: given"}

    def test_an_ocsp_answer_about_another_certificate_is_none(self) -> None:
        material = dataclasses.replace(pki.material(), crls=(pki.crl("root"),), ocsps=(pki.ocsp_response("other"),))
        assert codes(judge("company", material=material)) == ["certificate.revocation_missing"]

    def test_a_stale_ocsp_answer_is_none(self) -> None:
        material = dataclasses.replace(
            pki.material(), crls=(pki.crl("root"),), ocsps=(pki.ocsp_response("company", pki.NOW - DAY),)
        )
        assert codes(judge("company", material=material)) == ["certificate.revocation_stale"]

    def test_ocsp_says_revoked(self) -> None:
        material = dataclasses.replace(
            pki.material(), crls=(pki.crl("root"),), ocsps=(pki.ocsp_response("company-revoked"),)
        )
        assert codes(judge("company-revoked", material=material)) == ["certificate.revoked"]

    def test_a_good_ocsp_answer_does_not_hide_what_a_list_says(self) -> None:
        """Answers live on for a while after the revocation; whoever wants to hide it keeps one."""
        before = datetime.fromisoformat("2026-05-31T23:55:00+00:00")
        at = before + timedelta(minutes=6)
        late = mint_crl_like_interm(revoked=pki.cert("company-revoked"), start=at - timedelta(minutes=1))
        material = dataclasses.replace(
            pki.material(at), crls=(pki.crl("root", at), late), ocsps=(pki.ocsp_response("company-revoked", before),)
        )
        assert codes(judge("company-revoked", at=at, material=material)) == ["certificate.revoked"]

    def test_a_revoked_authority_takes_its_certificates_with_it(self, world: World) -> None:
        leaf = mint("Leaf", world.authority)
        crls = (mint_crl(world.root, revoked=[world.authority.crypto.serial_number]), mint_crl(world.authority))
        found = world.judge(leaf, world.material(*crls))
        assert codes(found) == ["certificate.revoked"]
        assert found.sub_indication is SubIndication.REVOKED_CA_NO_POE

    def test_a_list_signed_with_sha1_is_no_evidence(self, world: World) -> None:
        leaf = mint("Leaf", world.authority)
        weak = sha1_crl(world.authority)
        assert codes(world.judge(leaf, world.material(mint_crl(world.root), weak))) == [
            "certificate.revocation_missing"
        ]

    def test_an_unsigned_indirect_list_in_the_signers_own_name_is_no_evidence(self) -> None:
        """pyHanko's validator, knowing the signer's certificate, takes such a list without looking at its signature."""
        world = World()
        # The signer may sign lists by its keyUsage, the only thing that is looked at on that way.
        leaf = mint("Leaf", world.authority, key_usage=usage("digital_signature", "crl_sign"))
        point = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
        forged = mint_crl(dataclasses.replace(leaf, key=ec.generate_private_key(ec.SECP256R1())), more=[(point, True)])
        material = world.material(mint_crl(world.root), forged)
        found = standing(leaf.certificate, [leaf.certificate], material, pki.NOW, Purpose.SEAL)
        assert codes(found) == ["certificate.revocation_missing"]


class TestPurpose:
    @pytest.mark.parametrize(
        ("extended", "seal", "login"),
        [
            (None, True, True),
            ([EMAIL], True, True),
            ([ANY], True, True),
            (["1.3.6.1.5.5.7.3.36"], True, True),
            (["1.3.6.1.4.1.311.10.3.12"], True, True),
            (["1.2.840.113583.1.1.5"], True, True),
            ([CLIENT], False, True),
            ([CLIENT, EMAIL], True, True),
            ([SERVER, EMAIL], True, True),
            ([SERVER], False, False),
            ([CODE], False, False),
            ([STAMPING], False, False),
            (["1.2.3.4.5"], False, False),
        ],
    )
    def test_extended_key_usage(self, world: World, extended: list[str] | None, seal: bool, login: bool) -> None:
        leaf = mint("Leaf", world.authority, extended=extended)
        assert world.judge(leaf).good is seal
        assert world.judge(leaf, purpose=Purpose.LOGIN).good is login

    @pytest.mark.parametrize(
        ("flags", "good"),
        [
            (["digital_signature"], True),
            (["content_commitment"], True),
            (["digital_signature", "key_encipherment"], True),
            (["key_encipherment"], False),
            (["key_agreement"], False),
        ],
    )
    def test_key_usage(self, world: World, flags: list[str], good: bool) -> None:
        assert world.judge(mint("Leaf", world.authority, key_usage=usage(*flags))).good is good

    @pytest.mark.parametrize(
        ("extended", "critical", "good"),
        [
            ([STAMPING], True, True),
            ([STAMPING], False, False),
            ([STAMPING, EMAIL], True, False),
            ([ANY], True, False),
            (None, False, False),
        ],
    )
    def test_time_stamping_needs_its_usage_alone_and_critical(
        self, world: World, extended: list[str] | None, critical: bool, good: bool
    ) -> None:
        leaf = mint("TSA", world.authority, extended=extended, extended_critical=critical)
        assert world.judge(leaf, purpose=Purpose.TIMESTAMP).good is good

    def test_the_test_tsa(self) -> None:
        assert judge("tsa", purpose=Purpose.TIMESTAMP).good
        assert codes(judge("tsa-no-eku", purpose=Purpose.TIMESTAMP)) == ["certificate.extended_key_usage"]
        assert codes(judge("tsa-expired", purpose=Purpose.TIMESTAMP)) == ["certificate.expired"]
        assert not judge("tsa").good

    def test_an_anchor_for_timestamps_vouches_for_no_seal(self) -> None:
        anchors = (Anchor(pki.cert("root"), frozenset({Purpose.TIMESTAMP})),)
        material = dataclasses.replace(pki.material(), anchors=anchors)
        assert codes(judge("company", material=material)) == ["certificate.anchor_purpose"]
        assert judge("tsa", purpose=Purpose.TIMESTAMP, material=material).good

    def test_a_demonstration_anchor_counts_outside_production_only(self) -> None:
        anchors = (Anchor(pki.cert("root"), demonstration=True),)
        material = dataclasses.replace(pki.material(), anchors=anchors)
        found = judge("company", material=material)
        assert found.good
        assert found.demonstration
        production = judge("company", material=dataclasses.replace(material, production=True))
        assert codes(production) == ["certificate.demonstration"]
        assert production.path == ()

    def test_a_key_usage_extension_is_needed(self, world: World) -> None:
        leaf = altered(mint("Leaf", world.authority), world.authority, drop="2.5.29.15")
        assert "certificate.key_usage" in codes(standing(leaf, (), world.material(), pki.NOW, Purpose.SEAL))

    def test_an_extension_that_stands_twice_is_refused(self, world: World) -> None:
        leaf = altered(mint("Leaf", world.authority, extended=[SERVER]), world.authority, again=[EMAIL])
        found = standing(leaf, (), world.material(), pki.NOW, Purpose.SEAL)
        assert "certificate.duplicate_extension" in codes(found)
        assert not found.good


class TestChain:
    def test_a_certificate_of_an_enterprise_issues_nothing(self, world: World) -> None:
        enterprise = mint("Enterprise", world.authority)
        leaf = mint("Forged", enterprise)
        crls = (mint_crl(world.root), mint_crl(world.authority), mint_crl(enterprise))
        found = standing(leaf.certificate, [enterprise.certificate], world.material(*crls), pki.NOW, Purpose.SEAL)
        assert codes(found) == ["certificate.untrusted"]

    def test_an_enterprise_among_the_anchors_issues_nothing_either(self, world: World) -> None:
        enterprise = mint("Enterprise", world.authority)
        leaf = mint("Forged", enterprise)
        material = TrustMaterial((Anchor(enterprise.certificate),), crls=(mint_crl(enterprise),))
        assert not world.judge(leaf, material).good

    def test_an_authority_without_the_right_to_sign_certificates(self) -> None:
        world = World(key_usage=usage("crl_sign", "digital_signature"))
        assert codes(world.judge(mint("Leaf", world.authority))) == ["certificate.untrusted"]

    def test_path_length(self) -> None:
        world = World(path_length=0)
        below = mint("Below", world.authority, ca=True)
        leaf = mint("Leaf", below)
        crls = (mint_crl(world.root), mint_crl(world.authority), mint_crl(below))
        found = standing(leaf.certificate, [below.certificate], world.material(*crls), pki.NOW, Purpose.SEAL)
        assert codes(found) == ["certificate.chain_constraints"]
        assert found.sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE
        assert world.judge(mint("Leaf", world.authority)).good

    def test_path_length_of_the_anchor(self) -> None:
        root = mint("Short Root", path_length=0)
        authority = mint("Authority", root, ca=True)
        material = TrustMaterial(
            (Anchor(root.certificate),), (authority.certificate,), (mint_crl(root), mint_crl(authority))
        )
        leaf = mint("Leaf", authority)
        assert codes(standing(leaf.certificate, (), material, pki.NOW, Purpose.SEAL)) == [
            "certificate.chain_constraints"
        ]
        direct = mint("Direct", root)
        assert standing(direct.certificate, (), material, pki.NOW, Purpose.SEAL).good

    @pytest.mark.parametrize("of_anchor", [False, True])
    def test_name_constraints(self, of_anchor: bool) -> None:
        allowed = x509.NameConstraints([x509.DirectoryName(name("Allowed", "Ours"))], None)
        constraint = [(allowed, True)]
        root = mint("Root", more=constraint if of_anchor else ())
        authority = root if of_anchor else mint("Authority", root, ca=True, more=constraint)
        material = TrustMaterial(
            (Anchor(root.certificate),), (authority.certificate,), (mint_crl(root), mint_crl(authority))
        )
        outside, inside = mint(name("Other", "Theirs"), authority), mint(name("Allowed", "Ours"), authority)
        found = standing(outside.certificate, (), material, pki.NOW, Purpose.SEAL)
        assert codes(found) == ["certificate.chain_constraints"]
        assert standing(inside.certificate, (), material, pki.NOW, Purpose.SEAL).good

    def test_an_expired_authority(self) -> None:
        world = World(start=pki.NOW - 2 * YEAR, end=pki.NOW - DAY)
        found = world.judge(mint("Leaf", world.authority))
        assert codes(found) == ["certificate.expired"]
        assert found.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE

    def test_an_expired_anchor(self) -> None:
        root = mint("Old Root", start=pki.NOW - 2 * YEAR, end=pki.NOW - DAY)
        material = TrustMaterial((Anchor(root.certificate),), crls=(mint_crl(root),))
        assert codes(standing(mint("Leaf", root).certificate, (), material, pki.NOW, Purpose.SEAL)) == [
            "certificate.expired"
        ]

    @pytest.mark.parametrize("order", [1, -1])
    def test_of_a_root_and_its_renewal_with_the_same_key_the_valid_one_counts(self, order: int) -> None:
        old = mint("Root", start=pki.NOW - 2 * YEAR, end=pki.NOW - DAY)
        new = mint("Root", key=old.key)
        anchors = (Anchor(old.certificate), Anchor(new.certificate))[::order]
        material = TrustMaterial(anchors, crls=(mint_crl(new),))
        assert standing(mint("Leaf", old).certificate, (), material, pki.NOW, Purpose.SEAL).good

    def test_an_anchor_may_be_an_intermediate(self, world: World) -> None:
        material = TrustMaterial((Anchor(world.authority.certificate),), crls=(mint_crl(world.authority),))
        found = world.judge(mint("Leaf", world.authority), material)
        assert found.good
        assert found.path[-1] == world.authority.certificate

    def test_sha1_in_the_chain(self, world: World) -> None:
        leaf = altered(mint("Leaf", world.authority), world.authority, digest=hashes.SHA1())
        found = standing(leaf, (), world.material(), pki.NOW, Purpose.SEAL)
        assert codes(found) == ["certificate.weak_signature"]
        assert found.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE

    def test_a_self_signature_of_the_anchor_may_be_old(self) -> None:
        root = mint("Root")
        aged = altered(root, root, digest=hashes.SHA1())
        material = TrustMaterial((Anchor(aged),), crls=(mint_crl(root),))
        assert standing(mint("Leaf", root).certificate, (), material, pki.NOW, Purpose.SEAL).good

    def test_a_weak_key_of_an_authority(self) -> None:
        world = World(key=rsa.generate_private_key(65537, 1024))
        assert codes(world.judge(mint("Leaf", world.authority))) == ["certificate.weak_signature"]

    def test_a_short_curve(self, world: World) -> None:
        leaf = mint("Leaf", world.authority, key=ec.generate_private_key(ec.SECP192R1()))
        assert codes(world.judge(leaf)) == ["certificate.weak_key"]

    @pytest.mark.parametrize(
        "curve",
        [keys.ECDomainParameters("named", "1.2.156.10197.1.301"), keys.ECDomainParameters("implicit_ca", core.Null())],
        ids=["SM2", "implicit"],
    )
    def test_a_curve_that_cannot_be_checked(self, world: World, curve: keys.ECDomainParameters) -> None:
        leaf = altered(mint("Leaf", world.authority), world.authority, curve=curve)
        found = standing(leaf, (), world.material(), pki.NOW, Purpose.SEAL)
        assert codes(found) == ["certificate.weak_key"]
        assert not found.good

    def test_a_crowd_of_look_alikes_does_not_lengthen_the_search(self, world: World) -> None:
        """Thirty authorities that name each other as issuers have more paths than can be walked; none is signed."""
        strangers = [mint("World Authority", mint("World Authority")).certificate for _ in range(30)]
        crowd = [mint("World Authority", mint("World Root"), ca=True).certificate for _ in range(30)]
        leaf = mint("Leaf", world.authority)
        assert standing(leaf.certificate, [*strangers, *crowd], world.material(), pki.NOW, Purpose.SEAL).good
        forged = mint("Leaf", mint("World Authority"))
        found = standing(forged.certificate, [*strangers, *crowd], world.material(), pki.NOW, Purpose.SEAL)
        assert codes(found) == ["certificate.untrusted"]

    def test_a_self_signed_certificate(self) -> None:
        lone = mint("Lone", ca=False)
        assert codes(standing(lone.certificate, [lone.certificate], pki.material(), pki.NOW, Purpose.SEAL)) == [
            "certificate.untrusted"
        ]

    def test_one_with_the_anchors_name_and_key_is_no_path(self, world: World) -> None:
        twin = mint("World Root", key=world.root.key, ca=False)
        assert not world.judge(twin).good


def test_the_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        standing(pki.cert("company"), (), pki.material(), datetime(2026, 11, 1), Purpose.SEAL)


def test_it_works_inside_an_event_loop() -> None:
    async def within() -> bool:
        return judge("company").good

    assert asyncio.run(within())


def test_a_moment_is_covered_to_its_edges(world: World) -> None:
    leaf = mint("Leaf", world.authority, start=pki.NOW - DAY, end=pki.NOW + DAY)
    material = world.material(
        mint_crl(world.root, end=pki.NOW + YEAR, start=pki.NOW - YEAR),
        mint_crl(world.authority, end=pki.NOW + YEAR, start=pki.NOW - YEAR),
    )

    def good(at: datetime) -> bool:
        return standing(leaf.certificate, (), material, at, Purpose.SEAL).good

    assert good(pki.NOW - DAY)
    assert good(pki.NOW + DAY)
    assert not good(pki.NOW - DAY - timedelta(minutes=2))
    assert not good(pki.NOW + DAY + timedelta(minutes=2))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@settings(max_examples=150, deadline=None)
@given(
    label=st.sampled_from(["company", "company-ec"]), position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7)
)
def test_no_flipped_bit_makes_a_certificate_good_or_raises(label: str, position: float, bit: int) -> None:
    der = bytearray(once(pki.cert, label).der)
    der[int(position * len(der))] ^= 1 << bit
    try:
        certificate = Certificate(bytes(der))
    except CertlightError:
        return
    assert not standing(certificate, (), once(pki.material), pki.NOW, Purpose.SEAL).good


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@settings(max_examples=100, deadline=None)
@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), where=st.sampled_from(["crl", "ocsp"]))
def test_no_flipped_bit_makes_evidence_of_a_revoked_certificate_good_or_raises(
    position: float, bit: int, where: str
) -> None:
    evidence = bytearray(once(pki.crl, "interm") if where == "crl" else once(pki.ocsp_response, "company-revoked"))
    evidence[int(position * len(evidence))] ^= 1 << bit
    material = dataclasses.replace(
        once(pki.material),
        crls=(once(pki.crl, "root"), bytes(evidence)) if where == "crl" else (once(pki.crl, "root"),),
        ocsps=(bytes(evidence),) if where == "ocsp" else (),
    )
    assert not judge("company-revoked", material=material).good


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200))
def test_rubbish_among_the_evidence_changes_nothing(data: bytes) -> None:
    material = dataclasses.replace(once(pki.material), crls=(data, *once(pki.material).crls), ocsps=(data,))
    assert judge("company", material=material).good
    assert not judge("company-revoked", material=material).good


@functools.cache
def once(make: Callable[..., Any], *args: object) -> Any:
    """The test PKI signs anew at every call; a hundred examples need it once."""
    return make(*args)


def mint_crl_like_interm(revoked: Certificate, start: datetime) -> bytes:
    """A list of the test PKI's authority with this certificate on it."""
    issuer = Minted(pki.private_key("interm"), pki.cert("interm").crypto)
    return mint_crl(issuer, revoked=[revoked.crypto.serial_number], start=start, end=start + 30 * DAY, revoked_at=start)


def sha1_crl(issuer: Minted) -> bytes:
    """A list whose signature is good, by SHA-1."""
    from asn1crypto import crl

    parsed = crl.CertificateList.load(mint_crl(issuer))
    for place in (parsed["signature_algorithm"], parsed["tbs_cert_list"]["signature"]):
        place["algorithm"] = "sha1_ecdsa"
    parsed["signature"] = sign_sha1(issuer, parsed["tbs_cert_list"].dump(force=True))
    return bytes(parsed.dump(force=True))


def altered(
    minted: Minted,
    issuer: Minted,
    *,
    drop: str | None = None,
    again: list[str] | None = None,
    digest: hashes.HashAlgorithm | None = None,
    curve: keys.ECDomainParameters | None = None,
) -> Certificate:
    """The certificate with one thing changed: an extension dropped, a second extendedKeyUsage, the signature's digest,
    the curve that its key claims to be on."""
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    parsed = asn1.Certificate.load(minted.certificate.der)
    body = parsed["tbs_certificate"]
    kept = [e for e in body["extensions"] if e["extn_id"].dotted != drop]
    if again is not None:
        kept.append(asn1.Extension({"extn_id": "extended_key_usage", "critical": False, "extn_value": again}))
    body["extensions"] = kept
    if curve is not None:
        body["subject_public_key_info"]["algorithm"]["parameters"] = curve
    if isinstance(digest, hashes.SHA1):
        body["signature"]["algorithm"] = "sha1_ecdsa"
        parsed["signature_algorithm"]["algorithm"] = "sha1_ecdsa"
    data = body.dump(force=True)
    signature = issuer.key.sign(data, ec.ECDSA(digest or hashes.SHA256()))
    parsed["signature_value"] = core.OctetBitString(signature)
    return Certificate(parsed.dump(force=True))


def sign_sha1(issuer: Minted, data: bytes) -> core.OctetBitString:
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    return core.OctetBitString(issuer.key.sign(data, ec.ECDSA(hashes.SHA1())))


class TestLongLists:
    """Lists are handed to the validator without entries that are about nobody of the path."""

    def test_entries_about_others_change_nothing(self, world: World) -> None:
        leaf = mint("Leaf", world.authority)
        long = mint_crl(world.authority, revoked=range(1, 3000))
        assert world.judge(leaf, world.material(mint_crl(world.root), long)).good

    def test_the_one_that_counts_is_found(self, world: World) -> None:
        leaf = mint("Leaf", world.authority)
        long = mint_crl(world.authority, revoked=[*range(1, 3000), leaf.crypto.serial_number])
        found = world.judge(leaf, world.material(mint_crl(world.root), long))
        assert codes(found) == ["certificate.revoked"]

    def test_a_list_with_an_unknown_critical_extension_counts_for_nothing(self, world: World) -> None:
        leaf = mint("Leaf", world.authority)
        odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
        lists = (mint_crl(world.root), mint_crl(world.authority, more=[(odd, True)]))
        assert codes(world.judge(leaf, world.material(*lists))) == ["certificate.revocation_missing"]

    def test_a_list_of_a_part_that_is_not_the_certificates_counts_for_nothing(self, world: World) -> None:
        leaf = mint("Leaf", world.authority)
        of_authorities = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)
        lists = (mint_crl(world.root), mint_crl(world.authority, more=[(of_authorities, True)]))
        assert not world.judge(leaf, world.material(*lists)).good

    def test_a_delta_completes_its_base(self, world: World) -> None:
        leaf = mint("Leaf", world.authority)
        freshest = x509.FreshestCRL([x509.DistributionPoint([location("delta")], None, None, None)])
        base = mint_crl(world.authority, number=1, more=[(freshest, False), key_identifier(world)])
        clean, revoking = (
            mint_crl(
                world.authority,
                number=2,
                revoked=serials,
                more=[(x509.DeltaCRLIndicator(1), True), key_identifier(world)],
            )
            for serials in ([], [leaf.crypto.serial_number])
        )
        root = mint_crl(world.root)
        assert world.judge(leaf, world.material(root, base, clean)).good
        assert codes(world.judge(leaf, world.material(root, base, revoking))) == ["certificate.revoked"]
        assert not world.judge(leaf, world.material(root, base)).good
        assert not world.judge(leaf, world.material(root, clean)).good


def location(name_: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(f"http://x.test/{name_}")


def point(name_: str) -> tuple[x509.ExtensionType, bool]:
    return x509.CRLDistributionPoints([x509.DistributionPoint([location(name_)], None, None, None)]), False


def key_identifier(world: World) -> tuple[x509.ExtensionType, bool]:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(world.authority.crypto.public_key()), False  # type: ignore[arg-type]
