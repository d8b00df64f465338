"""Jobs over HTTP: who sees which, watching one to its end, cancelling and retrying."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from service.api.accepted import accepted
from service.api.routes import jobs as route
from service.api.serving import uvicorn_options
from service.database.base import new_id
from service.database.jobs import Job, advance
from service.domain.actors import SYSTEM
from service.domain.jobs import JobAction, JobKind, JobState
from service.domain.principal import Scope
from service.domain.roles import Role
from service.jobs.batches import cancel_one
from service.jobs.endings import end
from service.jobs.leases import Told, claim, extend
from service.jobs.queue import enqueue
from tests.service.api_client import Api
from tests.service.queue_examples import POLICY
from tests.service.worker_processes import until
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

JOBS = "/api/v1/jobs"


def put(api: Api, code: str | None = COMPANY_CODE, **more: Any) -> str:
    subject = api.accounts.subjects[code] if code else None
    with api.installation.transaction() as session:
        kind = more.pop("kind", JobKind.CHECK)
        return enqueue(session, kind, at=api.clock(), subject_id=subject, **more).id


def park(api: Api, job_id: str) -> None:
    words = {"zh": "出错", "en": "wrong"}
    with api.installation.transaction() as session:
        job = session.get_one(Job, job_id)
        advance(job, JobAction.CLAIM, SYSTEM, at=api.clock())
        job.lease_owner, job.lease_until = "here", api.clock()
        job.attempts = 5
        session.flush()
        error = {"code": "job.unexpected", "message": words, "remedy": words}
        end(session, job, JobAction.PARK, api.clock(), error=error)


def test_what_a_202_says_is_what_the_job_says(api: Api) -> None:
    job_id = put(api, object_kind="document_version", object_id=new_id())
    with api.installation.reading() as session:
        made = accepted(session.get_one(Job, job_id))
    assert (made.status, made.headers) == (202, {"Location": f"{JOBS}/{job_id}"})
    answer = api.client(Role.CLERK).get(made.headers["Location"])
    assert answer.json() == made.body.model_dump(mode="json")
    assert answer.json()["state"] == "queued"
    assert answer.json()["progress"] == {"stage": None, "done": 0, "total": 0}


def test_everybody_sees_the_jobs_of_the_own_enterprise_and_administrators_all(api: Api) -> None:
    ours, theirs, platform = put(api), put(api, OTHER_CODE), put(api, None)

    def seen(client: TestClient) -> list[str]:
        return [job["id"] for job in client.get(JOBS).json()["items"]]

    assert seen(api.client(Role.CLERK)) == [ours]
    assert seen(api.client(Role.CLERK, code=OTHER_CODE)) == [theirs]
    assert seen(api.client(Role.PLATFORM_ADMIN)) == seen(api.client(Role.AUDITOR)) == [platform, theirs, ours]
    assert api.client(Role.REVIEWER).get(JOBS).status_code == 403
    for path in ("", "/events"):
        assert api.client(Role.CLERK).get(f"{JOBS}/{theirs}{path}").status_code == 404
        assert api.client(Role.CLERK).get(f"{JOBS}/{new_id()}{path}").status_code == 404
        assert api.anonymous().get(f"{JOBS}/{ours}{path}").status_code == 401
    for action in ("cancellation", "retry"):
        assert api.client(Role.CLERK).post(f"{JOBS}/{theirs}/{action}").status_code == 404
        assert api.client(Role.AUDITOR).post(f"{JOBS}/{theirs}/{action}").status_code == 403


def test_a_list_is_narrowed_down_and_goes_on_page_by_page(api: Api) -> None:
    batch = put(api, kind=JobKind.BATCH)
    object_id = new_id()
    jobs = [put(api, batch_id=batch, object_id=object_id) for _ in range(3)]
    client = api.client(Role.CLERK)
    first = client.get(JOBS, params={"batch_id": batch, "limit": 2}).json()
    rest = client.get(JOBS, params={"batch_id": batch, "limit": 2, "cursor": first["next"]}).json()
    assert [job["id"] for job in first["items"] + rest["items"]] == jobs[::-1]
    assert rest["next"] is None
    for filters, number in (
        ({"kind": "batch"}, 1),
        ({"object_id": object_id}, 3),
        ({"state": "queued"}, 4),
        ({"state": "done"}, 0),
    ):
        assert len(client.get(JOBS, params=filters).json()["items"]) == number
    assert client.get(JOBS, params={"state": "nonsense"}).status_code == 422


def test_programs_watch_with_any_scope_and_change_with_that_of_batches(api: Api) -> None:
    job_id = put(api)
    reads = api.token(Role.CLERK, Scope.DOCUMENTS_READ)
    assert reads.get(f"{JOBS}/{job_id}").status_code == 200
    assert reads.post(f"{JOBS}/{job_id}/cancellation").status_code == 403
    starts = api.token(Role.CLERK, Scope.BATCH)
    assert starts.post(f"{JOBS}/{job_id}/cancellation").json()["state"] == "cancelled"


def test_cancelling_says_what_is_asked_for_and_stands_in_the_log(api: Api) -> None:
    job_id = put(api)
    with api.installation.transaction() as session:
        claim(session, "here", POLICY, api.clock())
    client = api.client(Role.CLERK)
    answer = client.post(f"{JOBS}/{job_id}/cancellation").json()
    assert (answer["state"], answer["cancel_requested"]) == ("running", True)
    idle = put(api)
    assert client.post(f"{JOBS}/{idle}/cancellation").json()["state"] == "cancelled"
    again = client.post(f"{JOBS}/{idle}/cancellation")
    assert (again.status_code, again.json()["code"]) == (409, "state.action_impossible")
    assert [entry.object_id for entry in api.accounts.log("job.cancel")] == [job_id, idle]


def test_a_parked_job_is_retried_as_if_it_were_new(api: Api) -> None:
    job_id = put(api)
    park(api, job_id)
    client = api.client(Role.CLERK)
    parked = client.get(f"{JOBS}/{job_id}").json()
    assert (parked["state"], parked["error"]["code"]) == ("parked", "job.unexpected")
    answer = client.post(f"{JOBS}/{job_id}/retry").json()
    assert (answer["state"], answer["attempts"], answer["ended_at"]) == ("queued", 0, None)
    again = client.post(f"{JOBS}/{job_id}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "state.action_impossible")


@contextmanager
def served(api: Api) -> Iterator[str]:
    """A real server: streams of events are not for clients that run the application themselves."""
    config = uvicorn.Config(
        api.app, port=0, log_config=None, lifespan="off", **uvicorn_options(api.installation.settings)
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, 10, "the server")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def token_of(api: Api) -> str:
    return str(api.token(Role.CLERK, Scope.DOCUMENTS_READ).headers["authorization"])


@contextmanager
def stream(api: Api, url: str, job_id: str, **headers: str) -> Iterator[httpx.Response]:
    headers = {"Authorization": token_of(api), **headers}
    with httpx.stream("GET", f"{url}{JOBS}/{job_id}/events", headers=headers, timeout=20) as response:
        yield response


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    number, name = "", ""
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "id":
            number = value
        elif field == "event":
            name = value
        elif field == "data":
            assert name == "job"
            yield number, json.loads(value)


def test_watching_a_job_to_its_end(api: Api) -> None:
    job_id = put(api)
    with served(api) as url:
        with stream(api, url, job_id) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            told = events(response)
            assert next(told)[1]["state"] == "queued"
            with api.installation.transaction() as session:
                leased = claim(session, "here", POLICY, api.clock())
                assert leased is not None
            running = next(told)
            assert running[1]["state"] == "running"
        # Gone, and back: only what has changed since is told.
        with stream(api, url, job_id, **{"Last-Event-ID": running[0]}) as response:
            with api.installation.transaction() as session:
                extend(session, leased, POLICY, Told("read", 1, 2), api.clock())
            told = events(response)
            assert next(told)[1]["progress"] == {"stage": "read", "done": 1, "total": 2}
            with api.installation.transaction() as session:
                end(session, session.get_one(Job, job_id), JobAction.FINISH, api.clock(), result={"light": "green"})
            rest = list(told)
            assert [(event["state"], event["result"]) for _, event in rest] == [("done", {"light": "green"})]
        with stream(api, url, job_id, **{"Last-Event-ID": rest[-1][0]}) as response:
            assert response.status_code == 204


def test_many_watchers_hold_neither_threads_nor_connections(api: Api) -> None:
    """More than there are of either; all of them, and somebody else, are answered."""
    job_id = put(api)
    api.user(Role.CLERK)
    ended: list[str] = []

    def watch(url: str) -> None:
        with stream(api, url, job_id) as response:
            ended.append([event["state"] for _, event in events(response)][-1])

    with served(api) as url:
        watchers = [threading.Thread(target=watch, args=(url,)) for _ in range(60)]
        for watcher in watchers:
            watcher.start()
        assert (
            httpx.get(f"{url}{JOBS}/{job_id}", headers={"Authorization": token_of(api)}, timeout=20).status_code == 200
        )
        with api.installation.transaction() as session:
            cancel_one(session, session.get_one(Job, job_id), api.clock())
        for watcher in watchers:
            watcher.join(30)
    assert ended == ["cancelled"] * 60


def test_a_stream_ends_in_time_even_where_the_job_does_not(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "LONGEST_SECONDS", 0.6)
    job_id = put(api)
    with served(api) as url, stream(api, url, job_id) as response:
        assert [event["state"] for _, event in events(response)] == [JobState.QUEUED]
