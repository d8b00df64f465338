"""What a timestamp must be before its time counts, and what a bad one does to the seal that carries it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asn1crypto import cms, core
from cryptography import x509

from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import Coverage, Kind, Modifications, Revocation
from signing.validation.validate import validate
from tests.signing import bare_endesive, bare_pyhanko, pki
from tests.signing.attacks.bases import base
from tests.signing.attacks.issuing import authority, issue, spare_key, subject, usage
from tests.signing.attacks.signed_data import Identity, Recipe
from tests.signing.attacks.timestamps import by, moved_back, no_token, over_other_data, token_over, without_signature
from tests.signing.attacks.world import World
from tests.signing.sealed import paper
from tests.signing.test_validate_revocation import stamper_by, token_by
from tests.signing.verdicts import PASSED, Answer, against, answer, on, report, seal, undecided

WORLD = World("pyhanko")
SIGNATURE_TIME_STAMP = core.ObjectIdentifier("1.2.840.113549.1.9.16.2.14")
NOW = pki.NOW
SIG = undecided(SubIndication.SIG_CONSTRAINTS_FAILURE)


@pytest.mark.parametrize(
    ("recipe", "expected", "codes"),
    [
        (Recipe(token=over_other_data), SIG, {"seal.timestamp_unbound"}),
        (Recipe(token=moved_back), SIG, {"seal.timestamp_invalid"}),
        (Recipe(token=without_signature), SIG, {"seal.timestamp_invalid"}),
        (Recipe(token=no_token), SIG, {"seal.timestamp_invalid"}),
        (
            Recipe(token=lambda value: token_by(stranger(), value)),
            undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND),
            None,
        ),
        (Recipe(token=by(NOW, "tsa-no-eku")), undecided(SubIndication.CHAIN_CONSTRAINTS_FAILURE), None),
        (Recipe(token=by(on(2019, 6))), SIG, None),
        (Recipe(token=by(NOW + timedelta(hours=1))), undecided(SubIndication.TIMESTAMP_ORDER_FAILURE), None),
        (
            Recipe(token=lambda value: token_over(value, NOW, digest="sha1")),
            undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE),
            None,
        ),
    ],
)
def test_a_bad_timestamp_keeps_a_good_seal_from_passing(
    recipe: Recipe, expected: Answer, codes: set[str] | None
) -> None:
    found = seal(WORLD.forged(recipe))
    assert answer(found) == expected
    assert set(against(found.findings)) == (codes or {"seal.timestamp_invalid"})
    assert found.timestamp is None, "its time is not told as proved"
    assert (found.intact, found.trusted) == (True, True), "the seal itself is as good as ever"


def test_one_bad_token_beside_a_good_one_is_told_and_the_good_one_counts() -> None:
    found = seal(WORLD.forged(Recipe(token=by(NOW), more_tokens=(by(on(2026, 2), of="foreign"),))))
    assert answer(found) == undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert found.timestamp == NOW


def test_the_earliest_of_two_good_tokens_counts() -> None:
    found = seal(WORLD.forged(Recipe(token=by(NOW), more_tokens=(by(on(2026, 2)),))))
    assert (answer(found), found.timestamp) == (PASSED, on(2026, 2))


def test_a_clock_a_few_seconds_ahead_is_no_future() -> None:
    assert answer(seal(WORLD.forged(Recipe(token=by(NOW + timedelta(seconds=20)))))) == PASSED


def test_unknown_unsigned_attributes_are_tolerated() -> None:
    strange = cms.CMSAttribute({"type": "1.2.156.999.7", "values": [core.OctetString(b"?")]})
    assert answer(seal(WORLD.forged(Recipe(unsigned_more=(strange,))))) == PASSED


def test_a_timestamp_under_an_unknown_name_is_told() -> None:
    """One changed digit would else turn a B-T seal into a B-B seal, and nobody would know."""
    pdf = bare_pyhanko.seal(paper(), stamper=pki.timestamper())
    name = pdf.lower().index(SIGNATURE_TIME_STAMP.dump().hex().encode())
    for digit in (4, 14, 25):
        changed = bytearray(pdf)
        changed[name + digit] ^= 1
        report = validate(bytes(changed), ValidationPolicy(pki.material(), pki.NOW))
        assert report.indication is not Indication.TOTAL_PASSED


def test_a_timestamping_certificate_must_be_for_timestamps_alone() -> None:
    """RFC 3161 §2.3: extended key usage critical, and only that."""
    both = x509.ExtendedKeyUsage(
        [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING, x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION]
    )
    who = issue(subject(), authority(), serial=9001, extensions=[(usage(), True), (both, True)])
    found = seal(WORLD.forged(Recipe(token=lambda value: token_by(who, value))))
    assert SubIndication.CHAIN_CONSTRAINTS_FAILURE in {f.sub_indication for f in found.findings}


def test_endesive_attaches_timestamps_too() -> None:
    with bare_endesive.time_stamping_authority() as address:
        found = seal(bare_endesive.seal(base().pdf, tsa=address))
    assert (answer(found), found.timestamp, found.level) == (PASSED, NOW, "")


@pytest.mark.parametrize(
    ("options", "level"),
    [
        ({}, "B-B"),
        ({"stamper": pki.timestamper()}, "B-T"),
        ({"stamper": pki.timestamper(), "lt": bare_pyhanko.context(NOW, mode="require")}, "B-LT"),
        ({"stamper": pki.timestamper(), "lt": bare_pyhanko.context(NOW, mode="require"), "lta": True}, "B-LTA"),
        ({"pades": False}, ""),
    ],
    ids=["B-B", "B-T", "B-LT", "B-LTA", "other"],
)
@pytest.mark.parametrize("label", ["company", "company-ec"])
def test_levels(options: dict[str, object], level: str, label: str) -> None:
    found = report(bare_pyhanko.seal(base().pdf, label, **options))  # type: ignore[arg-type]
    assert (answer(found), found.seals[0].level) == (PASSED, level)
    assert found.seals[0].timestamp == (None if level in ("B-B", "") else NOW)


def test_a_document_timestamp_lifts_a_seal_without_timestamp() -> None:
    """EN 319 142-1 §6.3: for B-T a document timestamp does as well."""
    found = report(bare_pyhanko.document_timestamp(WORLD.sealed(), pki.timestamper()))
    assert found.seals[0].level == "B-T"


def test_the_facets_of_a_document_timestamp() -> None:
    stamp = report(bare_pyhanko.document_timestamp(WORLD.sealed(), pki.timestamper())).signatures[1]
    assert (stamp.kind, stamp.indication) == (Kind.DOCUMENT_TIMESTAMP, Indication.TOTAL_PASSED)
    assert (stamp.intact, stamp.trusted, stamp.revocation) == (True, True, Revocation.GOOD)
    assert (stamp.coverage, stamp.modifications) == (Coverage.WHOLE_FILE, Modifications.NONE)
    assert (stamp.timestamp, stamp.timestamp_authority, stamp.level) == (NOW, "Test Trust Services", "")


def stranger() -> Identity:
    """A time-stamping authority under a root that nobody here knows, by name or key."""
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Somebody's Root")])
    root = issue(
        name, None, key=spare_key("somebody"), serial=9100, extensions=[(x509.BasicConstraints(True, 0), True)]
    )
    alone = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING])
    return issue(
        subject("时间戳"), root, serial=9101, extensions=[(usage(), True), (alone, True)], chain=(root.certificate,)
    )


def test_a_strangers_document_timestamp_spoils_the_file_not_the_seal() -> None:
    found = report(bare_pyhanko.document_timestamp(WORLD.sealed(), stamper_by(stranger())))
    assert answer(found) == undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert answer(found.seals[0]) == PASSED
    assert found.seals[0].timestamp is None


def test_document_timestamps_in_the_wrong_order() -> None:
    first = bare_pyhanko.document_timestamp(WORLD.sealed(), pki.timestamper(on(2026, 10)))
    both = bare_pyhanko.document_timestamp(first, pki.timestamper(on(2026, 9)), "Time2")
    assert answer(report(both)) == undecided(SubIndication.TIMESTAMP_ORDER_FAILURE)
