"""Origins and challenges have one writing each, and nothing else reads as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certlight.errors import UsageError
from signing.login.challenge import CHALLENGE_BYTES, MAX_LIFETIME, Challenge
from signing.login.encoding import base64url, from_base64url
from signing.login.issue import issue
from signing.login.origin import normal_origin
from signing.login.refusals import LoginRefused
from signing.login.store import MemoryChallengeStore
from tests.signing import pki
from tests.signing.login_examples import ORIGIN, SECRET, SERVICE, challenge

# Origins


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://cloud.example.cn", "https://cloud.example.cn"),
        ("HTTPS://Cloud.Example.CN:443/", "https://cloud.example.cn"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:8443", "http://127.0.0.1:8443"),
        ("https://[0:0::1]:9000", "https://[::1]:9000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://xn--fiq228c.example", "https://xn--fiq228c.example"),
    ],
)
def test_origins_have_one_writing(written: str, normal: str) -> None:
    assert normal_origin(written) == normal
    assert normal_origin(normal) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "cloud.example.cn",
        "ftp://cloud.example.cn",
        "javascript://cloud.example.cn",
        "https://",
        "https://:443",
        "https://cloud.example.cn/login",
        "https://cloud.example.cn?x",
        "https://cloud.example.cn#x",
        "https://cloud.example.cn@evil.example",
        "https://user:word@cloud.example.cn",
        "https://cloud.example.cn:0",
        "https://cloud.example.cn:99999",
        "https://cloud.example.cn:",
        "https://cloud.example.cn.",
        "https://cloud..example.cn",
        "https://-cloud.example.cn",
        "https://cloud_example.cn",
        "https://云库.example",
        "https://cloud.example.cn\n",
        "https://cloud.example.cn\t",
        " https://cloud.example.cn",
        "https://cloud.exаmple.cn",
        "https://0x7f.1",
        "https://127.1",
        "https://1.2.3.4.5",
        "https://2130706433",
        "https://127.0.0.01",
        "https://[::1",
        "https://[fe80::1%25eth0]",
        "https://" + "a." * 130 + "cn",
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        normal_origin(text)
    assert caught.value.code == "login.bad_origin"


@given(st.text(max_size=40))
def test_normal_origins_stay_as_they_are(text: str) -> None:
    try:
        once = normal_origin(f"https://{text}")
    except UsageError:
        return
    assert normal_origin(once) == once
    assert once.isascii()


# The challenge


def test_the_bytes_are_the_documented_lines() -> None:
    nonce = base64url(bytes(31) + b"\x07")
    assert challenge(7).to_bytes().decode() == (
        "certlight-login/1\nservice: 工程建设项目主体云库\norigin: https://cloud.example.cn\npurpose: login\n"
        f"nonce: {nonce}\nissued: 2026-11-01T04:00:00Z\nexpires: 2026-11-01T04:02:00Z\n"
    )


moments = st.datetimes(datetime(2020, 1, 1), datetime(2900, 1, 1)).map(lambda m: m.replace(microsecond=0, tzinfo=UTC))
names = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="<>/%"), min_size=1, max_size=60)


@given(names, moments, st.binary(min_size=32, max_size=32), st.integers(1, int(MAX_LIFETIME.total_seconds())))
def test_every_challenge_reads_back(name: str, issued: datetime, nonce: bytes, seconds: int) -> None:
    try:
        made = Challenge(
            name, "https://" + "a" * 63 + ".example:65535", nonce, issued, issued + timedelta(seconds=seconds)
        )
    except UsageError:
        return  # a letter that draws nothing
    data = made.to_bytes()
    assert len(data) <= CHALLENGE_BYTES
    assert Challenge.from_bytes(data) == made
    assert made.statement().zh.count("\n") == 3


@settings(max_examples=300)
@given(st.data())
def test_no_other_bytes_read_as_the_same_challenge(data: st.DataObject) -> None:
    original = challenge(5).to_bytes()
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 4)))
    altered = original[:start] + data.draw(st.binary(max_size=4)) + original[end:]
    try:
        read = Challenge.from_bytes(altered)
    except LoginRefused:
        return
    assert read.to_bytes() == altered


@given(st.binary(max_size=1000))
@example(b"")
@example(b"\x31\x81\x9a0\x18\x06\t*\x86H\x86\xf7\r\x01\t\x03")
@example(b"0\x82\x01\n\x02\x82\x01\x01")
@example(b"%PDF-1.7\n")
@example(b" " * 64 + b"TLS 1.3, client CertificateVerify\x00")
def test_arbitrary_bytes_are_no_challenge(data: bytes) -> None:
    with pytest.raises(LoginRefused):
        Challenge.from_bytes(data)


def test_near_misses_are_no_challenge() -> None:
    good = challenge(1).to_bytes()
    for old, new in (
        (b"certlight-login/1", b"certlight-login/2"),
        (b"purpose: login", b"purpose: seal"),
        (b"https://cloud", b"HTTPS://cloud"),
        (b".cn\n", b".cn:443\n"),
        (b"\n", b"\r\n"),
        (b"expires: 2026-11-01T04:02:00Z", b"expires: 2026-11-01T05:02:00Z"),
        (b"expires: 2026-11-01T04:02:00Z", b"expires: 2026-11-01T04:00:00Z"),
        (b"issued: 2026-11-01", b"issued: 2026-13-01"),
        (b"issued: 2026", b"issued: \xef\xbc\x9210"),
        (b"service: ", b"service:  "),
        (b"service: ", b"service: \xe2\x80\xae"),
        (b"service: ", b"service: <"),
    ):
        assert old in good
        with pytest.raises(LoginRefused):
            Challenge.from_bytes(good.replace(old, new, 1))
    for data in (good + b"\n", good[:-1], b"\xef\xbb\xbf" + good, good + good, good + b"\x00" * CHALLENGE_BYTES):
        with pytest.raises(LoginRefused):
            Challenge.from_bytes(data)


@pytest.mark.parametrize(
    "name", ["", " x", "x ", "a\nb", "a\tb", "a\u202eb", "a\x00b", "a\ud800", "名" * 61, "<<", "a/b", "50%"]
)
def test_a_service_name_that_could_mislead_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        issue(MemoryChallengeStore(), origin=ORIGIN, service=name, at=pki.NOW)
    assert caught.value.code == "login.bad_service_name"


@pytest.mark.parametrize("lifetime", [timedelta(), timedelta(seconds=-1), MAX_LIFETIME + timedelta(seconds=1)])
def test_challenges_are_short_lived(lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="lives"):
        issue(MemoryChallengeStore(), origin=ORIGIN, service=SERVICE, at=pki.NOW, lifetime=lifetime)


def test_nonces_never_repeat_and_secrets_are_long() -> None:
    store = MemoryChallengeStore()
    issued = [issue(store, origin=ORIGIN, service=SERVICE, at=pki.NOW, secret=SECRET) for _ in range(50)]
    assert len({i.challenge.nonce for i in issued}) == len({i.ticket for i in issued}) == 50
    assert all(len(i.challenge.nonce) == 32 for i in issued)
    with pytest.raises(ValueError, match="secret"):
        issue(store, origin=ORIGIN, service=SERVICE, at=pki.NOW, secret=b"short")


@given(st.binary(max_size=80))
def test_base64url_reads_back(data: bytes) -> None:
    assert from_base64url(base64url(data)) == data


@pytest.mark.parametrize("text", ["A", "AA=", "AB", "A+", "A/", "AA AA", "AA\n", "中文", "AAA=", "=="])
def test_base64url_has_one_writing(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        from_base64url(text)
