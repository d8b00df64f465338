"""People over the API: bound by a number that is nowhere kept, to one enterprise at a time."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, inspect, select, text
from starlette.testclient import TestClient

from certlight.light import Light
from service.database.base import reading, transaction
from service.database.documents import Document
from service.database.subjects import Person, PersonBinding
from service.domain.identity import identity_digest
from service.domain.roles import Role
from service.people.binding import bind
from service.people.identities import identity
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.performance_examples import PEOPLE, a_document, a_person, identity_number
from tests.service.review_examples import Desks
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

ALICE = {"name": "李 明", "identity_number": identity_number(), "position": "项目经理"}


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def everything(engine: Engine) -> str:
    """All that the database holds, as text."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = [connection.execute(text(f'SELECT * FROM "{table}"')).all() for table in tables]
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_somebody_is_bound_and_their_number_is_nowhere(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    admin = api.client(Role.ENTERPRISE_ADMIN)
    made = admin.post(PEOPLE, json=ALICE, headers={"Idempotency-Key": "one"})
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["name"], body["identity_last_four"], body["bound"]) == ("李明", identity_number()[-4:], True)
    again = admin.post(PEOPLE, json=ALICE, headers={"Idempotency-Key": "one"})
    assert again.json() == body
    assert code_of(admin.post(PEOPLE, json=ALICE)) == (409, "person.bound_already")
    kept = everything(api.engine) + caplog.text + made.text
    assert identity_number() not in kept
    assert identity_number()[:17] not in kept
    assert "李明" in kept
    with reading(api.engine) as session:
        digest = session.scalars(select(Person.identity_digest)).one()
        assert digest == identity_digest(identity_number(), api.installation.keys("identity/1")[0])
        log = session.execute(text("SELECT details FROM operation_log WHERE action = 'person.bind'")).all()
        assert "李明" not in str(log)


def test_numbers_that_cannot_exist_are_refused(api: Api) -> None:
    other_digit = identity_number()[:-1] + ("0" if identity_number()[-1] != "0" else "1")
    for number in (other_digit, "21010219901307001X", "1" * 18, "9" * 40):
        answer = api.client(Role.ENTERPRISE_ADMIN).post(PEOPLE, json={**ALICE, "identity_number": number})
        assert code_of(answer) == (422, "person.identity_number")
        assert number not in answer.text


def test_a_refusal_repeats_no_number(api: Api) -> None:
    answer = api.client(Role.ENTERPRISE_ADMIN).post(PEOPLE, json={**ALICE, "identity_number": "2101021990"})
    assert answer.status_code == 422
    assert "2101021990" not in answer.text


def test_only_the_enterprises_administrator_binds(api: Api) -> None:
    person = a_person(api)
    for role in (Role.CLERK, Role.REVIEWER, Role.PLATFORM_ADMIN, Role.AUDITOR, Role.STATION):
        somebody = api.client(role)
        body = {**ALICE, "identity_number": identity_number(2)}
        assert somebody.post(PEOPLE, json=body).status_code in (403, 404)
        released = somebody.post(f"{PEOPLE}/{person['id']}/unbinding", json={"reason": "离职"})
        assert released.status_code in (403, 404)


def test_bound_elsewhere_tells_nothing_of_where(api: Api) -> None:
    a_person(api)
    answer = api.client(Role.ENTERPRISE_ADMIN, code=OTHER_CODE).post(PEOPLE, json=ALICE)
    assert code_of(answer) == (409, "person.bound_elsewhere")
    with reading(api.engine) as session:
        hidden = session.execute(text("SELECT id, name, credit_code FROM subjects")).all()
    assert not any(str(value) in answer.text for row in hidden for value in row)
    other = api.client(Role.ENTERPRISE_ADMIN, code=OTHER_CODE)
    assert other.get(PEOPLE, params={"belonging": "all"}).json()["items"] == []


def test_released_and_bound_anew(api: Api) -> None:
    person = a_person(api)
    admin, other = api.client(Role.ENTERPRISE_ADMIN), api.client(Role.ENTERPRISE_ADMIN, code=OTHER_CODE)
    url = f"{PEOPLE}/{person['id']}"
    assert other.post(f"{url}/unbinding", json={"reason": "离职"}).status_code == 404
    done = admin.post(f"{url}/unbinding", json={"reason": "离职"})
    assert done.status_code == 200, done.text
    assert (done.json()["bound"], done.json()["reason"], done.json()["identity_last_four"]) == (False, "离职", None)
    assert code_of(admin.post(f"{url}/unbinding", json={"reason": "离职"})) == (409, "person.not_bound")
    # The next enterprise calls them by their new name; the first keeps its own history, and sees no more.
    taken = other.post(PEOPLE, json={**ALICE, "name": "李明轩"})
    assert taken.status_code == 201, taken.text
    assert taken.json()["id"] == person["id"]
    assert code_of(admin.post(PEOPLE, json=ALICE)) == (409, "person.bound_elsewhere")
    before = admin.get(url).json()
    assert (before["name"], len(before["history"]), before["documents"]) == ("李明", 1, [])
    assert [len(other.get(url).json()["history"]), len(api.client(Role.AUDITOR).get(url).json()["history"])] == [1, 2]
    lists = {word: admin.get(PEOPLE, params={"belonging": word}).json()["items"] for word in ("bound", "released")}
    assert (len(lists["bound"]), len(lists["released"])) == (0, 1)


def test_a_new_key_still_knows_everybody(api: Api) -> None:
    """Rotation: made under the first key, found under all, kept under the newest."""
    old, new = api.installation.keys("identity/1")[0], b"n" * 32
    person = a_person(api)
    who = identity("李明", identity_number(), [new, old], at=NOW)
    other = api.principal(Role.ENTERPRISE_ADMIN, code=OTHER_CODE)
    with pytest.raises(Exception, match="bound_elsewhere"), transaction(api.engine) as session:
        bind(session, other, who, position=None, at=NOW)
    assert (
        api.client(Role.ENTERPRISE_ADMIN)
        .post(f"{PEOPLE}/{person['id']}/unbinding", json={"reason": "离职"})
        .status_code
        == 200
    )
    with transaction(api.engine) as session:
        assert bind(session, other, who, position=None, at=NOW).person_id == person["id"]
    with reading(api.engine) as session:
        assert session.scalars(select(Person.identity_digest)).all() == [identity_digest(identity_number(), new)]


def test_two_enterprises_at_one_moment_bind_one_person_once(api: Api) -> None:
    clients = [api.client(Role.ENTERPRISE_ADMIN, code=code) for code in (COMPANY_CODE, OTHER_CODE)]
    start, answers = threading.Barrier(2), []

    def bind_one(client: TestClient) -> None:
        start.wait(10)
        answers.append(client.post(PEOPLE, json=ALICE))

    threads = [threading.Thread(target=bind_one, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    with reading(api.engine) as session:
        assert session.scalar(select(func.count()).select_from(PersonBinding)) == 1


def test_whoever_tries_many_numbers_has_to_wait(api: Api) -> None:
    a_person(api)
    other = api.client(Role.ENTERPRISE_ADMIN, code=OTHER_CODE)
    answers = [code_of(other.post(PEOPLE, json=ALICE)) for _ in range(21)]
    assert set(answers[:20]) == {(409, "person.bound_elsewhere")}
    assert answers[20] == (429, "person.too_many")
    free = {**ALICE, "identity_number": identity_number(2)}
    assert code_of(other.post(PEOPLE, json=free)) == (429, "person.too_many")
    a_person(api, "王强", 3)
    api.clock.forward(timedelta(minutes=31))
    assert api.client(Role.ENTERPRISE_ADMIN, code=OTHER_CODE).post(PEOPLE, json=free).status_code == 201


def test_what_succeeds_is_not_counted(api: Api) -> None:
    admin = api.client(Role.ENTERPRISE_ADMIN)
    for number in range(1, 23):
        body = {"name": f"王{chr(0x4E00 + number)}", "identity_number": identity_number(number)}
        assert admin.post(PEOPLE, json=body).status_code == 201


def test_certificates_and_awards_are_linked(api: Api) -> None:
    person = a_person(api)
    paper = a_document(api, "id_card", name="李明")
    award = a_document(api, "engineering_award", manager="李 明", award="世纪杯")
    a_document(api, "engineering_award", manager="王强", award="别的奖")
    a_document(api, "engineering_award", library=False, manager="李明", award="未入库")
    with transaction(api.engine) as session:
        session.get_one(Document, paper).person_id = person["id"]
    url = f"{PEOPLE}/{person['id']}"
    seen = api.client(Role.CLERK).get(url).json()
    assert [one["document_id"] for one in seen["documents"]] == [paper]
    assert [one["document_id"] for one in seen["awards"]] == [award]
    # Of namesakes none is guessed.
    a_person(api, "李明", 2)
    assert api.client(Role.CLERK).get(url).json()["awards"] == []


def test_who_sees_people(api: Api) -> None:
    person = a_person(api)
    url = f"{PEOPLE}/{person['id']}"
    for role in (Role.CLERK, Role.ENTERPRISE_ADMIN, Role.AUDITOR):
        assert api.client(role).get(url).json()["name"] == "李明"
        assert [one["id"] for one in api.client(role).get(PEOPLE).json()["items"]] == [person["id"]]
    for role in (Role.PLATFORM_ADMIN, Role.STATION):
        assert api.client(role).get(PEOPLE).status_code == 403
        assert api.client(role).get(url).status_code in (403, 404)
    assert api.client(Role.CLERK, code=OTHER_CODE).get(url).status_code == 404
    assert api.anonymous().get(url).status_code == 401


def test_reviewers_see_whose_certificates_stand_before_them(api: Api) -> None:
    desks, person = Desks(api), a_person(api)
    version = desks.in_library(Light.GREEN)
    mine, theirs = desks.reviewer(), desks.reviewer("elsewhere", "water")
    url = f"{PEOPLE}/{person['id']}"
    body = {"domain_id": desks.domain()}
    assert desks.clerk().post(f"/api/v1/documents/{version.document_id}/pushes", json=body).status_code == 201
    assert mine.get(url).status_code == 404
    with transaction(api.engine) as session:
        session.get_one(Document, version.document_id).person_id = person["id"]
    assert [one["document_id"] for one in mine.get(url).json()["documents"]] == [version.document_id]
    assert [one["id"] for one in mine.get(PEOPLE).json()["items"]] == [person["id"]]
    assert theirs.get(url).status_code == 404
    assert theirs.get(PEOPLE).json()["items"] == []


def test_search_and_pages(api: Api) -> None:
    for number, name in enumerate(("李明", "李强", "王强"), start=1):
        a_person(api, name, number)
    clerk = api.client(Role.CLERK)
    assert [one["name"] for one in clerk.get(PEOPLE, params={"q": "李"}).json()["items"]] == ["李强", "李明"]
    first = clerk.get(PEOPLE, params={"limit": 2}).json()
    rest = clerk.get(PEOPLE, params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["name"] for one in first["items"] + rest["items"]] == ["王强", "李强", "李明"]
    assert COMPANY_CODE not in json.dumps(first)
