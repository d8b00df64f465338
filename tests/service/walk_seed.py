"""One object of every kind in an enterprise's hands, for tests that try to reach it from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select, text

from service.certificates.issuing import issue
from service.database.base import Base, new_id, open_database, transaction
from service.database.documents import DocumentVersion
from service.database.evidence import Scan, Seal
from service.database.pushes import Domain, push
from service.database.sealings import SealPreparation
from service.database.webhooks import Webhook, WebhookDelivery
from service.domain.actors import Actor
from service.domain.jobs import JobKind
from service.domain.roles import Role
from service.jobs.queue import enqueue
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.databases import new_database
from tests.service.performance_examples import a_document, a_performance, a_person
from tests.service.rows import sha
from tests.signing.pki import COMPANY, COMPANY_CODE

MARK = "甲方机密"
"""Stands in every name and value of the enterprise."""


@dataclass(frozen=True)
class Seed:
    """The enterprise's objects by the names that paths give them."""

    ids: dict[str, str]
    secrets: frozenset[str]
    """What nobody else may ever be told: identifiers, names, values."""


def seed(api: Api) -> Seed:
    """Everything once, of COMPANY_CODE; its documents stand before the domain ``housing``."""
    subject_id = api.accounts.subjects[COMPANY_CODE]
    clerk = Actor(Role.CLERK, api.user(Role.CLERK).id, subject_id)
    person = a_person(api, f"{MARK}人")
    library = a_document(api, "business_license", name=f"{MARK}公司", legal_representative=MARK)
    contract = a_document(api, "contract", library=True, project_name=f"{MARK}合同")
    draft = a_document(api, "business_license", library=False, name=f"{MARK}草稿")
    with transaction(api.engine) as session:
        version = session.scalars(select(DocumentVersion).where(DocumentVersion.document_id == library)).one()
        certificate = issue(session, version, at=NOW)
        pushed = push(session, version, session.get_one(Domain, api.accounts.domains["housing"]), clerk, at=NOW)
        other = session.scalars(select(DocumentVersion).where(DocumentVersion.document_id == contract)).one()
        push(session, other, session.get_one(Domain, api.accounts.domains["housing"]), clerk, at=NOW)
        scan = session.scalars(select(Scan).where(Scan.version_id == version.id)).first()
        seal = session.scalars(select(Seal).where(Seal.version_id == version.id)).first()
        job = enqueue(
            session, JobKind.CHECK, at=NOW, subject_id=subject_id, object_kind="document_version", object_id=version.id
        )
        working = session.scalars(select(DocumentVersion).where(DocumentVersion.document_id == draft)).one()
        preparation = SealPreparation(
            subject_id=subject_id,
            version_id=working.id,
            covers=working.coverage(),
            certificate_sha256=sha("certificate"),
            certificates=[],
            wish={},
            created_at=NOW,
            created_by=clerk.id,
            expires_at=NOW,
        )
        hook = Webhook(
            subject_id=subject_id, url=f"https://hooks.example/{MARK}", events=[], secret_encrypted=b"x", created_at=NOW
        )
        session.add_all([preparation, hook])
        session.flush()
        delivery = WebhookDelivery(
            subject_id=subject_id,
            webhook_id=hook.id,
            event_id=new_id(),
            event="document.checked",
            payload={"about": MARK},
            created_at=NOW,
            next_at=NOW,
        )
        session.add(delivery)
        session.flush()
        check = session.execute(text("select id from checks where version_id = :v"), {"v": version.id}).scalar_one()
        ids = {
            "certificate_id": certificate.id if certificate else "",
            "unique_code": certificate.unique_code if certificate else "",
            "push_id": pushed.id,
            "scan_id": scan.id if scan else "",
            "seal_id": seal.id if seal else "",
            "check_id": check,
            "job_id": job.id,
            "preparation_id": preparation.id,
            "webhook_id": hook.id,
            "delivery_id": delivery.id,
        }
    performance = a_performance(api, project=f"{MARK}工程", contract_id=contract)
    performance_url = f"/api/v1/performances/{performance['id']}"
    ours = api.client(Role.ENTERPRISE_ADMIN)
    ours.post(f"{performance_url}/cross-checks")
    material = ours.post(f"{performance_url}/materials", json={"name": f"{MARK}材料"})
    amendment = ours.post(f"/api/v1/documents/{contract}/amendments", json={"item": "manager", "after": f"{MARK}丁"})
    token = ours.post("/api/v1/tokens", json={"name": f"{MARK}令牌", "scopes": ["batch"]})
    wish = {"what": "check", "document_id": library, "check_id": ids["check_id"]}
    report = api.client(Role.CLERK).post("/api/v1/reports", json=wish)
    for made in (material, amendment, token, report):
        assert made.status_code in (201, 202), made.text
    ids |= {
        "subject_id": subject_id,
        "person_id": person["id"],
        "document_id": library,
        "contract_id": contract,
        "draft_id": draft,
        "performance_id": performance["id"],
        "material_id": material.json()["id"],
        "amendment_id": amendment.json()["id"],
        "report_id": report.json()["id"],
        "prefix": token.json()["details"]["prefix"],
        "user_id": api.user(Role.CLERK).id,
        "domain_id": api.accounts.domains["water"],
        "number": "1",
        "index": "0",
        "doc_type": "business_license",
        "validation_id": new_id(),
    }
    return Seed(ids, frozenset({MARK, COMPANY, COMPANY_CODE, COMPANY_CODE.lower(), *_rows_of(api, subject_id)}))


def _rows_of(api: Api, subject_id: str) -> set[str]:
    """Identifiers of all rows of the enterprise, whatever the table."""
    found: set[str] = set()
    with api.installation.reading() as session:
        for table in Base.metadata.sorted_tables:
            if "subject_id" in table.c and "id" in table.c:
                found |= {
                    str(one) for one in session.scalars(select(table.c.id).where(table.c.subject_id == subject_id))
                }
    return found


@contextmanager
def copied(api: Api, folder: Path) -> Iterator[None]:
    """While it lasts, the application serves a copy of the database: what is done is undone afterwards."""
    # SQLite takes the write-ahead log into the file; PostgreSQL copies what nobody is connected to.
    api.engine.dispose()
    url = api.engine.url.set(drivername=api.engine.dialect.name).render_as_string(hide_password=False)
    with new_database(api.engine.dialect.name, folder, like=url) as address:
        engine = open_database(address)
        api.app.state.installation = replace(api.installation, engine=engine)
        try:
            yield
        finally:
            engine.dispose()
            api.app.state.installation = api.installation
