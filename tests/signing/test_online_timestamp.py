"""Asking a time-stamping authority and an OCSP responder over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from asn1crypto import algos, ocsp, tsp

from certlight.errors import CertlightError, UsageError
from signing.online.ocsp import fetch_ocsp
from signing.online.timestamp import REPLY_BYTES, HttpTimestampSource
from tests.signing import pki
from tests.signing.local_http import Answer, Asked, flood, local_server, raw, reply, silence

REPLY = "application/timestamp-reply"


def query(data: bytes = b"sealed") -> bytes:
    """A request for a timestamp over ``data``."""
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": hashlib.sha256(data).digest(),
    }
    return bytes(tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": 4711, "cert_req": True}).dump())


def stamping(asked: Asked) -> None:
    assert asked.headers["content-type"] == "application/timestamp-query"
    reply(pki.timestamp_response(asked.body), Content_Type=REPLY)(asked)


def test_a_timestamp_comes_back_as_it_was_made() -> None:
    with local_server(stamping) as server:
        answer = HttpTimestampSource(server.url("/tsa")).timestamp(query())
    parsed = tsp.TimeStampResp.load(answer, strict=True)
    assert parsed["status"]["status"].native == "granted"
    info = parsed["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["nonce"].native == 4711
    assert info["message_imprint"]["hashed_message"].native == hashlib.sha256(b"sealed").digest()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply(b"<html>", Content_Type="text/html"), "tsa.content"),
        (reply(b"x"), "tsa.content"),
        (reply(b"", Content_Type=REPLY), "tsa.content"),
        (reply(b"x" * (REPLY_BYTES + 1), Content_Type=REPLY), "tsa.content"),
        (flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), "tsa.content"),
        (reply(status="401 Unauthorized"), "tsa.refused"),
        (reply(status="503 Busy"), "tsa.refused"),
        (reply(status="302 Found", Location="http://127.0.0.1:1/"), "tsa.refused"),
        (raw(b""), "tsa.unreachable"),
        (silence, "tsa.timeout"),
    ],
    ids=["page", "untyped", "empty", "large", "endless", "401", "503", "redirect", "hangs up", "silence"],
)
def test_what_is_no_timestamp(answer: Answer, code: str) -> None:
    with local_server(answer) as server:
        source = HttpTimestampSource(server.url("/tsa"), timeout=0.5 if answer is silence else 20)
        with pytest.raises(CertlightError) as caught:
            source.timestamp(query())
    assert caught.value.code == code
    assert server.url("/tsa") in caught.value.message.zh
    assert "B-B" in caught.value.remedy.zh


def test_the_password_is_sent_and_never_shown() -> None:
    with local_server(stamping) as server:
        source = HttpTimestampSource(server.url(), auth=("user", "geheim"))
        source.timestamp(query())
        assert server.asked[0].headers["authorization"].startswith("Basic ")
    assert "geheim" not in repr(source)
    assert "user" not in repr(source)


@pytest.mark.parametrize("url", ["", "ftp://tsa.test/", "http://user:geheim@tsa.test/", "tsa.test"])
def test_malformed_addresses(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        HttpTimestampSource(url)
    assert caught.value.code == "tsa.address"
    assert "geheim" not in str(caught.value) + caught.value.message.en + caught.value.message.zh


class TestOcsp:
    @staticmethod
    def responder(asked: Asked) -> None:
        """The test PKI's, asked with what came."""
        responder = pki.arch().service_registry.summon_responder("interm", at_time=pki.NOW)  # type: ignore[arg-type]
        answer = responder.build_ocsp_response(ocsp.OCSPRequest.load(asked.body))
        reply(answer.dump(), Content_Type="application/ocsp-response")(asked)

    def test_an_answer_to_our_question(self) -> None:
        with local_server(self.responder) as server:
            answer = fetch_ocsp(server.url(), pki.cert("company"), pki.cert("interm"))
        single = ocsp.OCSPResponse.load(answer).basic_ocsp_response["tbs_response_data"]["responses"][0]
        assert single["cert_id"]["serial_number"].native == pki.cert("company").asn1.serial_number
        assert single["cert_status"].name == "good"

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (lambda: reply(pki.ocsp_response("company"), Content_Type="text/html"), "ocsp.content"),
            (lambda: reply(b"rubbish", Content_Type="application/ocsp-response"), "ocsp.content"),
            (lambda: reply(pki.ocsp_response("other"), Content_Type="application/ocsp-response"), "ocsp.content"),
            (lambda: reply(unauthorised(), Content_Type="application/ocsp-response"), "ocsp.refused"),
            (lambda: reply(replayed(), Content_Type="application/ocsp-response"), "ocsp.content"),
            (lambda: reply(status="500 Internal"), "online.status"),
        ],
        ids=["page", "rubbish", "another certificate", "unauthorised", "another nonce", "500"],
    )
    def test_what_is_no_answer_to_it(self, answer: Callable[[], Answer], code: str) -> None:
        with local_server(answer()) as server, pytest.raises(CertlightError) as caught:
            fetch_ocsp(server.url(), pki.cert("company"), pki.cert("interm"))
        assert caught.value.code == code

    def test_an_answer_without_nonce_is_one(self) -> None:
        """Many responders sign their answers beforehand (RFC 5019)."""
        made = reply(pki.ocsp_response("company"), Content_Type="application/ocsp-response")
        with local_server(made) as server:
            assert fetch_ocsp(server.url(), pki.cert("company"), pki.cert("interm")) == pki.ocsp_response("company")


def unauthorised() -> bytes:
    """A responder that will not answer."""
    return bytes(ocsp.OCSPResponse({"response_status": "unauthorized"}).dump())


def replayed() -> bytes:
    """An answer to somebody else's question about the same certificate."""
    with local_server(TestOcsp.responder) as server:
        return fetch_ocsp(server.url(), pki.cert("company"), pki.cert("interm"))
