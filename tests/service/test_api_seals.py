"""Sealing over HTTP: with a signature from elsewhere, with a key file on trial, and never with one in production."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from asn1crypto import pem
from sqlalchemy import inspect, select, text
from starlette.testclient import TestClient

from service.database.sealings import SealPreparation
from service.domain.roles import Role
from signing.keys.file_key import FileKey
from signing.keys.key_files import open_p12
from tests.service.api_client import KEY_PASSWORD, Api, demonstration
from tests.service.api_work import a_filled, done, works_of
from tests.service.document_flow import Paper
from tests.service.work import Works
from tests.signing.pki import COMPANY, OTHER_CODE


def key_file(number: int = 0) -> bytes:
    return demonstration().keys[number].file.read_bytes()


def key(number: int = 0) -> FileKey:
    return open_p12(key_file(number), KEY_PASSWORD)


def as_pem(opened: FileKey) -> str:
    return "".join(pem.armor("CERTIFICATE", each.der).decode() for each in (opened.certificate, *opened.chain))


def prepared(at_work: Works, client: TestClient, paper: Paper, opened: FileKey, **wish: Any) -> dict[str, Any]:
    body = {"certificate": as_pem(opened), "wish": wish}
    result = done(at_work, client.post(f"{paper.url}/seals", json=body))
    answer: dict[str, Any] = client.get(f"{paper.url}/seal-preparations/{result['preparation_id']}").json()
    assert answer["state"] == "ready"
    return answer


def test_the_token_signs_what_it_is_shown(api: Api) -> None:
    clerk, at_work, opened = api.client(Role.CLERK), works_of(api), key()
    paper = a_filled(api, clerk)
    waiting = prepared(at_work, clerk, paper, opened, placement={"page": -1, "x": 4, "y": 100, "width": 40})
    url = f"{paper.url}/seals/{waiting['id']}/signature"
    wrong = clerk.post(url, json={"signature": b64encode(b"x" * 256).decode()})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "seal.signature_wrong")
    signature = opened.sign(b64decode(waiting["signed_attributes"]), waiting["digest_algorithm"])
    body, again = {"signature": b64encode(signature).decode()}, {"Idempotency-Key": "s-1"}
    asked = clerk.post(url, json=body, headers=again)
    result = done(at_work, asked)
    assert clerk.post(url, json=body, headers=again).json()["id"] == asked.json()["id"], "the answer may be lost"
    spent = clerk.post(url, json=body)
    assert (spent.status_code, spent.json()["code"]) == (409, "state.preparation_spent")
    (seal,) = clerk.get(f"{paper.url}/seals").json()["items"]
    assert seal["id"] == result["seal_id"]
    assert seal["signer"] == COMPANY
    assert seal["stale"] is False
    assert seal["report"]["indication"] == "TOTAL-PASSED"
    content = clerk.get(f"{paper.url}/seals/{seal['id']}/content")
    assert content.headers["content-type"] == "application/pdf"
    assert content.content.startswith(b"%PDF-")
    assert clerk.get(f"{paper.url}/seals/{seal['id']}/validation").status_code == 404
    done(at_work, clerk.post(f"{paper.url}/seals/{seal['id']}/validation"))
    again_found = clerk.get(f"{paper.url}/seals/{seal['id']}/validation").json()
    assert (again_found["indication"], again_found["light"]) == ("TOTAL-PASSED", "green")
    stranger = api.client(Role.CLERK, code=OTHER_CODE)
    for path in ("seals", f"seals/{seal['id']}/content", f"seal-preparations/{waiting['id']}"):
        assert stranger.get(f"{paper.url}/{path}").status_code == 404
    result = done(at_work, clerk.post(f"{paper.url}/checks"))
    assert result["light"] == "green"


def test_a_key_file_serves_on_trial_and_leaves_no_trace(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    clerk, at_work = api.client(Role.CLERK), works_of(api)
    paper = a_filled(api, clerk)
    file = b64encode(key_file()).decode()
    secret = {"key_file": file, "password": KEY_PASSWORD}
    caplog.set_level("DEBUG")
    result = done(at_work, clerk.post(f"{paper.url}/seals", json=secret, headers={"Idempotency-Key": "k-1"}))
    url = f"{paper.url}/seals/{result['preparation_id']}/signature"
    bad = clerk.post(url, json={**secret, "password": "another"})
    assert (bad.status_code, bad.json()["code"]) == (422, "key.password_wrong")
    expired = clerk.post(url, json={"key_file": b64encode(key_file(1)).decode(), "password": KEY_PASSWORD})
    assert expired.json()["code"] == "seal.key_other"
    assert "seal_id" in done(at_work, clerk.post(url, json=secret, headers={"Idempotency-Key": "k-2"}))
    written = caplog.text + everything(api) + bad.text + expired.text
    assert KEY_PASSWORD not in written
    assert file[:60] not in written


def everything(api: Api) -> str:
    """All that the database holds."""
    with api.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        rows = {name: [list(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in names}
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_production_takes_no_key_file(api: Api) -> None:
    strict = api.beside(production=True)
    clerk = strict.client(Role.CLERK)
    paper = a_filled(strict, clerk)
    body = {"key_file": b64encode(key_file()).decode(), "password": KEY_PASSWORD}
    ordered = {"certificate": as_pem(key()), "wish": {"level": "B-B"}}
    # On trial, in the same database.
    asked = api.client(Role.CLERK).post(f"{paper.url}/seals", json=ordered)
    assert asked.status_code == 202, asked.text
    with strict.installation.reading() as session:
        preparation = session.scalars(select(SealPreparation.id)).one()
    for path in (f"{paper.url}/seals", f"{paper.url}/seals/{preparation}/signature"):
        refused = clerk.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "seal.key_file_refused")


def test_what_is_no_certificate_or_somebody_else_s_is_refused_at_once(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    paper = a_filled(api, clerk)
    for body, code in [
        ({}, "seal.certificate_or_key"),
        ({"certificate": "x", "key_file": "eA=="}, "seal.certificate_or_key"),
        ({"certificate": "不是"}, "seal.base64"),
        ({"certificate": "eA=="}, "certificate.malformed"),
        ({"certificate": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"}, "certificate.malformed"),
        ({"certificate": "-----BEGIN X-----\neA==\n-----END X-----"}, "seal.certificate_missing"),
        ({"certificate": as_pem(key(3))}, "seal.other_enterprise"),
        ({"certificate": as_pem(key(1))}, "certificate.expired"),
        ({"certificate": as_pem(key()), "wish": {"level": "B-X"}}, "request.invalid"),
    ]:
        refused = clerk.post(f"{paper.url}/seals", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text


def test_only_the_enterprise_seals(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    paper = a_filled(api, clerk)
    body = {"certificate": as_pem(key())}
    for client, status in [
        (api.anonymous(), 401),
        (api.client(Role.CLERK, code=OTHER_CODE), 404),
        (api.client(Role.STATION), 403),
        (api.client(Role.PLATFORM_ADMIN), 404),
        (api.client(Role.AUDITOR), 403),
        (api.client(Role.ENTERPRISE_ADMIN), 202),
    ]:
        assert client.post(f"{paper.url}/seals", json=body).status_code == status
