"""Checks over HTTP: on trial before the seal, and what is kept of checks after it."""

from __future__ import annotations

from certlight.light import Light
from service.domain.roles import Role
from tests.service.api_client import Api
from tests.service.api_work import a_filled, done, works_of
from tests.service.document_flow import checked, ready
from tests.signing.pki import OTHER_CODE
from tests.test_flow import ENTERED


def test_a_trial_tells_lights_and_keeps_nothing(api: Api) -> None:
    clerk, at_work = api.client(Role.CLERK), works_of(api)
    paper = a_filled(api, clerk)
    refused = clerk.post(f"{paper.url}/checks")
    assert (refused.status_code, refused.json()["code"]) == (409, "state.action_impossible")
    result = done(at_work, clerk.post(f"{paper.url}/checks", json={"trial": True}))
    assert result["light"] == "green"
    assert set(ENTERED) <= set(result["fields"])
    assert clerk.get(f"{paper.url}/checks").json()["items"] == []
    assert paper.view()["state"] == "filled"


def test_checks_are_listed_newest_first_and_read_in_the_caller_s_language(api: Api) -> None:
    clerk, at_work = api.client(Role.CLERK), works_of(api)
    paper = a_filled(api, clerk)
    checked(api, paper, Light.GREEN)
    result = done(at_work, clerk.post(f"{paper.url}/checks"))
    # That seal's report says nothing of its signatures: never green.
    assert result["light"] == "yellow"
    first = clerk.get(f"{paper.url}/checks", params={"limit": 1}).json()
    assert [line["id"] for line in first["items"]] == [result["check_id"]]
    assert first["items"][0]["stale"] is False
    rest = clerk.get(f"{paper.url}/checks", params={"cursor": first["next"]}).json()
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    zh = clerk.get(f"{paper.url}/checks/{result['check_id']}").json()
    en = clerk.get(f"{paper.url}/checks/{result['check_id']}", headers={"Accept-Language": "en"}).json()
    assert (zh["light"], zh["seal_light"], zh["verdict"]["light"]) == ("yellow", "yellow", "green")
    assert zh["verdict"]["checks"][0]["reason"] != en["verdict"]["checks"][0]["reason"]
    assert "en" not in zh["verdict"]
    assert zh["provenance"]["scan_sha256"]
    paper.view()
    paper.fill({**ENTERED, "name": "别的名称"})
    assert clerk.get(f"{paper.url}/checks/{result['check_id']}").json()["stale"] is True


def test_others_find_none_of_it(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    paper = ready(api, clerk)
    (line,) = clerk.get(f"{paper.url}/checks").json()["items"]
    for client in (api.client(Role.CLERK, code=OTHER_CODE), api.client(Role.REVIEWER)):
        for path in (f"{paper.url}/checks", f"{paper.url}/checks/{line['id']}"):
            assert client.get(path).status_code == 404
    other = ready(api, clerk, seed=1)
    assert clerk.get(f"{other.url}/checks/{line['id']}").status_code == 404, "another document's"
    assert api.client(Role.AUDITOR).get(f"{paper.url}/checks/{line['id']}").status_code == 200
