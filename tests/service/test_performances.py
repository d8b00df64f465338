"""Performances over the API: begun, compared, submitted; and gone on with where documents disagree."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text

from certlight.light import Light
from service.database.base import reading, transaction
from service.database.documents import DocumentVersion
from service.database.evidence import Check
from service.database.operations import Operation
from service.database.performances import Continuation, CrossCheck
from service.domain.roles import Role
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.performance_examples import (
    PERFORMANCES,
    a_document,
    a_performance,
    a_person,
    attached,
    renewed,
)
from tests.service.review_examples import Desks
from tests.signing.pki import OTHER_CODE

OTHER_MANAGER = {"contract": {"manager": "王强"}}


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def compared(api: Api, performance: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = api.client(Role.CLERK).post(f"{PERFORMANCES}/{performance['id']}/cross-checks")
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def submitted(api: Api, performance: dict[str, Any], **body: Any) -> Any:
    return api.client(Role.CLERK).post(f"{PERFORMANCES}/{performance['id']}/submission", json=body)


def view(api: Api, performance: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.client(Role.CLERK).get(f"{PERFORMANCES}/{performance['id']}").json()
    return found


def test_three_documents_that_agree_are_submitted(api: Api) -> None:
    person = a_person(api)
    performance = a_performance(api, documents=attached(api))
    assert (performance["state"], performance["cross_check"], performance["manager_id"]) == ("draft", None, None)
    assert code_of(submitted(api, performance)) == (409, "performance.cross_check_missing")
    found = compared(api, performance)
    assert (found["consistent"], found["current"], found["disagreements"]) == (True, True, [])
    assert {one["code"] for one in found["agreements"]} >= {"section", "tenderer", "winner", "manager", "price"}
    # What was compared already is answered again.
    assert compared(api, performance, 200)["id"] == found["id"]
    done = submitted(api, performance)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["manager_id"]) == ("submitted", person["id"])
    assert done.json()["etag"] == done.headers["etag"]
    assert code_of(submitted(api, performance)) == (409, "performance.submitted")
    page = api.client(Role.CLERK).get(f"/api/v1/people/{person['id']}").json()
    assert [one["id"] for one in page["performances"]] == [performance["id"]]
    with reading(api.engine) as session:
        actions = session.scalars(
            select(Operation.action).where(Operation.object_id == performance["id"]).order_by(Operation.seq)
        ).all()
        assert actions == [
            *("performance.start", "performance.compare", "performance.submit", "performance.link_manager")
        ]
        assert session.scalar(select(func.count()).select_from(Continuation)) == 0
        assert "李明" not in str([row.details for row in session.scalars(select(Operation))])


def test_what_disagrees_is_told_in_pairs_and_gone_on_with_knowingly(api: Api) -> None:
    performance = a_performance(api, documents=attached(api, **OTHER_MANAGER))
    found = compared(api, performance)
    assert found["consistent"] is False
    (pair,) = found["disagreements"]
    assert pair["code"] == "manager"
    assert [(side["doc_type"], side["shown"], side["value"]) for side in pair["sides"]] == [
        ("bid_notice", "李 明", "李明"),
        ("contract", "王强", "王强"),
    ]
    assert "不一致" in pair["reason"]["zh"]
    assert code_of(submitted(api, performance)) == (409, "performance.inconsistent")
    elsewhere = a_performance(api, documents=attached(api, **OTHER_MANAGER))
    other = compared(api, elsewhere)["id"]
    assert code_of(submitted(api, performance, continue_with=other)) == (409, "performance.continue_with")
    done = submitted(api, performance, continue_with=found["id"])
    assert done.status_code == 200, done.text
    with reading(api.engine) as session:
        row = session.scalars(select(Continuation)).one()
        assert (row.cross_check_id, row.confirmed_by) == (found["id"], api.user(Role.CLERK).id)
        assert row.confirmed_at == NOW
    for statement in ("UPDATE cross_checks SET consistent = NOT consistent", "DELETE FROM continuations"):
        with pytest.raises(Exception, match="kept"), api.engine.begin() as connection:
            connection.execute(text(statement))


def test_what_a_check_read_is_compared_too(api: Api) -> None:
    performance = a_performance(api, documents=attached(api))
    with transaction(api.engine) as session:
        version = session.scalars(
            select(DocumentVersion).where(DocumentVersion.document_id == performance["contract_id"])
        ).one()
        checks = [{"field": "price", "entered": "12345678.9", "recognised": "12345678.8", "outcome": "mismatch"}]
        check = Check(
            subject_id=version.subject_id,
            version_id=version.id,
            covers=version.coverage(),
            light=Light.RED,
            verdict={"light": "red", "checks": checks},
            provenance={},
            checked_at=NOW,
        )
        session.add(check)
    found = compared(api, performance)
    assert {one["code"] for one in found["disagreements"]} == {"price", "settlement"}
    assert found["disagreements"][0]["sides"][1]["source"] == "recognised"


def test_documents_are_attached_by_type_and_from_the_own_enterprise(api: Api) -> None:
    performance = a_performance(api)
    clerk, url = api.client(Role.CLERK), f"{PERFORMANCES}/{performance['id']}"
    match = {"If-Match": performance["etag"]}
    notice = a_document(api, "bid_notice", library=False)
    foreign = a_document(api, "contract", code=OTHER_CODE)
    assert code_of(clerk.patch(url, json={"contract_id": notice}, headers=match)) == (409, "performance.document_type")
    assert code_of(clerk.patch(url, json={"contract_id": foreign}, headers=match)) == (404, "access.not_found")
    assert code_of(clerk.patch(url, json={"contract_id": performance["id"]}, headers=match))[0] == 404
    done = clerk.patch(url, json={"bid_notice_id": notice, "section": "一标段"}, headers=match)
    assert done.status_code == 200, done.text
    assert (done.json()["bid_notice_id"], done.json()["section"]) == (notice, "一标段")
    assert code_of(clerk.patch(url, json={"section": "二标段"}, headers=match)) == (412, "state.changed_meanwhile")
    assert clerk.patch(url, json={"section": "二标段"}).status_code == 428
    assert clerk.patch(url, json={"category": "design"}, headers=match).status_code == 422
    assert code_of(clerk.post(f"{url}/cross-checks")) == (409, "performance.documents_missing")


def test_only_the_library_is_submitted(api: Api) -> None:
    documents = attached(api, library=False)
    performance = a_performance(api, documents=documents)
    assert compared(api, performance)["consistent"] is True
    answer = submitted(api, performance)
    assert code_of(answer) == (409, "performance.document_not_in_library")
    assert "中标通知书" in answer.json()["detail"]
    two = a_performance(api, documents={k: v for k, v in documents.items() if k != "acceptance_id"})
    missing = submitted(api, two)
    assert code_of(missing) == (409, "performance.documents_missing")
    assert "竣工验收报告" in missing.json()["detail"]


def test_grade_a_asks_for_sealed_material(api: Api) -> None:
    documents = attached(api)
    performance = a_performance(api, "A", documents)
    compared(api, performance)
    assert code_of(submitted(api, performance)) == (409, "performance.material_missing")
    clerk, url = api.client(Role.CLERK), f"{PERFORMANCES}/{performance['id']}/materials"
    ids = {}
    for purpose in ("evidence", "explanation"):
        made = clerk.post(url, json={"purpose": purpose, "name": "主体结构验收记录"})
        assert made.status_code == 201, made.text
        ids[purpose] = made.json()["id"]
    seal = "UPDATE supporting_materials SET sealed_sha256 = :sha, signer = 'x' WHERE id = :id"
    with api.engine.begin() as connection:
        connection.execute(text(seal), {"sha": "0" * 64, "id": ids["explanation"]})
    assert code_of(submitted(api, performance)) == (409, "performance.material_missing")
    with api.engine.begin() as connection:
        connection.execute(text(seal), {"sha": "0" * 64, "id": ids["evidence"]})
    assert submitted(api, performance).status_code == 200
    withdrawn = clerk.post(f"{url}/{ids['evidence']}/withdrawal")
    assert code_of(withdrawn) == (409, "attachment.in_use")
    assert clerk.post(url, json={"name": "更多材料"}).status_code == 201


def test_a_grade_is_needed_to_submit(api: Api) -> None:
    performance = a_performance(api, documents=attached(api), grade=None)  # type: ignore[arg-type]
    compared(api, performance)
    assert code_of(submitted(api, performance)) == (409, "performance.grade_missing")


def test_renewed_documents_take_the_place_of_old_ones(api: Api) -> None:
    performance = a_performance(api, documents=attached(api))
    first = compared(api, performance)
    assert submitted(api, performance).status_code == 200
    new = renewed(api, performance["contract_id"], manager="王强")
    seen = view(api, performance)
    assert (seen["state"], seen["cross_check"]["id"], seen["cross_check"]["current"]) == (
        "submitted",
        first["id"],
        False,
    )
    clerk, url = api.client(Role.CLERK), f"{PERFORMANCES}/{performance['id']}"
    match = {"If-Match": clerk.get(url).headers["etag"]}
    for change in ({"section": "改名"}, {"contract_id": None}, {"contract_id": a_document(api, "contract")}):
        assert code_of(clerk.patch(url, json=change, headers=match)) == (409, "performance.submitted")
    done = clerk.patch(url, json={"contract_id": new}, headers=match)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["manager_id"]) == ("draft", None)
    assert code_of(submitted(api, performance)) == (409, "performance.cross_check_missing")
    again = compared(api, performance)
    assert [one["code"] for one in again["disagreements"]] == ["manager"]
    history = clerk.get(f"{url}/cross-checks").json()["items"]
    assert [(one["id"], one["current"]) for one in history] == [(again["id"], True), (first["id"], False)]
    assert submitted(api, performance, continue_with=again["id"]).status_code == 200


def test_of_namesakes_none_is_guessed_but_people_may_say(api: Api) -> None:
    first, second = a_person(api, "李明", 1), a_person(api, "李明", 2)
    stranger = a_person(api, "王强", 3)
    performance = a_performance(api, documents=attached(api))
    compared(api, performance)
    assert submitted(api, performance).json()["manager_id"] is None
    clerk, url = api.client(Role.CLERK), f"{PERFORMANCES}/{performance['id']}"
    match = {"If-Match": clerk.get(url).headers["etag"]}
    wrong = clerk.patch(url, json={"manager_id": stranger["id"]}, headers=match)
    assert code_of(wrong) == (409, "performance.manager")
    done = clerk.patch(url, json={"manager_id": second["id"]}, headers=match)
    assert (done.status_code, done.json()["manager_id"], done.json()["state"]) == (200, second["id"], "submitted")
    assert clerk.get(PERFORMANCES, params={"manager_id": second["id"]}).json()["items"] != []
    assert clerk.get(PERFORMANCES, params={"manager_id": first["id"]}).json()["items"] == []


def test_whoever_comes_later_is_linked_as_well(api: Api) -> None:
    performance = a_performance(api, documents=attached(api))
    compared(api, performance)
    assert submitted(api, performance).json()["manager_id"] is None
    person = a_person(api)
    assert view(api, performance)["manager_id"] == person["id"]


def test_who_may_do_what(api: Api) -> None:
    performance = a_performance(api, documents=attached(api))
    url, body = f"{PERFORMANCES}/{performance['id']}", {"project": "工程", "category": "works"}
    match = {"If-Match": performance["etag"]}
    auditor = api.client(Role.AUDITOR)
    assert auditor.get(url).status_code == 200
    assert [one["id"] for one in auditor.get(PERFORMANCES).json()["items"]] == [performance["id"]]
    strangers = [
        api.client(Role.CLERK, code=OTHER_CODE),
        *(api.client(role) for role in (Role.REVIEWER, Role.PLATFORM_ADMIN, Role.STATION)),
    ]
    for somebody in strangers:
        assert somebody.get(url).status_code in (403, 404)
        assert somebody.get(f"{url}/cross-checks").status_code in (403, 404)
    for somebody in (*strangers, auditor):
        assert somebody.patch(url, json={"section": "改"}, headers=match).status_code in (403, 404)
        assert somebody.post(f"{url}/cross-checks").status_code in (403, 404)
        assert somebody.post(f"{url}/submission").status_code in (403, 404)
    for somebody in (*strangers[1:], auditor):
        assert somebody.post(PERFORMANCES, json=body).status_code in (403, 404)
    assert api.anonymous().get(url).status_code == 401
    with reading(api.engine) as session:
        assert session.scalar(select(func.count()).select_from(CrossCheck)) == 0


def test_reviewers_see_performances_whose_documents_stand_before_them(api: Api) -> None:
    performance = a_performance(api, documents=attached(api))
    desks = Desks(api)
    body = {"domain_id": desks.domain()}
    pushed = api.client(Role.CLERK).post(f"/api/v1/documents/{performance['contract_id']}/pushes", json=body)
    assert pushed.status_code == 201, pushed.text
    mine, theirs = desks.reviewer(), desks.reviewer("elsewhere", "water")
    url = f"{PERFORMANCES}/{performance['id']}"
    assert mine.get(url).status_code == 200
    assert [one["id"] for one in mine.get(PERFORMANCES).json()["items"]] == [performance["id"]]
    assert theirs.get(url).status_code == 404
    assert theirs.get(PERFORMANCES).json()["items"] == []
    assert mine.post(f"{url}/cross-checks").status_code == 403


def test_lists_filter_search_and_page(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    for number, grade in enumerate("ABC"):
        body = {"project": f"工程{number}", "category": "works" if number else "design", "grade": grade}
        assert clerk.post(PERFORMANCES, json=body).status_code == 201

    def found(**query: Any) -> list[str]:
        answer = clerk.get(PERFORMANCES, params=query)
        assert answer.status_code == 200, answer.text
        return [one["project"] for one in answer.json()["items"]]

    assert found() == ["工程2", "工程1", "工程0"]
    assert found(grade="B") == ["工程1"]
    assert found(category="design") == ["工程0"]
    assert found(q="程2") == ["工程2"]
    assert found(submitted=True) == []
    assert len(found(submitted=False)) == 3
    first = clerk.get(PERFORMANCES, params={"limit": 2}).json()
    assert found(limit=2, cursor=first["next"]) == ["工程0"]


def test_particulars_are_kept_whole(api: Api) -> None:
    particulars = {"region": "沈阳市", "construction": "new", "section_no": "LN-2023-001"}
    performance = a_performance(api, particulars=particulars)
    assert {k: v for k, v in performance["particulars"].items() if v} == particulars
    clerk, url = api.client(Role.CLERK), f"{PERFORMANCES}/{performance['id']}"
    done = clerk.patch(url, json={"particulars": None, "grade": None}, headers={"If-Match": performance["etag"]})
    assert (done.json()["grade"], set(done.json()["particulars"].values())) == (None, {None})
    bad = clerk.post(PERFORMANCES, json={"project": " ", "category": "works"})
    assert bad.status_code == 422
    assert (
        clerk.post(PERFORMANCES, json={"project": "x", "category": "works", "particulars": {"x": 1}}).status_code == 422
    )


def test_beginning_twice_under_one_key_begins_once(api: Api) -> None:
    clerk, body = api.client(Role.CLERK), {"project": "工程", "category": "epc"}
    made = [clerk.post(PERFORMANCES, json=body, headers={"Idempotency-Key": "k"}).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert len(clerk.get(PERFORMANCES).json()["items"]) == 1
