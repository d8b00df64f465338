"""What workers would do to jobs that the API was asked for, done within the test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from httpx import Response

from extractors.engines.null import NullEngine, ScriptedLine
from extractors.engines.protocol import OcrEngine
from service.handlers.tools import Workshop
from tests.service.api_client import Api
from tests.service.document_flow import Paper, begun
from tests.service.work import Works, confined
from tests.test_flow import ENTERED, LICENCE, NAME_BOX, scan

MARKS = {"name": [{"page": 0, "box": NAME_BOX.as_list()}]}


def works_of(api: Api, engine: OcrEngine | Sequence[ScriptedLine] = LICENCE) -> Works:
    """Workers of the application, reading these lines."""
    ocr = NullEngine(engine) if isinstance(engine, Sequence) else engine
    return Works(api.installation, Workshop(ocr, confined()))


def done(at_work: Works, answer: Response) -> dict[str, Any]:
    """The result of the job that an answer promised."""
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert job["state"] == "queued"
    return at_work.done(job["id"])


def a_filled(api: Api, client: Any) -> Paper:
    """A licence with a scan, entries and marks."""
    paper = begun(client)
    paper.upload(("执照.png", scan()))
    paper.fill(dict(ENTERED))
    paper.mark(MARKS)
    return paper
