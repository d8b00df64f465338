"""Anybody may have a sealed PDF validated: bounded, answered to whoever knows the number, forgotten."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from uuid import uuid4

from signing.keys.key_files import open_p12
from signing.sealing.order import SealOrder
from signing.sealing.seal import seal
from tests.service.account_examples import NOW
from tests.service.api_client import KEY_PASSWORD, Api, demonstration
from tests.service.api_work import works_of
from tests.service.work import Works
from tests.signing.sealed import paper

PUBLIC = "/api/v1/public/validations"


@cache
def sealed_paper() -> bytes:
    key = open_p12(demonstration().keys[0].file.read_bytes(), KEY_PASSWORD)
    return seal(paper(), key, SealOrder(), at=NOW)


def finished(at_work: Works, number: str) -> None:
    from service.database.sealings import Validation

    with at_work.installation.reading() as session:
        job_id = session.get_one(Validation, number).job_id
    at_work.done(job_id or "")


def test_from_upload_to_answer_without_a_login(api: Api) -> None:
    anybody, at_work = api.anonymous(), works_of(api)
    asked = anybody.post(PUBLIC, content=sealed_paper(), headers={"Content-Type": "application/pdf"})
    assert asked.status_code == 202, asked.text
    body = asked.json()
    assert asked.headers["location"] == f"{PUBLIC}/{body['id']}"
    assert (body["state"], body["result"]) == ("waiting", None)
    finished(at_work, body["id"])
    found = anybody.get(f"{PUBLIC}/{body['id']}", headers={"Accept-Language": "en"}).json()
    assert found["state"] == "done"
    assert (found["result"]["indication"], found["result"]["light"]) == ("TOTAL-PASSED", "green")
    assert found["result"]["report"]["message"].isascii()
    assert anybody.get(f"{PUBLIC}/{uuid4()}").status_code == 404
    api.clock.forward(timedelta(hours=2))
    assert anybody.get(f"{PUBLIC}/{body['id']}").status_code == 404


def test_a_changed_file_is_never_green(api: Api) -> None:
    anybody, at_work = api.anonymous(), works_of(api)
    forged = sealed_paper().replace(b"595.276", b"595.277", 1)
    assert forged != sealed_paper()
    asked = anybody.post(PUBLIC, files=[("files", ("秘密的名字.pdf", forged, "application/pdf"))])
    finished(at_work, asked.json()["id"])
    answer = anybody.get(f"{PUBLIC}/{asked.json()['id']}")
    assert answer.json()["result"]["light"] == "red"
    assert "秘密" not in answer.text


def test_what_is_no_single_pdf_is_refused(api: Api) -> None:
    anybody = api.anonymous()
    pdf = sealed_paper()
    for answer, status, code in [
        (anybody.post(PUBLIC, content=b"hello", headers={"Content-Type": "application/pdf"}), 415, "intake.not_a_scan"),
        (anybody.post(PUBLIC, content=b"", headers={"Content-Type": "application/pdf"}), 422, "intake.empty"),
        (anybody.post(PUBLIC, files=[("files", ("a", pdf)), ("files", ("b", pdf))]), 422, "validate.one_file"),
        (anybody.post(PUBLIC, json={}), 400, "upload.malformed"),
    ]:
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert not [path for path in api.folder.rglob("*") if path.is_file() and "public" in str(path)]


def test_one_network_cannot_ask_without_end(api: Api) -> None:
    anybody = api.anonymous()
    statuses = [
        anybody.post(PUBLIC, content=sealed_paper(), headers={"Content-Type": "application/pdf"}).status_code
        for _ in range(11)
    ]
    assert statuses == [202] * 10 + [429]
    api.clock.forward(timedelta(minutes=11))
    assert anybody.post(PUBLIC, content=sealed_paper(), headers={"Content-Type": "application/pdf"}).status_code == 202
