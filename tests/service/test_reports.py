"""Reports of checks: what was kept, as HTML, JSON and on paper, in both languages, for those who may see it."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from datetime import timedelta

import pikepdf
from sqlalchemy import select

from certlight.light import Light
from service.audit.log import LogFilter, entries
from service.database.base import reading, transaction
from service.database.evidence import Check
from service.database.pushes import Domain, push
from service.database.subjects import Subject
from service.domain.principal import SYSTEM
from service.domain.roles import Role
from service.storage_references import RESULTS_KEPT, referenced
from tests.components import require
from tests.report_examples import example_verdict
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.report_examples import Checked, a_checked_document, worked
from tests.service.rows import a_submitted
from tests.signing.pki import OTHER_CODE
from verifier.verdict import Verdict

REPORTS = "/api/v1/reports"


def ordered(api: Api, checked: Checked, role: Role = Role.CLERK, **more: str) -> str:
    body = {"what": "check", "document_id": checked.document_id, "check_id": checked.check_id, **more}
    answer = api.client(role).post(REPORTS, json=body)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{REPORTS}/{answer.json()['id']}"
    job_id: str = answer.json()["id"]
    return job_id


def words_of(pdf: bytes) -> str:
    tool = require("pdftotext")
    done = subprocess.run([tool, "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


def test_the_html_report_shows_page_cuts_and_reasons_and_fetches_nothing(api: Api) -> None:
    checked = a_checked_document(api)
    answer = api.client(Role.CLERK).get(checked.url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "统一社会信用代码" in answer.text
    assert "填写末位为 8，证照为 3。" in answer.text
    assert '<html lang="zh-CN"' in answer.text
    # One page, and a cut of each field that has a place.
    assert answer.text.count("data:image/jpeg;base64,") > 3
    assert not re.search(r"""(?:src|href)=["']?https?:""", answer.text)
    english = api.client(Role.CLERK).get(checked.url, params={"lang": "en"}).text
    assert '<html lang="en"' in english
    assert "The last character is 8 as entered, 3 on the document." in english


def test_pages_that_were_forgotten_are_left_out(api: Api) -> None:
    checked = a_checked_document(api, page=False)
    answer = api.client(Role.CLERK).get(checked.url)
    assert answer.status_code == 200
    assert "data:image/jpeg;base64," not in answer.text


def test_the_json_report_is_the_kept_document_in_the_language_asked_for(api: Api) -> None:
    checked = a_checked_document(api)
    client = api.client(Role.CLERK)
    zh = client.get(checked.url, params={"format": "json"}).json()
    en = client.get(checked.url, params={"format": "json"}, headers={"Accept-Language": "en"}).json()
    assert zh["schema"] == en["schema"] == "certlight.verify/1"
    (first,), (other,) = zh["documents"], en["documents"]
    assert (first["checks"][0]["name"], other["checks"][0]["name"]) == ("统一社会信用代码", "Credit code")
    assert first["light"] == "red"
    assert first["checks"][0]["entered"] == "91210100MA0EXAMPL8"
    assert "en" not in first


def green() -> Verdict:
    verdict = example_verdict()
    return replace(verdict, checks=tuple(c for c in verdict.checks if c.light is Light.GREEN), findings=())


def test_a_seal_that_does_not_hold_makes_a_green_verdict_no_green_report(api: Api) -> None:
    checked = a_checked_document(api, light=Light.YELLOW, verdict=green())
    page = api.client(Role.CLERK).get(checked.url).text
    assert '<header class="card head yellow">' in page
    assert "核验时电子签章未通过验证" in page
    found = api.client(Role.CLERK).get(checked.url, params={"format": "json"}).json()
    assert found["documents"][0]["light"] == "yellow"


def test_a_pdf_is_ordered_made_and_fetched(api: Api) -> None:
    checked = a_checked_document(api)
    client = api.client(Role.CLERK)
    refused = client.get(checked.url, params={"format": "pdf"})
    assert (refused.status_code, refused.json()["code"]) == (409, "report.not_made")
    job_id = ordered(api, checked)
    early = client.get(f"{REPORTS}/{job_id}/content")
    assert (early.status_code, early.json()["code"]) == (409, "report.not_ready")
    assert client.get(f"{REPORTS}/{job_id}").json()["state"] == "queued"
    worked(api, job_id)
    fetched = client.get(f"{REPORTS}/{job_id}/content")
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.content == client.get(checked.url, params={"format": "pdf"}).content
    with pikepdf.open(io.BytesIO(fetched.content)) as pdf:
        assert len(pdf.pages) >= 2
        assert all([float(side) for side in page.mediabox[2:]] == [595.28, 841.89] for page in pdf.pages)
    said = words_of(fetched.content)
    for words in ("红灯", "统一社会信用代码", "91210100MA0EXAMPL8", "填写末位为8，证照为3。", "签章有效。", "核验依据"):
        assert words in said, words
    assert re.search(r"第1页，共\d页", said)
    # Another language has to be made first.
    assert client.get(checked.url, params={"format": "pdf", "lang": "en"}).status_code == 409


def test_a_pdf_in_english(api: Api) -> None:
    checked = a_checked_document(api)
    job_id = ordered(api, checked, lang="en")
    worked(api, job_id)
    said = words_of(api.client(Role.CLERK).get(f"{REPORTS}/{job_id}/content").content)
    for words in ("Thelastcharacteris8asentered,3onthedocument.", "Provenance", "Thesealisvalid."):
        assert words in said


def test_hostile_and_endless_values_fit_the_paper(api: Api) -> None:
    verdict = example_verdict()
    long = "超长的经营范围" * 900 + "X" * 3000
    strange = "=1+1\u202e\U0001f600<b>\x01"
    checks = (replace(verdict.checks[0], entered=long, recognised=strange, diff=()), *verdict.checks[1:])
    checked = a_checked_document(api, verdict=replace(verdict, checks=checks))
    job_id = ordered(api, checked)
    worked(api, job_id)
    pdf = api.client(Role.CLERK).get(f"{REPORTS}/{job_id}/content").content
    said = words_of(pdf)
    assert "[U+202E][U+1F600]<b>" in said
    assert said.count("X") >= 3000
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert 5 < len(opened.pages) < 40


def test_an_ordered_html_report_comes_as_a_page_without_powers(api: Api) -> None:
    checked = a_checked_document(api)
    job_id = ordered(api, checked, format="html")
    worked(api, job_id)
    answer = api.client(Role.CLERK).get(f"{REPORTS}/{job_id}/content")
    assert answer.headers["content-type"].startswith("text/html")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "统一社会信用代码" in answer.text


def test_nobody_else_sees_a_report(api: Api) -> None:
    checked = a_checked_document(api)
    job_id = ordered(api, checked)
    worked(api, job_id)
    other = api.client(Role.CLERK, code=OTHER_CODE)
    admin = api.client(Role.ENTERPRISE_ADMIN)
    for client, url in (
        (other, checked.url),
        (other, f"{REPORTS}/{job_id}"),
        (other, f"{REPORTS}/{job_id}/content"),
        (admin, f"{REPORTS}/{job_id}/content"),
        (api.client(Role.REVIEWER), checked.url),
        (api.client(Role.PLATFORM_ADMIN), checked.url),
    ):
        assert client.get(url).status_code in (403, 404), url
    # A colleague of the same house is served the PDF that was made already; auditors see every report.
    assert admin.get(checked.url, params={"format": "pdf"}).status_code == 200
    assert api.client(Role.AUDITOR).get(checked.url).status_code == 200
    body = {"what": "check", "document_id": checked.document_id, "check_id": checked.check_id}
    assert other.post(REPORTS, json=body).status_code == 404
    strange = checked.url.replace(checked.check_id, checked.document_id)
    assert api.client(Role.CLERK).get(strange).status_code == 404


def test_a_reviewer_orders_a_report_of_what_was_pushed(api: Api) -> None:
    clerk = api.principal(Role.CLERK).actor
    with transaction(api.engine) as session:
        version = a_submitted(session, session.get_one(Subject, clerk.subject_id), clerk, Light.GREEN)
        push(session, version, session.get_one(Domain, api.accounts.domains["housing"]), clerk, at=NOW)
        check = session.scalars(select(Check).where(Check.version_id == version.id)).one()
        checked = Checked(version.document_id, check.id, "")
    # The check of this example keeps no document to report on; that is told to who may see it.
    answer = api.client(Role.REVIEWER).get(checked.url)
    assert (answer.status_code, answer.json()["code"]) == (409, "report.unreadable")
    job_id = ordered(api, checked, Role.REVIEWER)
    assert api.client(Role.REVIEWER).get(f"{REPORTS}/{job_id}").json()["state"] == "queued"
    assert api.client(Role.REVIEWER, domain="water").get(checked.url).status_code == 404


def test_an_order_is_logged_kept_for_its_days_and_then_forgotten(api: Api) -> None:
    checked = a_checked_document(api)
    job_id = ordered(api, checked)
    sha256 = worked(api, job_id)["sha256"]
    with reading(api.engine) as session:
        logged = session.scalars(entries(SYSTEM, LogFilter(action="report.order"))).all()
        assert [(entry.object_id, entry.details) for entry in logged] == [(job_id, {"what": "check"})]
        subject = api.principal(Role.CLERK).subject_id or ""
        assert sha256 in referenced(session, subject, api.clock())
        assert sha256 not in referenced(session, subject, api.clock() + RESULTS_KEPT + timedelta(days=1))
    api.clock.forward(RESULTS_KEPT + timedelta(days=1))
    answer = api.client(Role.CLERK).get(f"{REPORTS}/{job_id}/content")
    assert (answer.status_code, answer.json()["code"]) == (410, "report.forgotten")


def test_the_seal_report_speaks_both_languages(api: Api) -> None:
    checked = a_checked_document(api)
    url = f"/api/v1/documents/{checked.document_id}/seals/{checked.seal_id}/report"
    client = api.client(Role.CLERK)
    assert client.get(url).json()["message"] == "签章有效。"
    assert client.get(url, params={"lang": "en"}).json()["message"] == "The seal is valid."
    assert api.client(Role.CLERK, code=OTHER_CODE).get(url).status_code == 404


def test_a_format_that_is_none_is_refused(api: Api) -> None:
    checked = a_checked_document(api)
    body = {"what": "check", "document_id": checked.document_id, "check_id": checked.check_id, "format": "docx"}
    assert api.client(Role.CLERK).post(REPORTS, json=body).status_code == 422
    assert api.client(Role.CLERK).get(checked.url, params={"format": "docx"}).status_code == 422
