"""Pushes to domains over HTTP: who sees what, who claims, who decides, and what the enterprise is told."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from httpx import Response
from sqlalchemy import select

from certlight.light import Light
from service.database.accounts import User
from service.database.base import reading, transaction
from service.database.library import submit, supplement
from service.database.operations import Operation
from service.database.pushes import Push
from service.database.subjects import Subject
from service.domain.actors import Actor
from service.domain.pushes import PushState
from service.domain.roles import Role
from service.review.pushing import push_document
from service.review.reviewing import claim
from tests.service.account_examples import NOW, principal_of
from tests.service.api_client import Api
from tests.service.review_examples import Desks
from tests.service.rows import a_draft, seal_and_check
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

NOBODYS = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def desks(api: Api) -> Desks:
    return Desks(api)


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_from_the_push_to_the_approval(desks: Desks) -> None:
    clerk, reviewer = desks.clerk(), desks.reviewer()
    pushed = desks.pushed(Light.YELLOW)
    assert (pushed["state"], pushed["actions"]) == ("waiting", ["withdraw"])
    assert pushed["document"]["light"] == "yellow"
    assert pushed["state_name"] == {"zh": "待核验", "en": "waiting"}
    claimed = reviewer.post("/api/v1/pushes/claim")
    assert claimed.status_code == 200
    assert claimed.json()["id"] == pushed["id"]
    assert claimed.json()["claimed_until"] == "2026-11-01T05:00:00.000Z"
    seen = reviewer.get(f"/api/v1/pushes/{pushed['id']}")
    assert seen.headers["etag"] == claimed.headers["etag"]
    view = seen.json()
    assert {view["etag"], claimed.json()["etag"]} == {seen.headers["etag"]}
    assert view["check"]["light"] == "yellow"
    assert view["check"]["href"].startswith(f"/api/v1/documents/{pushed['document']['id']}/checks/")
    assert view["seal"]["signer"] == "企业"
    assert view["document"]["href"] == f"/api/v1/documents/{pushed['document']['id']}/versions/1"
    assert set(view["actions"]) == {"release", "approve", "reject", "request_revision"}
    done = reviewer.post(f"/api/v1/pushes/{pushed['id']}/approval", headers={"If-Match": seen.headers["etag"]})
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["actions"]) == ("approved", [])
    told = clerk.get(f"/api/v1/pushes/{pushed['id']}").json()
    assert (told["state"], told["mine"], told["document"]["light"]) == ("approved", False, "yellow")
    assert reviewer.post("/api/v1/pushes/claim").status_code == 204
    with reading(desks.engine) as session:
        log = session.scalars(select(Operation.action).where(Operation.object_kind == "push").order_by(Operation.seq))
        assert list(log) == ["push.push", "push.claim", "push.approve"]


@pytest.mark.parametrize(("word", "state"), [("rejection", "rejected"), ("revision", "revision")])
def test_a_refusal_says_why(desks: Desks, word: str, state: str) -> None:
    reviewer, pushed = desks.reviewer(), desks.pushed(Light.YELLOW)
    tag = reviewer.post("/api/v1/pushes/claim").headers["etag"]
    where, headers = f"/api/v1/pushes/{pushed['id']}/{word}", {"If-Match": tag}
    assert reviewer.post(where, headers=headers).status_code == 422
    assert reviewer.post(where, headers=headers, json={"reason": "  \n "}).status_code == 422
    assert code(reviewer.post(where, json={"reason": "x"})) == (428, "precondition.required")
    stale = reviewer.post(where, headers={"If-Match": '"1"'}, json={"reason": "x"})
    assert code(stale) == (412, "state.changed_meanwhile")
    assert reviewer.post(where, headers=headers, json={"reason": "公章不清晰"}).json()["state"] == state
    told = desks.clerk().get(f"/api/v1/pushes/{pushed['id']}").json()
    assert (told["reason"], told["decided_at"]) == ("公章不清晰", "2026-11-01T04:00:00.000Z")


def test_what_was_sent_back_comes_again_as_another_version(desks: Desks) -> None:
    reviewer, clerk, pushed = desks.reviewer(), desks.clerk(), desks.pushed(Light.YELLOW)
    tag = reviewer.post("/api/v1/pushes/claim").headers["etag"]
    back = {"headers": {"If-Match": tag}, "json": {"reason": "请补充"}}
    assert reviewer.post(f"/api/v1/pushes/{pushed['id']}/revision", **back).status_code == 200
    again = f"/api/v1/documents/{pushed['document']['id']}/pushes"
    body = {"domain_id": desks.domain()}
    assert code(clerk.post(again, json=body)) == (409, "push.unchanged")
    assert clerk.post(again, json={"domain_id": desks.domain("water")}).status_code == 201
    engine = desks.engine
    with transaction(engine) as session:
        version = session.get_one(Push, pushed["id"]).version
        actor = Actor(Role.CLERK, "somebody", version.subject_id)
        made = supplement(session, version, actor, at=NOW)
        seal_and_check(session, made, actor, Light.YELLOW)
        submit(session, made, actor, at=NOW)
    second = clerk.post(again, json=body)
    assert (second.status_code, second.json()["document"]["version"]) == (201, 2)
    history = reviewer.get(f"/api/v1/pushes/{second.json()['id']}").json()["history"]
    assert [(push["state"], push["document"]["version"]) for push in history] == [("revision", 1), ("waiting", 2)]
    assert history[0]["document"]["state"] == "superseded"
    # The enterprise sees what went to the other domain, too.
    assert len(clerk.get(f"/api/v1/pushes/{second.json()['id']}").json()["history"]) == 3


def test_a_push_sent_twice_under_one_key_is_one(desks: Desks) -> None:
    version, clerk = desks.in_library(), desks.clerk()
    where, body = f"/api/v1/documents/{version.document_id}/pushes", {"domain_id": desks.domain()}
    first = clerk.post(where, json=body, headers={"Idempotency-Key": "k"})
    assert clerk.post(where, json=body, headers={"Idempotency-Key": "k"}).json() == first.json()
    assert code(clerk.post(where, json=body)) == (409, "push.twice")


def test_what_is_not_in_the_library_or_no_domain(desks: Desks) -> None:
    clerk = desks.clerk()
    with transaction(desks.engine) as session:
        subject = session.get_one(Subject, desks.api.accounts.subjects[COMPANY_CODE])
        draft = a_draft(session, subject, Actor(Role.CLERK, "somebody", subject.id))
    where = f"/api/v1/documents/{draft.document_id}/pushes"
    assert code(clerk.post(where, json={"domain_id": desks.domain()})) == (409, "push.not_in_library")
    assert code(clerk.post(where, json={"domain_id": NOBODYS})) == (404, "account.domain_unknown")
    elsewhere = f"/api/v1/documents/{NOBODYS}/pushes"
    assert code(clerk.post(elsewhere, json={"domain_id": desks.domain()})) == (404, "access.not_found")


def test_only_ones_own_desk_and_ones_own_domain(desks: Desks) -> None:
    first, second, stranger = desks.reviewer(), desks.reviewer("second"), desks.reviewer("stranger", "water")
    pushed = desks.pushed()
    where = f"/api/v1/pushes/{pushed['id']}"
    tag = {"If-Match": first.post("/api/v1/pushes/claim").headers["etag"]}
    other = second.get(where).json()
    # That somebody has it is seen; who, until when and to what end is not.
    assert (other["state"], other["mine"], other["claimed_until"], other["actions"]) == ("claimed", False, None, [])
    assert code(second.post(f"{where}/approval", headers=tag)) == (409, "push.claimed_by_other")
    assert code(second.post(f"{where}/release", headers=tag)) == (409, "push.claimed_by_other")
    assert code(stranger.get(where)) == (404, "access.not_found")
    assert code(stranger.post(f"{where}/approval", headers=tag)) == (404, "access.not_found")
    assert stranger.get("/api/v1/pushes").json()["items"] == []
    assert stranger.post("/api/v1/pushes/claim").status_code == 204
    assert first.get("/api/v1/pushes", params={"mine": True}).json()["items"][0]["id"] == pushed["id"]
    assert second.get("/api/v1/pushes", params={"mine": True}).json()["items"] == []
    released = first.post(f"{where}/release", headers=tag)
    assert (released.json()["state"], released.json()["mine"]) == ("waiting", False)
    assert second.post("/api/v1/pushes/claim").json()["id"] == pushed["id"]


def test_enterprises_see_their_own_and_withdraw_them(desks: Desks) -> None:
    pushed, reviewer = desks.pushed(), desks.reviewer()
    where = f"/api/v1/pushes/{pushed['id']}"
    other = desks.person("other", Role.CLERK, code=OTHER_CODE)
    tag = {"If-Match": other.get(where).headers.get("etag", '"1"')}
    assert code(other.get(where)) == (404, "access.not_found")
    assert code(other.post(f"{where}/withdrawal", headers=tag)) == (404, "access.not_found")
    assert other.get("/api/v1/pushes").json()["items"] == []
    elsewhere = f"/api/v1/documents/{pushed['document']['id']}/pushes"
    assert code(other.post(elsewhere, json={"domain_id": desks.domain()})) == (404, "access.not_found")
    clerk = desks.clerk()
    assert code(clerk.post(f"{where}/approval", headers=tag)) == (403, "access.forbidden")
    assert code(clerk.post("/api/v1/pushes/claim")) == (403, "access.forbidden")
    gone = clerk.post(f"{where}/withdrawal", headers={"If-Match": clerk.get(where).headers["etag"]})
    assert gone.json()["state"] == "withdrawn"
    # From then on it is not the domain's business.
    assert code(reviewer.get(where)) == (404, "access.not_found")
    assert reviewer.get("/api/v1/pushes").json()["items"] == []
    assert reviewer.post("/api/v1/pushes/claim").status_code == 204


def test_whoever_has_no_part_in_it(desks: Desks) -> None:
    pushed = desks.pushed()
    where = f"/api/v1/pushes/{pushed['id']}"
    admin, auditor = desks.person("admin", Role.PLATFORM_ADMIN), desks.person("auditor", Role.AUDITOR)
    assert code(admin.get(where)) == (404, "access.not_found")
    assert code(admin.get("/api/v1/pushes")) == (403, "access.forbidden")
    assert auditor.get(where).json()["actions"] == []
    for nobody in (admin, auditor):
        assert nobody.post("/api/v1/pushes/claim").status_code in (403, 404)
        assert nobody.post(f"{where}/approval", headers={"If-Match": '"1"'}).status_code in (403, 404)
    assert code(desks.api.anonymous().get(where)) == (401, "account.session")


def test_lists_go_page_by_page_and_narrow_down(desks: Desks) -> None:
    made = [desks.pushed()["id"] for _ in range(3)] + [desks.pushed(domain="water")["id"]]
    clerk = desks.clerk()
    found, cursor = [], None
    while True:
        page = clerk.get("/api/v1/pushes", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [push["id"] for push in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == made[::-1]
    water = clerk.get("/api/v1/pushes", params={"domain_id": desks.domain("water")}).json()["items"]
    assert [push["id"] for push in water] == made[3:]
    desks.reviewer().post("/api/v1/pushes/claim")
    waiting = clerk.get("/api/v1/pushes", params={"state": "waiting"}).json()["items"]
    assert [push["id"] for push in waiting] == made[:0:-1]
    one = clerk.get("/api/v1/pushes", params={"document_id": water[0]["document"]["id"]}).json()["items"]
    assert [push["id"] for push in one] == made[3:]


def test_a_claim_that_has_ended_goes_to_the_next_one(desks: Desks) -> None:
    pushed = desks.pushed()
    desks.reviewer()
    desks.reviewer("second")
    engine, lasts = desks.engine, timedelta(minutes=60)
    first, second = (principal_of(desks.users[name]) for name in ("reviewer", "second"))
    with transaction(engine) as session:
        assert claim(session, first, at=NOW, lasts=lasts) is not None
        assert claim(session, second, at=NOW + lasts - timedelta(seconds=1), lasts=lasts) is None
        taken = claim(session, second, at=NOW + lasts, lasts=lasts)
        assert taken is not None
        assert (taken.id, taken.claimed_by) == (pushed["id"], second.user_id)


def test_eight_reviewers_share_twenty_pushes_each_exactly_once(desks: Desks) -> None:
    engine = desks.engine
    clerk = desks.user("clerk", Role.CLERK)
    people = [desks.user(f"reviewer{n}", Role.REVIEWER) for n in range(8)]
    made = []
    for _ in range(20):
        version = desks.in_library()
        with transaction(engine) as session:
            by = principal_of(clerk)
            made.append(push_document(session, by, version.document_id, desks.domain(), at=NOW).id)
    start, got, failures = threading.Barrier(8), [], []

    def work(user: User) -> None:
        try:
            start.wait()
            while True:
                with transaction(engine) as session:
                    claimed = claim(session, principal_of(user), at=NOW, lasts=timedelta(hours=1))
                if claimed is None:
                    return
                got.append((claimed.id, user.id))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(push for push, _ in got) == sorted(made)
    with reading(engine) as session:
        rows = session.scalars(select(Push)).all()
        assert {(row.id, row.claimed_by) for row in rows} == set(got)
        assert {row.state for row in rows} == {PushState.CLAIMED}


def test_domains_are_the_platforms(desks: Desks) -> None:
    admin, clerk = desks.person("admin", Role.PLATFORM_ADMIN), desks.clerk()
    body = {"code": "roads", "name": "公路工程领域", "name_en": "Road works"}
    made = admin.post("/api/v1/domains", json=body)
    assert made.status_code == 201, made.text
    assert code(admin.post("/api/v1/domains", json=body)) == (409, "domain.code_taken")
    assert admin.post("/api/v1/domains", json=body | {"code": "Ä b"}).status_code == 422
    where = f"/api/v1/domains/{made.json()['id']}"
    for nobody in (clerk, desks.reviewer(), desks.person("auditor", Role.AUDITOR)):
        assert code(nobody.post("/api/v1/domains", json=body | {"code": "x1"})) == (403, "access.forbidden")
        assert code(nobody.patch(where, json={"active": False})) == (403, "access.forbidden")
        assert [domain["code"] for domain in nobody.get("/api/v1/domains").json()["items"]] == [
            "housing",
            "roads",
            "water",
        ]
    assert admin.patch(where, json={}).status_code == 422
    assert code(admin.patch(f"/api/v1/domains/{NOBODYS}", json={"active": False})) == (404, "account.domain_unknown")
    changed = admin.patch(where, json={"active": False, "name": "公路领域"}).json()
    assert (changed["active"], changed["name"], changed["name_en"]) == (False, "公路领域", "Road works")
    version = desks.in_library()
    refused = clerk.post(f"/api/v1/documents/{version.document_id}/pushes", json={"domain_id": changed["id"]})
    assert code(refused) == (409, "push.not_in_library")
