"""Sealing in two phases: what lies between them may be delayed, mixed up or tampered with."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import cms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certlight.errors import CertlightError
from signing.enclosure import Party
from signing.keys.key import SealKey
from signing.sealing.order import Level, Permission, SealOrder
from signing.sealing.seal import seal
from signing.sealing.two_phase import Prepared, finish, prepare
from tests.signing import pki, sealed
from tests.signing.sealed import AT, Authority, judge, paper
from tests.signing.test_sealing_countersign import code_of


def prepared_for(key: SealKey, level: Level = Level.B_B, pdf: bytes | None = None, **more: Any) -> Prepared:
    order = SealOrder(picture=sealed.picture(), placement=sealed.HERE, level=level, **more)
    return prepare(pdf or paper(), key.certificate, key.chain, order, at=AT, trust=sealed.material())


@pytest.fixture(scope="module")
def phase_one() -> tuple[Prepared, bytes]:
    """A prepared document and the right signature for it."""
    made = prepared_for(sealed.p12())
    return made, sealed.p12().sign(made.signed_attributes, made.digest_algorithm)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("kind", ["p12", "token-ec"])
def test_every_key_at_every_level(kind: str, level: Level) -> None:
    with sealed.key(kind) as key:
        made = prepared_for(key, level)
        signature = key.sign(made.signed_attributes, made.digest_algorithm)
    out = finish(made.pdf, made.state, signature, timestamper=Authority(), trust=sealed.material())
    assert out.startswith(paper())
    judge(out, 1)


def test_what_is_signed_is_small_and_binds_document_and_certificate(phase_one: tuple[Prepared, bytes]) -> None:
    made, _ = phase_one
    attributes = cms.CMSAttributes.load(made.signed_attributes, strict=True)
    assert made.signed_attributes[0] == 0x31  # SET OF, as it is signed
    assert sealed.attribute_types(attributes) == {"content_type", "message_digest", "signing_certificate_v2"}
    assert made.digest_algorithm == "sha256"
    assert len(made.signed_attributes) < 400
    assert len(made.state) < 8192
    assert json.loads(made.state)["schema"] == "certlight.seal-state/1"


def test_the_prepared_document_already_shows_the_seal(phase_one: tuple[Prepared, bytes]) -> None:
    made, signature = phase_one
    assert made.pdf.startswith(paper())
    out = finish(made.pdf, made.state, signature)
    assert sealed.rendered(out).tobytes() == sealed.rendered(made.pdf).tobytes()
    assert len(out) == len(made.pdf)


def test_the_document_may_be_certified_and_countersigned_in_phases() -> None:
    with sealed.key("token-ec") as key:
        made = prepared_for(key, certify=Permission.SEAL)
        certified = finish(made.pdf, made.state, key.sign(made.signed_attributes, made.digest_algorithm))
    judge(certified, 1)
    assert sealed.reader(certified).embedded_signatures[0].docmdp_level.value == Permission.SEAL
    first = seal(paper(), sealed.p12(), SealOrder(), at=AT)
    with sealed.key("token-ec") as key:
        made = prepared_for(key, pdf=first)
        second = finish(made.pdf, made.state, key.sign(made.signed_attributes, made.digest_algorithm))
    judge(second, 2)


def test_days_may_lie_between() -> None:
    made = prepared_for(sealed.p12(), Level.B_LTA)
    signature = sealed.p12().sign(made.signed_attributes, made.digest_algorithm)
    later = AT + timedelta(days=9)
    out = finish(made.pdf, made.state, signature, timestamper=Authority(later), trust=sealed.material(later))
    judge(out, 1, at=later)


def test_a_certificate_that_ran_out_meanwhile() -> None:
    """At the time that the timestamp proves, the certificate must still stand good."""
    before = AT.replace(month=2, day=20)
    key = sealed.p12("company-expired")
    order = SealOrder(level=Level.B_T)
    made = prepare(paper(), key.certificate, key.chain, order, at=before, trust=sealed.material(before))
    signature = key.sign(made.signed_attributes, made.digest_algorithm)
    late = code_of(lambda: finish(made.pdf, made.state, signature, timestamper=Authority(), trust=sealed.material()))
    assert late == "certificate.expired"
    in_time = finish(made.pdf, made.state, signature, timestamper=Authority(before), trust=sealed.material(before))
    judge(in_time, 1, at=before)


def test_the_wrong_token_or_the_wrong_bytes(phase_one: tuple[Prepared, bytes]) -> None:
    made, signature = phase_one
    wrong = [
        sealed.p12("other").sign(made.signed_attributes, "sha256"),
        sealed.p12().sign(made.signed_attributes[1:], "sha256"),
        sealed.p12().sign(made.signed_attributes, "sha512"),
        signature[::-1],
        signature[:-1],
        b"",
        sealed.p12("company-ec").sign(made.signed_attributes, "sha256"),
    ]
    for each in wrong:
        assert code_of(lambda each=each: finish(made.pdf, made.state, each)) == "seal.signature_wrong"  # type: ignore[misc]
    assert finish(made.pdf, made.state, signature)


def test_a_state_of_another_file(phase_one: tuple[Prepared, bytes]) -> None:
    made, signature = phase_one
    other = prepared_for(sealed.p12(), pdf=paper(2))
    assert code_of(lambda: finish(other.pdf, made.state, signature)) == "seal.state_other_file"
    assert code_of(lambda: finish(made.pdf, other.state, signature)) == "seal.state_other_file"
    assert code_of(lambda: finish(made.pdf + b"\n", made.state, signature)) == "seal.state_other_file"
    assert code_of(lambda: finish(paper(), made.state, signature)) == "seal.state_other_file"


def altered(state: bytes, **changes: Any) -> bytes:
    return json.dumps({**json.loads(state), **changes}).encode()


def test_a_tampered_state_makes_no_seal(phase_one: tuple[Prepared, bytes]) -> None:
    made, signature = phase_one
    kept = json.loads(made.state)
    start, end = kept["hole"]
    other = json.loads(prepared_for(sealed.p12("other")).state)
    cases: dict[str, list[bytes]] = {
        "seal.state_other_file": [
            altered(made.state, hole=[start + 2, end]),
            altered(made.state, hole=[start, end - 2]),
            altered(made.state, hole=[-1, 10]),
            altered(made.state, hole=[0, 10**12]),
            altered(made.state, hole=[end, start]),
            altered(made.state, pdf_sha256="0" * 64),
            altered(made.state, path=other["path"]),
            altered(made.state, attributes=other["attributes"], path=other["path"]),
            altered(made.state, digest="sha512"),
        ],
        "seal.state_malformed": [
            b"",
            b"{}",
            b"\xff\xfe",
            b"[" * 10_000,
            made.state[:-1],
            made.state + b" " * 300_000,
            altered(made.state, schema="certlight.seal-state/2"),
            altered(made.state, more=1),
            altered(made.state, path=[]),
            altered(made.state, path=["AAAA"]),
            altered(made.state, digest="sha1"),
            altered(made.state, attributes="!!!"),
            altered(made.state, attributes=""),
            altered(made.state, attributes="MAA="),
        ],
    }
    for code, states in cases.items():
        for number, state in enumerate(states):
            assert (number, code_of(lambda state=state: finish(made.pdf, state, signature))) == (number, code)  # type: ignore[misc]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_the_state(phase_one: tuple[Prepared, bytes], data: st.DataObject) -> None:
    """Refused, or it changed nothing that matters: what comes out is a whole seal of this certificate."""
    made, signature = phase_one
    state = bytearray(made.state)
    position = data.draw(st.integers(0, len(state) - 1))
    state[position] ^= data.draw(st.integers(1, 255))
    try:
        out = finish(made.pdf, bytes(state), signature)
    except CertlightError as error:
        assert error.code.startswith("seal.")  # noqa: PT017  either way is right
    else:
        assert out.startswith(paper())
        assert sealed.reader(out).embedded_signatures[0].signer_cert.dump() == pki.cert("company").der


def test_levels_ask_for_what_they_need() -> None:
    made = prepared_for(sealed.p12(), Level.B_LT)
    signature = sealed.p12().sign(made.signed_attributes, made.digest_algorithm)
    assert code_of(lambda: finish(made.pdf, made.state, signature)) == "seal.timestamper_missing"
    assert code_of(lambda: finish(made.pdf, made.state, signature, timestamper=Authority())) == "seal.trust_missing"


def test_the_first_phase_refuses_what_sealing_refuses() -> None:
    revoked = sealed.p12("company-revoked")
    assert code_of(lambda: prepared_for(revoked)) == "certificate.revoked"
    party = Party(name=pki.OTHER_COMPANY)
    assert code_of(lambda: prepared_for(sealed.p12(), party=party)) == "seal.other_enterprise"
    assert code_of(lambda: prepared_for(sealed.p12(), pdf=b"no PDF")) == "seal.pdf_malformed"


def test_it_works_inside_an_event_loop() -> None:
    async def service() -> bytes:
        made = prepared_for(sealed.p12(), Level.B_LTA)
        signature = sealed.p12().sign(made.signed_attributes, made.digest_algorithm)
        return finish(made.pdf, made.state, signature, timestamper=Authority(), trust=sealed.material())

    judge(asyncio.run(service()), 1)
