"""The guide for integrators against the application: every operation it names exists, and its code works."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from pathlib import Path
from typing import Any

import pytest

from service.domain.jobs import JobState
from service.domain.principal import Scope
from tests.service.api_client import Api

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
_NAMED = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(/[a-z_./{}-]+)")


@pytest.fixture
def paths(api: Api) -> dict[str, Any]:
    described: dict[str, Any] = api.app.openapi()["paths"]
    return {path.removeprefix("/api/v1"): operations for path, operations in described.items()}


def test_every_operation_of_the_guide_exists(paths: dict[str, Any]) -> None:
    named = set(_NAMED.findall(GUIDE))
    assert len(named) > 40
    missing = {(method, path) for method, path in named if method.lower() not in paths.get(path, {})}
    assert missing == set()


def test_scopes_and_states_are_those_of_the_product() -> None:
    assert set(re.findall(r"^\| `([a-z:]+)` \|", GUIDE, re.MULTILINE)) >= set(Scope) - {Scope.SESSION}
    jobs = GUIDE.partition("## Jobs")[2].partition("##")[0]
    assert {state.value for state in JobState} <= set(re.findall(r"`([a-z]+)`", jobs))


def test_the_verification_of_webhooks_is_right() -> None:
    (code,) = re.findall(r"```\n(import base64.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    key, body = b"k" * 24, b'{"id": "1"}'
    signed = base64.b64encode(hmac.digest(key, b"1.1795345200." + body, hashlib.sha256)).decode()
    headers = {"webhook-id": "1", "webhook-timestamp": "1795345200", "webhook-signature": f"v1,other v1,{signed}"}
    secret = "whsec_" + base64.b64encode(key).decode()
    assert names["genuine"](secret, headers, body)
    assert not names["genuine"](secret, headers, body + b" ")
