"""The list of documents: what is seen, how it is narrowed, and pages that neither repeat nor lose a line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from starlette.testclient import TestClient

from certlight.light import Light
from service.database.base import transaction
from service.database.documents import DocumentVersion, advance
from service.database.library import start, submit
from service.database.pushes import Domain, push
from service.domain.documents import DocumentAction
from service.domain.roles import Role
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.document_flow import DOCUMENTS
from tests.service.rows import add_scan, seal_and_check
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

DAY = timedelta(days=1)
SORTS = ("created", "changed", "submitted", "valid_until")


def a_shelf(api: Api, code: str = COMPANY_CODE) -> dict[str, str]:
    """Documents in several states, by name."""
    actor = api.principal(Role.CLERK, code=code).actor
    made: dict[str, str] = {}
    rows: list[tuple[str, str, str | None, date | None, Light | None, bool]] = [
        ("draft", "contract", None, None, None, False),
        ("甲公司", "business_license", "91210100MA2A3B4C5D", date(2026, 10, 31), Light.GREEN, True),
        ("乙_100%公司", "business_license", "91210100MA00000002", date(2026, 11, 1), Light.YELLOW, True),
        ("丙公司", "construction_qualification", "D221", date(2030, 1, 1), Light.RED, False),
        ("丁公司", "construction_qualification", "D222", date(2030, 1, 1), Light.YELLOW, False),
        ("戊公司", "construction_qualification", "D223", None, Light.GREEN, True),
    ]
    with transaction(api.engine) as session:
        for number, (title, doc_type, own, until, light, submits) in enumerate(rows):
            at = NOW - DAY * (10 - number)
            version = start(session, str(actor.subject_id), doc_type, f"{doc_type}@1", actor, at=at)
            made[title] = version.document_id
            version.title, version.valid_until, version.document.number = title, until, own
            if light is not None:
                add_scan(session, version, title)
                advance(session, version, DocumentAction.UPLOAD, actor, at=at)
                version.entries = {"name": title}
                advance(session, version, DocumentAction.FILL, actor, at=at)
                seal_and_check(session, version, actor, light)
            if submits:
                submit(session, version, actor, at=at)
    return made


def names(client: TestClient, **asked: Any) -> list[str | None]:
    answer = client.get(DOCUMENTS, params=asked)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def paged(client: TestClient, limit: int, **asked: Any) -> list[str | None]:
    """All lines, a page at a time."""
    found: list[str | None] = []
    cursor: dict[str, str] = {}
    for _ in range(20):
        body = client.get(DOCUMENTS, params={**asked, "limit": limit, **cursor}).json()
        found += [item["title"] for item in body["items"]]
        if body["next"] is None:
            return found
        cursor = {"cursor": body["next"]}
    raise AssertionError("the list never ends")


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"doc_type": "business_license"}, {"甲公司", "乙_100%公司"}),
    ({"state": ["draft", "checked_red"]}, {"draft", "丙公司"}),
    ({"light": "yellow"}, {"乙_100%公司", "丁公司"}),
    ({"q": "公司"}, {"甲公司", "乙_100%公司", "丙公司", "丁公司", "戊公司"}),
    ({"q": " 乙 "}, {"乙_100%公司"}),
    ({"q": "_"}, {"乙_100%公司"}),
    ({"q": "%"}, {"乙_100%公司"}),
    ({"q": "\\"}, set()),
    ({"q": "ma2a3b"}, {"甲公司"}),
    ({"q": "营业执照"}, {"甲公司", "乙_100%公司"}),
    ({"q": "' OR 1=1 --"}, set()),
    ({"expired": "true"}, {"甲公司"}),
    ({"expired": "false"}, {"draft", "乙_100%公司", "丙公司", "丁公司", "戊公司"}),
    ({"expires_before": "2030-01-01"}, {"甲公司", "乙_100%公司"}),
    ({"sealed": "false"}, {"draft"}),
    ({"sealed": "true", "light": "red"}, {"丙公司"}),
    ({"submitted_from": (NOW - DAY * 8.5).isoformat()}, {"乙_100%公司", "戊公司"}),
    ({"submitted_until": (NOW - DAY * 8.5).isoformat()}, {"甲公司"}),
    ({"push_state": "waiting"}, {"乙_100%公司"}),
    ({"person_id": "00000000-0000-0000-0000-000000000000"}, set()),
]


def test_filters_and_orders(api: Api) -> None:
    made = a_shelf(api)
    a_shelf(api, OTHER_CODE)
    client = api.client(Role.CLERK)
    with transaction(api.engine) as session:
        version = session.query(DocumentVersion).filter_by(document_id=made["乙_100%公司"]).one()
        actor = api.principal(Role.CLERK).actor
        push(session, version, session.get_one(Domain, api.accounts.domains["housing"]), actor, at=NOW)
    for asked, expected in FILTERS:
        assert set(names(client, **asked)) == expected, asked
    assert names(client) == ["戊公司", "丁公司", "丙公司", "乙_100%公司", "甲公司", "draft"]
    assert names(client, sort="submitted") == ["戊公司", "乙_100%公司", "甲公司", "丁公司", "丙公司", "draft"]
    assert names(client, sort="valid_until", direction="asc") == [
        *("甲公司", "乙_100%公司", "丙公司", "丁公司", "draft", "戊公司")
    ]
    for sort in SORTS:
        for direction in ("asc", "desc"):
            whole = names(client, sort=sort, direction=direction)
            assert len(whole) == len(set(whole)) == 6
            for limit in (1, 2, 4):
                assert paged(client, limit, sort=sort, direction=direction) == whole, (sort, direction, limit)
    # Reviewers, auditors, and those who see no documents at all.
    assert names(api.client(Role.REVIEWER)) == ["乙_100%公司"]
    assert paged(api.client(Role.REVIEWER), 1, sort="valid_until") == ["乙_100%公司"]
    assert names(api.client(Role.REVIEWER, domain="water")) == []
    auditor = api.client(Role.AUDITOR)
    assert len(paged(auditor, 5, sort="valid_until")) == 12
    assert len(names(auditor, subject_id=api.accounts.subjects[OTHER_CODE])) == 6
    assert len(names(api.client(Role.CLERK), subject_id=api.accounts.subjects[OTHER_CODE])) == 0
    assert api.client(Role.PLATFORM_ADMIN).get(DOCUMENTS).status_code == 403


def test_what_a_line_tells(api: Api) -> None:
    made = a_shelf(api)
    line = api.client(Role.CLERK).get(DOCUMENTS, params={"q": "甲公司"}).json()["items"][0]
    assert line["id"] == made["甲公司"]
    assert line["type_name"] == {"zh": "营业执照", "en": "Business licence"}
    assert (line["document_number"], line["valid_until"], line["expired"]) == ("91210100MA2A3B4C5D", "2026-10-31", True)
    assert line["etag"] == api.client(Role.CLERK).get(f"{DOCUMENTS}/{line['id']}").headers["etag"]
    assert (line["light"], line["sealed"], line["state"]) == ("green", True, "submitted_green")
    assert (line["unique_code"], line["pushes"], line["actions"], line["open"]) == (None, [], ["renew"], None)
    assert line["submitted_at"] is not None


NO_QUESTIONS: list[dict[str, Any]] = [
    {"q": "a\x00b"},
    {"q": "x" * 101},
    {"state": "lost"},
    {"light": "blue"},
    {"limit": 201},
    {"doc_type": "x" * 61},
    {"submitted_from": "2026-01-01T00:00:00"},
    {"submitted_from": "0001-01-01T00:00:00+14:00"},
    {"expires_before": "2026-02-30"},
    {"person_id": "not an id"},
    {"cursor": "bm90IGEgY3Vyc29y"},
    {"cursor": "WyJjcmVhdGVkIiwiIiwieCJd", "sort": "changed"},
    {"cursor": "WyJjaGFuZ2VkIiwieCIsIngiXQ", "sort": "changed"},
    {"cursor": "WyJjaGFuZ2VkIiwiMjAyNi0wMS0wMVQwMDowMDowMCIsIngiXQ", "sort": "changed"},
]


def test_questions_that_are_none(api: Api) -> None:
    client = api.client(Role.CLERK)
    for asked in NO_QUESTIONS:
        answer = client.get(DOCUMENTS, params=asked)
        assert answer.status_code in (400, 422), (asked, answer.text)
        assert answer.json()["code"] in ("request.invalid", "request.cursor", "request.malformed"), asked
