"""Signing in and out over HTTP, and what a session is good for."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from service.domain.principal import Scope
from service.domain.roles import Role
from signing.keys.key_files import open_p12
from signing.login.answer import answer
from signing.login.encoding import from_base64url
from tests.service.account_examples import CHOSEN
from tests.service.api_client import KEY_PASSWORD, Api, demonstration
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE

NEW = "山风-Kompass-82-朝西"


def sign_in(client: TestClient, login_name: str, password: str = CHOSEN) -> dict:
    given = client.post("/api/v1/auth/session", json={"login_name": login_name, "password": password})
    assert given.status_code == 200, given.text
    client.headers["X-CSRF-Token"] = given.json()["csrf_token"]
    return given.json()


def codes(given) -> tuple[int, str]:
    return given.status_code, given.json()["code"]


def test_a_clerk_signs_in_works_and_signs_out(api: Api) -> None:
    user = api.user(Role.CLERK)
    client = api.anonymous()
    state = sign_in(client, user.login_name)
    assert state["user"] == {
        "id": user.id,
        "login_name": user.login_name,
        "display_name": user.display_name,
        "role": "clerk",
    }
    assert state["subject"] == {"id": user.subject_id, "name": COMPANY, "credit_code": COMPANY_CODE}
    assert (state["domain"], state["via"], state["must_change_password"]) == (None, "password", False)
    assert state["expires_at"] == "2026-11-01T16:00:00.000Z"
    again = client.get("/api/v1/auth/session")
    assert again.json() == state
    assert "set-cookie" not in again.headers
    assert client.get(f"/api/v1/users/{user.id}").status_code == 200
    assert client.delete("/api/v1/auth/session").status_code == 204
    assert not client.cookies
    assert codes(client.get("/api/v1/auth/session")) == (401, "account.session")


def test_cookies_are_the_hosts_own(api: Api) -> None:
    user = api.user(Role.CLERK)
    secure = api.beside(public_url="https://seals.example.cn")
    client = secure.anonymous()
    given = client.post("/api/v1/auth/session", json={"login_name": user.login_name, "password": CHOSEN})
    session, csrf = sorted(given.headers.get_list("set-cookie"), reverse=True)
    assert session.startswith("__Host-certlight-session=")
    assert {part.strip().lower() for part in session.split(";")[1:]} == {"httponly", "path=/", "samesite=lax", "secure"}
    assert csrf.startswith("__Host-certlight-csrf=")
    assert {part.strip().lower() for part in csrf.split(";")[1:]} == {"path=/", "samesite=lax", "secure"}
    assert given.headers["strict-transport-security"] == "max-age=31536000"


def test_wrong_unknown_and_disabled_are_one_refusal(api: Api) -> None:
    user, disabled = api.user(Role.CLERK), api.user(Role.ENTERPRISE_ADMIN)
    admin = api.client(Role.PLATFORM_ADMIN)
    tag = admin.get(f"/api/v1/users/{disabled.id}").headers["etag"]
    assert admin.patch(f"/api/v1/users/{disabled.id}", json={"disabled": True}, headers={"If-Match": tag}).is_success
    bodies = []
    for name, password in ((user.login_name, NEW), ("nobody-here", CHOSEN), (disabled.login_name, CHOSEN)):
        given = api.anonymous().post("/api/v1/auth/session", json={"login_name": name, "password": password})
        assert codes(given) == (401, "account.sign_in")
        assert "set-cookie" not in given.headers
        bodies.append({**given.json(), "instance": None})
    assert bodies[0] == bodies[1] == bodies[2]


def test_guesses_have_to_wait(api: Api) -> None:
    user, client = api.user(Role.CLERK), api.anonymous()
    for _ in range(5):
        client.post("/api/v1/auth/session", json={"login_name": user.login_name, "password": "wrong"})
    right = {"login_name": user.login_name, "password": CHOSEN}
    assert codes(client.post("/api/v1/auth/session", json=right)) == (401, "account.sign_in")
    api.clock.forward(timedelta(minutes=16))
    assert client.post("/api/v1/auth/session", json=right).status_code == 200


def test_a_first_password_opens_nothing_but_its_change(api: Api) -> None:
    made = api.client(Role.PLATFORM_ADMIN).post(
        "/api/v1/users", json={"login_name": "13900000000", "display_name": "李工", "role": "auditor"}
    )
    first = made.json()["one_time_password"]
    client = api.anonymous()
    state = sign_in(client, "13900000000", first)
    assert state["must_change_password"] is True
    assert state["password_until"] == "2026-11-08T04:00:00.000Z"
    for path in ("/api/v1/users", "/api/v1/tokens", f"/api/v1/users/{state['user']['id']}"):
        assert codes(client.get(path)) == (403, "access.password_first")
    weak = {"current": first, "new": "1234567890"}
    assert codes(client.post("/api/v1/auth/password", json=weak)) == (422, "password.common")
    wrong = {"current": NEW, "new": CHOSEN}
    assert codes(client.post("/api/v1/auth/password", json=wrong)) == (401, "account.sign_in")
    before = client.cookies["certlight-session"]
    changed = client.post("/api/v1/auth/password", json={"current": first, "new": CHOSEN})
    assert changed.json()["must_change_password"] is False
    assert changed.json()["password_until"] is None
    assert client.cookies["certlight-session"] != before
    assert client.get("/api/v1/users").status_code == 200
    old = api.anonymous()
    old.cookies.set("certlight-session", before)
    assert codes(old.get("/api/v1/auth/session")) == (401, "account.session")


def test_a_one_time_password_expires(api: Api) -> None:
    admin = api.client(Role.PLATFORM_ADMIN)
    body = {"login_name": "13900000000", "display_name": "李工", "role": "auditor"}
    first = admin.post("/api/v1/users", json=body).json()["one_time_password"]
    api.clock.forward(timedelta(days=7))
    given = api.anonymous().post("/api/v1/auth/session", json={"login_name": "13900000000", "password": first})
    assert codes(given) == (401, "account.sign_in")


def test_an_id_planted_before_gains_nothing(api: Api) -> None:
    user, client = api.user(Role.CLERK), api.anonymous()
    planted = "A" * 43
    client.cookies.set("certlight-session", planted, domain="127.0.0.1", path="/")
    sign_in(client, user.login_name)
    assert planted not in {cookie.value for cookie in client.cookies.jar}


def test_signing_in_anew_ends_the_session_before(api: Api) -> None:
    user, client = api.user(Role.CLERK), api.anonymous()
    sign_in(client, user.login_name)
    before = client.cookies["certlight-session"]
    sign_in(client, user.login_name)
    stale = api.anonymous()
    stale.cookies.set("certlight-session", before)
    assert codes(stale.get("/api/v1/auth/session")) == (401, "account.session")


def test_signing_out_everywhere_ends_all_sessions(api: Api) -> None:
    here, there = api.client(Role.CLERK), api.client(Role.CLERK)
    assert here.delete("/api/v1/auth/session", params={"everywhere": "true"}).status_code == 204
    assert codes(there.get("/api/v1/auth/session")) == (401, "account.session")


def test_sessions_end_when_nobody_is_there(api: Api) -> None:
    client = api.client(Role.CLERK)
    api.clock.forward(timedelta(minutes=29))
    assert client.get("/api/v1/auth/session").status_code == 200
    api.clock.forward(timedelta(minutes=30))
    assert codes(client.get("/api/v1/auth/session")) == (401, "account.session")


@pytest.mark.parametrize("token", [None, "", "A" * 22 + "." + "B" * 43, "of another session"])
def test_changes_need_the_sessions_own_csrf_token(api: Api, token: str | None) -> None:
    client, other = api.client(Role.CLERK), api.client(Role.CLERK)
    if token == "of another session":
        token = other.headers["X-CSRF-Token"]
        client.cookies.set("certlight-csrf", token)
    client.headers.pop("X-CSRF-Token")
    if token is not None:
        client.headers["X-CSRF-Token"] = token
    body = {"name": "批量", "scopes": ["batch"]}
    assert codes(client.post("/api/v1/tokens", json=body)) == (403, "account.csrf")
    assert client.get("/api/v1/tokens").json()["items"] == []
    assert codes(client.delete("/api/v1/auth/session")) == (403, "account.csrf")


def test_a_page_whose_csrf_cookie_is_gone_gets_another(api: Api) -> None:
    client = api.client(Role.CLERK)
    client.cookies.delete("certlight-csrf")
    token = client.get("/api/v1/auth/session").json()["csrf_token"]
    assert token == client.cookies["certlight-csrf"]
    client.headers["X-CSRF-Token"] = token
    assert client.delete("/api/v1/auth/session").status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://localhost:8000"}, 200),
        ({}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_nobody_is_signed_in_by_another_sites_page(api: Api, headers: dict[str, str], status: int) -> None:
    body = {"login_name": api.user(Role.CLERK).login_name, "password": CHOSEN}
    given = api.anonymous().post("/api/v1/auth/session", json=body, headers=headers)
    assert given.status_code == status
    if status == 403:
        assert given.json()["code"] == "access.origin"
        assert "set-cookie" not in given.headers


def test_a_token_is_no_session(api: Api) -> None:
    program = api.token(Role.CLERK, Scope.DOCUMENTS_READ)
    assert codes(program.get("/api/v1/auth/session")) == (401, "account.session")
    assert codes(program.get("/api/v1/users")) == (403, "access.scope")
    assert codes(api.anonymous(Authorization="Bearer clt_x").get("/api/v1/users")) == (401, "account.token")
    assert codes(api.anonymous(Authorization="Basic YTpi").get("/api/v1/users")) == (401, "account.token")


def test_passwords_in_work_are_bounded(api: Api) -> None:
    doors, body = api.app.state.doors, {"login_name": "abc", "password": "x"}
    taken = 0
    while doors.places.acquire(blocking=False):
        taken += 1
    assert taken == 20
    given = api.anonymous().post("/api/v1/auth/session", json=body)
    assert codes(given) == (429, "request.too_many")
    assert given.headers["retry-after"] == "5"
    doors.places.release()
    assert api.anonymous().post("/api/v1/auth/session", json=body).status_code == 401


# With a certificate


def answered(client: TestClient, number: int = 0) -> dict:
    """The body of a login with the demonstration's key of that number."""
    asked = client.post("/api/v1/auth/certificate/challenge")
    assert asked.status_code == 200, asked.text
    with open_p12(demonstration().keys[number].file.read_bytes(), KEY_PASSWORD) as key:
        signed = answer(from_base64url(asked.json()["challenge"]), key, origin=str(client.base_url))
    return {"ticket": asked.json()["ticket"], **json.loads(signed.to_json())}


SESSION = "/api/v1/auth/certificate/session"


def test_an_enterprise_signs_in_with_its_key(api: Api) -> None:
    client = api.anonymous()
    entered = client.post(SESSION, json=answered(client))
    assert entered.status_code == 200, entered.text
    state = entered.json()
    assert state["user"]["login_name"] == COMPANY_CODE.lower()
    assert (state["user"]["role"], state["via"]) == ("enterprise_admin", "certificate")
    assert state["subject"]["credit_code"] == COMPANY_CODE
    assert "certlight-login" not in client.cookies
    client.headers["X-CSRF-Token"] = state["csrf_token"]
    made = client.post("/api/v1/users", json={"login_name": "13900000000", "display_name": "李工", "role": "clerk"})
    assert made.status_code == 201
    assert made.json()["user"]["subject_id"] == state["subject"]["id"]


def test_each_key_is_its_own_enterprise(api: Api) -> None:
    client = api.anonymous()
    assert client.post(SESSION, json=answered(client, 3)).json()["subject"]["credit_code"] == OTHER_CODE


@pytest.mark.parametrize(("number", "code"), [(1, "certificate.expired"), (2, "certificate.revoked")])
def test_a_certificate_that_does_not_stand_enters_nobody(api: Api, number: int, code: str) -> None:
    client = api.anonymous()
    refused = client.post(SESSION, json=answered(client, number))
    assert codes(refused) == (422, code)
    assert "set-cookie" not in refused.headers


def test_an_answer_counts_once_and_in_its_browser(api: Api) -> None:
    client, other = api.anonymous(), api.anonymous()
    body = answered(client)
    assert codes(other.post(SESSION, json=body)) == (401, "account.certificate_browser")
    other.cookies.set("certlight-login", "A" * 43)
    assert codes(other.post(SESSION, json=body)) == (401, "account.certificate_browser")
    cookie = client.cookies["certlight-login"]
    assert client.post(SESSION, json=body).status_code == 200
    client.cookies.set("certlight-login", cookie)
    assert codes(client.post(SESSION, json=body)) == (401, "login.challenge")


def test_challenges_expire(api: Api) -> None:
    client = api.anonymous()
    body = answered(client)
    api.clock.forward(timedelta(minutes=3))
    assert codes(client.post(SESSION, json=body)) == (401, "login.challenge")


def test_a_wrong_signature_enters_nobody(api: Api) -> None:
    client = api.anonymous()
    body = answered(client)
    body["signature"] = body["signature"][:-4] + "AAAA"
    assert codes(client.post(SESSION, json=body)) == (401, "login.signature")
    assert "set-cookie" not in client.get("/api/v1/auth/session").headers


def test_challenges_of_one_address_are_bounded(api: Api) -> None:
    client = api.anonymous()
    statuses = [client.post("/api/v1/auth/certificate/challenge").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    api.clock.forward(timedelta(minutes=11))
    assert client.post("/api/v1/auth/certificate/challenge").status_code == 200


def test_a_login_that_succeeds_is_none_too_many(api: Api) -> None:
    client = api.anonymous()
    for _ in range(59):
        assert client.post("/api/v1/auth/certificate/challenge").status_code == 200
    assert client.post(SESSION, json=answered(client)).status_code == 200
    assert client.post("/api/v1/auth/certificate/challenge").status_code == 200
