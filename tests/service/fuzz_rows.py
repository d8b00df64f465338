"""Which rows there are, as requests name them; and what may be done with which as they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.checking.bilingual import ENGLISH
from service.database.accounts import ApiToken, User
from service.database.documents import Document, DocumentVersion
from service.database.evidence import Check, DigitalCertificate, Scan, Seal
from service.database.jobs import Job
from service.database.performances import Amendment, CrossCheck, Performance, SupportingMaterial
from service.database.pushes import Domain, Push
from service.database.readings import Extraction
from service.database.sealings import PreparationState, SealPreparation, Validation
from service.database.subjects import Person, Subject
from service.database.webhooks import Webhook, WebhookDelivery
from service.domain.documents import DOCUMENTS, IN_LIBRARY, DocumentAction
from service.domain.jobs import JobKind, JobState
from service.domain.pushes import PushState
from service.domain.roles import Role
from tests.service.api_client import Api
from tests.signing.pki import COMPANY_CODE


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
    pushed: list[str]
    """Documents that reviewers see."""
    fit: dict[str, list[str]]
    """By the name of an operation: what it may be done with as it stands, of its first path parameter."""


def rows_of(api: Api) -> Rows:
    """Those of now."""
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
        domain = api.accounts.domains["housing"]
        before = select(Push.document_id).where(Push.domain_id == domain, Push.state != PushState.WITHDRAWN)
        pushed = list(session.scalars(before.order_by(Push.id)))
        fit = _fit(session)
    return Rows(of, found, {name: sorted(them) for name, them in documents.items()}, checks, pushed, fit)


_STEPS: Final = {
    "post_scans": DocumentAction.UPLOAD,
    "delete_scan": DocumentAction.REMOVE_SCAN,
    "post_extraction": DocumentAction.EXTRACT,
    "put_entries": DocumentAction.FILL,
    "put_marks": DocumentAction.MARK,
    "post_seal": DocumentAction.SEAL,
    "post_check": DocumentAction.CHECK,
    "post_submission": DocumentAction.SUBMIT,
    "post_supplement": DocumentAction.SUPPLEMENT,
    "post_renewal": DocumentAction.RENEW,
    "delete_document": DocumentAction.DISCARD,
}
"""Operations that are steps of a document's life."""


def _fit(session: Session) -> dict[str, list[str]]:
    papers = list(
        session.execute(select(DocumentVersion.document_id, DocumentVersion.state).order_by(DocumentVersion.id))
    )
    pushed = list(session.execute(select(Push.id, Push.state).order_by(Push.id)))
    work = list(session.execute(select(Job.id, Job.state, Job.kind).order_by(Job.id)))
    fit = {
        name: [one for one, state in papers if step in DOCUMENTS.actions(state, Role.CLERK)]
        for name, step in _STEPS.items()
    }
    in_library = [one for one, state in papers if state in IN_LIBRARY]
    claimed = [one for one, state in pushed if state is PushState.CLAIMED]
    reports = [one for one, state, kind in work if kind is JobKind.REPORT and state is JobState.DONE]
    contracts = set(session.scalars(select(Document.id).where(Document.doc_type == "contract")))
    verdicts = session.execute(select(Check.verdict, DocumentVersion.document_id).join_from(Check, DocumentVersion))
    read = select(DocumentVersion.document_id).join(Extraction, Extraction.version_id == DocumentVersion.id)
    looked_at = select(DocumentVersion.document_id).join(Seal, Seal.version_id == DocumentVersion.id)
    ready = select(DocumentVersion.document_id).join(SealPreparation, SealPreparation.version_id == DocumentVersion.id)
    return fit | {
        "post_push": in_library,
        "post_amendment": [one for one in in_library if one in contracts],
        **dict.fromkeys(("post_approval", "post_rejection", "post_revision", "post_release"), claimed),
        "post_withdrawal": [one for one, state in pushed if state is PushState.WAITING],
        "post_job_cancellation": [one for one, state, _ in work if state is JobState.QUEUED],
        "post_job_retry": [one for one, state, _ in work if state is JobState.PARKED],
        "get_report": reports,
        "get_report_content": reports,
        "get_check_report": [one for verdict, one in verdicts if ENGLISH in verdict],
        "get_extraction": list(session.scalars(read)),
        "get_page": list(session.scalars(read)),
        "get_validation": list(session.scalars(looked_at.join(Validation, Validation.seal_id == Seal.id))),
        "post_signature": list(session.scalars(ready.where(SealPreparation.state == PreparationState.READY))),
        "get_public_validation": list(session.scalars(select(Validation.id).where(Validation.subject_id.is_(None)))),
    }
