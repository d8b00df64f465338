"""An enterprise that has been at work for a while: documents, pushes and jobs in every state, files that lie in the
storage, a seal that holds, what was withdrawn, revoked and given up. Its rows are what :mod:`fuzz_cases` draws from."""

from __future__ import annotations

import io
from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from starlette.testclient import TestClient

from certlight.light import Light
from service.certificates.issuing import issue
from service.database import jobs, pushes
from service.database.accounts import ApiToken, User
from service.database.base import transaction
from service.database.documents import Document, DocumentVersion
from service.database.evidence import Check, DigitalCertificate, Scan, Seal
from service.database.jobs import Job
from service.database.performances import Amendment, CrossCheck, Performance, SupportingMaterial
from service.database.pushes import Domain, Push
from service.database.sealings import SealPreparation, Validation
from service.database.subjects import Person, Subject
from service.database.webhooks import Webhook, WebhookDelivery
from service.domain.actors import SYSTEM
from service.domain.jobs import JobAction, JobKind
from service.domain.pushes import PushAction
from service.domain.roles import Role
from service.jobs.queue import enqueue
from tests.service.account_examples import NOW
from tests.service.api_client import KEY_PASSWORD, Api
from tests.service.api_work import a_filled, works_of
from tests.service.document_flow import DOCUMENTS, ENTRIES, Paper, begun, checked, picture, ready
from tests.service.performance_examples import a_document, a_performance, a_person, attached
from tests.service.report_examples import a_checked_document, worked
from tests.service.test_api_seals import key_file
from tests.service.walk_seed import seed
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

ROUNDS: Final = 1
"""How often there is everything: what one request gives up, another still finds."""
_DECISIONS: Final = (
    (),
    (PushAction.WITHDRAW,),
    (PushAction.CLAIM,),
    (PushAction.CLAIM, PushAction.RELEASE),
    (PushAction.CLAIM, PushAction.APPROVE),
    (PushAction.CLAIM, PushAction.REJECT),
    (PushAction.CLAIM, PushAction.REQUEST_REVISION),
)
_ENDINGS: Final = (
    (),
    (JobAction.CLAIM,),
    (JobAction.CLAIM, JobAction.SPREAD),
    (JobAction.CLAIM, JobAction.FINISH),
    (JobAction.CLAIM, JobAction.FAIL),
    (JobAction.CLAIM, JobAction.PARK),
    (JobAction.CANCEL,),
)

_KINDS: Final = (*(kind for kind in JobKind if kind is not JobKind.REPORT), JobKind.BATCH, JobKind.READ)


@dataclass(frozen=True)
class Rows:
    """What identifiers in requests may name; every list in the order of making."""

    of: dict[str, list[str]]
    """By the name of a path parameter."""
    below: dict[str, dict[str, dict[str, list[str]]]]
    """What hangs below a document, performance or webhook: parent's name → parent → name → identifiers."""
    documents: dict[str, list[str]]
    """By type."""
    cross_checks: list[str]


def lived_in(api: Api) -> Rows:
    """Everything, of COMPANY_CODE and a little of OTHER_CODE; the time is NOW."""
    seed(api)
    clerk = api.client(Role.CLERK)
    _sealed_in_earnest(api, clerk)
    for number in range(ROUNDS):
        _documents(api, clerk, 10 * number)
        _pushes(api)
        _performances(api, clerk)
        _jobs(api)
    a_checked_document(api, light=Light.YELLOW)
    a_document(api, "business_license", code=OTHER_CODE)
    left = a_person(api, name="赵六", number=7)
    api.client(Role.ENTERPRISE_ADMIN).post(f"/api/v1/people/{left['id']}/unbinding", json={"reason": "离职"})
    for who in (Role.CLERK, Role.REVIEWER, Role.PLATFORM_ADMIN, Role.AUDITOR):
        made = api.client(who).post("/api/v1/tokens", json={"name": "夜间", "scopes": ["documents:read"]})
        assert made.status_code in (201, 422), made.text
    _keep_files(api)
    return _rows(api)


def _keep_files(api: Api) -> None:
    """What examples only name by its hash lies in the storage, too."""
    with api.installation.reading() as session:
        versions = session.execute(select(DocumentVersion.id, DocumentVersion.subject_id)).all()
    for version_id, subject_id in versions:
        for content in (f"page of {version_id}", "page", "sealed"):
            api.installation.store.put(io.BytesIO(content.encode()), 1000, subject_id, media_type="image/jpeg")


def _ok(answer: Any, *statuses: int) -> Any:
    assert answer.status_code in (statuses or (200, 201, 202)), answer.text
    return answer.json()


def _sealed_in_earnest(api: Api, clerk: TestClient) -> None:
    """A licence sealed, validated and read, with a report that was made; another that waits for its signature."""
    works, secret = works_of(api), {"key_file": b64encode(key_file()).decode(), "password": KEY_PASSWORD}
    for sealed in (True, False):
        paper = a_filled(api, clerk)
        asked = _ok(clerk.post(f"{paper.url}/seals", json=secret))
        preparation = works.done(asked["id"])["preparation_id"]
        if not sealed:
            continue
        handed = _ok(clerk.post(f"{paper.url}/seals/{preparation}/signature", json=secret))
        seal = works.done(handed["id"])["seal_id"]
        works.done(_ok(clerk.post(f"{paper.url}/seals/{seal}/validation"))["id"])
        check = works.done(_ok(clerk.post(f"{paper.url}/checks"))["id"])["check_id"]
        works.done(_ok(clerk.post(f"{paper.url}/extraction"))["id"])
        for format in ("html", "pdf"):
            wish = {"what": "check", "document_id": paper.id, "check_id": check, "format": format}
            worked(api, _ok(clerk.post("/api/v1/reports", json=wish))["id"])


def _documents(api: Api, clerk: TestClient, number: int) -> None:
    """One in every state, and a supplement and a renewal under way and finished."""
    begun(clerk)
    scanned, filled, marked, given_up = (begun(clerk) for _ in range(4))
    for paper in (scanned, filled, marked):
        paper.upload(("正本.jpg", picture(number)), ("副本.jpg", picture(number + 1)))
    filled.fill()
    marked.fill()
    marked.mark()
    _ok(clerk.delete(given_up.url, headers=given_up.matched))
    for light in Light:
        ready(api, clerk, light, number + 2)
    for light, way in ((Light.YELLOW, "supplement"), (Light.GREEN, "renewal")):
        for goes_on in (True, False):
            old = ready(api, clerk, light, number + 3)
            old.submit()
            answer = clerk.post(f"{old.url}/{way}")
            _ok(answer)
            if goes_on:
                new = Paper(clerk, answer.json()["id"], answer.headers["etag"])
                if way == "renewal":
                    new.upload(("新.jpg", picture(number + 4)))
                    new.fill(ENTRIES)
                new.mark()
                checked(api, new, light)
                new.submit()
    for light in (Light.YELLOW, Light.GREEN):
        ready(api, clerk, light, number + 5).submit()


def _pushes(api: Api) -> None:
    clerk, reviewer = api.principal(Role.CLERK).actor, api.principal(Role.REVIEWER).actor
    for number, steps in enumerate(_DECISIONS):
        document_id = a_document(api, "business_license", name=f"推送{number}")
        with transaction(api.engine) as session:
            version = session.scalars(select(DocumentVersion).where(DocumentVersion.document_id == document_id)).one()
            if number % 2:
                issue(session, version, at=NOW)
            domain = session.get_one(Domain, api.accounts.domains["housing"])
            pushed = pushes.push(session, version, domain, clerk, at=NOW)
            session.refresh(pushed)
            for step in steps:
                by = clerk if step is PushAction.WITHDRAW else reviewer
                pushes.advance(session, pushed, step, by, at=NOW, until=NOW + timedelta(hours=1), reason="不清晰")
    with transaction(api.engine) as session:
        first = session.scalars(select(DigitalCertificate).order_by(DigitalCertificate.id.desc())).first()
        assert first is not None
        revoked = first.id
    _ok(api.client(Role.ENTERPRISE_ADMIN).post(f"/api/v1/certificates/{revoked}/revocation", json={"reason": "换发"}))


def _performances(api: Api, clerk: TestClient) -> None:
    """One whose documents agree, one whose do not, one that was submitted, one of which little is known."""
    agreeing, other = attached(api), attached(api, contract={"manager": "王五"})
    for documents in (agreeing, other, {}):
        made = a_performance(api, documents=documents)
        url = f"/api/v1/performances/{made['id']}"
        if documents:
            _ok(clerk.post(f"{url}/cross-checks"))
        material = _ok(clerk.post(f"{url}/materials", json={"name": "照片"}))
        file = {"files": ("x.jpg", picture(), "image/jpeg")}
        clerk.put(f"{url}/materials/{material['id']}/file", files=file)
    done = a_performance(api, documents=agreeing)
    clerk.post(f"/api/v1/performances/{done['id']}/cross-checks")
    clerk.post(f"/api/v1/performances/{done['id']}/submission", json={})
    url = f"{DOCUMENTS}/{agreeing['contract_id']}/amendments"
    for item, after in (("manager", "丁六"), ("price", "1200000")):
        made = _ok(clerk.post(url, json={"item": item, "after": after}))
        clerk.put(f"{url}/{made['id']}/file", files={"files": ("x.jpg", picture(), "image/jpeg")})
    _ok(clerk.post(f"{url}/{made['id']}/withdrawal"))


def _jobs(api: Api) -> None:
    clerk = api.user(Role.CLERK)
    error = {"code": "intake.pdf_malformed", "message": {"zh": "坏", "en": "bad"}, "remedy": {"zh": "换", "en": "new"}}
    for kind, steps in zip(_KINDS, _ENDINGS, strict=True):
        with transaction(api.engine) as session:
            job = enqueue(session, kind, at=NOW, subject_id=clerk.subject_id, created_by=clerk.id)
            for step in steps:
                if step is JobAction.CLAIM:
                    job.lease_owner, job.lease_until, job.started_at = "here", NOW + timedelta(minutes=1), NOW
                jobs.advance(job, step, SYSTEM, at=NOW)
            if steps[-1:] in ((JobAction.FAIL,), (JobAction.PARK,)):
                job.error = error


def _rows(api: Api) -> Rows:
    with api.installation.reading() as session:

        def ids(column: Any) -> list[str]:
            return list(session.scalars(select(column).order_by(column.class_.id)))

        def below(parent: Any, child: Any) -> Sequence[Any]:
            return session.execute(select(parent, child).order_by(child)).all()

        of = {
            "document_id": ids(Document.id),
            "performance_id": ids(Performance.id),
            "webhook_id": ids(Webhook.id),
            "job_id": ids(Job.id),
            "push_id": ids(Push.id),
            "certificate_id": ids(DigitalCertificate.id),
            "unique_code": ids(DigitalCertificate.unique_code),
            "domain_id": ids(Domain.id),
            "person_id": ids(Person.id),
            "subject_id": ids(Subject.id),
            "user_id": ids(User.id),
            "prefix": list(session.scalars(select(ApiToken.prefix).order_by(ApiToken.created_at, ApiToken.prefix))),
            "validation_id": ids(Validation.id),
        }
        versions = dict(session.execute(select(DocumentVersion.id, DocumentVersion.document_id)).all())
        found: dict[str, dict[str, dict[str, list[str]]]] = {
            "document_id": {one: defaultdict(list) for one in of["document_id"]},
            "performance_id": {one: defaultdict(list) for one in of["performance_id"]},
            "webhook_id": {one: defaultdict(list) for one in of["webhook_id"]},
        }
        for name, child in (
            ("scan_id", Scan),
            ("check_id", Check),
            ("seal_id", Seal),
            ("preparation_id", SealPreparation),
        ):
            for version_id, one in below(child.version_id, child.id):
                found["document_id"][versions[version_id]][name].append(one)
        for document_id, one in below(Amendment.contract_id, Amendment.id):
            found["document_id"][document_id]["amendment_id"].append(one)
        for document_id, number in below(DocumentVersion.document_id, DocumentVersion.number):
            found["document_id"][document_id]["number"].append(str(number))
        for performance_id, one in below(SupportingMaterial.performance_id, SupportingMaterial.id):
            found["performance_id"][performance_id]["material_id"].append(one)
        for webhook_id, one in below(WebhookDelivery.webhook_id, WebhookDelivery.id):
            found["webhook_id"][webhook_id]["delivery_id"].append(one)
        documents: dict[str, list[str]] = defaultdict(list)
        typed = session.execute(
            select(Document.doc_type, Document.id).where(Document.subject_id == api.accounts.subjects[COMPANY_CODE])
        )
        for doc_type, one in typed:
            documents[doc_type].append(one)
        checks = list(session.scalars(select(CrossCheck.id).order_by(CrossCheck.id)))
    return Rows(of, found, {name: sorted(them) for name, them in documents.items()}, checks)
