"""Webhooks: who may have them, what is sent and signed, when it is tried again, and where nothing is ever sent."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from certlight.errors import UsageError
from service.database.base import reading, transaction
from service.database.operations import Operation
from service.database.webhooks import DeliveryState, Webhook, WebhookDelivery
from service.domain.roles import Role
from service.events.addresses import is_public, system_resolver, webhook_address
from service.events.delivering import JITTER, LONGEST_PAUSE, deliver_due, pause
from service.events.emitting import Event, emit
from service.events.keeping import forget_deliveries
from service.installation import Installation
from service.settings.model import Webhook as WebhookSettings
from tests.service.account_examples import NOW
from tests.service.api_client import SECRET, Api
from tests.service.receivers import Receiver, certificate_for, raw_server, receiver
from tests.service.review_examples import Desks
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

LOCAL = WebhookSettings(private_addresses=True, timeout_seconds=5, attempts=3)


@pytest.fixture
def desks(api: Api) -> Desks:
    """Where webhooks may go to the test's own servers."""
    return Desks(api.beside(webhook=LOCAL))


@pytest.fixture
def other_side() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def admin(desks: Desks) -> Any:
    return desks.person("admin", Role.ENTERPRISE_ADMIN)


def subscribe(desks: Desks, url: str, *events: str) -> dict[str, Any]:
    """A webhook of the enterprise's."""
    body = {"url": url, "events": list(events or ["push.decided", "certificate.issued"])}
    answer = admin(desks).post("/api/v1/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def at(other: Receiver) -> str:
    return f"http://127.0.0.1:{other.port}/told?by=certlight"


def happen(desks: Desks, event: Event = Event.PUSH_DECIDED, code: str = COMPANY_CODE, **payload: str) -> None:
    with transaction(desks.engine) as session:
        emit(session, event, at=NOW, subject_id=desks.api.accounts.subjects[code], payload=payload or {"push": "p"})


def deliveries(desks: Desks) -> list[WebhookDelivery]:
    with reading(desks.engine) as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


# What is sent


def test_what_is_sent_is_signed_and_kept(desks: Desks, other_side: Receiver) -> None:
    made = subscribe(desks, at(other_side))
    assert made["secret"].startswith("whsec_")
    happen(desks, push="p-1", state="approved")
    happen(desks, Event.DOCUMENT_CHECKED)
    happen(desks, code=OTHER_CODE)
    assert deliver_due(desks.api.installation) == 1
    assert deliver_due(desks.api.installation) == 0
    (got,) = other_side.received
    assert got.path == "/told?by=certlight"
    assert got.signed_by(made["secret"])
    assert not got.signed_by("whsec_" + "A" * 44)
    assert got.headers["host"] == f"127.0.0.1:{other_side.port}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert got.message == {
        "id": got.headers["webhook-id"],
        "event": "push.decided",
        "created_at": "2026-11-01T04:00:00.000Z",
        "data": {"push": "p-1", "state": "approved"},
    }
    history = admin(desks).get(f"/api/v1/webhooks/{made['id']}/deliveries").json()["items"]
    assert [(one["state"], one["attempts"], one["last_status"], one["last_error"]) for one in history] == [
        ("delivered", 1, 200, None)
    ]
    assert (history[0]["event_id"], history[0]["next_at"]) == (got.message["id"], None)


def test_a_push_is_told_to_the_domain_and_its_decision_to_the_enterprise(desks: Desks, other_side: Receiver) -> None:
    platform = desks.person("platform", Role.PLATFORM_ADMIN)
    body = {"url": at(other_side), "events": ["push.arrived"]}
    assert code(platform.post("/api/v1/webhooks", json=body)) == (422, "webhook.domain_missing")
    made = platform.post("/api/v1/webhooks", json=body | {"domain_id": desks.domain()})
    assert made.status_code == 201, made.text
    subscribe(desks, at(other_side).replace("told", "enterprise"))
    pushed, reviewer = desks.pushed(), desks.reviewer()
    desks.pushed(domain="water")
    assert deliver_due(desks.api.installation) == 1
    (arrived,) = other_side.received
    assert arrived.signed_by(made.json()["secret"])
    assert arrived.message["data"] == {
        "push": pushed["id"],
        "document": pushed["document"]["id"],
        "version": 1,
        "doc_type": "business_license",
    }
    tag = reviewer.post("/api/v1/pushes/claim").headers["etag"]
    rejected = {"headers": {"If-Match": tag}, "json": {"reason": "公章不清晰"}}
    assert reviewer.post(f"/api/v1/pushes/{pushed['id']}/rejection", **rejected).status_code == 200
    assert deliver_due(desks.api.installation) == 1
    assert other_side.received[1].path.startswith("/enterprise")
    assert other_side.received[1].message["data"]["state"] == "rejected"
    assert "公章" not in other_side.received[1].body.decode()


def test_the_secret_is_kept_encrypted_and_survives_a_rotation(
    desks: Desks, other_side: Receiver, tmp_path: Path
) -> None:
    made = subscribe(desks, at(other_side))
    with reading(desks.engine) as session:
        kept = session.get_one(Webhook, made["id"]).secret_encrypted
    assert made["secret"].removeprefix("whsec_").encode() not in kept
    assert "secret" not in admin(desks).get("/api/v1/webhooks").json()["items"][0]
    fresh = secrets.token_urlsafe(48)
    for number, (lines, word) in enumerate(((f"{fresh}\n{SECRET}\n", None), (f"{fresh}\n", "secret"))):
        (tmp_path / "secret.key").write_text(lines)
        (tmp_path / "secret.key").chmod(0o600)
        happen(desks)
        settings = desks.api.installation.settings.model_copy(update={"secret_key": None, "data_dir": tmp_path})
        assert deliver_due(replace(desks.api.installation, settings=settings)) == 1
        assert deliveries(desks)[number].last_error == word
    assert [got.signed_by(made["secret"]) for got in other_side.received] == [True]


# When it is tried again


def test_who_does_not_answer_well_is_asked_later_and_in_the_end_no_more(desks: Desks, other_side: Receiver) -> None:
    other_side.status = 500
    subscribe(desks, at(other_side))
    happen(desks)
    clock, installation = desks.api.clock, desks.api.installation
    for attempt in (1, 2):
        assert deliver_due(installation) == 1
        (row,) = deliveries(desks)
        assert (row.state, row.attempts, row.last_error) == (DeliveryState.WAITING, attempt, "http_500")
        waits = row.next_at - clock.now
        assert pause(attempt, 0) <= waits <= pause(attempt, 1)
        clock.forward(waits - timedelta(seconds=1))
        assert deliver_due(installation) == 0
        clock.forward(timedelta(seconds=1))
    assert deliver_due(installation) == 1
    (row,) = deliveries(desks)
    assert (row.state, row.attempts, row.last_status) == (DeliveryState.GIVEN_UP, 3, 500)
    clock.forward(timedelta(days=2))
    assert deliver_due(installation) == 0
    # All attempts carry the same id, and each its own moment.
    assert len({got.headers["webhook-id"] for got in other_side.received}) == 1
    assert len({got.headers["webhook-timestamp"] for got in other_side.received}) == 3


def test_pauses_grow_to_half_a_day() -> None:
    pauses = [pause(attempt, 0) for attempt in range(1, 21)]
    assert pauses == sorted(pauses)
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=3)]
    assert pauses[-1] == LONGEST_PAUSE
    assert pause(3, 1) == timedelta(minutes=3) * (1 + JITTER)


def test_a_failure_is_put_right_by_the_next_attempt_or_by_hand(desks: Desks, other_side: Receiver) -> None:
    other_side.status = [503, 200]
    made = subscribe(desks, at(other_side))
    happen(desks)
    deliver_due(desks.api.installation)
    desks.api.clock.forward(timedelta(seconds=6))
    deliver_due(desks.api.installation)
    (row,) = deliveries(desks)
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.DELIVERED, 2, None)
    where = f"/api/v1/webhooks/{made['id']}/deliveries/{row.id}/redelivery"
    again = admin(desks).post(where)
    assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (202, "waiting", 0)
    assert deliver_due(desks.api.installation) == 1
    assert [got.headers["webhook-id"] for got in other_side.received] == [row.event_id] * 3


def test_gone_is_taken_at_its_word(desks: Desks, other_side: Receiver) -> None:
    other_side.status = 410
    made = subscribe(desks, at(other_side))
    happen(desks)
    happen(desks)
    assert deliver_due(desks.api.installation, limit=1) == 1
    happen(desks)
    assert deliver_due(desks.api.installation) == 0
    assert [row.state for row in deliveries(desks)] == [DeliveryState.GIVEN_UP] * 2
    assert {row.last_error for row in deliveries(desks)} == {"gone"}
    (shown,) = admin(desks).get("/api/v1/webhooks").json()["items"]
    assert (shown["active"], shown["gone_at"]) == (False, "2026-11-01T04:00:00.000Z")
    where = f"/api/v1/webhooks/{made['id']}/deliveries/{deliveries(desks)[0].id}/redelivery"
    assert code(admin(desks).post(where)) == (409, "webhook.inactive")
    with reading(desks.engine) as session:
        assert len(list(session.scalars(select(Operation).where(Operation.action == "webhook.gone")))) == 1


def test_redirects_are_not_followed(desks: Desks, other_side: Receiver) -> None:
    statuses = [301, 302, 307, 308]
    other_side.status = list(statuses)
    subscribe(desks, at(other_side))
    for status in statuses:
        happen(desks)
        deliver_due(desks.api.installation)
        assert deliveries(desks)[-1].last_error == f"http_{status}"
    assert [got.path for got in other_side.received] == ["/told?by=certlight"] * 4


def test_whoever_died_while_delivering_leaves_it_to_the_next(desks: Desks, other_side: Receiver) -> None:
    """Claimed, and then nothing: after the lease somebody else does it; what comes late changes nothing."""
    from service.events import delivering

    subscribe(desks, at(other_side))
    happen(desks)
    (lost,) = delivering._claim(desks.api.installation, 1)
    assert deliver_due(desks.api.installation) == 0
    desks.api.clock.forward(timedelta(minutes=3))
    assert deliver_due(desks.api.installation) == 1
    assert deliveries(desks)[0].state is DeliveryState.DELIVERED
    delivering._settle(desks.api.installation, lost, delivering._Outcome(error="timeout"))
    assert deliveries(desks)[0].state is DeliveryState.DELIVERED


def test_two_processes_send_each_delivery_once(desks: Desks, other_side: Receiver) -> None:
    subscribe(desks, at(other_side))
    for _ in range(12):
        happen(desks)
    start, sent = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        while count := deliver_due(desks.api.installation, limit=3):
            sent.append(count)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 12
    assert len({got.headers["webhook-id"] for got in other_side.received}) == len(other_side.received) == 12


def test_one_with_many_waiting_leaves_room_for_others(desks: Desks, other_side: Receiver) -> None:
    subscribe(desks, at(other_side))
    for _ in range(6):
        happen(desks)
    with receiver() as second:
        subscribe(desks, at(second))
        happen(desks)
        assert deliver_due(desks.api.installation, limit=2) == 2
        assert (len(other_side.received), len(second.received)) == (1, 1)


def test_slow_servers_and_no_servers(desks: Desks) -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    def babble(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"220 mail.example.cn ESMTP\r\n")

    with raw_server(drip) as slow, raw_server(babble) as strange, socket.create_server(("127.0.0.1", 0)) as full:
        closed = socket.create_server(("127.0.0.1", 0))
        nowhere = closed.getsockname()[1]
        closed.close()
        ports, expected = (slow, strange, full.getsockname()[1], nowhere), ("timeout", "protocol", "timeout", "connect")
        for port in ports:
            subscribe(desks, f"http://127.0.0.1:{port}/")
        happen(desks)
        hasty = desks.api.beside(webhook=LOCAL.model_copy(update={"timeout_seconds": 0.8})).installation
        began = time.monotonic()
        assert deliver_due(hasty) == 4
        assert time.monotonic() - began < 5
    with reading(desks.engine) as session:
        rows = session.execute(select(Webhook.url, WebhookDelivery.last_error).join(WebhookDelivery)).all()
    assert dict(map(tuple, rows)) == {  # type: ignore[arg-type]
        f"http://127.0.0.1:{port}/": word for port, word in zip(ports, expected, strict=True)
    }


# Where nothing is ever sent


def strict(desks: Desks) -> Installation:
    """The same rows, as an installation that keeps out of private networks."""
    return desks.api.beside(webhook=LOCAL.model_copy(update={"private_addresses": False})).installation


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1"),
        *("::127.0.0.1", "64:ff9b:1::1", "2001::1"),
    ],
)
def test_addresses_that_are_no_business_of_anybodys(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "114.114.114.114", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_on_the_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://127.0.0.1/", "webhook.private_address"),
        ("https://[::1]/", "webhook.private_address"),
        ("https://[::ffff:169.254.169.254]/", "webhook.private_address"),
        ("https://169.254.169.254/latest/meta-data/", "webhook.private_address"),
        ("http://example.cn/", "webhook.address"),
        ("ftp://example.cn/", "webhook.address"),
        ("https:///path", "webhook.address"),
        ("https://user:word@example.cn/", "webhook.address"),
        ("https://example.cn/#part", "webhook.address"),
        ("https://example.cn:0/", "webhook.address"),
        ("https://example.cn:99999/", "webhook.address"),
        ("https://[::1/", "webhook.address"),
        ("https://例子.cn/", "webhook.address"),
        ("https://example.cn/\r\nX: y", "webhook.address"),
        ("https://example.cn\\@127.0.0.1/", "webhook.address"),
        ("javascript:alert(1)", "webhook.address"),
        ("https://example.cn/" + "x" * 1000, "webhook.address"),
    ],
)
def test_addresses_that_are_refused_at_once(url: str, word: str) -> None:
    with pytest.raises(UsageError) as refused:
        webhook_address(url, private=False)
    assert refused.value.code == word


@pytest.mark.parametrize("url", ["https://example.cn", "https://example.cn:8443/a?b=c", "https://1.1.1.1/"])
def test_addresses_that_are_taken(url: str) -> None:
    assert webhook_address(url, private=False) == url


def test_nothing_is_sent_to_private_networks(desks: Desks, other_side: Receiver) -> None:
    """Also where the settings were changed, or the name leads there, after the webhook was made."""
    hosts = ("127.0.0.1", "[::1]", "169.254.169.254", "localhost", "2130706433", "0x7f.1", "127.1")
    for host in hosts:
        subscribe(desks, f"http://{host}:{other_side.port}/")
    happen(desks)
    assert deliver_due(strict(desks)) == len(hosts)
    assert {row.last_error for row in deliveries(desks)} == {"private_address"}
    assert other_side.received == []


def test_a_name_that_leads_inside(desks: Desks, other_side: Receiver) -> None:
    """One public address beside it makes it no better, and nothing is tried."""
    leads = {
        "a.example.cn": ["127.0.0.1"],
        "b.example.cn": ["1.1.1.1", "127.0.0.1"],
        "c.example.cn": ["1.1.1.1", "::1"],
        "d.example.cn": ["64:ff9b::7f00:1"],
    }
    for host in leads:
        subscribe(desks, f"http://{host}:{other_side.port}/")
    happen(desks)
    assert deliver_due(strict(desks), resolve=lambda host, port: leads[host]) == len(leads)
    assert {row.last_error for row in deliveries(desks)} == {"private_address"}
    assert other_side.received == []


def test_a_name_is_resolved_once_and_that_address_is_called(
    desks: Desks, other_side: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere when asked again is asked once; nothing below resolves it anew."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    looked_up: list[object] = []
    system = socket.getaddrinfo

    def spied(host: Any, *more: Any, **other: Any) -> Any:
        looked_up.append(host)
        return system(host, *more, **other)

    monkeypatch.setattr(socket, "getaddrinfo", spied)
    subscribe(desks, f"http://hooks.example.cn:{other_side.port}/")
    happen(desks)
    assert deliver_due(desks.api.installation, resolve=resolve) == 1
    assert asked == ["hooks.example.cn"]
    assert "hooks.example.cn" not in looked_up
    assert other_side.received[0].headers["host"] == f"hooks.example.cn:{other_side.port}"


def test_a_name_that_does_not_resolve(desks: Desks) -> None:
    subscribe(desks, "https://nowhere.invalid/")
    happen(desks)

    def nothing(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert deliver_due(desks.api.installation, resolve=nothing) == 1
    assert deliveries(desks)[0].last_error == "name"
    with pytest.raises((OSError, UnicodeError)):
        system_resolver("x" * 70 + ".invalid", 443)


def test_tls_is_asked_for_the_name_and_verified_against_it(desks: Desks, tmp_path: Path) -> None:
    serving, trusting = certificate_for("hooks.example.cn", tmp_path)
    with receiver(context=serving) as secure:
        for name in ("hooks.example.cn", "other.example.cn"):
            subscribe(desks, f"https://{name}:{secure.port}/")
        happen(desks)
        resolve = {"resolve": lambda host, port: ["127.0.0.1"]}
        assert deliver_due(desks.api.installation, context=trusting, **resolve) == 2
        assert sorted(row.last_error or "" for row in deliveries(desks)) == ["", "tls"]
        assert sorted(str(name) for name in secure.names) == ["hooks.example.cn", "other.example.cn"]
        assert [got.headers["host"] for got in secure.received] == [f"hooks.example.cn:{secure.port}"]
        happen(desks)
        # Without the test's own authority nobody vouches for it.
        assert deliver_due(desks.api.installation, **resolve) == 2
        assert len(secure.received) == 1


def test_over_ipv6_and_past_an_address_that_does_not_answer(desks: Desks) -> None:
    try:
        with receiver("::1") as other:
            subscribe(desks, f"http://[::1]:{other.port}/")
            subscribe(desks, f"http://both.example.cn:{other.port}/")
            happen(desks)
            found = {"::1": ["::1"], "both.example.cn": ["127.0.0.1", "::1"]}
            assert deliver_due(desks.api.installation, resolve=lambda host, port: found[host]) == 2
            assert sorted(got.headers["host"] for got in other.received) == [
                f"[::1]:{other.port}",
                f"both.example.cn:{other.port}",
            ]
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


# Who may have them


def test_webhooks_are_their_administrators(desks: Desks, other_side: Receiver) -> None:
    made = subscribe(desks, at(other_side))
    platform, auditor = desks.person("platform", Role.PLATFORM_ADMIN), desks.person("auditor", Role.AUDITOR)
    other = desks.person("other", Role.ENTERPRISE_ADMIN, code=OTHER_CODE)
    where = f"/api/v1/webhooks/{made['id']}"
    happen(desks)
    redelivery = f"{where}/deliveries/{deliveries(desks)[0].id}/redelivery"
    body = {"url": at(other_side), "events": ["push.decided"]}
    for nobody in (desks.clerk(), desks.reviewer()):
        assert code(nobody.get("/api/v1/webhooks")) == (403, "access.forbidden")
        assert code(nobody.post("/api/v1/webhooks", json=body)) == (403, "access.forbidden")
        assert nobody.delete(where).status_code in (403, 404)
        assert nobody.get(f"{where}/deliveries").status_code in (403, 404)
    for stranger in (other, platform):
        assert stranger.get("/api/v1/webhooks").json()["items"] == []
        assert code(stranger.delete(where)) == (404, "access.not_found")
        assert code(stranger.get(f"{where}/deliveries")) == (404, "access.not_found")
        assert code(stranger.post(redelivery)) == (404, "access.not_found")
    assert [one["id"] for one in auditor.get("/api/v1/webhooks").json()["items"]] == [made["id"]]
    assert code(auditor.delete(where)) == (403, "access.forbidden")
    assert code(auditor.post(redelivery)) == (403, "access.forbidden")
    domain = body | {"domain_id": desks.domain()}
    assert code(admin(desks).post("/api/v1/webhooks", json=domain))[0] in (403, 404)
    assert code(platform.post("/api/v1/webhooks", json=domain)) == (422, "webhook.events")
    arrived = body | {"events": ["push.arrived"]}
    assert code(admin(desks).post("/api/v1/webhooks", json=arrived)) == (422, "webhook.events")
    unknown = arrived | {"domain_id": "00000000-0000-7000-8000-000000000000"}
    assert code(platform.post("/api/v1/webhooks", json=unknown)) == (404, "account.domain_unknown")


def test_a_deleted_one_is_told_nothing_and_leaves_no_trace_but_the_log(desks: Desks, other_side: Receiver) -> None:
    made = subscribe(desks, at(other_side))
    happen(desks)
    assert admin(desks).delete(f"/api/v1/webhooks/{made['id']}").status_code == 204
    happen(desks)
    assert deliver_due(desks.api.installation) == 0
    assert [(row.state, row.last_error) for row in deliveries(desks)] == [(DeliveryState.GIVEN_UP, "removed")]
    assert code(admin(desks).delete(f"/api/v1/webhooks/{made['id']}")) == (404, "access.not_found")
    assert admin(desks).get("/api/v1/webhooks").json()["items"] == []
    with reading(desks.engine) as session:
        log = session.scalars(select(Operation).where(Operation.object_kind == "webhook").order_by(Operation.seq)).all()
    assert [entry.action for entry in log] == ["webhook.create", "webhook.delete"]
    assert "127.0.0.1" not in str([entry.details for entry in log])


def test_a_secret_is_never_told_twice_and_there_is_an_end_to_webhooks(desks: Desks, other_side: Receiver) -> None:
    body = {"url": at(other_side), "events": ["push.decided"]}
    key = {"Idempotency-Key": "once"}
    assert admin(desks).post("/api/v1/webhooks", json=body, headers=key).status_code == 201
    assert code(admin(desks).post("/api/v1/webhooks", json=body, headers=key)) == (409, "idempotency.spent")
    for _ in range(19):
        subscribe(desks, at(other_side))
    assert code(admin(desks).post("/api/v1/webhooks", json=body)) == (409, "webhook.too_many")
    page = admin(desks).get("/api/v1/webhooks", params={"limit": 15}).json()
    rest = admin(desks).get("/api/v1/webhooks", params={"limit": 15, "cursor": page["next"]}).json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (15, 5, None)


def test_what_was_told_is_forgotten_after_a_month_and_what_waits_is_not(desks: Desks, other_side: Receiver) -> None:
    subscribe(desks, at(other_side))
    happen(desks)
    assert deliver_due(desks.api.installation) == 1
    happen(desks)
    with transaction(desks.engine) as session:
        assert forget_deliveries(session, NOW + timedelta(days=29)) == 0
        assert forget_deliveries(session, NOW + timedelta(days=31)) == 1
    assert [one.state for one in deliveries(desks)] == [DeliveryState.WAITING]
