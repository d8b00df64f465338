"""Enterprises over the API: registered by the platform, changed by themselves, seen by whom they concern."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from certlight.light import Light
from service.database.base import reading
from service.database.operations import Operation
from service.domain.roles import Role
from tests.service.api_client import Api
from tests.service.review_examples import Desks
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE, OTHER_COMPANY

SUBJECTS = "/api/v1/subjects"
NEW_CODE = "91350100M000100Y43"
"""The example of GB 32100-2015."""
NEW = {"name": "新来建设有限公司", "credit_code": NEW_CODE, "capacities": ["bidder", "tenderer"]}


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_platform_registers_an_enterprise_once(api: Api) -> None:
    platform = api.client(Role.PLATFORM_ADMIN)
    made = platform.post(SUBJECTS, json={**NEW, "credit_code": f" {NEW_CODE.lower()}"})
    assert made.status_code == 201, made.text
    assert made.json()["credit_code"] == NEW_CODE
    assert made.json()["capacities"] == ["bidder", "tenderer"]
    assert made.headers["etag"] == '"1"'
    assert platform.get(made.headers["location"]).json() == made.json()
    assert code_of(platform.post(SUBJECTS, json=NEW)) == (409, "subject.exists")


def test_codes_that_cannot_exist_are_refused(api: Api) -> None:
    for credit_code in ("91350100M000100Y44", "91350100M000100I43", "350100100000014123", "甲" * 18):
        answer = api.client(Role.PLATFORM_ADMIN).post(SUBJECTS, json={**NEW, "credit_code": credit_code})
        assert code_of(answer) == (422, "subject.credit_code")


def test_nobody_else_registers(api: Api) -> None:
    for role in (Role.CLERK, Role.ENTERPRISE_ADMIN, Role.REVIEWER, Role.AUDITOR, Role.STATION):
        assert api.client(role).post(SUBJECTS, json=NEW).status_code in (403, 404)


def test_an_enterprise_changes_its_name_and_the_former_one_stays(api: Api) -> None:
    admin = api.client(Role.ENTERPRISE_ADMIN)
    url = f"{SUBJECTS}/{api.accounts.subjects[COMPANY_CODE]}"
    seen = admin.get(url)
    assert (seen.json()["name"], seen.json()["former_names"]) == (COMPANY, [])
    change = {"name": "更名集团有限公司", "capacities": ["bidder"]}
    done = admin.patch(url, json=change, headers={"If-Match": seen.headers["etag"]})
    assert done.status_code == 200, done.text
    assert done.json()["name"] == "更名集团有限公司"
    assert done.json()["credit_code"] == COMPANY_CODE
    assert [former["name"] for former in done.json()["former_names"]] == [COMPANY]
    assert (done.headers["etag"], done.json()["etag"]) == ('"2"', '"2"')
    again = admin.patch(url, json={"name": "又一名称公司"}, headers={"If-Match": seen.headers["etag"]})
    assert code_of(again) == (412, "state.changed_meanwhile")
    with reading(api.engine) as session:
        entry = session.scalars(select(Operation).where(Operation.action == "subject.change")).one()
        assert entry.details == {"changed": ["name", "capacities"]}, "no names in the log"


def test_capacities_alone_count_as_a_change(api: Api) -> None:
    admin = api.client(Role.ENTERPRISE_ADMIN)
    url = f"{SUBJECTS}/{api.accounts.subjects[COMPANY_CODE]}"
    done = admin.patch(url, json={"capacities": ["agency", "bidder"]}, headers={"If-Match": '"1"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    done = admin.patch(url, json={"capacities": ["bidder"]}, headers={"If-Match": '"2"'})
    assert (done.json()["capacities"], done.headers["etag"]) == (["bidder"], '"3"')
    same = admin.patch(url, json={"capacities": ["bidder"]}, headers={"If-Match": '"3"'})
    assert same.headers["etag"] == '"3"'


def test_only_the_platform_closes_and_reopens(api: Api) -> None:
    url = f"{SUBJECTS}/{api.accounts.subjects[COMPANY_CODE]}"
    match = {"If-Match": '"1"'}
    closing = api.client(Role.ENTERPRISE_ADMIN).patch(url, json={"active": False}, headers=match)
    assert code_of(closing) == (403, "access.forbidden")
    assert api.client(Role.CLERK).patch(url, json={"name": "某某公司"}, headers=match).status_code == 403
    assert api.client(Role.AUDITOR).patch(url, json={"name": "某某公司"}, headers=match).status_code == 403
    closed = api.client(Role.PLATFORM_ADMIN).patch(url, json={"active": False}, headers=match)
    assert closed.json()["active"] is False
    body = {"project": "工程", "category": "works"}
    assert code_of(api.client(Role.CLERK).post("/api/v1/performances", json=body)) == (409, "subject.inactive")


def test_a_name_is_a_name_and_a_change_changes_something(api: Api) -> None:
    admin, url = api.client(Role.ENTERPRISE_ADMIN), f"{SUBJECTS}/{api.accounts.subjects[COMPANY_CODE]}"
    match = {"If-Match": '"1"'}
    assert code_of(admin.patch(url, json={"name": ":: "}, headers=match)) == (422, "subject.name")
    assert admin.patch(url, json={}, headers=match).status_code == 422
    assert admin.patch(url, json={"credit_code": NEW_CODE}, headers=match).status_code == 422
    assert admin.patch(url, json={"name": "某某公司"}).status_code == 428


def test_former_names_are_kept_by_the_database(api: Api) -> None:
    admin, url = api.client(Role.ENTERPRISE_ADMIN), f"{SUBJECTS}/{api.accounts.subjects[COMPANY_CODE]}"
    assert admin.patch(url, json={"name": "更名公司"}, headers={"If-Match": '"1"'}).status_code == 200
    for statement in ("UPDATE subject_names SET name = 'x'", "DELETE FROM subject_names"):
        with pytest.raises(Exception, match="kept"), api.engine.begin() as connection:
            connection.execute(text(statement))


def test_who_sees_which_enterprises(api: Api) -> None:
    names = {COMPANY, OTHER_COMPANY}
    seen = {
        role: {one["name"] for one in api.client(role).get(SUBJECTS).json()["items"]}
        for role in (Role.CLERK, Role.ENTERPRISE_ADMIN, Role.REVIEWER, Role.PLATFORM_ADMIN, Role.AUDITOR)
    }
    assert seen == {
        Role.CLERK: {COMPANY},
        Role.ENTERPRISE_ADMIN: {COMPANY},
        Role.REVIEWER: set(),
        Role.PLATFORM_ADMIN: names,
        Role.AUDITOR: names,
    }
    assert api.client(Role.STATION).get(SUBJECTS).status_code == 403
    assert api.anonymous().get(SUBJECTS).status_code == 401
    other = f"{SUBJECTS}/{api.accounts.subjects[OTHER_CODE]}"
    assert code_of(api.client(Role.CLERK).get(other)) == (404, "access.not_found")
    assert code_of(api.client(Role.PLATFORM_ADMIN).get(f"{other[:-12]}000000000000")) == (404, "access.not_found")


def test_reviewers_see_whose_documents_stand_before_them(api: Api) -> None:
    desks = Desks(api)
    desks.pushed(Light.GREEN)
    mine, theirs = desks.reviewer(), desks.reviewer("elsewhere", "water")
    url = f"{SUBJECTS}/{api.accounts.subjects[COMPANY_CODE]}"
    assert [one["name"] for one in mine.get(SUBJECTS).json()["items"]] == [COMPANY]
    assert mine.get(url).status_code == 200
    assert theirs.get(SUBJECTS).json()["items"] == []
    assert theirs.get(url).status_code == 404


def test_search_filters_and_pages(api: Api) -> None:
    platform = api.client(Role.PLATFORM_ADMIN)
    assert platform.post(SUBJECTS, json=NEW).status_code == 201

    def found(**query: object) -> list[str]:
        answer = platform.get(SUBJECTS, params=query)
        assert answer.status_code == 200, answer.text
        return [one["credit_code"] for one in answer.json()["items"]]

    assert found(q="新来") == [NEW_CODE]
    assert found(q=NEW_CODE[:8].lower()) == [NEW_CODE]
    assert found(q="%") == []
    assert found(capacity="tenderer") == [NEW_CODE]
    assert found(capacity="agency") == []
    assert found(active=False) == []
    assert platform.get(SUBJECTS, params={"q": "a\x00"}).status_code == 400
    first = platform.get(SUBJECTS, params={"limit": 2}).json()
    rest = platform.get(SUBJECTS, params={"limit": 2, "cursor": first["next"]}).json()
    assert len(first["items"]) == 2
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    assert {one["id"] for one in first["items"]}.isdisjoint({one["id"] for one in rest["items"]})
