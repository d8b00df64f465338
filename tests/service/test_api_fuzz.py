"""Whatever is sent, nothing fails inside and every answer is as the OpenAPI document says: schemathesis, in process.

The usual run is small and always the same. ``CERTLIGHT_TEST_FUZZ=200`` tries so many requests for every operation.
"""

from __future__ import annotations

import os
from typing import Any, Final

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from service.api.sign_in import CSRF_HEADER
from service.domain.roles import Role
from tests.service.api_client import Api

WANTED: Final = int(os.environ.get("CERTLIGHT_TEST_FUZZ", "0"))
CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OTHERWISE: Final = frozenset({"get_job_events", "sign_in", "change_password", "end_own_session"})
"""A stream without end, what costs a password hash, and what ends the session it is sent in: tested elsewhere."""


def someone(api: Api, who: str) -> TestClient:
    return api.anonymous() if who == "anonymous" else api.client(Role(who))


def tried(api: Api, who: str, examples: int) -> list[str]:
    """What was wrong with the answers to ``examples`` requests of every operation."""
    client, wrong = someone(api, who), []
    token = client.headers.get(CSRF_HEADER)
    headers, cookies = {CSRF_HEADER: token} if token else {}, dict(client.cookies)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    schema.config.generation.with_security_parameters = False
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] in OTHERWISE:
            continue

        @hypothesis.settings(
            max_examples=examples,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, headers=headers, cookies=cookies)

        try:
            ask()
        except Exception as error:
            wrong.append(f"{who}: {operation.label}: {str(error)[:1500]}")
    return wrong


@pytest.mark.parametrize("who", ["anonymous", "clerk", "reviewer", "auditor", "platform_admin"])
def test_nothing_that_is_sent_breaks_anything(api: Api, who: str) -> None:
    sqlite = api.engine.dialect.name == "sqlite"
    examples = WANTED or (4 if sqlite else 2)
    assert tried(api, who, examples) == []
