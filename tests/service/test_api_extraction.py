"""Smart mode over HTTP: asked for, fetched, put as entries and marks."""

from __future__ import annotations

from service.domain.principal import Scope
from service.domain.roles import Role
from tests.service.api_client import Api
from tests.service.api_work import done, works_of
from tests.service.document_flow import begun
from tests.signing.pki import OTHER_CODE
from tests.test_flow import CODE, scan


def test_from_scan_to_form_in_one_confirmation(api: Api) -> None:
    clerk, at_work = api.client(Role.CLERK), works_of(api)
    paper = begun(clerk)
    paper.upload(("执照.png", scan()))
    assert clerk.get(f"{paper.url}/extraction").status_code == 404
    key = {"Idempotency-Key": "e-1"}
    asked = clerk.post(f"{paper.url}/extraction", headers=key)
    assert clerk.post(f"{paper.url}/extraction", headers=key).json()["id"] == asked.json()["id"]
    done(at_work, asked)
    found = clerk.get(f"{paper.url}/extraction").json()
    assert found["fresh"] is True
    assert found["expected_type"] is True
    assert found["recognised_name"]["zh"] == "营业执照"
    assert found["suggestion"]["entries"]["uscc"] == CODE
    (page,) = found["pages"]
    image = clerk.get(page["href"])
    assert image.status_code == 200
    assert image.headers["content-type"] == "image/jpeg"
    paper.view()
    paper.fill(found["suggestion"]["entries"])
    assert paper.mark(found["suggestion"]["marks"])["state"] == "marked"
    english = clerk.get(f"{paper.url}/extraction", headers={"Accept-Language": "en"}).json()
    assert english["document"]["type_name"] != found["document"]["type_name"]
    paper.upload(("第二页.png", scan(())))
    assert clerk.get(f"{paper.url}/extraction").json()["fresh"] is False


def test_an_empty_draft_is_not_read(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    paper = begun(clerk)
    refused = clerk.post(f"{paper.url}/extraction")
    assert (refused.status_code, refused.json()["code"]) == (409, "state.action_impossible")


def test_whose_business_it_is(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    paper = begun(clerk)
    paper.upload(("执照.png", scan()))
    for client, status in [
        (api.anonymous(), 401),
        (api.client(Role.CLERK, code=OTHER_CODE), 404),
        (api.client(Role.REVIEWER), 404),
        (api.client(Role.AUDITOR), 403),
        (api.token(Role.CLERK, Scope.DOCUMENTS_READ), 403),
        (api.token(Role.CLERK, Scope.DOCUMENTS_WRITE), 202),
    ]:
        assert client.post(f"{paper.url}/extraction").status_code == status
