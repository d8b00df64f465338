"""What holds for every request."""

from __future__ import annotations

from tests.service.api_client import Api


def test_what_is_not_there_is_a_problem(api: Api) -> None:
    answer = api.anonymous().get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "access.not_found"
    assert answer.json()["instance"] == answer.headers["X-Request-ID"]
