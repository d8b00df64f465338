"""The store gives a challenge once, a response has bounds, the bridge signs nothing but a challenge."""

from __future__ import annotations

import json
import threading

import pytest

from signing.login.answer import answer, proposed
from signing.login.challenge import LIFETIME, Challenge
from signing.login.refusals import LoginRefused
from signing.login.response import CERTIFICATE_BYTES, RESPONSE_BYTES, Response
from signing.login.store import MemoryChallengeStore
from tests.signing import pki
from tests.signing.login_examples import ORIGIN, SERVICE, HeldKey, challenge, honest

# The store


def test_a_challenge_is_taken_once() -> None:
    store = MemoryChallengeStore()
    one = challenge(1)
    store.put(one.id, one)
    assert store.take(one.id) == one
    assert store.take(one.id) is None
    assert store.take("unknown") is None


def test_a_flood_stays_within_bounds_and_the_newest_count() -> None:
    store = MemoryChallengeStore(capacity=100)
    flood = [challenge(i) for i in range(1000)]
    for each in flood:
        store.put(each.id, each)
        assert len(store) <= 100
    assert store.take(flood[-1].id) == flood[-1]
    assert store.take(flood[900].id) == flood[900]
    assert store.take(flood[899].id) is None


def test_expired_challenges_make_room() -> None:
    store = MemoryChallengeStore()
    for i in range(50):
        old = challenge(i)
        store.put(old.id, old)
    later = challenge(99, issued=pki.NOW + LIFETIME)
    store.put(later.id, later)
    assert len(store) == 1
    assert store.take(later.id) == later


def test_putting_again_replaces() -> None:
    store = MemoryChallengeStore(capacity=2)
    one, two = challenge(1), challenge(2)
    for each in (one, two, one):
        store.put(each.id, each)
    assert len(store) == 2


def test_threads_take_each_challenge_once() -> None:
    store = MemoryChallengeStore()
    challenges = [challenge(i) for i in range(300)]
    for each in challenges:
        store.put(each.id, each)
    taken: list[Challenge] = []
    start = threading.Barrier(2)

    def take() -> None:
        start.wait()
        taken.extend(found for each in challenges if (found := store.take(each.id)) is not None)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(c.nonce for c in taken) == [c.nonce for c in challenges]


def test_an_empty_store_is_a_defect() -> None:
    with pytest.raises(ValueError, match="at least one"):
        MemoryChallengeStore(capacity=0)


# The response


@pytest.mark.parametrize(
    "change",
    [
        {"certificate": ""},
        {"certificate": "A" * (CERTIFICATE_BYTES * 2)},
        {"certificate": "AA=="},
        {"certificate": 7},
        {"chain": ["AA"] * 7},
        {"chain": ["A" * 20000]},
        {"signature": ""},
        {"signature": "A" * 1400},
        {"algorithm": "rsa-pkcs1-sha1"},
        {"algorithm": "none"},
        {"algorithm": None},
        {"extra": 1},
    ],
)
def test_a_response_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    data = json.loads(honest().response.to_json()) | change
    with pytest.raises(LoginRefused) as caught:
        Response.from_json(json.dumps(data).encode())
    assert caught.value.code == "login.malformed"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b" " * (RESPONSE_BYTES + 1), b'{"a":' * 5000])
def test_what_is_no_response_is_refused(data: bytes) -> None:
    with pytest.raises(LoginRefused) as caught:
        Response.from_json(data)
    assert caught.value.code == "login.malformed"


def test_notes_for_the_log_hold_nothing_of_the_response() -> None:
    data = json.loads(honest().response.to_json())
    data["signature"] = "SECRETSECRETSECRET=="
    with pytest.raises(LoginRefused) as caught:
        Response.from_json(json.dumps(data).encode())
    assert "SECRETSECRET" not in " ".join(caught.value.__notes__)


# The bridge


def test_the_bridge_signs_the_challenge_once_and_nothing_else() -> None:
    key = HeldKey(pki.private_key("company"), pki.cert("company"))
    data = challenge(3).to_bytes()
    answer(data, key, origin=ORIGIN)
    assert key.signed == [data]


def test_the_statement_says_what_is_signed() -> None:
    statement = proposed(challenge(3).to_bytes(), origin=ORIGIN).statement()
    for expected in (SERVICE, ORIGIN, "只用于登录", "12:02:00"):
        assert expected in statement.zh
    for expected in (SERVICE, ORIGIN, "seals no document", "12:02:00"):
        assert expected in statement.en


def test_a_page_that_passes_on_another_sites_challenge_gets_no_signature() -> None:
    key = HeldKey(pki.private_key("company"), pki.cert("company"))
    for origin in ("https://evil.example", "null", "", "https://cloud.example.cn.evil.example"):
        with pytest.raises(LoginRefused) as caught:
            answer(challenge(3).to_bytes(), key, origin=origin)
        assert caught.value.code == "login.origin"
    assert key.signed == []


def test_a_chain_too_large_for_a_response_is_cut() -> None:
    interm = pki.cert("interm")
    key = HeldKey(pki.private_key("company"), pki.cert("company"), (interm,) * 10)
    assert len(answer(challenge(3).to_bytes(), key, origin=ORIGIN).chain) == 6
