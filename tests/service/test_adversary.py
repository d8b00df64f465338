"""What somebody tries who wishes the service ill: a stranger, another tenant, a reviewer, whoever comes twice."""

from __future__ import annotations

import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import pytest
from sqlalchemy import func, select
from starlette.exceptions import HTTPException

from certlight.errors import CertlightError
from certlight.light import Light
from service.api.arrivals import AT_ONCE, FROM_ONE, Arrivals
from service.api.bodies import check_json
from service.database.base import reading, transaction
from service.database.documents import DocumentVersion
from service.database.evidence import DigitalCertificate, Scan, Seal
from service.database.jobs import Job
from service.database.pushes import Push
from service.database.sealings import SealPreparation
from service.database.subjects import Subject
from service.domain.jobs import JobKind
from service.domain.principal import Scope
from service.domain.roles import Role
from service.jobs.failures import told
from tests.service.api_client import Api
from tests.service.api_work import a_filled, works_of
from tests.service.document_flow import DOCUMENTS, Paper, begun, picture, ready
from tests.service.performance_examples import PERFORMANCES, a_document, a_performance, attached
from tests.service.review_examples import Desks
from tests.service.test_api_oidc import CLIENT
from tests.service.test_api_seals import key, prepared
from tests.service.walk_seed import seed
from tests.signing.pki import COMPANY_CODE, OTHER_CODE
from tests.test_flow import scan

API = "/api/v1"
PUBLIC = f"{API}/public/validations"


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each answered, or the code it was refused with; all begin in the same moment."""
    together, found = threading.Barrier(len(works)), [None] * len(works)

    def one(place: int, work: Callable[[], Any]) -> None:
        together.wait(10)
        try:
            found[place] = work()
        except CertlightError as error:
            found[place] = error.code

    threads = [threading.Thread(target=one, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


# Bodies


@pytest.mark.parametrize(
    "body",
    [b"[" * 41 + b'"' + b'\\"' * 30_000, b"[" * 41 + b'"\\' * 30_000, b"[" * 100_000, b'{"a":[' * 20_000],
    ids=["quotes", "backslashes", "brackets", "both"],
)
def test_nobody_waits_for_json_made_to_be_slow(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(HTTPException):
        check_json(body)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    "body",
    [
        b'{"doc_type": "\xed\xa0\x80"}',
        '{"doc_type": "\\u0000"}'.encode("utf-16"),
        '{"doc_type": "\\ud800"}'.encode("utf-16-le"),
        '{"doc_type": "x"}'.encode("utf-32"),
    ],
    ids=["raw surrogate", "NUL in UTF-16", "surrogate in UTF-16", "UTF-32"],
)
def test_no_other_encoding_leads_past_what_is_looked_for(body: bytes) -> None:
    with pytest.raises(HTTPException):
        check_json(body)


def test_strangers_files_are_bounded_while_they_arrive() -> None:
    arrivals = Arrivals()

    async def sends(*networks: str) -> None:
        with ExitStack() as held:
            for network in networks:
                held.enter_context(arrivals.of(network))

    one, everybody = ["203.0.113.7"] * FROM_ONE, [f"198.51.100.{number}" for number in range(AT_ONCE)]
    anyio.run(sends, *one, "198.51.100.1")
    for networks in ([*one, *one], [*everybody, *one]):
        with pytest.raises(CertlightError) as refused:
            anyio.run(sends, *networks)
        assert refused.value.code == "request.too_many"
    anyio.run(sends, *everybody)


def test_what_strangers_send_and_is_no_pdf_never_reaches_the_storage(api: Api) -> None:
    anybody = api.anonymous()
    for content, kind in ((picture(), "image/jpeg"), (picture() + bytes(4096), "application/pdf")):
        answer = anybody.post(PUBLIC, content=content, headers={"Content-Type": kind})
        assert answer.json()["code"] == "validate.not_a_pdf", answer.text
    assert not [path for path in (api.folder / "files").rglob("*") if path.is_file() and path.name != "lock"]


def test_a_file_s_name_breaks_no_header(api: Api) -> None:
    clerk = api.client(Role.CLERK)
    paper = begun(clerk)
    name = 'a"\r\nSet-Cookie: x=1;\u202egnp.<script>.png'
    sent = clerk.post(
        f"{paper.url}/scans", params={"name": name}, content=picture(), headers={"Content-Type": "image/jpeg"}
    )
    (added,) = sent.json()["added"]
    got = clerk.get(f"{paper.url}/scans/{added['id']}/content")
    shown = got.headers["content-disposition"]
    assert "set-cookie" not in got.headers
    assert not set("\r\n<>\u202e") & set(shown)
    assert shown.count('"') == 2
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"


class _Broken(BaseHTTPRequestHandler):
    """An identity provider that answers nothing of use."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_error(500)

    def log_message(self, *_: Any) -> None:
        pass


def test_a_provider_that_is_ill_is_not_asked_by_every_stranger(api: Api) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Broken) as provider:
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        strange = api.beside(oidc={**CLIENT, "issuer": f"http://127.0.0.1:{provider.server_port}"}).anonymous()
        _Broken.asked = 0
        for _ in range(3):
            assert code(strange.get(f"{API}/auth/oidc/start")) == (503, "oidc.unavailable")
        provider.shutdown()
    assert _Broken.asked == 1


# Other tenants


def test_nested_under_one_s_own_nothing_of_others_is_found(api: Api) -> None:
    found = seed(api)
    ids, thief = found.ids, api.client(Role.ENTERPRISE_ADMIN, code=OTHER_CODE)
    paper = begun(thief)
    contract = a_document(api, "contract", code=OTHER_CODE)
    performance = thief.post(PERFORMANCES, json={"project": "工程", "category": "works"})
    mine, match = f"{PERFORMANCES}/{performance.json()['id']}", {"If-Match": performance.headers["etag"]}
    hook = thief.post(f"{API}/webhooks", json={"url": "https://hooks.example/x", "events": ["document.checked"]})
    hooks, amended = f"{API}/webhooks/{hook.json()['id']}", f"{DOCUMENTS}/{contract}/amendments/{ids['amendment_id']}"
    seals, checks = f"{paper.url}/seals/{ids['seal_id']}", f"{paper.url}/checks/{ids['check_id']}"
    material = f"{mine}/materials/{ids['material_id']}"
    signed, other = {"signature": "eA=="}, {"document_id": paper.id}
    answers = [
        *(thief.get(path) for path in (f"{paper.url}/scans/{ids['scan_id']}/content", checks, f"{checks}/report")),
        *(thief.get(f"{seals}/{part}") for part in ("content", "validation", "report")),
        *(thief.get(path) for path in (amended, f"{amended}/file", material, f"{material}/file")),
        thief.get(f"{paper.url}/seal-preparations/{ids['preparation_id']}"),
        thief.delete(f"{paper.url}/scans/{ids['scan_id']}", headers={"If-Match": paper.etag}),
        thief.post(f"{seals}/validation"),
        thief.post(f"{paper.url}/seals/{ids['preparation_id']}/signature", json=signed),
        *(thief.post(f"{path}/withdrawal") for path in (amended, material)),
        thief.post(f"{hooks}/deliveries/{ids['delivery_id']}/redelivery"),
        thief.post(f"{API}/reports", json={"what": "check", **other, "check_id": ids["check_id"]}),
        thief.post(f"{API}/reports", json={"what": "seal", **other, "seal_id": ids["seal_id"]}),
        thief.post(f"{API}/batches", json={"documents": [paper.id, ids["document_id"]], "action": "validate"}),
        thief.patch(mine, json={"contract_id": ids["contract_id"]}, headers=match),
        thief.post(PERFORMANCES, json={"project": "工程", "category": "works", "contract_id": ids["contract_id"]}),
    ]
    for answer in answers:
        assert answer.status_code == 404, f"{answer.request.url} {answer.text}"
        assert not [
            secret for secret in found.secrets if secret in answer.text and secret not in str(answer.request.url)
        ]
    assert code(thief.patch(mine, json={"manager_id": ids["person_id"]}, headers=match)) == (409, "performance.manager")
    person = {"doc_type": "constructor_registration", "person_id": ids["person_id"]}
    assert thief.post(DOCUMENTS, json=person).status_code in (404, 409, 422)
    for query in ({"person_id": ids["person_id"]}, {"subject_id": ids["subject_id"]}):
        assert thief.get(DOCUMENTS, params=query).json()["items"] == []


def test_a_job_reaches_nothing_but_its_own_tenant_s(api: Api) -> None:
    ids, at_work = seed(api).ids, works_of(api)
    thief = api.user(Role.CLERK, code=OTHER_CODE)
    with reading(api.engine) as session:
        version = session.scalars(
            select(DocumentVersion.id).where(DocumentVersion.document_id == ids["document_id"])
        ).one()
        scan_sha256 = session.scalars(select(Scan.sha256).where(Scan.id == ids["scan_id"])).one()
    reports = {
        "wish": {"what": "check", "document_id": ids["document_id"], "check_id": ids["check_id"]},
        "language": "zh",
    }
    jobs: list[tuple[JobKind, dict[str, Any], dict[str, Any]]] = [
        (JobKind.READ, {"version_id": version}, {}),
        (JobKind.CHECK, {"version_id": version}, {}),
        (JobKind.CHECK, {"version_id": version, "trial": True}, {}),
        (JobKind.SEAL, {"preparation_id": ids["preparation_id"], "phase": "prepare"}, {}),
        (JobKind.VALIDATE, {"validation_id": ids["validation_id"]}, {}),
        (
            JobKind.VALIDATE,
            {"sha256": scan_sha256},
            {"object_kind": "contract_amendment", "object_id": ids["amendment_id"]},
        ),
        (JobKind.REPORT, reports, {}),
    ]
    for kind, payload, more in jobs:
        with pytest.raises(CertlightError) as refused:
            at_work.do(kind, payload, thief.subject_id, created_by=thief.id, **more)
        assert refused.value.code in ("access.not_found", "storage.missing"), kind
    batch = {"documents": [ids["document_id"]], "action": "validate"}
    result = at_work.do(JobKind.BATCH, batch, thief.subject_id, created_by=thief.id)
    assert result == {"started": 0, "refused": [{"document_id": ids["document_id"], "code": "access.not_found"}]}


def test_an_answer_to_a_session_is_not_told_to_a_narrow_token(api: Api) -> None:
    clerk, again = api.client(Role.CLERK), {"Idempotency-Key": "same"}
    body = {"doc_type": "business_license"}
    assert clerk.post(DOCUMENTS, json=body, headers=again).status_code == 201
    narrow = api.token(Role.CLERK, Scope.DOCUMENTS_READ)
    assert code(narrow.post(DOCUMENTS, json=body, headers=again)) == (422, "idempotency.other_request")


def test_an_inactive_enterprise_begins_nothing(api: Api) -> None:
    desks = Desks(api)
    version = desks.in_library()
    with transaction(api.engine) as session:
        session.get_one(Subject, api.accounts.subjects[COMPANY_CODE]).active = False
    clerk, of_it = desks.clerk(), f"{DOCUMENTS}/{version.document_id}"
    for url, body in (
        (DOCUMENTS, {"doc_type": "business_license"}),
        (f"{of_it}/renewal", None),
        (f"{of_it}/pushes", {"domain_id": desks.domain()}),
    ):
        assert code(clerk.post(url, json=body)) == (409, "subject.inactive"), url
    assert clerk.get(of_it).status_code == 200


# Reviewers


def test_reviewers_learn_nothing_of_what_other_domains_decide(api: Api) -> None:
    desks = Desks(api)
    made = desks.pushed()
    body = {"domain_id": desks.domain("water")}
    assert desks.clerk().post(f"{DOCUMENTS}/{made['document']['id']}/pushes", json=body).status_code == 201
    other = desks.reviewer("elsewhere", "water")
    claimed = other.post(f"{API}/pushes/claim")
    url, match = f"{API}/pushes/{claimed.json()['id']}/rejection", {"If-Match": claimed.headers["etag"]}
    assert other.post(url, json={"reason": "不符"}, headers=match).status_code == 200
    listed = {
        state: len(desks.reviewer().get(DOCUMENTS, params={"push_state": state}).json()["items"])
        for state in ("waiting", "rejected")
    }
    assert listed == {"waiting": 1, "rejected": 0}
    assert len(other.get(DOCUMENTS, params={"push_state": "rejected"}).json()["items"]) == 1


def test_reviewers_are_not_told_what_drafts_say(api: Api) -> None:
    desks, documents = Desks(api), attached(api, library=False)
    documents["contract_id"] = a_document(api, "contract")
    performance = a_performance(api, documents=documents)
    url = f"{PERFORMANCES}/{performance['id']}"
    assert desks.clerk().post(f"{url}/cross-checks").status_code == 201
    body = {"domain_id": desks.domain()}
    assert desks.clerk().post(f"{DOCUMENTS}/{documents['contract_id']}/pushes", json=body).status_code == 201
    reviewer = desks.reviewer()
    assert reviewer.get(f"{DOCUMENTS}/{documents['contract_id']}").status_code == 200
    assert reviewer.get(url).json()["cross_check"] is None
    assert reviewer.get(f"{url}/cross-checks").json()["items"] == []
    for draft in (documents["bid_notice_id"], documents["acceptance_id"]):
        assert reviewer.get(f"{DOCUMENTS}/{draft}").status_code == 404


def test_a_file_is_not_named_where_administrators_of_the_platform_look(api: Api) -> None:
    clerk, whole = api.client(Role.CLERK), scan()
    place = whole.index(b"IDAT") + 200
    broken = whole[:place] + bytes(byte ^ 0x5A for byte in whole[place : place + 64]) + whole[place + 64 :]
    paper = begun(clerk)
    paper.upload(("张三身份证.png", broken))
    job = clerk.post(f"{paper.url}/extraction").json()
    with pytest.raises(CertlightError) as refused:
        works_of(api).done(job["id"])
    assert refused.value.code.startswith("intake.")
    assert "张三" not in str(told(refused.value))
    assert "#1" in str(told(refused.value))


# Whoever comes twice, or in between


def test_of_two_submissions_one_counts(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK))
    desks = [api.client(Role.CLERK) for _ in range(3)]
    answers = at_once(
        *(lambda desk=desk: desk.post(f"{paper.url}/submission", headers=paper.matched) for desk in desks)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]
    with reading(api.engine) as session:
        assert session.scalar(select(func.count()).select_from(DigitalCertificate)) == 1


def test_of_two_pushes_one_counts(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK))
    paper.submit()
    body, url = {"domain_id": api.accounts.domains["housing"]}, f"{paper.url}/pushes"
    desks = [api.client(Role.CLERK) for _ in range(3)]
    answers = at_once(*(lambda desk=desk: desk.post(url, json=body) for desk in desks))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    with reading(api.engine) as session:
        assert session.scalar(select(func.count()).select_from(Push)) == 1


def test_one_preparation_is_one_seal_and_what_changes_meanwhile_is_never_green(api: Api) -> None:
    clerk, at_work, opened = api.client(Role.CLERK), works_of(api), key()
    paper = a_filled(api, clerk)
    waiting = prepared(at_work, clerk, paper, opened)
    signature = opened.sign(b64decode(waiting["signed_attributes"]), waiting["digest_algorithm"])
    body, url = {"signature": b64encode(signature).decode()}, f"{paper.url}/seals/{waiting['id']}/signature"
    elsewhere = begun(clerk)
    assert clerk.post(url.replace(paper.id, elsewhere.id), json=body).status_code == 404, "another document's"
    ends = [at_work.prepared(clerk.post(url, json=body).json()["id"]) for _ in range(2)]
    found = at_once(*ends)
    assert sorted(isinstance(one, dict) for one in found) == [False, True], found
    with reading(api.engine) as session:
        assert session.scalar(select(func.count()).select_from(Seal)) == 1

    check = at_work.prepared(clerk.post(f"{paper.url}/checks").json()["id"])
    added = paper.upload(("又一页.jpg", picture(7)))["added"][0]
    with pytest.raises(CertlightError) as stale:
        check()
    assert stale.value.code == "state.changed_meanwhile"
    paper.keep(clerk.delete(f"{paper.url}/scans/{added['id']}", headers=paper.matched))
    # It says again what was sealed; but somebody changed it since, and has to seal and have it checked anew.
    assert paper.view()["state"] == "filled"
    with pytest.raises(CertlightError) as early:
        check()
    assert early.value.code == "state.action_impossible"
    assert code(clerk.post(f"{paper.url}/checks")) == (409, "state.action_impossible")
    assert code(clerk.post(f"{paper.url}/submission", headers=paper.matched)) == (409, "state.action_impossible")


def test_scans_swapped_between_prepare_and_finish_are_not_sealed(api: Api) -> None:
    clerk, at_work, opened = api.client(Role.CLERK), works_of(api), key()
    paper = a_filled(api, clerk)
    waiting = prepared(at_work, clerk, paper, opened)
    signature = opened.sign(b64decode(waiting["signed_attributes"]), waiting["digest_algorithm"])
    body, url = {"signature": b64encode(signature).decode()}, f"{paper.url}/seals/{waiting['id']}/signature"
    finish = at_work.prepared(clerk.post(url, json=body).json()["id"])
    paper.upload(("又一页.jpg", picture(7)))
    with pytest.raises(CertlightError) as refused:
        finish()
    assert refused.value.code == "state.changed_meanwhile"
    assert code(clerk.post(url, json=body)) == (409, "state.changed_meanwhile")
    with reading(api.engine) as session:
        assert session.scalar(select(func.count()).select_from(Seal)) == 0
        assert session.get_one(SealPreparation, waiting["id"]).state == "ready"


def test_scans_sent_while_it_is_submitted_are_in_or_refused_but_never_unsealed(api: Api) -> None:
    paper: Paper = ready(api, api.client(Role.CLERK), Light.YELLOW)
    one, other = api.client(Role.CLERK), api.client(Role.CLERK)
    late = [("files", ("迟到.jpg", picture(9)))]
    submitted, sent = at_once(
        lambda: one.post(f"{paper.url}/submission", headers=paper.matched),
        lambda: other.post(f"{paper.url}/scans", files=late),
    )
    assert sorted([submitted.status_code < 300, sent.status_code < 300]) == [False, True]
    with reading(api.engine) as session:
        scans = session.scalar(select(func.count()).select_from(Scan))
        assert scans == (1 if submitted.status_code < 300 else 2)
        assert session.scalar(select(func.count()).select_from(Job)) == 0
