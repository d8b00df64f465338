"""A checked document whose kept verdict, page and seal reports are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certlight.light import Light
from extractors.page import Page
from pipeline.seals.process import SealProcess
from service.checking.bilingual import bilingual
from service.database.base import transaction
from service.database.documents import advance
from service.database.evidence import Check, Seal
from service.database.jobs import Job
from service.database.jobs import advance as advance_job
from service.database.subjects import Subject
from service.domain.actors import SYSTEM
from service.domain.documents import CHECKED, DocumentAction, DocumentState
from service.domain.jobs import JobAction
from service.domain.roles import Role
from service.handlers import reporting
from service.jobs.task import Task
from service.readings.page_images import drawn, remember_pages
from tests.report_examples import BLURRED, drawn_page, example_result, example_verdict
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.rows import a_draft, add_scan, sha
from tests.signing.pki import COMPANY_CODE
from verifier.report import verify_json
from verifier.verdict import Verdict


@dataclass(frozen=True)
class Checked:
    """Identifiers of it."""

    document_id: str
    check_id: str
    seal_id: str

    @property
    def url(self) -> str:
        return f"/api/v1/documents/{self.document_id}/checks/{self.check_id}/report"


def kept_verdict(verdict: Verdict | None = None, pages: tuple[Page, ...] = ()) -> dict[str, Any]:
    """As a check's row holds it."""
    result = example_result(verdict or example_verdict(), pages=pages)
    zh, en = (verify_json([result], language)["documents"][0] for language in ("zh", "en"))
    for document in (zh, en):
        document["provenance"]["scan_sha256"] = [sha("page")]
    return bilingual(zh, en) | {"seal_light": "green"}


def a_checked_document(
    api: Api, *, light: Light = Light.RED, verdict: Verdict | None = None, code: str = COMPANY_CODE, page: bool = True
) -> Checked:
    """One with a red field, sealed, its page drawn."""
    clerk = api.principal(Role.CLERK, code=code).actor
    with transaction(api.engine) as session:
        subject = session.get_one(Subject, api.accounts.subjects[code])
        version = a_draft(session, subject, clerk)
        add_scan(session, version, "page")
        advance(session, version, DocumentAction.UPLOAD, clerk, at=NOW)
        version.entries = {"name": "企业"}
        advance(session, version, DocumentAction.FILL, clerk, at=NOW)
        version.marks = {"name": [{"page": 0, "box": [1.5, 2.0, 30, 40]}]}
        advance(session, version, DocumentAction.MARK, clerk, at=NOW, target=DocumentState.MARKED)
        session.refresh(version, ["scans"])
        covers = version.coverage()
        said = {
            "indication": "TOTAL-PASSED",
            "light": "green",
            "message": "签章有效。",
            "signatures": [{"light": "green"}],
        }
        seal = Seal(
            subject_id=subject.id,
            version_id=version.id,
            covers=covers,
            sealed_sha256=sha("sealed"),
            signer=subject.name,
            certificate_sha256=sha("certificate"),
            level="B-T",
            report=bilingual(said, said | {"message": "The seal is valid."}),
            sealed_at=NOW,
        )
        session.add(seal)
        advance(session, version, DocumentAction.SEAL, clerk, at=NOW, covers=covers)
        pages = (drawn_page(quality=BLURRED),)
        check = Check(
            subject_id=subject.id,
            version_id=version.id,
            covers=covers,
            light=light,
            verdict=kept_verdict(verdict, pages),
            provenance={},
            checked_at=NOW,
        )
        session.add(check)
        advance(session, version, DocumentAction.CHECK, SYSTEM, at=NOW, target=CHECKED[light], covers=covers)
        if page:
            put = [drawn(one, api.installation.store, subject.id) for one in pages]
            remember_pages(session, subject.id, [sha("page")], put, NOW)
        session.flush()
        return Checked(version.document_id, check.id, seal.id)


class _Tools:
    """What the handler of reports needs of a worker."""

    def __init__(self) -> None:
        self.seals = SealProcess()


def worked(api: Api, job_id: str) -> dict[str, Any]:
    """The job done, the way a worker does it; its result."""
    with transaction(api.engine) as session:
        job = session.get_one(Job, job_id)
        advance_job(job, JobAction.CLAIM, SYSTEM, at=api.clock())
        job.lease_owner, job.lease_until, job.started_at = "test", api.clock(), api.clock()
        session.flush()
        session.expunge(job)
    tools = _Tools()
    try:
        effect = reporting.handle(
            Task(
                job.id,
                job.kind,
                job.subject_id,
                job.object_kind,
                job.object_id,
                dict(job.payload),
                job.created_by,
                1,
                api.installation,
                tools,  # type: ignore[arg-type]
                lambda stage, done, total: None,
            )
        )
    finally:
        tools.seals.close()
    with transaction(api.engine) as session:
        row = session.get_one(Job, job_id)
        row.result = dict(effect(session, api.clock()))
        advance_job(row, JobAction.FINISH, SYSTEM, at=api.clock())
        return row.result
