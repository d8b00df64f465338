"""Whatever is sent, nothing fails inside and every answer is as the OpenAPI document says: schemathesis, in process.

The usual run is small and always the same. ``CERTLIGHT_TEST_FUZZ=200`` tries so many requests for every operation.
"""

from __future__ import annotations

import os
from collections import Counter
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


def tried(api: Api, who: str, examples: int) -> tuple[list[str], Counter[int]]:
    """What was wrong with the answers to ``examples`` requests of every operation, and their statuses."""
    client, wrong, statuses = someone(api, who), [], Counter[int]()
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
            answer = case.call(headers=headers, cookies=cookies)
            statuses[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except Exception as error:
            wrong.append(f"{who}: {operation.label}: {str(error)[:1500]}")
    return wrong, statuses


@pytest.mark.parametrize("who", ["anonymous", "clerk", "reviewer", "auditor", "platform_admin"])
def test_nothing_that_is_sent_breaks_anything(api: Api, who: str) -> None:
    most = 3 if who == "clerk" and api.engine.dialect.name == "sqlite" else 1
    wrong, statuses = tried(api, who, WANTED or most)
    assert wrong == []
    # Neither a session that was lost nor a test that asks nothing would show otherwise.
    assert statuses[200] >= (1 if who == "anonymous" else 8), statuses
