"""Users and tokens over HTTP."""

from __future__ import annotations

from service.domain.principal import Scope
from service.domain.roles import Role
from tests.service.api_client import Api
from tests.signing.pki import OTHER_CODE


def codes(given) -> tuple[int, str]:
    return given.status_code, given.json()["code"]


def test_an_administrator_makes_changes_and_disables_a_user(api: Api) -> None:
    admin = api.client(Role.ENTERPRISE_ADMIN)
    body = {"login_name": "13900000000", "display_name": "李工", "role": "clerk"}
    made = admin.post("/api/v1/users", json=body)
    assert made.status_code == 201
    url = made.headers["location"]
    assert made.json()["user"]["subject_id"] == api.user(Role.CLERK).subject_id
    assert made.json()["user"]["one_time_until"] == "2026-11-08T04:00:00.000Z"
    assert codes(admin.post("/api/v1/users", json=body)) == (422, "account.login_name_taken")
    seen = admin.get(url)
    tag = {"If-Match": seen.headers["etag"]}
    assert seen.json()["etag"] == seen.headers["etag"]
    assert codes(admin.patch(url, json={"display_name": "李工程师"})) == (428, "precondition.required")
    changed = admin.patch(url, json={"display_name": "李工程师", "role": "enterprise_admin"}, headers=tag)
    assert (changed.json()["display_name"], changed.json()["role"]) == ("李工程师", "enterprise_admin")
    assert codes(admin.patch(url, json={"disabled": True}, headers=tag)) == (412, "state.changed_meanwhile")
    assert admin.patch(url, json={"disabled": True}, headers={"If-Match": changed.headers["etag"]}).is_success
    assert [user["id"] for user in admin.get("/api/v1/users", params={"disabled": True}).json()["items"]] == [
        made.json()["user"]["id"]
    ]
    assert codes(admin.post(f"{url}/password-reset", json={})) == (422, "account.disabled")


def test_users_of_other_enterprises_and_higher_roles_are_out_of_reach(api: Api) -> None:
    admin, stranger = api.client(Role.ENTERPRISE_ADMIN), api.user(Role.CLERK, code=OTHER_CODE)
    assert codes(admin.get(f"/api/v1/users/{stranger.id}")) == (404, "account.unknown")
    body = {"login_name": "13900000000", "display_name": "李工", "role": "clerk", "subject_id": stranger.subject_id}
    assert codes(admin.post("/api/v1/users", json=body)) == (404, "access.not_found")
    del body["subject_id"]
    assert codes(admin.post("/api/v1/users", json={**body, "role": "platform_admin"}))[0] in (403, 404)
    nowhere = {**body, "role": "reviewer", "domain_id": "00000000-0000-7000-8000-000000000000"}
    assert codes(api.client(Role.PLATFORM_ADMIN).post("/api/v1/users", json=nowhere)) == (404, "account.domain_unknown")


def test_a_reset_password_ends_sessions_and_is_shown_once(api: Api) -> None:
    admin, clerk, user = api.client(Role.ENTERPRISE_ADMIN), api.client(Role.CLERK), api.user(Role.CLERK)
    url, key = f"/api/v1/users/{user.id}/password-reset", {"Idempotency-Key": "reset"}
    password = admin.post(url, json={"revoke_tokens": True}, headers=key).json()["one_time_password"]
    assert codes(admin.post(url, json={"revoke_tokens": True}, headers=key)) == (409, "idempotency.spent")
    assert codes(clerk.get("/api/v1/auth/session")) == (401, "account.session")
    again = api.anonymous().post("/api/v1/auth/session", json={"login_name": user.login_name, "password": password})
    assert again.json()["must_change_password"] is True


def test_a_token_is_made_used_replaced_and_revoked(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    made = clerk.post("/api/v1/tokens", json={"name": "批量", "scopes": ["documents:read"], "lifetime_days": 7}).json()
    assert made["details"]["expires_at"] == "2026-11-08T04:00:00.000Z"
    program = api.anonymous(Authorization=f"Bearer {made['token']}")
    assert program.get("/api/v1/documents").status_code == 200
    prefix = made["details"]["prefix"]
    renewed = clerk.post(f"/api/v1/tokens/{prefix}/rotation").json()
    assert codes(program.get("/api/v1/documents")) == (401, "account.token")
    program = api.anonymous(Authorization=f"Bearer {renewed['token']}")
    assert program.get("/api/v1/documents").status_code == 200
    assert clerk.delete(f"/api/v1/tokens/{renewed['details']['prefix']}").status_code == 204
    assert codes(program.get("/api/v1/documents")) == (401, "account.token")
    listed = clerk.get("/api/v1/tokens")
    assert [token["revoked_at"] is not None for token in listed.json()["items"]] == [True, True]
    assert made["token"].split("_")[2] not in listed.text


def test_tokens_are_for_oneself_and_for_stations(api: Api) -> None:
    admin, station, clerk = api.client(Role.ENTERPRISE_ADMIN), api.user(Role.STATION), api.user(Role.CLERK)
    wish = {"name": "采集站", "scopes": [Scope.STATION_UPLOAD]}
    assert admin.post("/api/v1/tokens", json={**wish, "user_id": station.id}).status_code == 201
    assert codes(admin.post("/api/v1/tokens", json={**wish, "user_id": clerk.id})) == (403, "access.forbidden")
    assert codes(admin.post("/api/v1/tokens", json={"name": "x", "scopes": ["session"]})) == (
        422,
        "account.token_scopes",
    )
