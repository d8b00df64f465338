"""What holds for every request: problems, headers, bounds, methods, and being sent twice."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from service.accounts.refusals import refusal
from service.api import bodies
from service.api.idempotency import Creation, Made, create_once
from service.api.serving import uvicorn_options
from service.api.shapes import Answer
from service.api.surroundings import BrokenAnswer, Surroundings
from service.database.base import new_id
from service.database.jobs import IdempotencyKey, forget_idempotency_keys
from service.database.pushes import Domain
from service.domain.roles import Role
from service.settings import Settings
from tests.service.account_examples import NOW
from tests.service.api_client import Api

SESSION = "/api/v1/auth/session"


def codes(given) -> tuple[int, str]:
    return given.status_code, given.json()["code"]


# Problems


def test_what_is_not_there_is_a_problem(api: Api) -> None:
    answer = api.anonymous().get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "zh-CN"
    assert answer.json() == {
        "type": "urn:certlight:access.not_found",
        "title": "没有找到所请求的内容。",
        "status": 404,
        "code": "access.not_found",
        "detail": "没有找到所请求的内容。",
        "remedy": "请核对地址。",
        "instance": answer.headers["X-Request-ID"],
        "errors": [],
    }
    assert api.anonymous().get("/elsewhere").status_code == 404


def test_english_is_told_to_whoever_prefers_it(api: Api) -> None:
    for preferred in ("en", "en-GB,en;q=0.9,zh;q=0.1"):
        answer = api.anonymous().get("/api/v1/nothing", headers={"Accept-Language": preferred})
        assert (answer.headers["content-language"], answer.json()["title"]) == ("en", "There is no such thing.")
    for other in ("fr", "zh-CN,en;q=0.5", ";;;q=x", "*"):
        answer = api.anonymous().get("/api/v1/nothing", headers={"Accept-Language": other})
        assert answer.headers["content-language"] == "zh-CN"


def test_parts_that_are_wrong_are_named_and_never_repeated(api: Api) -> None:
    body = {"login_name": "x" * 300, "password": ["geheim"], "extra": "secret-value"}
    answer = api.anonymous().post(SESSION, json=body)
    assert codes(answer) == (422, "request.invalid")
    assert {part["pointer"]: part["message"] for part in answer.json()["errors"]} == {
        "body/login_name": "最多 200 个字符。",
        "body/password": "须为文字。",
        "body/extra": "没有这一项。",
    }
    assert "geheim" not in answer.text
    assert "secret-value" not in answer.text
    long = api.anonymous().post(SESSION, json={"k" * 5000: 1, **{f"more{n}": 1 for n in range(90)}})
    assert len(long.json()["errors"]) == 50
    assert len(long.content) < 10_000


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"login_name": "\xc3", "password": "x"}',
        b'{"login_name": "a\\u0000b", "password": "x"}',
        b'{"login_name": "a\\ud800b", "password": "x"}',
        b'{"a\\u0000": 1}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 9223372036854775808}',
        b"[" * 41 + b"]" * 41,
        b"[" * 100_000,
    ],
)
def test_json_that_nobody_could_keep_is_refused(api: Api, body: bytes) -> None:
    answer = api.anonymous().post(SESSION, content=body, headers={"Content-Type": "application/json"})
    assert codes(answer) == (400, "request.malformed")


@pytest.mark.parametrize(
    "body", [b"[" * 40 + b"]" * 40, json.dumps({"a": "[" * 90}).encode(), b'{"a": "\\\\u0000", "b": "\\ud83d\\ude00"}']
)
def test_json_that_only_looks_suspicious_passes(body: bytes) -> None:
    bodies.check_json(body)


def test_other_kinds_of_bodies_are_refused(api: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = api.anonymous().post(SESSION, content=b"a=b", headers={"Content-Type": kind})
        assert codes(answer) == (422, "request.invalid")


def test_the_bare_address_leads_to_the_description(api: Api) -> None:
    answer = api.anonymous().get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/api/v1/docs")


def test_what_may_stand_there_is_told_in_the_callers_language(api: Api) -> None:
    body = {"name": "x", "scopes": ["everything"]}
    (part,) = api.client(Role.CLERK).post("/api/v1/tokens", json=body).json()["errors"]
    assert part["pointer"] == "body/scopes/0"
    assert part["message"].startswith("须为以下之一：documents:read, ")
    assert " or " not in part["message"]


def test_nothing_has_nul_in_its_address(api: Api) -> None:
    for path in ("/api/v1/users?cursor=%00", "/api/v1/users/%00", "/api/v1/tokens?x=a%00b"):
        assert codes(api.client(Role.CLERK).get(path)) == (400, "request.malformed")


# Bodies within bounds


def test_large_bodies_are_refused_before_they_are_read(api: Api) -> None:
    body = b'{"a": "' + b"x" * bodies.JSON_BYTES + b'"}'
    answer = api.anonymous().post(SESSION, content=body, headers={"Content-Type": "application/json"})
    assert codes(answer) == (413, "request.too_large")
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        while sent < 64 << 20:
            sent += 1 << 20
            yield b" " * (1 << 20)

    answer = api.anonymous().post(SESSION, content=pieces(), headers={"Content-Type": "application/json"})
    assert codes(answer) == (413, "request.too_large")
    for length in ("99999999999", "9" * 40):
        headers = {"Content-Type": "application/json", "Content-Length": length}
        assert api.anonymous().post(SESSION, content=b"{}", headers=headers).status_code == 413


def asked(app, method: str = "POST", path: str = SESSION, *, headers=(), messages=()) -> list[dict]:
    """What an application sends when it receives ``messages``; after them, nothing comes for ever."""
    sent: list[dict] = []
    waiting = list(messages)

    async def receive() -> dict:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("203.0.113.7", 1234),
        "server": ("127.0.0.1", 8000),
    }
    asyncio.run(asyncio.wait_for(app(scope, receive, send), 10))
    return sent


def test_a_client_that_falls_silent_is_not_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENCE_SECONDS", 0.05)
    half = {"type": "http.request", "body": b'{"login_name":', "more_body": True}
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        start, body = asked(api.app, headers=[("Content-Type", kind)], messages=[half])
        assert start["status"] in (408, 422)
        if kind == "application/json":
            assert json.loads(body["body"])["code"] == "request.timeout"


def test_a_client_that_goes_away_is_no_failure(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    half = {"type": "http.request", "body": b'{"login_name":', "more_body": True}
    gone = {"type": "http.disconnect"}
    assert asked(api.app, headers=[("Content-Type", "application/json")], messages=[half, gone]) == []
    asked(api.app, headers=[("Content-Type", "application/pdf")], messages=[half, gone])
    assert "unexpected" not in caplog.text


# Headers and methods


def test_every_answer_is_guarded(api: Api) -> None:
    client = api.client(Role.CLERK)
    for answer in (client.get("/api/v1/users"), client.get("/api/v1/nothing"), client.get("/healthz")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a1b2c3d4-e5f6", True),
        ("short", False),
        ("x" * 65, False),
        ("with space 1234", False),
        ("绝对不行的编号", False),
    ],
)
def test_requests_have_numbers(api: Api, given: str, kept: bool) -> None:
    answer = api.anonymous().get("/api/v1/nothing", headers={"X-Request-ID": given.encode()})
    assert (answer.headers["X-Request-ID"] == given) is kept
    assert len(answer.headers["X-Request-ID"]) >= 8


def test_methods_of_an_address(api: Api) -> None:
    client = api.client(Role.CLERK)
    answer = client.put("/api/v1/users")
    assert codes(answer) == (405, "request.method")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    asked_for = api.anonymous().options("/api/v1/users")
    assert (asked_for.status_code, asked_for.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert api.anonymous().options("/api/v1/nothing").status_code == 404


def test_head_is_get_without_its_body(api: Api) -> None:
    client = api.client(Role.CLERK)
    got, head = client.get("/api/v1/users"), client.head("/api/v1/users")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert api.anonymous().head("/api/v1/users").status_code == 401


def test_head_of_a_stream_ends() -> None:
    async def stream(scope, receive, send) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            await send({"type": "http.response.body", "body": b"event", "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    sent = asked(Surroundings(stream, "http://127.0.0.1:8000"), "HEAD")
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["body"] == b""


def test_a_defect_is_answered_and_logged_without_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("王小明 110101199003074578")

    app.add_middleware(Surroundings, public_url="http://127.0.0.1:8000")
    start, body = asked(app, "GET", "/broken", messages=[{"type": "http.request"}])
    assert start["status"] == 500
    told = json.loads(body["body"])
    assert (told["code"], "王小明" in body["body"].decode()) == ("internal", False)
    assert "RuntimeError" in caplog.text
    assert "test_api_frame.py" in caplog.text
    assert "王小明" not in caplog.text


def test_half_an_answer_is_never_a_whole_one() -> None:
    async def fails(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("王小明")

    with pytest.raises(BrokenAnswer) as caught:
        asked(Surroundings(fails, "http://127.0.0.1:8000"), "GET")
    assert "王小明" not in repr(caught.value)


def test_cursors_come_from_the_list_itself(api: Api) -> None:
    client = api.client(Role.PLATFORM_ADMIN)
    for role in (Role.CLERK, Role.AUDITOR, Role.REVIEWER):
        api.user(role)
    seen, cursor = [], None
    while True:
        page = client.get("/api/v1/users", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [user["id"] for user in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 4
    # []; [1]; ["\ud800"]; not base64; not JSON; nested without end
    for bad in ("W10", "WzFd", "WyJcdWQ4MDAiXQ", "%%%", "eA", "W1tbW1tbW1tbW1tb", "W251bGxd"):
        assert codes(client.get("/api/v1/users", params={"cursor": bad})) == (400, "request.cursor")


# Behind a proxy


def test_proxies_are_believed_only_where_they_are_named(tmp_path) -> None:
    plain = uvicorn_options(Settings(data_dir=tmp_path))
    assert (plain["proxy_headers"], plain["forwarded_allow_ips"]) == (False, "")
    behind = uvicorn_options(Settings(data_dir=tmp_path, trusted_proxies="10.0.0.5, 10.1.0.0/24"))
    assert (behind["proxy_headers"], behind["forwarded_allow_ips"]) == (True, "10.0.0.5,10.1.0.0/24")
    for bad in ("*", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.5/24"):
        with pytest.raises(ValueError, match="trusted_proxies"):
            Settings(data_dir=tmp_path, trusted_proxies=bad)


# Sent twice


class Thing(Answer):
    name: str


def test_what_was_created_is_answered_again(api: Api) -> None:
    client = api.client(Role.PLATFORM_ADMIN)
    key = {"Idempotency-Key": "first-try"}
    body = {"code": "roads", "name": "道路"}
    first = client.post("/api/v1/domains", json=body, headers=key)
    assert first.status_code == 201
    again = client.post("/api/v1/domains", json=body, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers.get("location") == first.headers.get("location")
    assert again.headers.get("etag") == first.headers.get("etag")
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    other = client.post("/api/v1/domains", json={**body, "code": "water2"}, headers=key)
    assert codes(other) == (422, "idempotency.other_request")
    for bad in ("", "x" * 201, "a b", "ключ".encode()):
        refused = client.post("/api/v1/domains", json=body, headers={"Idempotency-Key": bad})
        assert codes(refused) == (422, "request.invalid")


def test_secrets_are_shown_once(api: Api) -> None:
    client = api.client(Role.CLERK)
    body, key = {"name": "批量", "scopes": ["batch"]}, {"Idempotency-Key": "k"}
    token = client.post("/api/v1/tokens", json=body, headers=key)
    assert token.status_code == 201
    assert codes(client.post("/api/v1/tokens", json=body, headers=key)) == (409, "idempotency.spent")
    assert len(client.get("/api/v1/tokens").json()["items"]) == 1
    with api.installation.reading() as session:
        (kept,) = session.scalars(select(IdempotencyKey))
        assert kept.body is None
        assert token.json()["token"][16:] not in repr(vars(kept))


def creation(api: Api, key: str | None = "k", role: Role = Role.CLERK, body: str = "") -> Creation:
    return Creation(key, api.principal(role), "POST", "/things?", body)


def adds(code: str) -> Callable[[Session], Made]:
    def work(session: Session) -> Made:
        session.add(Domain(code=code, name=code, created_at=NOW))
        session.flush()
        return Made(201, Thing(name=code), {"Location": f"/things/{code}"})

    return work


def domains(api: Api) -> int:
    with api.installation.reading() as session:
        return session.scalar(select(func.count()).select_from(Domain)) or 0


def test_keys_are_each_users_own_and_last_a_day(api: Api) -> None:
    before = domains(api)
    create_once(api.installation, creation(api), NOW, adds("a"))
    create_once(api.installation, creation(api, role=Role.AUDITOR), NOW, adds("b"))
    create_once(api.installation, creation(api, None), NOW, adds("c"))
    assert domains(api) == before + 3
    later = NOW + timedelta(days=1)
    create_once(api.installation, creation(api), later, adds("d"))
    assert domains(api) == before + 4
    with api.installation.transaction() as session:
        assert forget_idempotency_keys(session, later) == 1


def test_a_refusal_is_not_kept(api: Api) -> None:
    def refuses(session: Session) -> Made:
        adds("a")(session)
        raise refusal("account.disabled")

    before = domains(api)
    for _ in range(2):
        with pytest.raises(UsageError, match=r"account\.disabled"):
            create_once(api.installation, creation(api), NOW, refuses)
    assert domains(api) == before
    assert create_once(api.installation, creation(api), NOW, adds("a")).status_code == 201


def test_a_value_that_exists_already_is_not_taken_for_a_second_request(api: Api) -> None:
    create_once(api.installation, creation(api, "one"), NOW, adds("a"))
    with pytest.raises(IntegrityError):
        create_once(api.installation, creation(api, "two"), NOW, adds("a"))


def test_the_second_of_two_at_once_waits_and_is_answered_the_same(api: Api) -> None:
    begun, go_on, made = threading.Event(), threading.Event(), []

    def slow(session: Session) -> Made:
        made.append(new_id())
        begun.set()
        assert go_on.wait(10)
        return adds("a")(session)

    answers: list = []
    same = creation(api)

    def send() -> None:
        answers.append(create_once(api.installation, same, NOW, slow))

    first, second = threading.Thread(target=send), threading.Thread(target=send)
    first.start()
    assert begun.wait(10)
    second.start()
    second.join(0.2)
    assert second.is_alive(), "the second waits"
    go_on.set()
    first.join(10)
    second.join(10)
    assert len(made) == 1
    assert sorted("idempotency-replayed" in answer.headers for answer in answers) == [False, True]
    assert {(answer.status_code, answer.body, answer.headers["location"]) for answer in answers} == {
        (201, b'{"name":"a"}', "/things/a")
    }


# The description


def test_the_description_is_whole(api: Api) -> None:
    document = api.anonymous().get("/api/v1/openapi.json").json()
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"]
    schemes = document["components"]["securitySchemes"]
    assert {name: (one["type"], one.get("name")) for name, one in schemes.items()} == {
        "session": ("apiKey", "certlight-session"),
        "csrf": ("apiKey", "X-CSRF-Token"),
        "token": ("http", None),
    }
    assert document["servers"][0]["url"] == "http://127.0.0.1:8000"
    operations = [
        (path, method, one)
        for path, item in document["paths"].items()
        for method, one in item.items()
        if method != "parameters"
    ]
    names = [one["operationId"] for _, _, one in operations]
    assert len(names) == len(set(names)), "operation ids are unique"
    described = {tag["name"] for tag in document["tags"] if tag.get("description")}
    for path, method, one in operations:
        assert one.get("summary"), (path, method)
        assert set(one.get("tags", ())) <= described, (path, method, one.get("tags"))
        assert one["tags"], (path, method)
        assert {"4XX", "5XX"} <= set(one["responses"]), (path, method)
        keyed = any(parameter["name"].lower() == "idempotency-key" for parameter in one.get("parameters", ()))
        assert not keyed or method == "post", (path, method)


def test_examples_are_what_their_schemas_ask_for(api: Api) -> None:
    document = api.anonymous().get("/api/v1/openapi.json").json()
    wrong = []
    for place, schema in _schemas(document, ""):
        for example in schema.get("examples", ()):
            whole = {**schema, "components": document["components"]}
            wrong += [f"{place}: {found.message}" for found in Draft202012Validator(whole).iter_errors(example)]
    assert not wrong, "\n".join(wrong)


def _schemas(found: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(found, dict):
        if isinstance(found.get("examples"), list):
            yield place, found
        for name, inner in found.items():
            if name != "examples":
                yield from _schemas(inner, f"{place}/{name}")
    elif isinstance(found, list):
        for number, inner in enumerate(found):
            yield from _schemas(inner, f"{place}/{number}")


def test_the_page_of_the_description_needs_nothing_from_elsewhere(api: Api) -> None:
    page = api.anonymous().get("/api/v1/docs")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in page.headers["content-security-policy"]
    for outside in ("<script", "<link", "<img", "src=", "@import", "url("):
        assert outside not in page.text
    assert "/api/v1/auth/session" in page.text
    assert "密码登录" in page.text
