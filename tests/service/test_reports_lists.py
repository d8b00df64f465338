"""Lists as workbooks: what the caller's list has, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from certlight.light import Light
from certlight.text import Text
from service.database.base import transaction
from service.database.documents import DocumentVersion
from service.database.performances import Performance
from service.database.pushes import Domain, push
from service.database.subjects import Subject
from service.domain.roles import Role
from service.reports.lists import making
from service.reports.lists.rows import BATCH
from service.reports.spreadsheet import Column, write_workbook
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.report_examples import worked
from tests.service.rows import a_draft, a_submitted
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil")', "=cmd|' /C calc'!A0")


def sheet(content: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def some_documents(api: Api, count: int, code: str = COMPANY_CODE, title: str = "材料") -> list[str]:
    clerk = api.principal(Role.CLERK, code=code).actor
    with transaction(api.engine) as session:
        subject = session.get_one(Subject, api.accounts.subjects[code])
        made = [a_draft(session, subject, clerk) for _ in range(count)]
        for number, version in enumerate(made):
            version.title = f"{title}{number}"
        return [version.document_id for version in made]


def test_texts_are_never_formulas_whatever_they_begin_with() -> None:
    out = io.BytesIO()
    columns = [Column(Text("=列", "=column"))]
    count = write_workbook(out, Text("表", "sheet"), columns, [[text] for text in FORMULAS], "zh")
    assert count == len(FORMULAS)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    cells = [row[0] for row in book.active.iter_rows()]
    assert [cell.value for cell in cells] == ["=列", *FORMULAS]
    assert all(cell.data_type == "s" for cell in cells)
    # Even somebody who edits the cell gets no formula.
    assert all(cell.quotePrefix for cell in cells)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_values_keep_their_kind() -> None:
    out = io.BytesIO()
    row = ["甲\x00乙\u202e", 7, True, None, NOW.date(), NOW, "长" * 40_000]
    write_workbook(out, Text("表", "sheet"), [Column(Text("列", "c"))] * 7, [row], "zh")
    found = sheet(out.getvalue())[1]
    assert found[:4] == ["甲[U+0000]乙[U+202E]", 7, "是", None]
    # Moments are those of China's clocks.
    assert found[4:6] == [datetime(2026, 11, 1), datetime(2026, 11, 1, 12, 0)]
    assert len(found[6]) == 32_767


def test_a_clerk_exports_the_own_documents_in_the_order_and_filter_of_the_list(api: Api) -> None:
    ids = some_documents(api, 3)
    some_documents(api, 2, OTHER_CODE, "别人的")
    client = api.client(Role.CLERK)
    answer = client.get("/api/v1/documents.xlsx")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert 'filename="documents-20261101.xlsx"' in answer.headers["content-disposition"]
    head, *rows = sheet(answer.content)
    assert head[:3] == ["企业", "证照类型", "名称"]
    assert [row[-1] for row in rows] == ids[::-1]
    assert {row[0] for row in rows} == {COMPANY}
    assert rows[0][2] == "材料2"
    english = sheet(
        client.get("/api/v1/documents.xlsx", params={"q": "材料1", "lang": "en", "direction": "asc"}).content
    )
    assert english[0][:3] == ["Enterprise", "Type", "Name"]
    assert [row[2] for row in english[1:]] == ["材料1"]
    assert english[1][5] == "a draft"


def test_batches_follow_one_another_in_every_order(api: Api) -> None:
    some_documents(api, BATCH + 3)
    client = api.client(Role.CLERK)
    for sort, direction in (("created", "desc"), ("changed", "asc"), ("submitted", "desc"), ("valid_until", "asc")):
        rows = sheet(client.get("/api/v1/documents.xlsx", params={"sort": sort, "direction": direction}).content)
        assert len({row[-1] for row in rows[1:]}) == len(rows) - 1 == BATCH + 3


def test_a_list_that_is_too_long_is_refused_and_can_be_ordered(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "AT_ONCE", 2)
    some_documents(api, 3)
    client = api.client(Role.CLERK)
    refused = client.get("/api/v1/documents.xlsx")
    assert (refused.status_code, refused.json()["code"]) == (422, "report.too_many_rows")
    body = {"what": "documents", "state": ["draft"], "submitted_until": "2026-01-01T00:00:00Z", "sort": "created"}
    ordered = client.post("/api/v1/reports", json=body).json()["id"]
    assert worked(api, ordered)["extension"] == "xlsx"
    assert len(sheet(client.get(f"/api/v1/reports/{ordered}/content").content)) == 1
    ordered = client.post("/api/v1/reports", json={"what": "documents", "light": "red", "lang": "en"}).json()["id"]
    worked(api, ordered)
    assert len(sheet(client.get(f"/api/v1/reports/{ordered}/content").content)) == 1
    ordered = client.post("/api/v1/reports", json={"what": "documents"}).json()["id"]
    worked(api, ordered)
    assert len(sheet(client.get(f"/api/v1/reports/{ordered}/content").content)) == 4


def test_performances_pushes_and_the_log_are_exported(api: Api) -> None:
    clerk = api.principal(Role.CLERK).actor
    with transaction(api.engine) as session:
        subject = session.get_one(Subject, clerk.subject_id)
        version: DocumentVersion = a_submitted(session, subject, clerk, Light.GREEN)
        version.title = "=危险"
        push(session, version, session.get_one(Domain, api.accounts.domains["housing"]), clerk, at=NOW)
        session.add(Performance(subject_id=subject.id, project="@项目", section="一标段", created_at=NOW))
    client = api.client(Role.CLERK)
    performances = sheet(client.get("/api/v1/performances.xlsx").content)
    assert [row[1:3] for row in performances[1:]] == [["@项目", "一标段"]]
    pushes = sheet(client.get("/api/v1/pushes.xlsx", params={"state": "waiting"}).content)
    assert [row[2] for row in pushes[1:]] == ["=危险"]
    assert sheet(client.get("/api/v1/pushes.xlsx", params={"state": "approved"}).content)[1:] == []
    log = sheet(client.get("/api/v1/operations.xlsx", params={"action": "document."}).content)
    assert [row[2] for row in log[1:]] == ["提交", "智能核验", "签章", "标记", "填写", "上传电子件", "新建证照"]
    reviewer = api.client(Role.REVIEWER)
    assert len(sheet(reviewer.get("/api/v1/pushes.xlsx").content)) == 2
    for what in ("performances", "pushes", "operations"):
        ordered = client.post("/api/v1/reports", json={"what": what})
        assert ordered.status_code == 202
        worked(api, ordered.json()["id"])
        assert len(sheet(client.get(f"/api/v1/reports/{ordered.json()['id']}/content").content)) >= 2


def test_who_may_not_see_a_list_exports_nothing(api: Api) -> None:
    for path in ("documents", "performances", "pushes"):
        assert api.client(Role.PLATFORM_ADMIN).get(f"/api/v1/{path}.xlsx").status_code == 403
        ordered = api.client(Role.PLATFORM_ADMIN).post("/api/v1/reports", json={"what": path})
        assert ordered.status_code == 403
    assert api.anonymous().get("/api/v1/documents.xlsx").status_code == 401
