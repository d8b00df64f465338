"""Documents over HTTP, from the draft to the library and beyond."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from httpx import Response

from certlight.light import Light
from service.accounts.access import Operation
from service.database.base import transaction
from service.database.pushes import Domain, push
from service.database.subjects import Person, PersonBinding
from service.documents.finding import find_document
from service.domain.principal import SYSTEM, Scope
from service.domain.roles import Role
from service.readings.page_images import Drawn, remember_pages
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.document_flow import DOCUMENTS, ENTRIES, KEYS, Paper, begun, box, checked, picture, ready
from tests.service.rows import sha
from tests.signing.pki import COMPANY_CODE, OTHER_CODE


def codes(given: Response) -> tuple[int, str]:
    return given.status_code, given.json()["code"]


def push_to(api: Api, paper: Paper, domain: str = "housing") -> str:
    """A push of what is in the library, by its clerk."""
    with transaction(api.engine) as session:
        document = find_document(session, SYSTEM, paper.id, Operation.READ)
        version = next(v for v in document.versions if v.number == document.current)
        actor = api.principal(Role.CLERK).actor
        return push(session, version, session.get_one(Domain, api.accounts.domains[domain]), actor, at=NOW).id


def test_from_draft_to_library(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    draft = paper.view()
    assert (draft["state"], draft["etag"], draft["version"]) == ("draft", '"1.1"', 1)
    assert {action["action"] for action in draft["actions"]} == {"upload", "fill", "discard"}
    paper.upload(("a.jpg", picture(1)))
    filled = paper.fill({**ENTRIES, "term": "2020-01-01至2030-12-31"})
    assert (filled["title"], filled["document_number"]) == (ENTRIES["name"], ENTRIES["uscc"])
    assert (filled["valid_until"], filled["expired"]) == ("2030-12-31", False)
    assert paper.mark({"uscc": [box()]})["state"] == "filled"
    marked = paper.mark()
    assert (marked["state"], marked["marks_complete"]) == ("marked", True)
    assert marked["marks"]["uscc"] == [box()]
    checked(api, paper, Light.GREEN)
    view = paper.view()
    assert (view["light"], view["check"]["stale"], view["seal"]["stale"]) == ("green", False, False)
    done = paper.submit()
    assert (done["state"], done["submitted_at"]) == ("submitted_green", "2026-11-01T04:00:00.000Z")
    assert done["certificate"]["unique_code"]
    assert [action["action"] for action in done["actions"]] == ["renew"]
    assert codes(paper.client.put(f"{paper.url}/entries", json={"entries": {}}, headers=paper.matched)) == (
        409,
        "state.action_impossible",
    )


def test_entries_are_held_against_the_template(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    url = f"{paper.url}/entries"

    def put(entries: Any) -> Response:
        return paper.client.put(url, json={"entries": entries}, headers=paper.matched)

    assert codes(put({"usc": "1"})) == (422, "claim.unknown_field")
    assert codes(put({"uscc": 5})) == (422, "request.invalid")
    assert codes(put({"uscc": "x" * 20_001})) == (422, "request.invalid")
    assert put({"uscc": "a\x00b"}).status_code == 400
    assert "12345" not in put({"uscc": ["12345", 6]}).text
    assert codes(paper.client.put(url, json={"entries": {}})) == (428, "precondition.required")
    assert codes(paper.client.put(url, json={"entries": {}}, headers={"If-Match": '"3"'})) == (
        400,
        "precondition.malformed",
    )
    for stale in ('"1.9"', '"2.1"'):
        answer = paper.client.put(url, json={"entries": {}}, headers={"If-Match": stale})
        assert codes(answer) == (412, "state.changed_meanwhile")
    kept = paper.fill({"uscc": "91210100MA2A3B4C5D", "address": None})
    assert kept["entries"] == {"uscc": "91210100MA2A3B4C5D"}


def test_marks_are_boxes_on_pages_there_are(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    url = f"{paper.url}/marks"

    def put(marks: Any) -> Response:
        return paper.client.put(url, json={"marks": marks}, headers=paper.matched)

    assert codes(put({})) == (409, "state.action_impossible")
    paper.upload(("a.jpg", picture(1)), ("b.jpg", picture(2)))
    paper.fill()
    assert codes(put({"uscc": [box(2)]})) == (422, "claim.no_such_page")
    assert codes(put({"uscc": [{"page": 0, "box": [5, 5, 5, 9]}]})) == (422, "claim.bad_box")
    assert codes(put({"uscc": [{"page": 0, "box": [5, 5, 9]}]})) == (422, "request.invalid")
    assert codes(put({"nothing": [box()]})) == (422, "claim.unknown_field")
    assert paper.mark({"uscc": [box(1), box(0)], "name": []})["marks"] == {"uscc": [box(1), box(0)]}


def test_two_clerks_do_not_overwrite_each_other(api: Api) -> None:
    one = begun(api.client(Role.CLERK))
    other = Paper(api.client(Role.ENTERPRISE_ADMIN), one.id, one.etag)
    one.fill()
    answer = other.client.put(f"{other.url}/entries", json={"entries": {}}, headers=other.matched)
    assert codes(answer) == (412, "state.changed_meanwhile")
    other.view()
    other.fill({"name": "乙公司"})
    assert one.view()["title"] == "乙公司"


def test_a_persons_document_names_somebody_of_the_enterprise(api: Api) -> None:
    client = api.client(Role.CLERK)
    with transaction(api.engine) as session:
        person = Person(name="张三", identity_last_four="002X", identity_digest=sha("x"), created_at=NOW)
        session.add(person)
        session.flush()
        binding = PersonBinding(
            subject_id=api.accounts.subjects[COMPANY_CODE], person_id=person.id, bound_at=NOW, bound_by=None
        )
        session.add(binding)
    body = {"doc_type": "id_card", "person_id": person.id}
    assert client.post(DOCUMENTS, json=body).json()["person_id"] == person.id
    assert codes(client.post(DOCUMENTS, json={**body, "doc_type": "contract"})) == (422, "document.person_unexpected")
    elsewhere = api.client(Role.CLERK, code=OTHER_CODE)
    assert codes(elsewhere.post(DOCUMENTS, json=body)) == (422, "document.person_not_bound")
    assert codes(client.post(DOCUMENTS, json={"doc_type": "no_such_type"})) == (422, "template.unknown")
    with transaction(api.engine) as session:
        session.get_one(PersonBinding, binding.id).ended_at = NOW
    assert codes(client.post(DOCUMENTS, json=body)) == (422, "document.person_not_bound")


def test_creating_twice_under_one_key_creates_once(api: Api) -> None:
    client = api.client(Role.CLERK)
    answers = [
        client.post(DOCUMENTS, json={"doc_type": "contract"}, headers={"Idempotency-Key": "a"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["location"] == f"{DOCUMENTS}/{answers[0].json()['id']}"
    assert len(client.get(DOCUMENTS).json()["items"]) == 1


def test_red_is_not_submitted_and_says_why(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK), Light.RED)
    answer = paper.client.post(f"{paper.url}/submission", headers=paper.matched)
    assert codes(answer) == (409, "document.red")
    assert "重新签章" in answer.json()["remedy"]
    unsealed = begun(paper.client)
    assert codes(unsealed.client.post(f"{unsealed.url}/submission", headers=unsealed.matched)) == (
        409,
        "state.action_impossible",
    )


def test_what_expired_since_its_check_is_no_longer_green(api: Api) -> None:
    # A program's token outlives the day; it is 12:00 on 2026-11-01 in China, the licence's last day.
    client = api.token(Role.CLERK)
    paper = ready(api, client, Light.GREEN, term="2020-01-01至2026-11-01")
    api.clock.forward(timedelta(hours=11, minutes=59))
    assert paper.view()["expired"] is False
    api.clock.forward(timedelta(minutes=1))
    assert paper.view()["expired"] is True
    answer = client.post(f"{paper.url}/submission", headers=paper.matched)
    assert codes(answer) == (409, "document.expired_since_check")
    # Yellow is people's to judge.
    yellow = ready(api, client, Light.YELLOW, seed=2, term="2020-01-01至2026-11-01")
    assert yellow.submit()["state"] == "submitted_yellow"


def test_an_enterprise_that_was_renamed_seals_anew(api: Api) -> None:
    client = api.client(Role.ENTERPRISE_ADMIN)
    paper = ready(api, client, Light.GREEN)
    subject = client.get("/api/v1/auth/session").json()["subject"]["id"]
    api.clock.forward(timedelta(minutes=1))
    tag = client.get(f"/api/v1/subjects/{subject}").headers["etag"]
    renamed = client.patch(f"/api/v1/subjects/{subject}", json={"name": "别家建设集团"}, headers={"If-Match": tag})
    assert renamed.status_code == 200, renamed.text
    answer = client.post(f"{paper.url}/submission", headers=paper.matched)
    assert codes(answer) == (409, "document.renamed_since_seal")


def test_a_supplement_changes_what_is_not_key(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK), Light.YELLOW)
    paper.submit()
    made = paper.keep(paper.client.post(f"{paper.url}/supplement"), 201)
    assert (made["version"], made["current"], made["key_fields_locked"]) == (2, 1, True)
    assert (made["state"], made["etag"].partition(".")[0]) == ("filled", '"2')
    assert (made["entries"], set(made["marks"]), len(made["scans"])) == (ENTRIES, set(KEYS), 1)
    assert codes(paper.client.post(f"{paper.url}/supplement")) == (409, "state.supplement_open")
    for entries in ({**ENTRIES, "uscc": "1"}, {"company_type": "其他"}):
        answer = paper.client.put(f"{paper.url}/entries", json={"entries": entries}, headers=paper.matched)
        assert codes(answer) == (422, "document.key_field_locked")
    assert "统一社会信用代码" in answer.json()["detail"]
    paper.fill({**ENTRIES, "address": "沈阳市"})
    # Marks of key fields may move: they say where, not what.
    paper.mark({code: [box(0, 30.0)] for code in KEYS})
    line = paper.client.get(DOCUMENTS).json()["items"]
    assert [(item["version"], item["state"]) for item in line] == [(1, "submitted_yellow")]
    assert (line[0]["open"]["version"], line[0]["open"]["state"]) == (2, "marked")
    checked(api, paper, Light.GREEN)
    assert paper.submit()["version"] == 2
    versions = paper.client.get(f"{paper.url}/versions").json()["items"]
    assert [(row["version"], row["state"]) for row in versions] == [(2, "submitted_green"), (1, "superseded")]
    old = paper.client.get(f"{paper.url}/versions/1").json()
    assert (old["entries"], old["state"]) == (ENTRIES, "superseded")
    assert codes(paper.client.get(f"{paper.url}/versions/3")) == (404, "access.not_found")


def test_a_renewal_supersedes_and_takes_back_waiting_pushes(api: Api) -> None:
    client = api.client(Role.CLERK)
    old = ready(api, client, Light.GREEN)
    old.submit()
    push_to(api, old)
    assert [push["state"] for push in old.view()["pushes"]] == ["waiting"]
    assert codes(client.post(f"{old.url}/supplement")) == (409, "state.action_impossible")
    made = client.post(f"{old.url}/renewal")
    assert made.status_code == 201, made.text
    assert (made.json()["replaces_id"], made.json()["state"], made.json()["entries"]) == (old.id, "draft", {})
    assert codes(client.post(f"{old.url}/renewal")) == (409, "document.renewal_open")
    new = Paper(client, made.json()["id"], made.headers["etag"])
    new.upload(("new.jpg", picture(9)))
    new.fill()
    new.mark()
    checked(api, new, Light.GREEN)
    new.submit()
    view = old.view()
    assert view["state"] == "superseded"
    assert [push["state"] for push in view["pushes"]] == ["withdrawn"]
    assert codes(client.post(f"{old.url}/renewal")) == (409, "state.action_impossible")


def test_discarding_gives_up_and_stays_visible(api: Api) -> None:
    client = api.client(Role.CLERK)
    paper = begun(client)
    assert codes(client.delete(paper.url)) == (428, "precondition.required")
    done = paper.keep(client.delete(paper.url, headers=paper.matched))
    assert (done["state"], done["actions"]) == ("discarded", [])
    assert [item["state"] for item in client.get(DOCUMENTS).json()["items"]] == ["discarded"]
    yellow = ready(api, client, Light.YELLOW)
    yellow.submit()
    yellow.keep(client.post(f"{yellow.url}/supplement"), 201)
    yellow.keep(client.delete(yellow.url, headers=yellow.matched))
    assert (yellow.view()["version"], yellow.view()["state"]) == (1, "submitted_yellow")
    assert codes(client.delete(yellow.url, headers=yellow.matched)) == (409, "state.action_impossible")


def test_the_log_tells_what_happened_and_names_only_ones_own(api: Api) -> None:
    client = api.client(Role.CLERK)
    paper = ready(api, client, Light.GREEN)
    paper.submit()
    push_to(api, paper)
    log = client.get(f"{paper.url}/log").json()["items"]
    actions = [entry["action"] for entry in reversed(log)]
    assert actions == [
        *("document.start", "document.upload", "document.fill", "document.mark", "document.seal", "document.check"),
        *("document.submit", "certificate.issue", "push.push"),
    ]
    named = {entry["action"]: entry["actor_name"] for entry in log}
    assert named["document.fill"] == api.user(Role.CLERK).display_name
    assert named["document.check"] is None
    pages = client.get(f"{paper.url}/log", params={"limit": 4}).json()
    rest = client.get(f"{paper.url}/log", params={"limit": 9, "cursor": pages["next"]}).json()
    assert [*pages["items"], *rest["items"]] == log
    seen = api.client(Role.REVIEWER).get(f"{paper.url}/log").json()["items"]
    assert [entry["actor_name"] for entry in seen] == [None] * len(log)
    assert api.client(Role.REVIEWER, domain="water").get(f"{paper.url}/log").status_code == 404
    assert api.client(Role.CLERK, code=OTHER_CODE).get(f"{paper.url}/log").status_code == 404
    assert api.client(Role.AUDITOR).get(f"{paper.url}/log").json()["items"][-1]["actor_name"]
    # The log is for people; a program's token does not open it.
    token = api.token(Role.CLERK, Scope.DOCUMENTS_READ)
    assert codes(token.get(f"{paper.url}/log")) == (403, "access.scope")


def test_reviewers_see_what_was_pushed_to_them_and_that_alone(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK), Light.YELLOW)
    paper.submit()
    reviewer, stranger = api.client(Role.REVIEWER), api.client(Role.REVIEWER, domain="water")
    assert reviewer.get(paper.url).status_code == 404
    assert reviewer.get(DOCUMENTS).json()["items"] == []
    push_to(api, paper)
    paper.keep(paper.client.post(f"{paper.url}/supplement"), 201)
    seen = reviewer.get(paper.url).json()
    assert (seen["version"], seen["actions"], len(seen["pushes"])) == (1, [], 1)
    assert reviewer.get(seen["scans"][0]["href"]).status_code == 200
    assert [row["version"] for row in reviewer.get(f"{paper.url}/versions").json()["items"]] == [1]
    assert reviewer.get(f"{paper.url}/versions/2").status_code == 404
    lines = reviewer.get(DOCUMENTS).json()["items"]
    assert [(line["id"], line["version"], line["open"]) for line in lines] == [(paper.id, 1, None)]
    assert stranger.get(paper.url).status_code == 404
    assert stranger.get(DOCUMENTS).json()["items"] == []


def test_every_way_in_for_those_who_may_not(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK), Light.YELLOW)
    scan = paper.view()["scans"][0]
    calls: list[tuple[str, str, Any]] = [
        ("GET", paper.url, None),
        ("GET", f"{paper.url}/versions", None),
        ("GET", f"{paper.url}/versions/1", None),
        ("GET", f"{paper.url}/log", None),
        ("GET", f"{paper.url}/pages/0", None),
        ("GET", scan["href"], None),
        ("PUT", f"{paper.url}/entries", {"entries": {}}),
        ("PUT", f"{paper.url}/marks", {"marks": {}}),
        ("POST", f"{paper.url}/submission", None),
        ("POST", f"{paper.url}/supplement", None),
        ("POST", f"{paper.url}/renewal", None),
        ("DELETE", f"{paper.url}/scans/{scan['id']}", None),
        ("DELETE", paper.url, None),
    ]
    unknown = paper.url[:-12] + "0" * 12
    others = {
        "other": api.client(Role.CLERK, code=OTHER_CODE),
        "reviewer": api.client(Role.REVIEWER),
        "platform": api.client(Role.PLATFORM_ADMIN),
        "auditor": api.client(Role.AUDITOR),
        "station": api.client(Role.STATION),
        "nobody": api.anonymous(),
    }
    for who, client in others.items():
        for method, url, body in calls:
            answer = client.request(method, url, json=body, headers=paper.matched)
            if who == "auditor":
                # Reads everything, changes nothing; the pages were not read yet.
                expected = {200, 409} if method == "GET" else {403}
            else:
                expected = {401} if who == "nobody" else {403} if who == "station" else {404}
            assert answer.status_code in expected, (who, method, url, answer.text)
            if who == "other":
                there = client.request(method, url.replace(paper.url, unknown), json=body, headers=paper.matched)
                assert codes(there) == codes(answer)
    assert paper.view()["state"] == "checked_yellow"


def test_pages_wait_for_reading(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK))
    assert codes(paper.client.get(f"{paper.url}/pages/0")) == (409, "state.pages_unread")
    assert paper.view()["pages"] == []


def test_templates_are_forms_in_both_languages(api: Api) -> None:
    client = api.client(Role.CLERK)
    listed = client.get("/api/v1/templates")
    assert listed.json()["items"][0]["doc_type"] == "business_license"
    assert {item["group_name"]["zh"] for item in listed.json()["items"]} >= {"基本信息", "资质", "人员", "业绩"}
    one = client.get("/api/v1/templates/construction_qualification")
    form = one.json()
    fields = {field["code"]: field for field in form["fields"]}
    assert form["expiry_field"] == "valid_until"
    assert fields["cert_no"]["class"] == "key"
    assert fields["cert_no"]["required"] is True
    assert fields["grades"]["multiple"] is True
    assert fields["grade"]["member_of"] is None or fields["grade"]["member_of"] in fields
    assert all(field["name"]["zh"] and field["name"]["en"] and field["help"]["zh"] for field in form["fields"])
    again = client.get(one.request.url, headers={"If-None-Match": one.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert codes(client.get("/api/v1/templates/no_such_type")) == (404, "access.not_found")
    assert api.token(Role.CLERK, Scope.DOCUMENTS_READ).get("/api/v1/templates").status_code == 200
    assert api.client(Role.STATION).get("/api/v1/templates").status_code == 403


def test_straightened_pages_are_served_to_those_who_see_the_document(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK))
    subject = api.accounts.subjects[COMPANY_CODE]
    content = picture(50)
    blob = api.installation.store.put(io.BytesIO(content), 1 << 20, subject, media_type="image/jpeg")
    with transaction(api.engine) as session:
        scans = [scan["sha256"] for scan in paper.view()["scans"]]
        drawn = Drawn(page=0, width=64, height=48, rotation=90, sha256=blob.sha256, size=blob.size)
        remember_pages(session, subject, scans, [drawn], NOW)
    page = paper.view()["pages"][0]
    assert (page["index"], page["width"], page["height"], page["rotation"]) == (0, 64, 48, 90)
    answer = paper.client.get(page["href"])
    assert (answer.content, answer.headers["content-type"]) == (content, "image/jpeg")
    assert codes(paper.client.get(f"{paper.url}/pages/1")) == (404, "document.no_such_page")
    assert api.client(Role.CLERK, code=OTHER_CODE).get(page["href"]).status_code == 404
    # With another scan the pages are others, and have to be read anew.
    paper.upload(("more.jpg", picture(60)))
    assert codes(paper.client.get(page["href"])) == (409, "state.pages_unread")
