"""What an authority answers is believed only after it was checked; where it is not, nothing is written."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from asn1crypto import tsp
from hypothesis import given, settings
from hypothesis import strategies as st

from certlight.errors import CertlightError, InputRefused
from certlight.text import Text
from signing.sealing import timestamping
from signing.sealing.order import Level, SealOrder
from signing.sealing.seal import seal
from signing.sealing.timestamping import obtain
from tests.signing import pki, sealed
from tests.signing.sealed import AT, Authority, paper
from tests.signing.test_sealing_countersign import code_of

DIGEST = bytes(range(32))


class Answering:
    """An authority that makes of the request, or of the right answer, what it likes."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer

    def timestamp(self, request_der: bytes) -> bytes:
        return self._answer(request_der)


def with_changed(request: bytes, **changes: Any) -> bytes:
    changed = tsp.TimeStampReq.load(request)
    for name, value in changes.items():
        changed[name] = value
    return pki.timestamp_response(bytes(changed.dump(force=True)))


def answer_with(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        response = tsp.TimeStampResp.load(pki.timestamp_response(request))
        change(response)
        return bytes(response.dump(force=True))

    return answer


def _rejected(response: Any) -> None:
    response["status"] = {"status": "rejection", "status_string": ["系统忙\x1b[31m"]}


def _waiting(response: Any) -> None:
    response["status"] = {"status": "waiting"}


def _certificates_left_out(response: Any) -> None:
    response["time_stamp_token"]["content"]["certificates"] = None


def _other_imprint(request: bytes) -> bytes:
    other = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"\0" * 32}
    return with_changed(request, message_imprint=other)


def _other_algorithm(request: bytes) -> bytes:
    other = {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": b"\0" * 64}
    return with_changed(request, message_imprint=other)


def _forged(request: bytes) -> bytes:
    """The right content, signed by nobody: the signature value of another token."""
    other = tsp.TimeStampResp.load(_other_imprint(request))
    response = tsp.TimeStampResp.load(pki.timestamp_response(request))
    value = other["time_stamp_token"]["content"]["signer_infos"][0]["signature"]
    response["time_stamp_token"]["content"]["signer_infos"][0]["signature"] = value
    return bytes(response.dump(force=True))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answer_with(_rejected), "seal.timestamp_refused"),
        (answer_with(_waiting), "seal.timestamp_refused"),
        (_other_imprint, "seal.timestamp_wrong"),
        (_other_algorithm, "seal.timestamp_wrong"),
        (lambda request: with_changed(request, nonce=7), "seal.timestamp_wrong"),
        (lambda request: with_changed(request, nonce=None), "seal.timestamp_wrong"),
        (answer_with(_certificates_left_out), "seal.timestamp_wrong"),
        (_forged, "seal.timestamp_wrong"),
        (lambda request: b"", "seal.timestamp_wrong"),
        (lambda request: b"<html>502 Bad Gateway</html>", "seal.timestamp_wrong"),
        (lambda request: pki.timestamp_response(request)[:-9], "seal.timestamp_wrong"),
        (lambda request: pki.timestamp_response(request) + b"\0", "seal.timestamp_wrong"),
    ],
)
@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_answers_that_are_not_believed(answer: Callable[[bytes], bytes], code: str, level: Level) -> None:
    order = SealOrder(level=level)
    source = Answering(answer)
    refused = code_of(lambda: seal(paper(), sealed.p12(), order, at=AT, timestamper=source, trust=sealed.material()))
    assert refused == code


def test_the_authoritys_words_are_passed_on_harmlessly() -> None:
    with pytest.raises(InputRefused) as refused:
        obtain(Answering(answer_with(_rejected)), DIGEST, "sha256", None)
    assert "系统忙" in refused.value.message.zh
    assert "\x1b" not in refused.value.message.zh


@pytest.mark.parametrize(
    "authority",
    [
        Authority(label="tsa-no-eku"),
        Authority(label="tsa-expired"),
        Authority(of="foreign"),
        Authority(at=datetime(2020, 6, 1, tzinfo=UTC)),  # before any revocation list at hand
    ],
)
def test_authorities_that_are_not_trusted(authority: Authority) -> None:
    order = SealOrder(level=Level.B_T)
    trusting = code_of(
        lambda: seal(paper(), sealed.p12(), order, at=AT, timestamper=authority, trust=sealed.material())
    )
    assert trusting == "seal.timestamp_untrusted"


def test_without_trust_material_the_token_itself_is_still_checked() -> None:
    stamp = obtain(Authority(label="tsa-no-eku"), DIGEST, "sha256", None)
    assert (stamp.time, stamp.authority, stamp.standing) == (AT, pki.cert("tsa-no-eku"), None)
    assert code_of(lambda: obtain(Answering(_other_imprint), DIGEST, "sha256", None)) == "seal.timestamp_wrong"


def test_granted_with_modifications_is_granted() -> None:
    def modified(response: Any) -> None:
        response["status"]["status"] = "granted_with_mods"

    assert obtain(Answering(answer_with(modified)), DIGEST, "sha256", sealed.material()).time == AT


def test_a_source_that_cannot_be_reached_speaks_for_itself() -> None:
    def unreachable(_: bytes) -> bytes:
        raise InputRefused("online.unreachable", Text("无法连接", "unreachable"), Text("稍后再试", "later"))

    order = SealOrder(level=Level.B_T)
    code = code_of(lambda: seal(paper(), sealed.p12(), order, at=AT, timestamper=Answering(unreachable)))
    assert code == "online.unreachable"


def test_the_second_timestamp_failing_leaves_nothing() -> None:
    authority = Authority()

    def first_only(request: bytes) -> bytes:
        answer = authority.timestamp(request)
        return answer if authority.asked == 1 else b""

    order = SealOrder(level=Level.B_LTA)
    source = Answering(first_only)
    code = code_of(lambda: seal(paper(), sealed.p12(), order, at=AT, timestamper=source, trust=sealed.material()))
    assert (code, authority.asked) == ("seal.timestamp_wrong", 2)


def test_no_two_requests_are_alike() -> None:
    seen: list[bytes] = []

    def note(request: bytes) -> bytes:
        seen.append(request)
        return pki.timestamp_response(request)

    for _ in range(3):
        obtain(Answering(note), DIGEST, "sha256", None)
    assert len(set(seen)) == 3
    assert {len(request) for request in seen} == {len(seen[0])}


@functools.cache
def recorded() -> bytes:
    """The right answer to a request whose nonce is 2⁶²."""
    answers: list[bytes] = []
    obtain(
        Answering(lambda request: answers.append(pki.timestamp_response(request)) or answers[0]), DIGEST, "sha256", None
    )
    return answers[0]


@pytest.fixture(scope="module")
def _same_nonce() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timestamping.secrets, "randbits", lambda _: 0)
        yield


@settings(max_examples=150, deadline=None)
@given(st.data())
@pytest.mark.usefixtures("_same_nonce")
def test_any_changed_byte_of_an_answer(data: st.DataObject) -> None:
    """Refused, or it lies where nothing is bound to it (a certificate nobody needs): the time is never another."""
    answer = bytearray(recorded())
    answer[data.draw(st.integers(0, len(answer) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        stamp = obtain(Answering(lambda _: bytes(answer)), DIGEST, "sha256", sealed.material())
    except CertlightError as error:
        assert error.code.startswith("seal.timestamp_")  # noqa: PT017  either way is right
    else:
        assert (stamp.time, stamp.authority) == (AT, pki.cert("tsa"))
