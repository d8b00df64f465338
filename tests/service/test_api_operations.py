"""The operation log over HTTP: who sees what of it, narrowed down, page by page; and its chain."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from certlight.light import Light
from service.audit.chain import BEGINNING, Head, verify_stretch
from service.database.base import reading, transaction
from service.database.operations import record
from service.database.pushes import Domain, push
from service.database.subjects import Subject
from service.domain.actors import SYSTEM, Actor
from service.domain.operations import GENESIS
from service.domain.roles import Role
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.rows import a_submitted
from tests.service.test_audit_chain import unguarded
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

LOG = "/api/v1/operations"


def note(api: Api, number: int, *, code: str | None = COMPANY_CODE, action: str = "thing.note") -> None:
    subject = api.accounts.subjects[code] if code else None
    with transaction(api.engine) as session:
        at = NOW + timedelta(minutes=number)
        record(session, SYSTEM, action, "thing", f"thing-{number}", at=at, subject_id=subject, details={"n": number})


def test_a_clerk_sees_the_log_of_the_own_enterprise_alone_newest_first(api: Api) -> None:
    for number, code in enumerate((COMPANY_CODE, OTHER_CODE, None, COMPANY_CODE)):
        note(api, number, code=code)
    found = api.client(Role.CLERK).get(LOG, params={"object_kind": "thing"}).json()["items"]
    assert [entry["object_id"] for entry in found] == ["thing-3", "thing-0"]
    assert found[0]["details"] == {"n": 3}
    assert found[0]["at"] == "2026-11-01T04:03:00.000Z"
    everything = api.client(Role.CLERK).get(LOG).json()["items"]
    assert {entry["subject_id"] for entry in everything} == {api.accounts.subjects[COMPANY_CODE]}


def test_auditors_see_everything_and_platform_administrators_what_belongs_to_nobody(api: Api) -> None:
    for number, code in enumerate((COMPANY_CODE, OTHER_CODE, None)):
        note(api, number, code=code)
    things = {"object_kind": "thing"}
    seen = {
        role: [entry["object_id"] for entry in api.client(role).get(LOG, params=things).json()["items"]]
        for role in (Role.AUDITOR, Role.PLATFORM_ADMIN)
    }
    assert seen == {Role.AUDITOR: ["thing-2", "thing-1", "thing-0"], Role.PLATFORM_ADMIN: ["thing-2"]}


def test_a_reviewer_sees_what_was_done_to_what_stands_before_the_domain(api: Api) -> None:
    with transaction(api.engine) as session:
        subject = session.get_one(Subject, api.accounts.subjects[COMPANY_CODE])
        clerk = Actor(Role.CLERK, "clerk", subject.id)
        before, elsewhere = (a_submitted(session, subject, clerk, Light.GREEN) for _ in range(2))
        for version, domain in ((before, "housing"), (elsewhere, "water")):
            push(session, version, session.get_one(Domain, api.accounts.domains[domain]), clerk, at=NOW)
        version = before.id
    found = api.client(Role.REVIEWER).get(LOG, params={"limit": 200}).json()["items"]
    assert {entry["object_id"] for entry in found if entry["object_kind"] == "document_version"} == {version}
    assert sum(entry["object_kind"] == "push" for entry in found) == 1
    assert {entry["object_kind"] for entry in found} == {"document_version", "push"}


def test_a_station_is_shown_nothing(api: Api) -> None:
    assert api.anonymous().get(LOG).status_code == 401


def test_filters_narrow_it_down(api: Api) -> None:
    for number in (1, 2, 3):
        note(api, number)
    note(api, 4, action="other.note")
    clerk = api.client(Role.CLERK)
    expected: list[tuple[dict[str, str], list[int]]] = [
        ({"object_id": "thing-2"}, [2]),
        ({"action": "other.note"}, [4]),
        ({"action": "thing."}, [3, 2, 1]),
        ({"since": "2026-11-01T12:02:00+08:00", "object_kind": "thing"}, [4, 3, 2]),
        ({"until": "2026-11-01T04:02:00Z", "object_kind": "thing"}, [1]),
        ({"actor_role": "system", "object_kind": "thing"}, [4, 3, 2, 1]),
        ({"actor_id": "0" * 8 + "-0000-7000-8000-" + "0" * 12}, []),
    ]
    for wanted, numbers in expected:
        found = clerk.get(LOG, params=wanted).json()["items"]
        assert [entry["details"]["n"] for entry in found] == numbers, wanted


def test_filters_that_are_none_are_refused(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    for wanted in (
        {"since": "0001-01-01T00:00:00+14:00"},
        {"until": "9999-12-31T23:59:59-12:00"},
        {"since": "2026-11-01T04:00:00"},
        {"object_id": "\x00"},
        {"action": "%"},
        {"actor_role": "nobody"},
        {"limit": "0"},
    ):
        assert clerk.get(LOG, params=wanted).status_code in (400, 422), wanted


def test_a_cursor_goes_on_where_the_page_ended_though_entries_are_added(api: Api) -> None:
    for number in range(5):
        note(api, number)
    browser = api.client(Role.CLERK)
    first = browser.get(LOG, params={"object_kind": "thing", "limit": 3}).json()
    note(api, 5)
    rest = browser.get(LOG, params={"object_kind": "thing", "limit": 3, "cursor": first["next"]}).json()
    assert [entry["details"]["n"] for entry in first["items"] + rest["items"]] == [4, 3, 2, 1, 0]
    assert rest["next"] is None


def test_a_cursor_of_something_else_is_refused(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    for cursor in ("x", "WyJhIl0", "WzEsMl0", "W251bGxd"):
        answer = clerk.get(LOG, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "request.cursor")


def test_an_auditor_walks_the_chain_in_stretches(api: Api) -> None:
    for number in range(6):
        note(api, number)
    auditor = api.client(Role.AUDITOR)
    after, intact, answers = None, 0, []
    for _ in range(100):
        params = {"limit": 4} | ({"after": after} if after else {})
        answers.append(auditor.get(f"{LOG}/verification", params=params).json())
        intact += answers[-1]["intact"]
        after = answers[-1]["next"]
        if after is None:
            break
    assert [answer["whole"] for answer in answers] == [True] * len(answers)
    assert [answer["complete"] for answer in answers] == [False] * (len(answers) - 1) + [True]
    assert intact == answers[-1]["end"]["seq"] == answers[-1]["head"]["seq"]


def test_an_altered_entry_and_a_head_of_another_chain_are_told(api: Api) -> None:
    auditor = api.client(Role.AUDITOR)
    for number in range(3):
        note(api, number)
    strange = auditor.get(f"{LOG}/verification", params={"after": "1:" + "0" * 64}).json()
    assert (strange["whole"], strange["broken"]["fault"]) == (False, "not_the_known_chain")
    with unguarded(api.engine) as connection:
        seq = connection.scalar(text("SELECT max(seq) FROM operation_log")) - 1
        connection.execute(text("UPDATE operation_log SET action = 'thing.other' WHERE seq = :seq"), {"seq": seq})
    found = auditor.get(f"{LOG}/verification").json()
    assert (found["whole"], found["complete"], found["next"]) == (False, False, None)
    assert (found["broken"]["seq"], found["broken"]["fault"], found["intact"]) == (seq, "altered", seq - 1)


def test_only_who_sees_the_whole_log_may_verify_it(api: Api) -> None:
    answer = api.client(Role.CLERK).get(f"{LOG}/verification")
    assert (answer.status_code, answer.json()["code"]) == (403, "access.forbidden")
    refused = api.client(Role.AUDITOR).get(f"{LOG}/verification", params={"after": "last"})
    assert (refused.status_code, refused.json()["code"]) == (422, "audit.head_malformed")


def test_a_stretch_ends_exactly_at_the_end(api: Api) -> None:
    with reading(api.engine) as session:
        empty = verify_stretch(session)
    assert (empty.complete, empty.head, empty.intact) == (True, Head(0, GENESIS), 0)
    for number in range(3):
        note(api, number)
    with reading(api.engine) as session:
        exact = verify_stretch(session, BEGINNING, 3)
        short = verify_stretch(session, BEGINNING, 2)
    assert (exact.complete, exact.intact, short.complete, short.intact) == (True, 3, False, 2)
