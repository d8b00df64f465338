"""Batches: many documents in one request, behind everybody who waits; what cannot be done is named."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from service.database.jobs import Job
from service.domain.jobs import JobKind, JobPriority
from service.domain.principal import Scope
from service.domain.roles import Role
from service.jobs.policy import JobPolicy
from service.worker.registry import handler_of
from service.worker.running import Runner
from tests.service.api_client import Api
from tests.service.api_work import done, works_of
from tests.service.document_flow import begun, ready
from tests.signing.pki import OTHER_CODE
from tests.test_flow import scan

BATCHES = "/api/v1/batches"


def test_every_document_gets_a_job_that_yields(api: Api) -> None:
    clerk, at_work = api.client(Role.CLERK), works_of(api)
    papers = [begun(clerk) for _ in range(3)]
    for paper in papers[:2]:
        paper.upload(("执照.png", scan()))
    ids = [paper.id for paper in papers]
    asked = clerk.post(BATCHES, json={"documents": [*ids, ids[0]], "action": "read"})
    assert done(at_work, asked) == {
        "started": 2,
        "refused": [{"document_id": papers[2].id, "code": "state.action_impossible"}],
    }
    with api.installation.reading() as session:
        jobs = session.scalars(select(Job).where(Job.batch_id == asked.json()["id"]).order_by(Job.id)).all()
        assert [(job.kind, job.object_id, job.priority) for job in jobs] == [
            (JobKind.READ, paper.id, JobPriority.BATCH) for paper in papers[:2]
        ]
        started = [job.id for job in jobs]
    assert at_work.done(started[0])["expected_type"] is True


def test_a_worker_does_them_and_the_batch_ends_with_the_last(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    papers = [begun(clerk) for _ in range(2)]
    for paper in papers:
        paper.upload(("执照.png", scan()))
    asked = clerk.post(BATCHES, json={"documents": [paper.id for paper in papers], "action": "read"})
    tools = works_of(api).tools
    runner = Runner(api.installation, "worker", JobPolicy.of(api.installation.settings), handler_of, lambda: tools)
    assert [runner.run_next() for _ in range(4)] == [True, True, True, False]
    batch = clerk.get(asked.headers["location"]).json()
    assert (batch["state"], batch["error"]) == ("done", None)
    assert batch["result"] == {"started": 2, "refused": [], "jobs": {"done": 2}}
    assert clerk.get(f"{papers[1].url}/extraction").json()["expected_type"] is True


def test_checks_and_seals_of_many(api: Api) -> None:
    clerk, at_work = api.client(Role.CLERK), works_of(api)
    paper, draft = ready(api, clerk), begun(clerk)
    for action, code in (("check", "state.action_impossible"), ("validate", "access.not_found")):
        asked = clerk.post(BATCHES, json={"documents": [paper.id, draft.id], "action": action})
        assert done(at_work, asked) == {"started": 1, "refused": [{"document_id": draft.id, "code": code}]}


def test_nothing_is_begun_with_somebody_else_s_document(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    ours, theirs = begun(clerk), begun(api.client(Role.CLERK, code=OTHER_CODE))
    for documents in ([ours.id, theirs.id], [str(uuid4())]):
        assert clerk.post(BATCHES, json={"documents": documents, "action": "read"}).status_code == 404
    for documents in ([], ["x"], [ours.id] * 501):
        assert clerk.post(BATCHES, json={"documents": documents, "action": "read"}).status_code == 422
    body = {"documents": [ours.id], "action": "read"}
    assert api.token(Role.CLERK, Scope.DOCUMENTS_WRITE).post(BATCHES, json=body).status_code == 403
    assert api.token(Role.CLERK, Scope.DOCUMENTS_WRITE, Scope.BATCH).post(BATCHES, json=body).status_code == 202
    assert api.client(Role.AUDITOR).post(BATCHES, json=body).status_code == 403
