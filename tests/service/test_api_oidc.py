"""Signing in through an OpenID Connect provider: a real one, in a thread of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from starlette.testclient import TestClient

from service.domain.roles import Role
from tests.service.api_client import Api
from tests.signing.pki import COMPANY_CODE

with warnings.catch_warnings():
    # The provider uses authlib's old module for its own tokens.
    warnings.simplefilter("ignore", DeprecationWarning)
    from oidc_provider_mock import User, run_server_in_thread

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")
CLIENT = {"client_id": "certlight", "client_secret": "s3cret-of-the-client", "username_claim": "preferred_username"}
START, CALLBACK = "/api/v1/auth/oidc/start", "/api/v1/auth/oidc/callback"
CLERK = f"clerk.{COMPANY_CODE}"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    users = [
        User(sub="1", claims={"preferred_username": CLERK}),
        User(sub="2", claims={"preferred_username": "nobody-here"}),
        User(sub="3", claims={"email": "no-claim@example.cn"}),
        User(sub="4", claims={"preferred_username": f"station.{COMPANY_CODE}"}),
        User(sub="5", claims={"preferred_username": ["a", "list"]}),
    ]
    server: AbstractContextManager = run_server_in_thread(require_nonce=True, user_claims=users)
    with server as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture
def with_provider(api: Api, issuer: str) -> Api:
    # The provider lives in the present.
    api.clock.now = datetime.now(UTC)
    assert api.user(Role.CLERK).login_name == CLERK.lower()
    return api.beside(oidc={**CLIENT, "issuer": issuer})


def sent(client: TestClient) -> str:
    """Where the browser is sent to sign in."""
    begun = client.get(START)
    assert begun.status_code == 303, begun.text
    return begun.headers["location"]


def returned(address: str, sub: str) -> str:
    """Where the provider sends the browser once somebody has signed in there."""
    form = {"sub": sub} if sub else {"action": "deny"}
    answer = requests.post(address, data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = answer.headers["location"]
    assert back.startswith(f"http://127.0.0.1:8000{CALLBACK}?")
    return back


def codes(given) -> tuple[int, str]:
    return given.status_code, given.json()["code"]


def test_an_existing_user_enters(with_provider: Api, issuer: str) -> None:
    client = with_provider.anonymous()
    address = sent(client)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{issuer}/oauth2/authorize?")
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", "certlight", "S256")
    assert "openid" in asked["scope"]
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    home = client.get(returned(address, "1"))
    assert (home.status_code, home.headers["location"]) == (303, "/")
    assert "certlight-oidc" not in client.cookies
    state = client.get("/api/v1/auth/session").json()
    assert (state["user"]["login_name"], state["via"]) == (CLERK.lower(), "oidc")
    (entry, *_) = with_provider.accounts.log("user.sign_in")[-1:]
    assert entry.details["via"] == "oidc"


@pytest.mark.parametrize(
    ("sub", "code"),
    [
        ("2", "account.oidc_user"),
        ("3", "account.oidc_user"),
        ("4", "account.oidc_user"),
        ("5", "account.oidc_user"),
        # This provider forgets the state when somebody says no.
        ("", "account.oidc_state"),
    ],
)
def test_nobody_else_enters_and_nobody_is_made(with_provider: Api, sub: str, code: str) -> None:
    with_provider.user(Role.STATION)
    client = with_provider.anonymous()
    refused = client.get(returned(sent(client), sub))
    assert codes(refused) == (401, code)
    assert codes(client.get("/api/v1/auth/session")) == (401, "account.session")
    assert with_provider.accounts.log("user.sign_in") == []


def test_a_disabled_user_does_not_enter(with_provider: Api) -> None:
    admin, user = with_provider.client(Role.PLATFORM_ADMIN), with_provider.user(Role.CLERK)
    tag = admin.get(f"/api/v1/users/{user.id}").headers["etag"]
    admin.patch(f"/api/v1/users/{user.id}", json={"disabled": True}, headers={"If-Match": tag})
    client = with_provider.anonymous()
    assert codes(client.get(returned(sent(client), "1"))) == (401, "account.oidc_user")


def test_an_answer_belongs_to_the_browser_that_asked(with_provider: Api) -> None:
    client, other = with_provider.anonymous(), with_provider.anonymous()
    back = returned(sent(client), "1")
    assert codes(other.get(back)) == (401, "account.oidc_state")
    sent(other)
    assert codes(other.get(back)) == (401, "account.oidc_state")
    # Nor does another state of one's own help, or a cookie that somebody made up.
    mine = returned(sent(other), "1")
    code = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(mine).query)["state"][0]
    assert codes(other.get(CALLBACK, params={"state": state, "code": code})) == (401, "account.oidc_refused")
    for cookie in ("", "x", "1.2", "9" * 40):
        third = with_provider.anonymous()
        third.headers["Cookie"] = f"certlight-oidc={cookie}"
        assert codes(third.get(back)) == (401, "account.oidc_state")


def test_a_code_counts_once_and_not_for_long(with_provider: Api) -> None:
    client = with_provider.anonymous()
    back = returned(sent(client), "1")
    cookie = client.cookies["certlight-oidc"]
    assert client.get(back).status_code == 303
    again = with_provider.anonymous()
    again.cookies.set("certlight-oidc", cookie)
    assert codes(again.get(back)) == (401, "account.oidc_refused")
    late = with_provider.anonymous()
    back = returned(sent(late), "1")
    with_provider.clock.forward(timedelta(minutes=10))
    assert codes(late.get(back)) == (401, "account.oidc_state")


def test_another_issuers_answer_is_refused(with_provider: Api) -> None:
    client = with_provider.anonymous()
    back = returned(sent(client), "1")
    assert codes(client.get(f"{back}&iss=https%3A%2F%2Fevil.example")) == (401, "account.oidc_refused")


def test_old_tokens_do_not_count(with_provider: Api) -> None:
    client = with_provider.anonymous()
    with_provider.clock.forward(timedelta(hours=2))
    assert codes(client.get(returned(sent(client), "1"))) == (401, "account.oidc_refused")


def test_parameters_are_missing_or_odd(with_provider: Api) -> None:
    client = with_provider.anonymous()
    assert codes(client.get(CALLBACK)) == (401, "account.oidc_state")
    assert codes(client.get(CALLBACK, params={"state": "x" * 5000})) == (422, "request.invalid")
    state = parse_qs(urlsplit(sent(client)).query)["state"][0]
    assert codes(client.get(CALLBACK, params={"state": state})) == (401, "account.oidc_refused")
    assert codes(client.get(CALLBACK, params={"state": state, "code": "made-up"})) == (401, "account.oidc_refused")


def test_a_provider_that_is_away_is_told(api: Api) -> None:
    away = api.beside(oidc={**CLIENT, "issuer": "http://127.0.0.1:9"})
    assert codes(away.anonymous().get(START)) == (503, "oidc.unavailable")


def test_a_provider_with_another_name_is_none(api: Api, issuer: str) -> None:
    other = api.beside(oidc={**CLIENT, "issuer": issuer.replace("localhost", "127.0.0.1")})
    answer = other.anonymous().get(START)
    # The mock names itself by the address it is asked under; a path makes it another one.
    elsewhere = api.beside(oidc={**CLIENT, "issuer": f"{issuer}/realm"})
    assert answer.status_code == 303
    assert codes(elsewhere.anonymous().get(START)) == (503, "oidc.unavailable")


def test_without_a_provider_there_is_nothing(api: Api) -> None:
    for path in (START, CALLBACK):
        assert codes(api.anonymous().get(path)) == (404, "account.oidc_off")
