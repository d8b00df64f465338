"""Whatever is sent, nothing fails inside and every answer is as the OpenAPI document says: schemathesis, in process.

What is sent is mostly about rows that exist (see :mod:`tests.service.fuzz_cases`): what is only ever refused at the
door tries nothing behind it. The usual run is small and always the same; ``CERTLIGHT_TEST_FUZZ=60`` sends so many
requests to every operation in every role, and tells the shares of what was answered.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

import hypothesis
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from service.api.sign_in import CSRF_HEADER
from service.domain.roles import Role
from tests.service.api_client import Api
from tests.service.fuzz_cases import Asked, believable
from tests.service.lived_in import lived_in
from tests.service.walk_seed import copied

WANTED: Final = int(os.environ.get("CERTLIGHT_TEST_FUZZ", "0"))
CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OTHERWISE: Final = frozenset({"get_job_events", "sign_in", "change_password", "end_own_session"})
"""A stream without end, what costs a password hash, and what ends the session it is sent in: tested elsewhere."""
ROLES: Final = ("clerk", "enterprise_admin", "reviewer", "platform_admin", "auditor", "station", "anonymous")
USUAL: Final = {
    "sqlite": {"clerk": 2, "enterprise_admin": 1, "reviewer": 1, "platform_admin": 1},
    "postgresql": {"clerk": 1},
}
"""Requests to every operation in the usual run."""
LEAST: Final = {"platform_admin": 0.15}
"""Share of requests that have to succeed, where it is not a quarter: most rows are enterprises', and not theirs."""


def someone(api: Api, who: str) -> TestClient:
    return api.anonymous() if who == "anonymous" else api.client(Role(who))


class Fuzz:
    """Sends what means something to an API that has been lived in, and keeps what was wrong with the answers."""

    def __init__(self, api: Api, folder: Path) -> None:
        self.api, self.folder, self.rows = api, folder, lived_in(api)
        self.clients = {who: someone(api, who) for who in ROLES}
        self.wrong: list[str] = []
        self.answers: dict[str, Counter[int]] = defaultdict(Counter)
        self.by_operation: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._session = get_client(api.app)
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
        schema.config.generation.with_security_parameters = False
        self._operations = [found.ok() for found in schema.get_all_operations()]

    def run(self, wanted: dict[str, int]) -> None:
        """So many requests to every operation in these roles; changes are undone after each operation."""
        for operation in self._operations:
            name = operation.definition.raw["operationId"]
            if name not in OTHERWISE:
                strategy = believable(operation.as_strategy(), self.rows)
                with self._undone(operation.method):
                    for who, examples in wanted.items():
                        self._tried(who, name, strategy, examples)

    def _undone(self, method: str) -> AbstractContextManager[None]:
        return nullcontext() if method == "get" else copied(self.api, self.folder)

    def _tried(self, who: str, name: str, strategy: Any, examples: int) -> None:
        client = self.clients[who]
        headers = {word: client.headers[word] for word in (CSRF_HEADER, "Authorization") if word in client.headers}
        cookies = dict(client.cookies)

        @hypothesis.settings(
            max_examples=examples,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(asked=strategy)
        def ask(asked: Asked) -> None:
            own = dict(headers)
            if asked.tagged is not None:
                seen = client.get(asked.tagged)
                own["If-Match"] = seen.headers.get("etag", '"1"')
            sent = {} if asked.files is None else {"files": asked.files}
            answer = asked.case.call(session=self._session, headers=own, cookies=cookies, **sent)
            self.answers[who][answer.status_code] += 1
            self.by_operation[name, who][str(answer.status_code)] += 1
            try:
                asked.case.validate_response(answer, checks=CHECKS)
            except (Exception, BaseExceptionGroup) as error:
                # Kept instead of raised: what changes rows cannot be sent once more to make sure.
                self.wrong.append(f"{who}: {name}: {str(error)[:1500]}")

        ask()

    def shares(self) -> Iterator[str]:
        """A line for every role: requests, and which share of them was answered how."""
        for who, statuses in self.answers.items():
            total = sum(statuses.values())
            shown = ", ".join(f"{status} {count / total:.0%}" for status, count in sorted(statuses.items()))
            yield f"{self.api.engine.dialect.name} {who}: {total} requests: {shown}"


def test_nothing_that_is_sent_breaks_anything(api: Api, tmp_path: Path) -> None:
    fuzz = Fuzz(api, tmp_path)
    usual = USUAL[api.engine.dialect.name]
    fuzz.run(dict.fromkeys(ROLES, WANTED) if WANTED else usual)
    sys.stdout.write("\n".join(["", *fuzz.shares(), ""]))
    assert not fuzz.wrong, "\n".join(fuzz.wrong)
    # Neither a session that was lost nor requests that are only ever refused would show otherwise.
    for who in usual:
        statuses = fuzz.answers[who]
        done = sum(count for status, count in statuses.items() if status < 300)
        assert done >= LEAST.get(who, 0.25) * sum(statuses.values()), (who, statuses)
