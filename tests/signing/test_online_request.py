"""One bounded request against servers that misbehave in every way."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from signing.online.request import Bounds, OnlineError, Reply, get, post
from tests.signing.local_http import Answer, drip, flood, local_server, raw, reply, silence, then_drip
from tests.signing.minting import mint, name

QUICK = Bounds(connect=2, read=0.3, total=0.6, size=10_000, retries=0)
PATIENT = Bounds(connect=5, read=5, total=30, size=10_000, retries=2)
OK = b"HTTP/1.1 200 OK\r\n"


def fetch(*answers: Answer, bounds: Bounds = PATIENT) -> Reply:
    with local_server(*answers) as server:
        return get(server.url(), bounds, "*/*")


def refusal(*answers: Answer, bounds: Bounds = PATIENT) -> tuple[str, int]:
    """Code of the refusal, and how often the server was asked."""
    with local_server(*answers) as server:
        with pytest.raises(OnlineError) as caught:
            get(server.url(), bounds, "*/*")
        assert server.url() in caught.value.message.en
        assert server.url() in caught.value.message.zh
        return caught.value.code, len(server.asked)


def test_a_reply_comes_whole_with_its_type() -> None:
    found = fetch(reply(b"list", Content_Type="Application/PKIX-CRL; charset=x"))
    assert found == Reply("application/pkix-crl", b"list")
    assert b"list" not in repr(found).encode()


@pytest.mark.parametrize(
    "answer",
    [
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nli\r\n2\r\nst\r\n0\r\n\r\n"),
        raw(OK + b"\r\nlist"),
        reply(b"list", Content_Encoding="identity"),
    ],
    ids=["chunked", "until the end", "identity"],
)
def test_bodies_of_all_shapes(answer: Answer) -> None:
    assert fetch(answer).body == b"list"


def test_a_server_that_sends_a_byte_now_and_then_is_cut_off() -> None:
    head = OK + b"Content-Length: 9000\r\n\r\n"
    assert refusal(drip(head + b"x" * 8000), bounds=QUICK) == ("online.timeout", 1)


def test_headers_without_end_are_cut_off() -> None:
    assert refusal(drip(OK + b"X: y\r\n" * 3000), bounds=QUICK) == ("online.timeout", 1)


def test_a_body_without_length_that_we_cut_is_not_taken_for_whole() -> None:
    assert refusal(then_drip(OK + b"\r\n"), bounds=QUICK) == ("online.timeout", 1)


def test_silence() -> None:
    assert refusal(silence, bounds=QUICK) == ("online.timeout", 1)


def test_silence_is_tried_again_within_the_time() -> None:
    bounds = Bounds(connect=2, read=0.5, total=10, size=10_000, retries=2)
    with local_server(silence, reply(b"list")) as server:
        assert get(server.url(), bounds, "*/*").body == b"list"


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"x" * 10_001),
        flood(OK + b"\r\n", b"x" * 4096),
        flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        flood(OK + b"Content-Length: 99999999999\r\n\r\n", b"x" * 4096),
    ],
    ids=["just over", "without length", "chunked", "with length"],
)
def test_a_huge_body_is_not_read(answer: Answer) -> None:
    assert refusal(answer) == ("online.too_large", 1)


def test_the_largest_body_is_taken() -> None:
    assert len(fetch(reply(b"x" * 10_000)).body) == 10_000


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_redirects_are_not_followed(status: str) -> None:
    with local_server(reply(b"elsewhere")) as other:
        assert refusal(reply(status=status, Location=other.url()))[0] == "online.redirected"
        assert other.asked == []


@pytest.mark.parametrize("status", ["500 Internal", "502 Bad Gateway", "503 Busy", "504 Late", "429 Too Many"])
def test_a_servers_error_is_tried_again(status: str) -> None:
    with local_server(reply(b"sorry", status=status), reply(b"list")) as server:
        assert get(server.url(), PATIENT, "*/*").body == b"list"
        assert len(server.asked) == 2


def test_errors_that_stay_are_reported_after_the_last_try() -> None:
    assert refusal(reply(status="500 Internal")) == ("online.status", 3)


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "204 No Content", "206 Partial Content"])
def test_other_answers_are_not_tried_again(status: str) -> None:
    assert refusal(reply(status=status)) == ("online.status", 1)


def test_the_endless_body_of_an_error_is_not_read() -> None:
    error = flood(b"HTTP/1.1 500 Internal\r\n\r\n", b"x" * 4096)
    with local_server(error, reply(b"list")) as server:
        assert get(server.url(), PATIENT, "*/*").body == b"list"


def test_retry_after_is_not_obeyed() -> None:
    with local_server(reply(status="503 Busy", Retry_After="3600"), reply(b"list")) as server:
        assert get(server.url(), PATIENT, "*/*").body == b"list"


def test_a_body_that_is_cut_short_is_tried_again_and_then_refused() -> None:
    short = raw(OK + b"Content-Length: 10\r\n\r\nlist")
    with local_server(short, reply(b"list")) as server:
        assert get(server.url(), PATIENT, "*/*").body == b"list"
    code, count = refusal(short)
    assert code in {"online.cut_off", "online.unreachable"}
    assert count == 3


def test_unasked_compression_is_refused() -> None:
    assert refusal(reply(b"\x1f\x8b", Content_Encoding="gzip")) == ("online.encoded", 1)


@pytest.mark.parametrize("data", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"\x16\x03\x01"])
def test_what_is_no_http(data: bytes) -> None:
    assert refusal(raw(data))[0] == "online.unreachable"


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(OnlineError) as caught:
        get(f"http://127.0.0.1:{port}/", QUICK, "*/*")
    assert caught.value.code == "online.unreachable"


def test_proxies_and_passwords_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with local_server(reply(b"from a proxy")) as proxy, local_server(reply(b"list")) as server:
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(variable, proxy.url("/"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert get(server.url(), PATIENT, "*/*").body == b"list"
        assert proxy.asked == []
        assert "authorization" not in server.asked[0].headers


def test_what_is_sent() -> None:
    with local_server(reply(b"ok")) as server:
        post(server.url("/tsa"), b"query", "application/x", "application/y", PATIENT, ("user", "secret"))
        asked = server.asked[0]
    assert (asked.method, asked.path, asked.body) == ("POST", "/tsa", b"query")
    assert asked.headers["content-type"] == "application/x"
    assert asked.headers["accept"] == "application/y"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["authorization"].startswith("Basic ")
    assert "cookie" not in asked.headers


def test_a_tls_server_that_nobody_vouches_for(tmp_path: Path) -> None:
    alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    minted = mint(name("127.0.0.1"), ca=False, more=[(alternative, False)])
    pem = tmp_path / "server.pem"
    key = minted.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(key + minted.crypto.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with local_server(reply(b"list"), tls=context) as server:
        with pytest.raises(OnlineError) as caught:
            get(server.url(), PATIENT, "*/*")
        assert caught.value.code == "online.tls"
        assert server.asked == []


def test_a_tls_handshake_that_never_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/"
        with pytest.raises(OnlineError) as caught:
            get(url, QUICK, "*/*")
    assert caught.value.code == "online.timeout"
