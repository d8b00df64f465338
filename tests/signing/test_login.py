"""Login: the honest get in once, everybody else is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from certlight.errors import InputRefused
from signing.login.challenge import CHALLENGE_BYTES, LIFETIME, Challenge
from signing.login.check import CLOCK_TOLERANCE
from signing.login.issue import issue
from signing.login.refusals import LoginRefused
from signing.login.response import Response, demand_signature
from signing.login.store import MemoryChallengeStore
from signing.trust.material import Anchor, Purpose, TrustMaterial
from tests.signing import pki
from tests.signing.login_examples import (
    HASHES,
    ORIGIN,
    SECRET,
    SERVICE,
    SOON,
    Attempt,
    HeldKey,
    certified,
    held,
    honest,
)

EXPIRY = pki.NOW + LIFETIME


def refusal(attempt: Attempt) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        attempt.check()
    return caught.value


def notes(error: InputRefused) -> str:
    return " ".join(getattr(error, "__notes__", []))


@pytest.mark.parametrize("secret", [SECRET, None], ids=["secret", "no-secret"])
@pytest.mark.parametrize("label", ["company", "company-ec", "other", "company-email-eku"])
def test_an_honest_login_names_the_enterprise(label: str, secret: bytes | None) -> None:
    identity = honest(held(label), secret=secret).check()
    other = label == "other"
    assert identity.holder.organisation == (pki.OTHER_COMPANY if other else pki.COMPANY)
    assert identity.holder.credit_code == (pki.OTHER_CODE if other else pki.COMPANY_CODE)
    assert identity.certificate == pki.cert(label)
    assert identity.standing.good
    assert identity.at == SOON
    assert identity.challenge.origin == ORIGIN


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("scheme", ["rsa-pkcs1", "rsa-pss", "ecdsa"])
def test_every_algorithm_of_the_contract(scheme: str, digest: str) -> None:
    key = held("company-ec" if scheme == "ecdsa" else "company")
    attempt = honest(key)
    message = attempt.issued.challenge.to_bytes()
    private = key.private_key
    if isinstance(private, ec.EllipticCurvePrivateKey):
        signature = private.sign(message, ec.ECDSA(HASHES[digest]))
    elif scheme == "rsa-pss":
        salted = padding.PSS(padding.MGF1(HASHES[digest]), padding.PSS.DIGEST_LENGTH)
        signature = private.sign(message, salted, HASHES[digest])
    else:
        signature = private.sign(message, padding.PKCS1v15(), HASHES[digest])
    response = attempt.response.model_copy(update={"algorithm": f"{scheme}-{digest}", "signature": signature})
    assert attempt.but(response=response).check().holder.credit_code == pki.COMPANY_CODE


@pytest.mark.parametrize(("curve", "expected"), [(ec.SECP384R1(), "ecdsa-sha384"), (ec.SECP521R1(), "ecdsa-sha512")])
def test_larger_curves_take_larger_digests(curve: ec.EllipticCurve, expected: str) -> None:
    name = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, pki.COMPANY_CODE)]
    attempt = honest(certified(name, ec.generate_private_key(curve)))
    assert attempt.response.algorithm == expected
    assert attempt.check().holder.credit_code == pki.COMPANY_CODE


def test_a_response_survives_json() -> None:
    attempt = honest()
    assert attempt.but(response=Response.from_json(attempt.response.to_json())).check()


def test_replay_is_refused() -> None:
    attempt = honest()
    attempt.check()
    error = refusal(attempt)
    assert error.code == "login.challenge"
    assert "used before" in notes(error)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"origin": "https://c1oud.example.cn"}, "login.origin"),
        ({"origin": "http://cloud.example.cn"}, "login.origin"),
        ({"origin": "https://cloud.example.cn:8443"}, "login.origin"),
        ({"origin": "null"}, "login.origin"),
        ({"origin": ""}, "login.origin"),
        ({"service": "另一个平台"}, "login.challenge"),
        ({"at": EXPIRY}, "login.challenge"),
        ({"at": EXPIRY + timedelta(days=400)}, "login.challenge"),
        ({"at": pki.NOW - CLOCK_TOLERANCE - timedelta(seconds=1)}, "login.challenge"),
        ({"material": TrustMaterial(anchors=())}, "certificate.untrusted"),
        ({"material": pki.material(revocation=False)}, "certificate.revocation_missing"),
    ],
)
def test_one_thing_wrong_is_refused_and_spends_the_challenge(change: dict[str, object], code: str) -> None:
    attempt = honest()
    assert refusal(attempt.but(**change)).code == code
    assert refusal(attempt).code == "login.challenge", "the challenge was not spent"


@pytest.mark.parametrize("at", [pki.NOW, EXPIRY - timedelta(microseconds=1), pki.NOW - CLOCK_TOLERANCE])
def test_within_its_time_a_challenge_counts(at: datetime) -> None:
    assert honest().but(at=at).check()


def flipped(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


@pytest.mark.parametrize(
    "forge",
    [
        lambda ticket: flipped(ticket),
        lambda ticket: ticket[:-1] + flipped(ticket[-1]),
        lambda ticket: ticket.partition(".")[0],
        lambda ticket: ticket + "A",
        lambda ticket: "",
        lambda ticket: "\ud800" * 50,
        lambda ticket: "公" * 43,
    ],
)
def test_a_forged_ticket_is_refused_before_the_store_is_asked(forge: Callable[[str], str]) -> None:
    class Untouchable(MemoryChallengeStore):
        def take(self, challenge_id: str) -> Challenge | None:
            raise AssertionError("the store was asked")

    attempt = honest(store=Untouchable())
    assert refusal(attempt.but(ticket=forge(attempt.ticket))).code == "login.challenge"


def test_a_ticket_of_another_secret_is_refused() -> None:
    attempt = honest()
    assert refusal(attempt.but(secret=bytes(32))).code == "login.challenge"
    assert refusal(attempt.but(secret=None)).code == "login.challenge"
    assert attempt.check(), "forged tickets spend nothing"


def test_unknown_used_expired_and_forged_look_the_same_from_outside() -> None:
    used = honest()
    used.check()
    fresh = honest()
    errors = [
        refusal(used),
        refusal(honest().but(store=MemoryChallengeStore())),
        refusal(honest().but(at=EXPIRY)),
        refusal(fresh.but(ticket=flipped(fresh.ticket))),
    ]
    assert len({(e.code, e.message, e.remedy) for e in errors}) == 1
    assert len({notes(e) for e in errors}) >= 3, "the server's log tells them apart"


def test_an_altered_challenge_in_the_store_is_refused() -> None:
    attempt = honest()
    challenge = attempt.issued.challenge
    altered = Challenge(challenge.service, ORIGIN, bytes(32), challenge.issued_at, challenge.expires_at)
    attempt.store.take(challenge.id)
    attempt.store.put(challenge.id, altered)
    assert refusal(attempt).code == "login.challenge"


def test_the_response_to_another_challenge_is_refused() -> None:
    attempt, other = honest(), honest()
    assert refusal(attempt.but(response=other.response)).code == "login.signature"


@pytest.mark.parametrize("label", ["other", "company-ec"])
def test_a_signature_by_another_key_is_refused(label: str) -> None:
    attempt = honest(HeldKey(pki.private_key(label), pki.cert("company")))
    assert refusal(attempt).code == "login.signature"


@pytest.mark.parametrize(
    ("label", "of", "code"),
    [
        ("company-expired", "test", "certificate.expired"),
        ("company-future", "test", "certificate.not_yet_valid"),
        ("company-revoked", "test", "certificate.revoked"),
        ("company-wrong-ku", "test", "certificate.key_usage"),
        ("company-tls-eku", "test", "certificate.extended_key_usage"),
        ("company-is-ca", "test", "certificate.is_ca"),
        ("company-weak", "test", "certificate.weak_key"),
        ("company", "foreign", "certificate.untrusted"),
    ],
)
def test_a_certificate_that_does_not_stand_is_refused(label: str, of: str, code: str) -> None:
    error = refusal(honest(held(label, of)))
    assert error.code == code
    assert error.remedy.zh


def test_how_a_certificate_stands_is_not_told_without_its_key() -> None:
    attempt = honest(HeldKey(pki.private_key("other"), pki.cert("company-revoked")))
    assert refusal(attempt).code == "login.signature"


def test_anchors_for_other_purposes_do_not_open_sessions() -> None:
    seals_only = TrustMaterial(
        anchors=(Anchor(pki.cert("root"), frozenset({Purpose.SEAL})),),
        intermediates=(pki.cert("interm"),),
        crls=(pki.crl("root"), pki.crl("interm")),
    )
    assert refusal(honest().but(material=seals_only)).code == "certificate.anchor_purpose"


def test_a_person_without_credit_code_is_refused() -> None:
    person = [x509.NameAttribute(NameOID.COMMON_NAME, "张三"), x509.NameAttribute(NameOID.SERIAL_NUMBER, "420106")]
    error = refusal(honest(certified(person, ec.generate_private_key(ec.SECP256R1()))))
    assert error.code == "login.no_credit_code"
    assert isinstance(error, LoginRefused)


@pytest.mark.parametrize("algorithm", ["ecdsa-sha256", "rsa-pkcs1-sha512", "rsa-pss-sha256"])
def test_an_algorithm_that_was_not_used_is_refused(algorithm: str) -> None:
    attempt = honest()
    response = attempt.response.model_copy(update={"algorithm": algorithm})
    assert refusal(attempt.but(response=response)).code == "login.signature"


@pytest.mark.parametrize("junk", [b"\x30\x03\x02\x01\x01", b"junk", b"\x00" * 400])
def test_a_damaged_certificate_is_refused_and_spends_nothing(junk: bytes) -> None:
    attempt = honest()
    for update in ({"certificate": junk}, {"chain": (junk,)}):
        response = attempt.response.model_copy(update=update)
        assert refusal(attempt.but(response=response)).code == "login.malformed"
    assert attempt.check()


def test_a_clock_without_zone_is_a_defect() -> None:
    naive = pki.NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        honest().but(at=naive).check()
    with pytest.raises(ValueError, match="time zone"):
        issue(MemoryChallengeStore(), origin=ORIGIN, service=SERVICE, at=naive)


def test_of_many_threads_exactly_one_gets_in() -> None:
    for _ in range(5):
        attempt = honest()
        start = threading.Barrier(6)
        outcomes: list[str] = []

        def enter(attempt: Attempt = attempt, start: threading.Barrier = start, told: list[str] = outcomes) -> None:
            start.wait()
            try:
                told.append(attempt.check().holder.credit_code)
            except LoginRefused as error:
                told.append(error.code)

        threads = [threading.Thread(target=enter) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [pki.COMPANY_CODE, *["login.challenge"] * 5]


@pytest.mark.parametrize("label", ["company", "company-ec"])
def test_any_flipped_bit_is_refused(label: str) -> None:
    key = held(label)
    attempt = honest(key)
    message = attempt.issued.challenge.to_bytes()
    demand_signature(attempt.response, key.certificate, message)

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def flip(data: st.DataObject) -> None:
        whole = bytearray(attempt.response.signature + message)
        bit = data.draw(st.integers(0, 8 * len(whole) - 1))
        whole[bit // 8] ^= 1 << bit % 8
        cut = len(attempt.response.signature)
        response = attempt.response.model_copy(update={"signature": bytes(whole[:cut])})
        with pytest.raises(LoginRefused):
            demand_signature(response, key.certificate, bytes(whole[cut:]))

    flip()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 8 * CHALLENGE_BYTES))
def test_signing_an_altered_challenge_does_not_log_in(bit: int) -> None:
    attempt = honest()
    altered = bytearray(attempt.issued.challenge.to_bytes())
    altered[bit // 8 % len(altered)] ^= 1 << bit % 8
    response = attempt.response.model_copy(update={"signature": held().sign(bytes(altered), "sha256")})
    assert refusal(attempt.but(response=response)).code == "login.signature"
