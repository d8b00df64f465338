"""Digital certificates: what they say, who may see, revoke and verify them, and what the public is told."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import OKPKey
from PIL import Image
from sqlalchemy import select, text
from starlette.testclient import TestClient
from stdnum.iso7064 import mod_37_36

from certlight.light import Light
from service.api.application import create_app
from service.certificates.codes import LONGEST, new_code, read_code
from service.certificates.content import canonical_json
from service.certificates.issuing import issue
from service.database.base import reading, transaction
from service.database.documents import DocumentVersion, advance
from service.database.evidence import DigitalCertificate
from service.database.library import renew, start, submit
from service.database.operations import Operation
from service.database.subjects import Subject
from service.domain.actors import Actor
from service.domain.documents import DocumentAction, DocumentState
from service.domain.roles import Role
from tests.service.account_examples import NOW, passwords
from tests.service.api_client import SECRET, Api
from tests.service.review_examples import Desks
from tests.service.rows import add_scan, seal_and_check
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE

LICENCE = {
    "uscc": COMPANY_CODE,
    "name": COMPANY,
    "legal_representative": "王小明",
    "registered_capital": "壹佰万元整",
    "term": "2020年01月02日至2040年01月01日",
}
IDENTITY = "210102198001011234"


@pytest.fixture
def desks(api: Api) -> Desks:
    return Desks(api)


def submitted(
    desks: Desks,
    entries: dict[str, str],
    doc_type: str = "business_license",
    light: Light = Light.GREEN,
    valid_until: date | None = None,
    replaces: DigitalCertificate | None = None,
) -> DigitalCertificate | None:
    """What is issued for a version with these entries that has just entered the library."""
    with transaction(desks.engine) as session:
        subject = session.get_one(Subject, desks.api.accounts.subjects[COMPANY_CODE])
        actor = Actor(Role.CLERK, "somebody", subject.id)
        if replaces is None:
            version = start(session, subject.id, doc_type, f"{doc_type}@1", actor, at=NOW)
        else:
            old = session.get_one(DocumentVersion, replaces.version_id)
            version = renew(session, old, f"{doc_type}@1", actor, at=NOW)
        add_scan(session, version, "page")
        advance(session, version, DocumentAction.UPLOAD, actor, at=NOW)
        version.entries, version.valid_until = dict(entries), valid_until
        advance(session, version, DocumentAction.FILL, actor, at=NOW)
        advance(session, version, DocumentAction.MARK, actor, at=NOW, target=DocumentState.MARKED)
        seal_and_check(session, version, actor, light)
        submit(session, version, actor, at=NOW)
        return issue(session, version, at=NOW)


def issued(desks: Desks, entries: dict[str, str] | None = None, **more: object) -> DigitalCertificate:
    made = submitted(desks, entries or LICENCE, **more)  # type: ignore[arg-type]
    assert made is not None
    return made


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# Codes


@given(st.sampled_from(["business_license", "id_card", "a" * 60]), st.integers(1, 5000))
def test_a_code_is_read_back_however_it_is_typed(doc_type: str, version: int) -> None:
    made = new_code(doc_type, version)
    assert len(made) <= LONGEST
    assert read_code(made) == made
    assert read_code(f" {made.lower()[:9]} {made[9:]}\n") == made
    assert mod_37_36.is_valid(made.replace(".", ""))


@given(st.data())
def test_a_wrong_character_is_seen(data: st.DataObject) -> None:
    """MOD 37,36 finds every single wrong character."""
    made = new_code("business_license", 1)
    places = [n for n, letter in enumerate(made) if letter != "."]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c != made[place]]))
    assert read_code(made[:place] + other + made[place + 1 :]) is None


@given(st.text(max_size=100))
def test_anything_else_is_none(text: str) -> None:
    assert read_code(text) is None


# What they say


def test_a_green_document_earns_one_and_a_yellow_one_does_not(desks: Desks) -> None:
    made = issued(desks, valid_until=date(2040, 1, 1))
    assert submitted(desks, LICENCE, light=Light.YELLOW) is None
    content = made.content
    assert content["holder"] == {"name": COMPANY, "credit_code": COMPANY_CODE}
    assert content["valid_until"] == "2040-01-01"
    # Key fields in canonical form; capital and term are none.
    assert {name: field["value"] for name, field in content["fields"].items()} == {
        "uscc": COMPANY_CODE,
        "name": COMPANY,
        "legal_representative": "王小明",
    }
    assert content["check"]["light"] == "green"
    assert content["scans"] == [hashlib.sha256(b"page").hexdigest()]
    assert made.sha256 == hashlib.sha256(canonical_json(content)).hexdigest()
    with reading(desks.engine) as session:
        kept = session.scalars(select(DigitalCertificate)).one()
        assert kept.content == content
        entry = session.scalars(select(Operation).where(Operation.action == "certificate.issue")).one()
        assert entry.details["content"] == made.sha256


def test_a_persons_card_shows_no_field(desks: Desks) -> None:
    made = issued(
        desks, {"name": "王小明", "id_number": IDENTITY, "valid": "2020.01.02-2040.01.02"}, doc_type="id_card"
    )
    assert made.content["fields"] == {}
    told = json.dumps(made.content, ensure_ascii=False)
    assert IDENTITY not in told
    assert "王小明" not in told


def test_of_people_in_contracts_the_family_name(desks: Desks) -> None:
    made = issued(desks, {"manager": "王小明", "price": "1000000", "section_name": "一标段"}, doc_type="contract")
    fields = made.content["fields"]
    assert fields["manager"]["value"] == "王**"
    assert fields["section_name"]["value"] == "一标段"
    assert "小明" not in json.dumps(made.content, ensure_ascii=False)


# How they stand


def standing(desks: Desks, made: DigitalCertificate, **later: int) -> str:
    """As the public is told it so long after NOW."""
    desks.api.clock.now = NOW + timedelta(**later)
    answer = desks.api.anonymous().get(f"/api/v1/public/certificates/{made.unique_code}")
    assert answer.status_code == 200
    state: str = answer.json()["state"]
    return state


def test_the_last_day_is_a_day_in_china(desks: Desks) -> None:
    """NOW is noon in China."""
    made = issued(desks, valid_until=date(2026, 11, 1))
    assert standing(desks, made) == "valid"
    assert standing(desks, made, hours=11, minutes=59) == "valid"
    assert standing(desks, made, hours=12) == "expired"


def test_a_successor_takes_its_place(desks: Desks) -> None:
    made = issued(desks, valid_until=date(2026, 10, 1))
    assert standing(desks, made) == "expired"
    successor = issued(desks, replaces=made)
    assert (standing(desks, made), standing(desks, successor)) == ("superseded", "valid")


def test_an_administrator_of_the_enterprise_revokes(desks: Desks) -> None:
    made = issued(desks)
    where = f"/api/v1/certificates/{made.id}/revocation"
    admin = desks.person("admin", Role.ENTERPRISE_ADMIN)
    body = {"reason": "执照已换发"}
    assert code(desks.clerk().post(where, json=body)) == (403, "access.forbidden")
    assert code(desks.person("other", Role.ENTERPRISE_ADMIN, code=OTHER_CODE).post(where, json=body)) == (
        404,
        "access.not_found",
    )
    assert code(desks.person("platform", Role.PLATFORM_ADMIN).post(where, json=body)) == (404, "access.not_found")
    assert code(desks.person("auditor", Role.AUDITOR).post(where, json=body)) == (403, "access.forbidden")
    assert admin.post(where, json={"reason": " "}).status_code == 422
    assert admin.post(where, json=body).json()["state"] == "revoked"
    assert code(admin.post(where, json=body)) == (409, "state.certificate_revoked")
    public = desks.api.anonymous().get(f"/api/v1/public/certificates/{made.unique_code}")
    assert (public.json()["state"], public.json()["revoked_at"]) == ("revoked", "2026-11-01T04:00:00.000Z")
    assert "换发" not in public.text
    assert desks.clerk().get(f"/api/v1/certificates/{made.id}").json()["revocation_reason"] == "执照已换发"


def test_issue_and_revocation_are_told(desks: Desks) -> None:
    admin = desks.person("admin", Role.ENTERPRISE_ADMIN)
    events = ["certificate.issued", "certificate.revoked"]
    hook = admin.post("/api/v1/webhooks", json={"url": "https://erp.example.cn/", "events": events}).json()
    made = issued(desks)
    admin.post(f"/api/v1/certificates/{made.id}/revocation", json={"reason": "执照已换发"})
    told = admin.get(f"/api/v1/webhooks/{hook['id']}/deliveries").json()["items"]
    assert [one["event"] for one in told] == events[::-1]
    assert {one["data"]["unique_code"] for one in told} == {made.unique_code}
    assert "换发" not in str(told)


# Who sees them


def test_those_of_the_enterprise_and_those_pushed_to_the_domain(desks: Desks) -> None:
    made, hidden = issued(desks), issued(desks)
    clerk, reviewer = desks.clerk(), desks.reviewer()
    other, stranger = desks.person("other", Role.CLERK, code=OTHER_CODE), desks.reviewer("stranger", "water")
    where = f"/api/v1/documents/{made.document_id}/pushes"
    assert clerk.post(where, json={"domain_id": desks.domain()}).status_code == 201

    def seen(by: TestClient, **wanted: str) -> list[str]:
        page = by.get("/api/v1/certificates", params=wanted)
        assert page.status_code == 200, page.text
        return [one["id"] for one in page.json()["items"]]

    assert seen(clerk) == [hidden.id, made.id]
    assert seen(clerk, document_id=made.document_id) == seen(clerk, unique_code=made.unique_code.lower()) == [made.id]
    assert seen(clerk, doc_type="contract") == seen(clerk, unique_code="nonsense") == []
    assert seen(reviewer) == [made.id]
    assert seen(other) == seen(stranger) == []
    assert len(seen(desks.person("auditor", Role.AUDITOR))) == 2
    first = clerk.get("/api/v1/certificates", params={"limit": 1}).json()
    assert seen(clerk, limit="1", cursor=first["next"]) == [made.id]
    for picture in ("", "/qr.svg", "/qr.png"):
        where = f"/api/v1/certificates/{made.id}{picture}"
        assert clerk.get(where).status_code == reviewer.get(where).status_code == 200
        assert code(other.get(where)) == code(stranger.get(where)) == (404, "access.not_found")
        assert code(desks.api.anonymous().get(where)) == (401, "account.session")
    assert code(reviewer.get(f"/api/v1/certificates/{hidden.id}")) == (404, "access.not_found")


# What the public is told


def test_anybody_verifies_what_the_platform_says(desks: Desks) -> None:
    made, client = issued(desks), desks.api.anonymous()
    answer = client.get(f"/api/v1/public/certificates/{made.unique_code.lower()}")
    assert (answer.status_code, answer.json()["state"]) == (200, "valid")
    keys = client.get("/api/v1/public/keys")
    assert "max-age" in keys.headers["cache-control"]
    (key,) = keys.json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "Ed25519", "sig")
    assert "d" not in key
    token = answer.json()["jws"]
    read = jws.deserialize_compact(token, OKPKey.import_key(key), algorithms=["Ed25519"])
    said = json.loads(read.payload)
    assert read.headers()["kid"] == key["kid"] == OKPKey.import_key(key).thumbprint()
    assert (said["state"], said["certificate"]) == ("valid", answer.json()["certificate"])
    assert (said["iss"], said["iat"]) == (desks.api.installation.settings.public_url, int(NOW.timestamp()))
    assert said["certificate_sha256"] == hashlib.sha256(canonical_json(said["certificate"])).hexdigest()
    header, _, signature = token.split(".")
    forged = base64.urlsafe_b64encode(read.payload.replace(b'"valid"', b'"Valid"')).rstrip(b"=").decode()
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(f"{header}.{forged}.{signature}", OKPKey.import_key(key), algorithms=["Ed25519"])


def test_a_rotation_leaves_old_signatures_verifiable(desks: Desks, tmp_path: Path) -> None:
    made = issued(desks)
    old = desks.api.anonymous().get(f"/api/v1/public/certificates/{made.unique_code}").json()["jws"]
    (tmp_path / "secret.key").write_text(f"{secrets.token_urlsafe(48)}\n{SECRET}\n")
    (tmp_path / "secret.key").chmod(0o600)
    settings = desks.api.installation.settings.model_copy(update={"secret_key": None, "data_dir": tmp_path})
    app = create_app(replace(desks.api.installation, settings=settings), passwords())
    client = TestClient(app, base_url=settings.public_url)
    keys = [OKPKey.import_key(key) for key in client.get("/api/v1/public/keys").json()["keys"]]
    new = client.get(f"/api/v1/public/certificates/{made.unique_code}").json()["jws"]
    assert len(keys) == 2
    jws.deserialize_compact(new, keys[0], algorithms=["Ed25519"])
    jws.deserialize_compact(old, keys[1], algorithms=["Ed25519"])


def test_codes_that_are_none_are_all_answered_alike(desks: Desks) -> None:
    made = issued(desks)
    wrong = made.unique_code[:-1] + ("0" if made.unique_code[-1] != "0" else "1")
    answers = [
        desks.api.anonymous().get(f"/api/v1/public/certificates/{one}")
        for one in (wrong, new_code("business_license", 1), "x", "%F0%9F%8F%AE", "..%2e")
    ]
    told = {json.dumps(answer.json() | {"instance": None}, sort_keys=True) for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert len(told) == 1


def test_what_was_tampered_with_is_neither_signed_nor_shown(desks: Desks) -> None:
    made, client = issued(desks), desks.api.anonymous()
    with desks.engine.begin() as connection:
        column = "content" if connection.dialect.name == "sqlite" else "content::text"
        was = connection.execute(text(f"SELECT {column} FROM digital_certificates")).scalar_one()
        # SQLite's JSON writes other characters than ASCII as escapes.
        now = json.dumps(json.loads(was) | {"valid_until": "2099-01-01"})
        cast = ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS jsonb)"
        connection.execute(text(f"UPDATE digital_certificates SET content = {cast}"), {"now": now})
    assert code(client.get(f"/api/v1/public/certificates/{made.unique_code}")) == (500, "certificate.damaged")
    assert client.get(f"/c/{made.unique_code}").status_code == 500


def test_the_qr_code_leads_to_the_page(desks: Desks) -> None:
    made, clerk = issued(desks), desks.clerk()
    shown = clerk.get(f"/api/v1/certificates/{made.id}").json()
    picture = clerk.get(f"/api/v1/certificates/{made.id}/qr.png")
    assert picture.headers["content-type"] == "image/png"
    (found,) = zxingcpp.read_barcodes(np.array(Image.open(BytesIO(picture.content)).convert("L")))
    assert found.text == shown["lookup"] == f"http://127.0.0.1:8000/c/{made.unique_code}"
    drawing = clerk.get(f"/api/v1/certificates/{made.id}/qr.svg")
    assert drawing.headers["content-type"].startswith("image/svg+xml")
    assert drawing.text.lstrip("\ufeff").startswith(("<?xml", "<svg"))
    page = desks.api.anonymous().get(f"/c/{made.unique_code}")
    assert page.status_code == 200
    for word in ("有效", "valid", COMPANY, COMPANY_CODE, made.unique_code, "王小明", "查询时间"):
        assert word in page.text
    assert "2026-11-01 12:00:00 +08:00" in page.text
    assert '<html lang="zh-CN">' in page.text
    english = desks.api.anonymous().get(f"/c/{made.unique_code}", headers={"Accept-Language": "en"})
    assert '<html lang="en">' in english.text


def test_the_page_is_confined_by_its_header_as_well(desks: Desks) -> None:
    made = issued(desks, LICENCE | {"legal_representative": "<script>alert(1)</script>"})
    page = desks.api.anonymous().get(f"/c/{made.unique_code}")
    policy = page.headers["content-security-policy"]
    written = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page.text)
    assert written is not None
    within = written[1].replace("&#39;", "'").replace("&#43;", "+")
    assert policy == f"{within}; frame-ancestors 'none'"
    for kind in ("style", "script"):
        (inline,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "<script>alert" not in page.text
    none = desks.api.anonymous().get(f"/c/{new_code('business_license', 1)}")
    assert (none.status_code, none.headers["content-security-policy"]) == (404, policy)
    assert "没有这个数字证照" in none.text
