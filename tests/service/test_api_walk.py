"""Every route with every role, and from another enterprise: who may is written down here by hand.

A route that is not in :data:`TABLE` fails the test: whoever adds one says here who may use it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from service.database.base import open_database
from service.database.migrations.upgrade import migrate
from service.domain.principal import Scope
from service.domain.roles import Role
from tests.service.api_client import Api
from tests.service.walk_seed import MARK, Seed, copied, seed
from tests.signing.pki import OTHER_CODE, cert

ACTORS: Final = (
    *("anonymous", "clerk", "admin", "reviewer", "elsewhere", "platform", "auditor", "station"),
    *("other_clerk", "other_admin", "reads", "writes", "batches", "uploads"),
)
"""``elsewhere`` reviews for another domain; ``other_…`` are of another enterprise; the last four are tokens of the
clerk with one scope each."""
STRANGERS: Final = frozenset({"anonymous", "elsewhere", "other_clerk", "other_admin"})
"""Who must never be told anything of the enterprise."""

TABLE: Final[dict[str, str]] = {
    # One sign for each actor: + goes past authorisation, 1 nobody is signed in (401), 3 may not (403), 4 there is no
    # such thing (404). In the order of ACTORS:
    #  an cl ad re el pl au st oc oa tr tw tb tu
    "begin_certificate_login": "+ + + + + + + + + + + + + +",
    "begin_oidc_login": "4 4 4 4 4 4 4 4 4 4 4 4 4 4",
    "change_password": "1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "change_user": "1 3 + 4 4 + 3 3 4 4 3 3 3 3",
    "create_token": "1 + + + + + + 3 + + 3 3 3 3",
    "create_user": "1 4 + 4 4 + 3 3 4 + 3 3 3 3",
    "delete_document": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "delete_scan": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "end_own_session": "1 + + + + + + 1 + + 1 1 1 1",
    "export_documents": "1 + + + + 3 + 3 + + + 3 3 3",
    "export_operations": "1 + + + + + + 3 + + 3 3 3 3",
    "export_performances": "1 + + + + 3 + 3 + + + 3 3 3",
    "export_pushes": "1 + + + + 3 + 3 + + + 3 3 3",
    "finish_oidc_login": "4 4 4 4 4 4 4 4 4 4 4 4 4 4",
    "get_amendment": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_amendment_file": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_amendments": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_certificate": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_certificate_page": "+ + + + + + + + + + + + + +",
    "get_certificates": "1 + + + + 3 + 3 + + + 3 3 3",
    "get_check": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_check_report": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_checks": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_cross_checks": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_deliveries": "1 4 + 4 4 4 + 3 4 4 3 3 3 3",
    "get_document": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_document_log": "1 + + + 4 4 + 3 4 4 3 3 3 3",
    "get_document_version": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_document_versions": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_documents": "1 + + + + 3 + 3 + + + 3 3 3",
    "get_domains": "1 + + + + + + 3 + + + 3 3 3",
    "get_extraction": "1 4 4 4 4 4 4 3 4 4 4 3 3 3",
    "get_job": "1 + + 4 4 + + 3 4 4 + + + 3",
    "get_job_events": "1 + + 4 4 + + 3 4 4 + + + 3",
    "get_jobs": "1 + + 3 3 + + 3 + + + + + 3",
    "get_material": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_material_file": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_materials": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_page": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_people": "1 + + + + 3 + 3 + + 3 3 3 3",
    "get_performance": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_performances": "1 + + + + 3 + 3 + + + 3 3 3",
    "get_person": "1 + + 4 4 3 + 3 4 4 3 3 3 3",
    "get_preparation": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "get_public_certificate": "+ + + + + + + + + + + + + +",
    "get_public_keys": "+ + + + + + + + + + + + + +",
    "get_public_validation": "4 4 4 4 4 4 4 4 4 4 4 4 4 4",
    "get_push": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_pushes": "1 + + + + 3 + 3 + + + 3 3 3",
    "get_qr_png": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_qr_svg": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_report": "1 + 4 4 4 4 4 3 4 4 + 3 3 3",
    "get_report_content": "1 + 4 4 4 4 4 3 4 4 + 3 3 3",
    "get_scan_content": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_seal_report": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_sealed": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_seals": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "get_subject": "1 + + + 4 + + 3 4 4 + 3 3 3",
    "get_subjects": "1 + + + + + + 3 + + + 3 3 3",
    "get_template": "1 + + + + + + 3 + + + 3 3 3",
    "get_templates": "1 + + + + + + 3 + + + 3 3 3",
    "get_validation": "1 4 4 4 4 4 4 3 4 4 4 3 3 3",
    "get_webhooks": "1 3 + 3 3 + + 3 3 + 3 3 3 3",
    "list_operations": "1 + + + + + + 3 + + 3 3 3 3",
    "list_tokens": "1 + + + + + + 3 + + 3 3 3 3",
    "list_users": "1 + + + + + + 3 + + 3 3 3 3",
    "patch_domain": "1 3 3 3 3 + 3 3 3 3 3 3 3 3",
    "patch_performance": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "patch_subject": "1 3 + 3 4 + 3 3 4 4 3 3 3 3",
    "post_amendment": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_amendment_seal": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_amendment_withdrawal": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_approval": "1 3 3 + 4 4 3 3 4 4 3 3 3 3",
    "post_batch": "1 + + 4 4 4 3 3 4 4 3 3 3 3",
    "post_check": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "post_claim": "1 3 3 + + 4 3 3 3 3 3 3 3 3",
    "post_cross_check": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_document": "1 + + 4 4 4 3 + + + 3 + 3 +",
    "post_domain": "1 3 3 3 3 + 3 3 3 3 3 3 3 3",
    "post_extraction": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "post_job_cancellation": "1 + + 4 4 + 3 3 4 4 3 3 + 3",
    "post_job_retry": "1 + + 4 4 + 3 3 4 4 3 3 + 3",
    "post_material": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_material_seal": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_material_withdrawal": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_performance": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "post_performance_submission": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_person": "1 3 + 4 4 4 3 3 3 + 3 3 3 3",
    "post_public_validation": "+ + + + + + + + + + + + + +",
    "post_push": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_redelivery": "1 4 + 4 4 4 3 3 4 4 3 3 3 3",
    "post_rejection": "1 3 3 + 4 4 3 3 4 4 3 3 3 3",
    "post_release": "1 3 3 + 4 4 3 3 4 4 3 3 3 3",
    "post_renewal": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_report": "1 + + + 4 4 + 3 4 4 + 3 3 3",
    "post_revision": "1 3 3 + 4 4 3 3 4 4 3 3 3 3",
    "post_revocation": "1 3 + 3 4 4 3 3 4 4 3 3 3 3",
    "post_scans": "1 + + 4 4 4 3 + 4 4 3 + 3 +",
    "post_seal": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "post_signature": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "post_subject": "1 4 4 4 4 + 3 3 4 4 3 3 3 3",
    "post_submission": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "post_supplement": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "post_unbinding": "1 3 + 4 4 4 3 3 3 4 3 3 3 3",
    "post_validation": "1 + + 3 4 4 3 3 4 4 3 3 3 3",
    "post_webhook": "1 3 + 3 3 + 3 3 3 + 3 3 3 3",
    "post_withdrawal": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "put_amendment_file": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "put_entries": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "put_marks": "1 + + 4 4 4 3 3 4 4 3 + 3 3",
    "put_material_file": "1 + + 3 4 4 3 3 4 4 3 + 3 3",
    "read_session": "1 + + + + + + 1 + + 1 1 1 1",
    "read_user": "1 + + 4 4 + + 3 4 4 3 3 3 3",
    "remove_webhook": "1 4 + 4 4 4 3 3 4 4 3 3 3 3",
    "reset_password": "1 3 + 4 4 + 3 3 4 4 3 3 3 3",
    "revoke_token": "1 4 + 4 4 + 3 3 4 4 3 3 3 3",
    "rotate_token": "1 4 + 4 4 3 3 3 4 4 3 3 3 3",
    "sign_in": "1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "sign_in_with_certificate": "1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "verify_operations": "1 3 3 3 3 3 + 3 3 3 3 3 3 3",
}
PUBLIC: Final = frozenset({"get_certificate_page", "get_public_certificate"})
"""What a certificate says is told to whoever knows its code."""
ADMINISTERED: Final = frozenset({"list_tokens", "rotate_token", "get_webhooks", "list_operations", "export_operations"})
"""Where the platform's administrator reads names that an enterprise gave to what is administered."""


@dataclass(frozen=True)
class Asked:
    """What is sent to a route, so that nothing but who asks can be wrong with it."""

    json: Any = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Path parameters by another name of the seed."""
    file: bool = False


DRAFT: Final = {"document_id": "draft_id"}
CONTRACT: Final = {"document_id": "contract_id"}
TAG: Final = {"If-Match": '"1"'}
PAPER_TAG: Final = {"If-Match": '"1.1"'}
PDF: Final = b"%PDF-1.4\n%%EOF\n"


def requests_of(ids: dict[str, str]) -> dict[str, Asked]:
    """Where a route wants more than what its path says."""
    return {
        "post_amendment": Asked({"item": "manager", "after": "丙"}, ids=CONTRACT),
        "get_amendments": Asked(ids=CONTRACT),
        "get_amendment": Asked(ids=CONTRACT),
        "post_amendment_withdrawal": Asked(ids=CONTRACT),
        "put_amendment_file": Asked(ids=CONTRACT, file=True),
        "get_amendment_file": Asked(ids=CONTRACT),
        "post_amendment_seal": Asked(ids=CONTRACT, file=True),
        "post_batch": Asked({"documents": [ids["document_id"]], "action": "check"}),
        "sign_in_with_certificate": Asked(
            {"ticket": "x", "certificate": "AAAA", "algorithm": "rsa-pkcs1-sha256", "signature": "AAAA"}
        ),
        "post_revocation": Asked({"reason": "执照已换发"}),
        "post_check": Asked({}, ids=DRAFT),
        "post_document": Asked({"doc_type": "id_card", "person_id": ids["person_id"]}),
        "delete_document": Asked(headers=PAPER_TAG, ids=DRAFT),
        "post_domain": Asked({"code": "roads", "name": "道路"}),
        "patch_domain": Asked({"name": "水利"}),
        "put_entries": Asked({"entries": {"name": "丙公司"}}, headers=PAPER_TAG, ids=DRAFT),
        "put_marks": Asked({"marks": {}}, headers=PAPER_TAG, ids=DRAFT),
        "post_extraction": Asked(ids=DRAFT),
        "post_material": Asked({"name": "丙"}),
        "put_material_file": Asked(file=True),
        "post_material_seal": Asked(file=True),
        "post_person": Asked({"name": "丙", "identity_number": "11010519491231002X"}),
        "post_unbinding": Asked({"reason": "离职"}),
        "post_performance": Asked({"project": "丙", "category": "works", "contract_id": ids["contract_id"]}),
        "patch_performance": Asked({"project": "丙"}, headers=TAG),
        "post_performance_submission": Asked({}),
        "post_push": Asked({"domain_id": ids["domain_id"]}),
        "post_approval": Asked({}, headers=TAG),
        "post_rejection": Asked({"reason": "不符"}, headers=TAG),
        "post_revision": Asked({"reason": "不符"}, headers=TAG),
        "post_release": Asked(headers=TAG),
        "post_withdrawal": Asked(headers=TAG),
        "post_report": Asked({"what": "check", "document_id": ids["document_id"], "check_id": ids["check_id"]}),
        "get_report": Asked(ids={"job_id": "report_id"}),
        "get_report_content": Asked(ids={"job_id": "report_id"}),
        "post_scans": Asked(ids=DRAFT, file=True),
        "delete_scan": Asked(headers=PAPER_TAG),
        "post_seal": Asked({"certificate": base64.b64encode(cert("company").der).decode()}, ids=DRAFT),
        "get_preparation": Asked(ids=DRAFT),
        "post_signature": Asked({"signature": "AAAA"}, ids=DRAFT),
        "sign_in": Asked({"login_name": "nobody", "password": "x"}),
        "change_password": Asked({"current": "x", "new": "山风-Kompass-82-朝西"}),
        "post_subject": Asked({"name": "丙公司", "credit_code": "91210100MA0000001W", "capacities": ["bidder"]}),
        "patch_subject": Asked({"name": "丙公司"}, headers=TAG),
        "post_submission": Asked(headers=PAPER_TAG, ids=DRAFT),
        "create_token": Asked({"name": "丙", "scopes": ["documents:read"]}),
        "create_user": Asked({"login_name": "13900000009", "display_name": "丙", "role": "clerk"}),
        "change_user": Asked({"display_name": "丙"}, headers=TAG),
        "reset_password": Asked({}),
        "post_public_validation": Asked(file=True),
        "post_webhook": Asked({"url": "https://93.184.216.34/hook", "events": ["job.ended"]}),
    }


@pytest.fixture
def walked(tmp_path: Path) -> Iterator[tuple[Api, Seed, dict[str, TestClient]]]:
    """The API on SQLite (access is decided above the database), everything once, and everybody."""
    engine = open_database(f"sqlite:///{tmp_path}/walk.db")
    migrate(engine)
    api = Api(engine, tmp_path)
    seeded = seed(api)
    clients = {
        "anonymous": api.anonymous(),
        "clerk": api.client(Role.CLERK),
        "admin": api.client(Role.ENTERPRISE_ADMIN),
        "reviewer": api.client(Role.REVIEWER),
        "elsewhere": api.client(Role.REVIEWER, domain="water"),
        "platform": api.client(Role.PLATFORM_ADMIN),
        "auditor": api.client(Role.AUDITOR),
        "station": api.client(Role.STATION),
        "other_clerk": api.client(Role.CLERK, code=OTHER_CODE),
        "other_admin": api.client(Role.ENTERPRISE_ADMIN, code=OTHER_CODE),
        "reads": api.token(Role.CLERK, Scope.DOCUMENTS_READ),
        "writes": api.token(Role.CLERK, Scope.DOCUMENTS_WRITE),
        "batches": api.token(Role.CLERK, Scope.BATCH),
        "uploads": api.token(Role.CLERK, Scope.STATION_UPLOAD),
    }
    with ExitStack() as running:
        # One event loop for each client instead of one for each request.
        for client in clients.values():
            running.enter_context(client)
        yield api, seeded, clients
    engine.dispose()


def operations(api: Api) -> Iterator[tuple[str, str, str, list[str], bool]]:
    """Name, method, path, path parameters and whether somebody has to be signed in."""
    for path, item in api.app.openapi()["paths"].items():
        for method, one in item.items():
            places = [each["name"] for each in one.get("parameters", ()) if each["in"] == "path"]
            yield one["operationId"], method.upper(), path, places, "security" in one


def sent(client: TestClient, method: str, url: str, asked: Asked, **headers: str) -> Any:
    body: dict[str, Any] = {} if asked.json is None else {"json": asked.json}
    if asked.file:
        body = {"files": [("files", ("x.pdf", PDF, "application/pdf"))]}
    return client.request(method, url, params=asked.query, headers={**asked.headers, **headers}, **body)


def sign_of(answer: Any) -> str:
    """As the table writes it. What is not there yet, or lies in no storage, was looked for: that is past all doors."""
    problem = answer.headers.get("content-type") == "application/problem+json" and answer.content
    code = answer.json()["code"] if problem else ""
    if code in ("attachment.none", "storage.missing"):
        return "+"
    assert answer.status_code < 500, answer.text
    return {401: "1", 403: "3", 404: "4"}.get(answer.status_code, "+")


READERS: Final = {("post_validation", "reads")}
"""Who may see what it is about, and is told only that nothing may be done with it."""


def missing(place: str, present: str) -> str:
    """An identifier of the same make that nothing has."""
    return present[::-1] if place == "prefix" else f"{present[:-6]}000000" if place.endswith("_id") else present


def told_by(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"] if answer.content else ""


def unseen(answer: Any) -> bool:
    """Refused for what it is, or for who asks, but not for what may be seen and not be done."""
    seen = ("access.forbidden", "attachment.none")
    return answer.status_code in (403, 404) and told_by(answer)[1] not in seen


def test_the_table_names_every_route(api: Api) -> None:
    known = {name for name, *_ in operations(api)}
    assert known - TABLE.keys() == set(), "say in TABLE who may use these"
    assert TABLE.keys() - known == set(), "there are no such routes"
    assert {len(row.split()) for row in TABLE.values()} == {len(ACTORS)}


def test_every_route_with_everybody(walked: tuple[Api, Seed, dict[str, TestClient]], tmp_path: Path) -> None:
    api, seeded, clients = walked
    wanted, wrong = requests_of(seeded.ids), []
    for name, method, path, places, guarded in operations(api):
        asked, row = wanted.get(name, Asked()), dict(zip(ACTORS, TABLE.get(name, "").split(), strict=False))
        found = {place: seeded.ids[asked.ids.get(place, place)] for place in places}
        url, nowhere = path.format(**found), path.format(**{place: missing(place, one) for place, one in found.items()})
        # A stream of events would go on as long as the job does.
        verb = "HEAD" if name == "get_job_events" else method
        with copied(api, tmp_path) if method != "GET" else nullcontext():
            if guarded and method != "GET":
                for actor in ("admin", "platform", "reviewer", "other_admin"):
                    unasked = sent(clients[actor], method, url, asked, **{"X-CSRF-Token": ""})
                    if (unasked.status_code, unasked.json()["code"]) != (403, "account.csrf"):
                        wrong.append(f"{name} by {actor} without CSRF token: {unasked.status_code}")
            # Whoever may, comes last: what they do must not hide that somebody else could have done it.
            for actor in sorted(row, key=lambda one: row[one] == "+"):
                answer = sent(clients[actor], verb, url, asked)
                if (sign := sign_of(answer)) != row[actor]:
                    wrong.append(
                        f"{name} by {actor}: {sign} ({answer.status_code} {answer.text[:160]}), not {row[actor]}"
                    )
                refused = sign != "+"
                if nowhere != url and unseen(answer) and (name, actor) not in READERS:
                    # Whoever may not see it is told the same of what is not there.
                    nothing = sent(clients[actor], verb, nowhere, asked)
                    if told_by(nothing) != told_by(answer):
                        wrong.append(f"{name} tells {actor} what there is: {told_by(answer)}, {told_by(nothing)}")
                if name not in PUBLIC and (actor in STRANGERS or refused):
                    told = [secret for secret in seeded.secrets if secret in answer.text]
                    if told:
                        wrong.append(f"{name} tells {actor} {told}")
                if actor == "platform" and name not in PUBLIC | ADMINISTERED and MARK in answer.text:
                    wrong.append(f"{name} tells the platform what documents say")
    assert not wrong, "\n".join(wrong)
