"""When a seal was made decides whether its certificate stood: EN 319 102-1 §5.5 and §5.6, by proved times alone."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta

import pytest
from asn1crypto import cms
from cryptography import x509

from signing.trust.material import TrustMaterial
from signing.validation.indication import SubIndication
from signing.validation.report import Kind, Revocation
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.bases import base
from tests.signing.attacks.issuing import authority, crl
from tests.signing.attacks.signed_data import Recipe, attribute, signing_time
from tests.signing.attacks.surgery import covered
from tests.signing.attacks.timestamps import by, token_over
from tests.signing.attacks.world import World, resigned
from tests.signing.verdicts import (
    PASSED,
    Answer,
    against,
    answer,
    failed,
    notices,
    on,
    report,
    seal,
    undecided,
    with_lists,
)

WORLD = World("pyhanko")
IN_TIME = on(2026, 1, 15)
"""Before ``company-expired`` ended (2026-03-01) and ``company-revoked`` was revoked (2026-06-01)."""
TOO_LATE = on(2026, 8, 1)
OUT_OF_BOUNDS = undecided(SubIndication.OUT_OF_BOUNDS_NO_POE)
REVOKED_NO_POE = undecided(SubIndication.REVOKED_NO_POE)


def lists_of(*times: datetime) -> TrustMaterial:
    """Today's lists and those of earlier days, as an operator's archive holds them."""
    return with_lists(pki.NOW, *(pki.crl(name, at) for at in times for name in ("root", "interm")))


@functools.cache
def stamped(label: str, at: datetime | None, tsa: str = "tsa") -> bytes:
    """A seal with a signature timestamp of ``at`` (None: without)."""
    return WORLD.forged(Recipe(label=label, token=by(at, tsa) if at else None))


@functools.cache
def archived(label: str, sealed: datetime, stamped_again: datetime | None = None, tsa: str = "tsa") -> bytes:
    """B-LT of ``sealed`` by ``tsa``, and a document timestamp by the lasting authority."""
    pdf = bare_pyhanko.seal(
        base().pdf, label, stamper=pki.timestamper(sealed, tsa), lt=bare_pyhanko.context(sealed, mode="require")
    )
    if stamped_again is None:
        return pdf
    return bare_pyhanko.document_timestamp(
        pdf, pki.timestamper(stamped_again), "Time1", bare_pyhanko.context(stamped_again)
    )


@pytest.mark.parametrize(
    ("label", "at", "expected", "code"),
    [
        ("company-expired", None, OUT_OF_BOUNDS, "seal.expired"),
        ("company-expired", TOO_LATE, OUT_OF_BOUNDS, "seal.expired"),
        ("company-revoked", None, REVOKED_NO_POE, "seal.revoked"),
        ("company-revoked", TOO_LATE, REVOKED_NO_POE, "seal.revoked"),
        ("company-future", None, failed(SubIndication.NOT_YET_VALID), "seal.not_yet_valid"),
        ("company-future", IN_TIME, failed(SubIndication.NOT_YET_VALID), "seal.not_yet_valid"),
        ("company", on(2019, 12, 1), None, "seal.timestamp_invalid"),
    ],
)
def test_what_no_timestamp_or_a_late_one_cannot_cure(
    label: str, at: datetime | None, expected: Answer | None, code: str
) -> None:
    found = seal(stamped(label, at), trust=lists_of(IN_TIME))
    assert code in against(found.findings)
    assert not found.trusted or code == "seal.timestamp_invalid"
    assert expected is None or answer(found) == expected


def test_the_time_a_signer_writes_proves_nothing() -> None:
    dated_back = WORLD.forged(Recipe(label="company-expired", signed_more=(signing_time(IN_TIME),)))
    found = seal(dated_back, trust=lists_of(IN_TIME))
    assert answer(found) == OUT_OF_BOUNDS
    assert (found.signed_at, found.timestamp) == (IN_TIME, None)


def test_expired_after_the_timestamp_passes_with_evidence_of_then() -> None:
    found = seal(stamped("company-expired", IN_TIME), trust=lists_of(IN_TIME))
    assert answer(found) == PASSED
    assert notices(found.findings) == ["seal.expired_since"]
    assert (found.timestamp, found.timestamp_authority) == (IN_TIME, "Test Trust Services")
    assert (found.trusted, found.revocation) == (True, Revocation.GOOD)


def test_expired_after_the_timestamp_is_undecided_without_evidence_of_then() -> None:
    """Lists made after a certificate has expired need not name it: a stolen one would look as good as any."""
    found = seal(stamped("company-expired", IN_TIME))
    assert answer(found) == OUT_OF_BOUNDS
    assert against(found.findings) == ["seal.revocation_missing"]


def test_a_list_that_keeps_expired_certificates_is_evidence_of_then() -> None:
    keeps = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.60"), b"\x18\x0f20200101000000Z")
    lists = (pki.crl("root"), crl(authority(), more=[(keeps, False)]))
    trust = with_lists(pki.NOW, *lists, plain=False)
    assert answer(seal(stamped("company-expired", IN_TIME), trust=trust)) == PASSED


def test_revoked_after_the_timestamp_passes_and_is_told() -> None:
    found = seal(stamped("company-revoked", IN_TIME))
    assert answer(found) == PASSED
    assert notices(found.findings) == ["seal.revoked_since"]


def test_revoked_then_expired_then_validated() -> None:
    """pyHanko's own validation with time asks nothing of an expired certificate and calls this one good."""
    since = on(2026, 1, 10)
    dead = crl(authority(), [(pki.cert("company-expired"), since, x509.ReasonFlags.key_compromise)], at=IN_TIME)
    found = seal(stamped("company-expired", IN_TIME), trust=with_lists(pki.NOW, pki.crl("root", IN_TIME), dead))
    assert answer(found) == REVOKED_NO_POE


def test_authority_revoked_before_the_timestamp() -> None:
    since = on(2026, 1, 10)
    dead = crl(authority("root"), [(pki.cert("interm"), since, x509.ReasonFlags.ca_compromise)])
    found = seal(stamped("company", IN_TIME), trust=with_lists(pki.NOW, dead, pki.crl("interm"), plain=False))
    assert SubIndication.REVOKED_CA_NO_POE in {f.sub_indication for f in found.findings}
    assert answer(found)[0] is not PASSED[0]


def test_content_timestamp_proves_that_the_seal_is_younger() -> None:
    """The only proof that a seal was made after the revocation: then it is plainly forged (table 5, REVOKED)."""
    pdf = WORLD.sealed()
    content = attribute("content_time_stamp", cms.ContentInfo.load(token_over(covered(pdf), TOO_LATE)))
    for label, expected in (("company-revoked", SubIndication.REVOKED), ("company-expired", SubIndication.EXPIRED)):
        forged = resigned(pdf, Recipe(label=label, signed_more=(content,), token=by(on(2026, 8, 2))))
        assert answer(seal(forged, trust=lists_of(IN_TIME))) == failed(expected)
    good = resigned(pdf, Recipe(signed_more=(content,), token=by(on(2026, 8, 2))))
    assert answer(seal(good)) == PASSED
    disordered = resigned(pdf, Recipe(signed_more=(content,), token=by(IN_TIME)))
    assert answer(seal(disordered)) == undecided(SubIndication.TIMESTAMP_ORDER_FAILURE)


def test_document_timestamp_proves_the_time_of_the_seal_before_it() -> None:
    sealed = WORLD.sealed(label="company-expired")
    whole = bare_pyhanko.document_timestamp(sealed, pki.timestamper(IN_TIME))
    found = report(whole, trust=lists_of(IN_TIME))
    assert answer(found) == PASSED
    assert found.seals[0].timestamp == IN_TIME
    assert [s.kind for s in found.signatures] == [Kind.SEAL, Kind.DOCUMENT_TIMESTAMP]
    late = bare_pyhanko.document_timestamp(sealed, pki.timestamper(TOO_LATE))
    assert answer(report(late, trust=lists_of(IN_TIME)).seals[0]) == OUT_OF_BOUNDS


def test_a_document_timestamp_before_the_seal_proves_nothing_about_it() -> None:
    pdf = bare_pyhanko.document_timestamp(base().pdf, pki.timestamper(IN_TIME))
    found = seal(WORLD.seal(pdf, "company-expired"), trust=lists_of(IN_TIME))
    assert (answer(found), found.timestamp) == (OUT_OF_BOUNDS, None)


def test_long_term_evidence_in_the_file_suffices_for_an_expired_certificate() -> None:
    found = seal(archived("company-expired", IN_TIME))
    assert (answer(found), found.level) == (PASSED, "B-LT")


def test_stamped_by_an_authority_that_has_expired_too() -> None:
    """Without a newer document timestamp its key may have been used after its time; with one it was proved in time."""
    bare = seal(archived("company-expired", IN_TIME, tsa="tsa-expired"))
    assert answer(bare) == OUT_OF_BOUNDS
    assert "seal.timestamp_expired" in notices(bare.findings)
    renewed = archived("company-expired", IN_TIME, on(2026, 8, 20), tsa="tsa-expired")
    found = report(renewed)
    assert answer(found) == PASSED
    assert (found.seals[0].timestamp, found.seals[0].level) == (IN_TIME, "B-LTA")


def test_a_newer_timestamp_that_came_after_the_authority_expired_saves_nothing() -> None:
    late = archived("company-expired", IN_TIME, on(2026, 10, 1), tsa="tsa-expired")
    assert answer(report(late).seals[0]) == OUT_OF_BOUNDS


def test_an_aged_timestamp_does_not_spoil_a_seal_that_is_good_today() -> None:
    found = seal(stamped("company", IN_TIME, "tsa-expired"))
    assert (answer(found), found.timestamp) == (PASSED, None)
    assert notices(found.findings) == ["seal.timestamp_expired"]


def test_years_later_by_the_ladder_of_document_timestamps() -> None:
    """Signer and authority of the first timestamp long expired; evidence of then in the file, fresh lists at hand."""
    first = archived("company-expired", IN_TIME, on(2026, 8, 20), tsa="tsa-expired")
    later = on(2034, 12, 1)
    assert answer(report(first, later)) == PASSED
    gone = on(2035, 6, 1)
    assert answer(report(first, gone)) == OUT_OF_BOUNDS, "the last authority has expired as well (2035-01-01)"


def test_validated_for_a_moment_before_the_timestamp() -> None:
    found = seal(stamped("company", TOO_LATE), IN_TIME)
    assert answer(found) == undecided(SubIndication.TIMESTAMP_ORDER_FAILURE)


def test_the_moment_of_validation_counts_not_the_clock() -> None:
    pdf = stamped("company-expired", None)
    assert answer(seal(pdf, IN_TIME)) == PASSED
    assert answer(seal(pdf, on(2026, 3, 1) + timedelta(days=1))) == OUT_OF_BOUNDS
