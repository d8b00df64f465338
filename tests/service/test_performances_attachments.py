"""Contract amendments and supporting material: their own files, their own seals, validated by a worker."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from extractors.engines.null import NullEngine
from pipeline.seals.process import SealProcess
from service.domain.roles import Role
from service.handlers.tools import Workshop
from signing.sealing.order import Level, SealOrder
from signing.sealing.seal import seal
from tests.service.api_client import Api
from tests.service.document_flow import picture
from tests.service.performance_examples import PERFORMANCES, a_document, a_performance, attached
from tests.service.review_examples import Desks
from tests.service.work import Works, files_trusted
from tests.signing import sealed
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE

CHANGE = {
    "item": "price",
    "before": "12345678.90元",
    "after": "1300万元",
    "reason": "设计变更",
    "amended_on": "2023-09-01",
}
PDF = {"Content-Type": "application/pdf"}


@functools.cache
def sealed_pdf(by: str = "p12") -> bytes:
    with sealed.key(by) as key:
        order = SealOrder(picture=sealed.picture(), placement=sealed.HERE, level=Level.B_B)
        return seal(sealed.paper(), key, order, at=sealed.AT, trust=sealed.material())


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def amendment(api: Api, contract: str, **changed: Any) -> tuple[str, dict[str, Any]]:
    """Its address, and what was answered."""
    made = api.client(Role.CLERK).post(f"/api/v1/documents/{contract}/amendments", json={**CHANGE, **changed})
    assert made.status_code == 201, made.text
    return made.headers["location"], made.json()


def worked(api: Api, job_id: str) -> dict[str, Any]:
    """What a worker makes of the job, with trust in the test's authority."""
    trust = files_trusted(api.folder / "trust-files")
    with SealProcess() as process:
        tools = Workshop(NullEngine([]), process)
        return Works(replace(api.installation, trust=lambda: trust), tools).done(job_id)


def handed_in(api: Api, url: str, pdf: bytes) -> dict[str, Any]:
    answer = api.client(Role.CLERK).post(f"{url}/seal", content=pdf, headers=PDF)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['id']}"
    return worked(api, answer.json()["id"])


def test_amendments_are_numbered_one_item_each(api: Api) -> None:
    contract, clerk = a_document(api, "contract"), api.client(Role.CLERK)
    first, body = amendment(api, contract)
    assert (body["number"], body["item"], body["sealed"], body["amended_on"]) == (1, "price", False, "2023-09-01")
    _, second = amendment(api, contract, item="manager", before="李明", after="王强")
    assert second["number"] == 2
    url = f"/api/v1/documents/{contract}/amendments"
    assert clerk.post(f"{first}/withdrawal").json()["withdrawn_at"] is not None
    assert code_of(clerk.post(f"{first}/withdrawal")) == (409, "attachment.withdrawn")
    assert amendment(api, contract)[1]["number"] == 3
    page = clerk.get(url, params={"limit": 2}).json()
    assert [one["number"] for one in page["items"]] == [1, 2]
    assert [one["number"] for one in clerk.get(url, params={"cursor": page["next"]}).json()["items"]] == [3]
    notice = a_document(api, "bid_notice")
    refused = clerk.post(f"/api/v1/documents/{notice}/amendments", json=CHANGE)
    assert code_of(refused) == (409, "amendment.not_a_contract")
    assert code_of(clerk.post(url, json={**CHANGE, "after": "面议"})) == (422, "amendment.value")
    assert clerk.post(url, json={**CHANGE, "item": "colour"}).status_code == 422


def test_a_file_goes_in_and_comes_out_byte_for_byte(api: Api) -> None:
    contract, clerk = a_document(api, "contract"), api.client(Role.CLERK)
    url, _ = amendment(api, contract)
    assert code_of(clerk.get(f"{url}/file")) == (404, "attachment.none")
    done = clerk.put(f"{url}/file", files=[("files", ("补充协议.jpg", picture(1)))])
    assert done.status_code == 200, done.text
    assert (done.json()["file_name"], done.json()["media_type"]) == ("补充协议.jpg", "image/jpeg")
    again = clerk.put(f"{url}/file?name=b.jpg", content=picture(2), headers={"Content-Type": "image/jpeg"})
    assert again.json()["file_name"] == "b.jpg"
    got = clerk.get(f"{url}/file")
    assert (got.content, got.headers["content-type"]) == (picture(2), "image/jpeg")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert clerk.get(f"{url}/file", headers={"If-None-Match": got.headers["etag"]}).status_code == 304
    two = [("files", ("a.jpg", picture(1))), ("files", ("b.jpg", picture(2)))]
    assert clerk.put(f"{url}/file", files=two).status_code == 422
    text = clerk.put(f"{url}/file", files=[("files", ("a.txt", b"no scan"))])
    assert code_of(text) == (415, "intake.not_a_scan")


def test_a_seal_of_the_enterprise_counts(api: Api) -> None:
    contract, clerk = a_document(api, "contract"), api.client(Role.CLERK)
    url, _ = amendment(api, contract)
    result = handed_in(api, url, sealed_pdf())
    assert (result["indication"], result["sealed"]) == ("TOTAL-PASSED", True)
    seen = clerk.get(url).json()
    assert (seen["sealed"], seen["signer"], seen["sealed_sha256"]) == (True, COMPANY, result["sha256"])
    assert clerk.get(f"{url}/file", params={"sealed": True}).content == sealed_pdf()
    # What is sealed stays as it is.
    assert code_of(clerk.post(f"{url}/seal", content=sealed_pdf(), headers=PDF)) == (409, "attachment.sealed")
    replaced = clerk.put(f"{url}/file", content=picture(), headers={"Content-Type": "image/jpeg"})
    assert code_of(replaced) == (409, "attachment.sealed")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_other_seals_do_not_count(api: Api) -> None:
    contract, clerk = a_document(api, "contract"), api.client(Role.CLERK)
    url, _ = amendment(api, contract)
    tampered = sealed_pdf().replace(b"841.89", b"841.88")
    assert tampered != sealed_pdf()
    expected = {
        sealed_pdf("p12-other"): "INDETERMINATE",
        sealed.paper(): "INDETERMINATE",
        tampered: "TOTAL-FAILED",
    }
    for pdf, indication in expected.items():
        result = handed_in(api, url, pdf)
        assert (result["indication"], result["sealed"]) == (indication, False)
        assert result["findings"]
    seen = clerk.get(url).json()
    assert (seen["sealed"], seen["signer"], seen["sealed_at"]) == (False, None, None)
    picture_sent = clerk.post(f"{url}/seal", content=picture(), headers={"Content-Type": "image/jpeg"})
    assert code_of(picture_sent) == (415, "attachment.not_a_pdf")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_seal_of_a_former_name_counts_and_a_withdrawn_amendment_takes_none(api: Api) -> None:
    contract, clerk = a_document(api, "contract"), api.client(Role.CLERK)
    url, _ = amendment(api, contract)
    admin, enterprise = api.client(Role.ENTERPRISE_ADMIN), f"/api/v1/subjects/{api.accounts.subjects[COMPANY_CODE]}"
    renamed = admin.patch(enterprise, json={"name": "更名集团有限公司"}, headers={"If-Match": '"1"'})
    assert renamed.status_code == 200
    assert handed_in(api, url, sealed_pdf())["sealed"] is True
    late, _ = amendment(api, contract)
    job = clerk.post(f"{late}/seal", content=sealed_pdf(), headers=PDF).json()["id"]
    assert clerk.post(f"{late}/withdrawal").status_code == 200
    assert worked(api, job)["sealed"] is False
    assert clerk.get(late).json()["sealed"] is False


def test_a_sealed_amendment_counts_in_comparisons(api: Api) -> None:
    documents = attached(api, acceptance_report={"price": "13000000"})
    performance, clerk = a_performance(api, documents=documents), api.client(Role.CLERK)
    checks = f"{PERFORMANCES}/{performance['id']}/cross-checks"
    assert [one["code"] for one in clerk.post(checks).json()["disagreements"]] == ["settlement"]
    url, _ = amendment(api, documents["contract_id"])
    # Not sealed yet: nothing changed.
    assert clerk.post(checks).status_code == 200
    assert handed_in(api, url, sealed_pdf())["sealed"] is True
    found = clerk.post(checks)
    assert (found.status_code, found.json()["consistent"]) == (201, True)
    assert [one["amended"] for one in found.json()["agreements"] if one["code"] == "settlement"] == [True]
    assert clerk.post(f"{url}/withdrawal").status_code == 200
    assert clerk.post(checks).json()["consistent"] is False


def test_material_is_sealed_like_amendments(api: Api) -> None:
    performance, clerk = a_performance(api, "A"), api.client(Role.CLERK)
    url = f"{PERFORMANCES}/{performance['id']}/materials"
    made = clerk.post(url, json={"name": "主体结构验收记录", "kind": "验收记录", "description": "复印件"})
    assert (made.status_code, made.json()["purpose"]) == (201, "evidence")
    one = made.headers["location"]
    assert clerk.put(f"{one}/file", content=picture(), headers={"Content-Type": "image/jpeg"}).status_code == 200
    assert handed_in(api, one, sealed_pdf())["sealed"] is True
    assert [row["sealed"] for row in clerk.get(url).json()["items"]] == [True]
    assert clerk.get(f"{one}/file").content == picture()
    assert clerk.post(f"{one}/withdrawal").json()["withdrawn_at"] is not None


def test_who_may_do_what(api: Api) -> None:
    documents = attached(api)
    performance = a_performance(api, documents=documents)
    url, _ = amendment(api, documents["contract_id"])
    materials = f"{PERFORMANCES}/{performance['id']}/materials"
    material = api.client(Role.CLERK).post(materials, json={"name": "材料"}).headers["location"]
    auditor = api.client(Role.AUDITOR)
    assert auditor.get(url).status_code == auditor.get(material).status_code == 200
    strangers = [
        api.client(Role.CLERK, code=OTHER_CODE),
        *(api.client(role) for role in (Role.REVIEWER, Role.PLATFORM_ADMIN, Role.STATION)),
    ]
    for one in (url, material):
        for somebody in strangers:
            assert somebody.get(one).status_code in (403, 404)
            assert somebody.get(f"{one}/file").status_code in (403, 404)
            assert somebody.get(one.rpartition("/")[0]).status_code in (403, 404)
        for somebody in (*strangers, auditor):
            assert somebody.post(f"{one}/withdrawal").status_code in (403, 404)
            assert somebody.put(f"{one}/file", content=picture(), headers=PDF).status_code in (403, 404)
            assert somebody.post(f"{one}/seal", content=b"%PDF-", headers=PDF).status_code in (403, 404)
        assert api.anonymous().get(one).status_code == 401
    # Another contract's amendment, another performance's material: not found there.
    contract = a_document(api, "contract")
    clerk = api.client(Role.CLERK)
    assert clerk.get(url.replace(documents["contract_id"], contract)).status_code == 404
    other = a_performance(api)["id"]
    assert clerk.get(material.replace(performance["id"], other)).status_code == 404


def test_reviewers_read_what_amends_a_contract_before_them(api: Api) -> None:
    contract, desks = a_document(api, "contract"), Desks(api)
    url, _ = amendment(api, contract)
    body = {"domain_id": desks.domain()}
    assert api.client(Role.CLERK).post(f"/api/v1/documents/{contract}/pushes", json=body).status_code == 201
    assert desks.reviewer().get(url).status_code == 200
    assert desks.reviewer().post(f"{url}/withdrawal").status_code == 403
    assert desks.reviewer("elsewhere", "water").get(url).status_code == 404
    assert date.fromisoformat(desks.reviewer().get(url).json()["amended_on"]) == date(2023, 9, 1)
