"""Revocation of every certificate of the chain, whoever brings the evidence; and nothing is ever fetched."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import logging
import socket
from datetime import datetime, timedelta
from typing import Any

import pytest
from asn1crypto import keys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.ocsp import OCSPCertStatus
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.validation.evidence import Evidence, Piece
from signing.validation.indication import SubIndication
from signing.validation.report import Revocation
from signing.validation.revocation import Statement, revoked_by, statements
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.issuing import authority, crl, issue, ocsp, subject, usage
from tests.signing.attacks.signed_data import Identity, Recipe, identity
from tests.signing.attacks.world import World
from tests.signing.verdicts import PASSED, against, answer, on, report, seal, undecided, with_lists

WORLD = World("pyhanko")
SINCE = on(2026, 6, 1)
TRY_LATER = undecided(SubIndication.TRY_LATER)
REVOKED = undecided(SubIndication.REVOKED_NO_POE)
STOLEN = x509.ReasonFlags.key_compromise
HELD = x509.ReasonFlags.certificate_hold


def listing(
    *revoked: tuple[str, datetime, x509.ReasonFlags], at: datetime = pki.NOW, days: int = 30, number: int = 900
) -> bytes:
    """A list of the enterprise authority naming these certificates."""
    return crl(
        authority(), [(pki.cert(label), since, why) for label, since, why in revoked], at=at, days=days, number=number
    )


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to look up a name or to connect fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("validation reached for the network")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_addresses_in_certificates_are_never_followed() -> None:
    """The test certificates carry CRL and OCSP addresses; evidence is missing, so that there is a reason to look."""
    company = pki.cert("company").crypto
    assert company.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    assert company.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    stamped = bare_pyhanko.seal(WORLD.base().pdf, stamper=pki.timestamper())
    assert answer(report(stamped, trust=pki.material(revocation=False))) == TRY_LATER
    assert answer(report(stamped)) == PASSED


@pytest.mark.parametrize(
    ("crls", "expected", "code"),
    [
        ((), TRY_LATER, "seal.revocation_missing"),
        (("root",), TRY_LATER, "seal.revocation_missing"),
        (("interm",), TRY_LATER, "seal.revocation_missing"),
        (("root", "interm"), PASSED, None),
    ],
)
def test_every_certificate_of_the_chain_needs_evidence(
    crls: tuple[str, ...], expected: tuple[object, object], code: str | None
) -> None:
    trust = dataclasses.replace(pki.material(revocation=False), crls=tuple(pki.crl(name) for name in crls))
    found = seal(WORLD.sealed(), trust=trust)
    assert answer(found) == expected
    assert against(found.findings) == ([code] if code else [])
    assert found.revocation is (Revocation.UNKNOWN if code else Revocation.GOOD)


def test_stale_lists_are_told_from_missing_ones() -> None:
    found = seal(WORLD.sealed(), trust=pki.material(pki.NOW - timedelta(days=200)))
    assert answer(found) == TRY_LATER
    assert against(found.findings) == ["seal.revocation_stale"]


def test_a_list_that_calls_itself_good_for_ten_years_is_not_taken_at_its_word() -> None:
    old = listing(at=pki.NOW - timedelta(days=500), days=3650)
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, pki.crl("root"), old, plain=False))) == TRY_LATER


def test_a_list_that_tells_of_deltas_needs_one() -> None:
    """freshestCRL: the authority itself says that there is something fresher, which the operator has to fetch too."""
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://pki.test.invalid/d.crl")], None, None, None)
    telling = (x509.FreshestCRL([point]), False)
    full = crl(authority(), number=10, more=[telling])
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, pki.crl("root"), full, plain=False))) == TRY_LATER
    dead = crl(authority(), [(pki.cert("company"), SINCE, STOLEN)], number=10, more=[telling])
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, pki.crl("root"), dead, plain=False))) == REVOKED
    entry = [(pki.cert("company"), SINCE, STOLEN)]
    delta = crl(authority(), entry, number=11, more=[(x509.DeltaCRLIndicator(10), True)])
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, pki.crl("root"), full, delta, plain=False))) == REVOKED
    quiet = crl(authority(), number=11, more=[(x509.DeltaCRLIndicator(10), True)])
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, pki.crl("root"), full, quiet, plain=False))) == PASSED
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, pki.crl("root"), quiet, plain=False))) == TRY_LATER


def test_sources_are_told() -> None:
    lists = (pki.crl("root"), pki.crl("interm"))
    sources = {hashlib.sha256(lists[0]).hexdigest(): "cache", hashlib.sha256(lists[1]).hexdigest(): "option"}
    trust = dataclasses.replace(pki.material(), sources=sources)
    assert seal(WORLD.sealed(), trust=trust).revocation_sources == ("crl: option", "crl: cache")
    embedded = bare_pyhanko.with_evidence(WORLD.sealed(), crls=[lists[1]])
    trust = dataclasses.replace(pki.material(revocation=False), crls=lists[:1], sources=sources)
    assert seal(embedded, trust=trust).revocation_sources == ("crl: embedded", "crl: cache")
    answered = bare_pyhanko.with_evidence(WORLD.sealed(), ocsps=[pki.ocsp_response("company")])
    assert seal(answered, trust=trust).revocation_sources == ("ocsp: embedded", "crl: cache")


def test_evidence_in_the_file_that_is_stale_or_of_strangers_counts_for_nothing() -> None:
    only_root = with_lists(pki.NOW, pki.crl("root"), plain=False)
    useless: list[dict[str, Any]] = [
        {"crls": [pki.crl("interm", pki.NOW - timedelta(days=200))]},
        {"crls": [pki.crl("interm", of="foreign")]},
        {"crls": [crl(authority(), signed_by=identity("other"))]},
        {"ocsps": [ocsp(pki.cert("company"), pki.cert("interm"), identity("other"))]},
        {"ocsps": [ocsp(pki.cert("company"), pki.cert("interm"), identity("ocsp"), at=on(2026, 1))]},
    ]
    for evidence in useless:
        pdf = bare_pyhanko.with_evidence(WORLD.sealed(), **evidence)
        assert answer(seal(pdf, trust=only_root)) == TRY_LATER, evidence


def test_a_good_answer_in_the_file_does_not_hide_what_the_store_knows() -> None:
    """pyHanko asks no list once an OCSP answer says good: a revoked signer would bring the answer of the day before."""
    good = ocsp(pki.cert("company-revoked"), pki.cert("interm"), identity("ocsp"))
    pdf = bare_pyhanko.with_evidence(WORLD.sealed(label="company-revoked"), ocsps=[good])
    found = seal(pdf)
    assert (answer(found), found.revocation) == (REVOKED, Revocation.REVOKED)


def test_an_older_list_that_is_still_fresh_does_not_hide_a_newer_one_that_has_run_out() -> None:
    """An emergency list of short life, then nothing new; the signer brings the long-lived list from before."""
    before = listing(at=pki.NOW - timedelta(days=20), days=40, number=1)
    emergency = listing(("company", pki.NOW - timedelta(days=10), STOLEN), at=pki.NOW - timedelta(days=9), days=2)
    pdf = bare_pyhanko.with_evidence(WORLD.sealed(), crls=[before])
    assert answer(seal(pdf, trust=with_lists(pki.NOW, pki.crl("root"), emergency, plain=False))) == REVOKED


def test_revoked_by_ocsp() -> None:
    dead = ocsp(pki.cert("company"), pki.cert("interm"), identity("ocsp"), status=OCSPCertStatus.REVOKED, revoked=SINCE)
    trust = dataclasses.replace(pki.material(), ocsps=(dead,))
    assert answer(seal(WORLD.sealed(), trust=trust)) == REVOKED


def test_suspended_and_released() -> None:
    held = listing(("company", SINCE, HELD), at=on(2026, 6, 2), number=1)
    still = listing(("company", SINCE, HELD), number=2)
    released = listing(number=3)
    root = pki.crl("root")
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, root, still, plain=False))) == REVOKED
    assert answer(seal(WORLD.sealed(), trust=with_lists(pki.NOW, root, held, released, plain=False))) == PASSED


def test_revoked_for_good_is_not_undone_by_a_later_list() -> None:
    dead = listing(("company", SINCE, STOLEN), at=on(2026, 6, 2), number=1)
    trust = with_lists(pki.NOW, pki.crl("root"), dead, listing(number=2), plain=False)
    assert answer(seal(WORLD.sealed(), trust=trust)) == REVOKED


def test_the_key_was_suspect_before_the_entry_was_made() -> None:
    """invalidityDate, RFC 5280 §5.3.2: a timestamp between it and the revocation does not save the seal."""
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(pki.cert("company").crypto.serial_number)
        .revocation_date(on(2026, 8, 1))
        .add_extension(x509.InvalidityDate(datetime(2026, 5, 1)), False)
        .build()
    )
    issuer = authority()
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.crypto.subject)
        .last_update(pki.NOW - timedelta(hours=1))
        .next_update(pki.NOW + timedelta(days=7))
        .add_revoked_certificate(entry)
        .sign(issuer.key, hashes.SHA256())
    )
    der = made.public_bytes(serialization.Encoding.DER)
    said = statements(pki.cert("company"), pki.cert("interm"), Evidence((), (Piece(der, "option"),), ()))
    assert [one.revoked for one in said] == [datetime(2026, 5, 1, tzinfo=pki.NOW.tzinfo)]
    stamped = bare_pyhanko.seal(WORLD.base().pdf, stamper=pki.timestamper(SINCE))
    assert answer(seal(stamped, trust=with_lists(pki.NOW, pki.crl("root"), der, plain=False))) == REVOKED


def test_an_intermediate_that_was_revoked() -> None:
    dead = crl(authority("root"), [(pki.cert("interm"), SINCE, x509.ReasonFlags.ca_compromise)])
    found = seal(WORLD.sealed(), trust=with_lists(pki.NOW, dead, pki.crl("interm"), plain=False))
    assert answer(found) == undecided(SubIndication.REVOKED_CA_NO_POE)
    assert found.revocation is Revocation.REVOKED


def test_the_time_stamping_authority_needs_evidence_too() -> None:
    """An authority below another intermediate than the signer's."""
    apart = issue(
        x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Test Timestamps CA")]),
        authority("root"),
        serial=7001,
        extensions=[(x509.BasicConstraints(True, 0), True), (usage(sign=False, issue=True), True)],
    )
    purpose = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING])
    stamper = issue(subject("时间戳"), apart, serial=7002, extensions=[(usage(), True), (purpose, True)])
    pdf = WORLD.forged(Recipe(token=lambda value: token_by(stamper, value)))
    found = seal(pdf)
    assert answer(found) == TRY_LATER
    assert against(found.findings) == ["seal.timestamp_invalid"]
    assert found.timestamp is None
    # The root's usual list is about certificates that carry its address; these here do not.
    assert answer(seal(pdf, trust=with_lists(pki.NOW, crl(apart), crl(authority("root"))))) == PASSED


def stamper_by(who: Identity) -> TimeStamper:
    """A time-stamping authority of our own making."""
    der = who.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(who.chain[0].asn1)
    return DummyTimeStamper(who.certificate.asn1, keys.PrivateKeyInfo.load(der), store, fixed_dt=pki.NOW)


def token_by(who: Identity, value: bytes) -> bytes:
    """Its token over ``value``."""
    made = stamper_by(who).async_timestamp(hashlib.sha256(value).digest(), "sha256")
    return bytes(asyncio.run(made).dump())


def test_names_from_certificates_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    report(WORLD.sealed(label="company-revoked"))
    report(WORLD.sealed(of="foreign"), trust=pki.material(revocation=False))
    assert pki.COMPANY not in caplog.text


def said(revoked: datetime | None, issued: datetime, *, hold: bool = False) -> Statement:
    """One piece's word."""
    return Statement("crl: cache", issued, None, revoked, hold)


def test_a_hold_counts_until_a_later_piece_releases_it() -> None:
    held = said(on(2026, 2), on(2026, 2, 2), hold=True)
    free = said(None, on(2026, 3))
    assert revoked_by((free, held), on(2026, 1)) is None
    assert revoked_by((free, held), on(2026, 2, 15)) == on(2026, 2)
    assert revoked_by((free, held), on(2026, 4)) is None
    assert revoked_by((held,), on(2026, 4)) == on(2026, 2)
    assert revoked_by((said(None, on(2026, 1, 20)), held), on(2026, 4)) == on(2026, 2)
