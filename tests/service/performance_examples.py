"""Performances for tests: three documents that agree, and what leads them into the library."""

from __future__ import annotations

from typing import Any

from certlight.light import Light
from service.database.base import transaction
from service.database.documents import DocumentVersion, advance
from service.database.library import renew, start, submit
from service.domain.actors import Actor
from service.domain.documents import DocumentAction, DocumentState
from service.domain.roles import Role
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.document_flow import seal_and_check
from tests.service.rows import add_scan
from tests.signing.pki import COMPANY, COMPANY_CODE

PERFORMANCES = "/api/v1/performances"
PEOPLE = "/api/v1/people"
SLOTS = {"bid_notice": "bid_notice_id", "contract": "contract_id", "acceptance_report": "acceptance_id"}
ENTRIES: dict[str, dict[str, Any]] = {
    "bid_notice": {
        "section_name": "河畔小学教学楼工程（一标段）",
        "tenderer": "河畔区教育局",
        "winner": COMPANY,
        "bid_price": "12,345,678.90元",
        "manager": "李 明",
        "notified_on": "2023-03-01",
    },
    "contract": {
        "section_name": "河畔小学教学楼工程(一标段)",
        "client": "河畔区教育局",
        "contractor": COMPANY,
        "manager": "李明",
        "price": "12345678.9",
        "signed_on": "2023-03-20",
    },
    "acceptance_report": {
        "section_name": "河畔小学教学楼工程（一标段）",
        "client": "河畔区教育局",
        "contractor": COMPANY,
        "start_on": "2023-04-03",
        "finish_on": "2024-03-28",
        "accepted_on": "2024-04-10",
        "price": "12345678.9",
    },
}


def identity_number(number: int = 1) -> str:
    """An identity number that GB 11643-1999 allows, another for every ``number``."""
    body = f"21010219900307{number:03d}"
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def a_document(
    api: Api,
    doc_type: str,
    *,
    library: bool = True,
    code: str = COMPANY_CODE,
    light: Light = Light.GREEN,
    **entries: Any,
) -> str:
    """A document of the enterprise with these entries, in the library; or filled in only."""
    with transaction(api.engine) as session:
        subject_id = api.accounts.subjects[code]
        clerk = Actor(Role.CLERK, "somebody", subject_id)
        version = start(session, subject_id, doc_type, f"{doc_type}@1", clerk, at=NOW)
        fill(session, version, clerk, {**ENTRIES.get(doc_type, {}), **entries})
        if library:
            seal_and_check(session, version, light, NOW)
            submit(session, version, clerk, at=NOW)
        return version.document_id


def fill(session: Any, version: DocumentVersion, clerk: Actor, entries: dict[str, Any]) -> None:
    """Pages, entries, marks."""
    add_scan(session, version, f"page of {version.id}")
    advance(session, version, DocumentAction.UPLOAD, clerk, at=NOW)
    version.entries = {code: value for code, value in entries.items() if value is not None}
    advance(session, version, DocumentAction.FILL, clerk, at=NOW)
    advance(session, version, DocumentAction.MARK, clerk, at=NOW, target=DocumentState.MARKED)


def renewed(api: Api, document_id: str, **entries: Any) -> str:
    """The document that replaces that one, in the library."""
    from service.performances.papers import present_version

    with transaction(api.engine) as session:
        subject_id = api.accounts.subjects[COMPANY_CODE]
        clerk = Actor(Role.CLERK, "somebody", subject_id)
        old = present_version(session, subject_id, document_id)
        version = renew(session, old, old.template, clerk, at=NOW)
        fill(session, version, clerk, {**old.entries, **entries})
        seal_and_check(session, version, Light.GREEN, NOW)
        submit(session, version, clerk, at=NOW)
        return version.document_id


def attached(api: Api, *, library: bool = True, **changed: dict[str, Any]) -> dict[str, str]:
    """Three documents as a performance names them."""
    return {
        column: a_document(api, doc_type, library=library, **changed.get(doc_type, {}))
        for doc_type, column in SLOTS.items()
    }


def a_performance(api: Api, grade: str = "B", documents: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A performance of the clerk's enterprise, as it was answered."""
    body = {"project": "河畔小学教学楼工程", "category": "works", "grade": grade, **(documents or {}), **more}
    made = api.client(Role.CLERK).post(PERFORMANCES, json=body)
    assert made.status_code == 201, made.text
    return {**made.json(), "etag": made.headers["etag"]}


def a_person(api: Api, name: str = "李明", number: int = 1, code: str = COMPANY_CODE) -> dict[str, Any]:
    """Somebody bound to the enterprise, as it was answered."""
    body = {"name": name, "identity_number": identity_number(number), "position": "项目经理"}
    made = api.client(Role.ENTERPRISE_ADMIN, code=code).post(PEOPLE, json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found
