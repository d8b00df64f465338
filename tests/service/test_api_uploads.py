"""Uploads over HTTP: streamed, bounded, looked at, kept together or not at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from httpx import Response
from PIL import Image
from sqlalchemy import func, select

from certlight.light import Light
from service.database.base import reading
from service.database.evidence import Scan
from service.domain.principal import Scope
from service.domain.roles import Role
from tests.pdf_makers import PageSpec, pdf, text
from tests.service.api_client import Api
from tests.service.document_flow import DOCUMENTS, KEYS, Paper, begun, box, picture, ready
from tests.signing.pki import COMPANY_CODE, OTHER_CODE


def codes(given: Response) -> tuple[int, str]:
    return given.status_code, given.json()["code"]


def post(paper: Paper, *files: tuple[str, bytes], **headers: str) -> Response:
    return paper.client.post(f"{paper.url}/scans", files=[("files", file) for file in files], headers=headers)


def kept(api: Api) -> set[str]:
    """Hashes of all blobs; nothing may lie about on its way in."""
    assert list((api.folder / "files" / "incoming").iterdir()) == []
    store = api.installation.store
    return {blob.sha256 for tenant in store.tenants() for blob in store.stored(tenant)}


def rows(api: Api) -> int:
    with reading(api.engine) as session:
        return session.scalar(select(func.count()).select_from(Scan)) or 0


def test_files_come_back_byte_for_byte_under_their_names(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    files = [("营业执照 “副本”.jpg", picture(1)), ("C:\\scans\\第2页.png", picture(2)), ("合同.pdf", text_pdf(3))]
    body = paper.upload(*files)
    assert [scan["name"] for scan in body["added"]] == ["营业执照 “副本”.jpg", "第2页.png", "合同.pdf"]
    assert [scan["media_type"] for scan in body["added"]] == ["image/jpeg", "image/jpeg", "application/pdf"]
    assert [(scan["pages"], scan["first_page"]) for scan in body["added"]] == [(1, 0), (1, 1), (3, 2)]
    assert (body["state"], body["present"]) == ("scanned", [])
    view = paper.view()
    assert (view["page_count"], view["scans"]) == (5, body["added"])
    for scan, (_, content) in zip(view["scans"], files, strict=True):
        answer = paper.client.get(scan["href"])
        assert answer.content == content
        assert answer.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("sandbox")
        assert answer.headers["content-disposition"].startswith("inline; filename=")
        again = paper.client.get(scan["href"], headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert (
        "%E8%90%A5%E4%B8%9A%E6%89%A7%E7%85%A7"
        in paper.client.get(view["scans"][0]["href"]).headers["content-disposition"]
    )
    assert kept(api) == {hashlib.sha256(content).hexdigest() for _, content in files}


def test_a_file_may_be_the_body_itself(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    content = picture(3)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 100):
            yield content[start : start + 100]

    answer = paper.client.post(
        f"{paper.url}/scans?name=高拍仪.jpg", content=pieces(), headers={"Content-Type": "image/jpeg"}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["added"][0]["name"] == "高拍仪.jpg"
    assert kept(api) == {hashlib.sha256(content).hexdigest()}


def test_the_same_bytes_are_one_scan(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    first = paper.upload(("a.jpg", picture(1)), ("again.jpg", picture(1)))
    assert len(first["added"]) == 1
    second = paper.upload(("b.jpg", picture(1)), ("c.jpg", picture(2)))
    assert [scan["id"] for scan in second["present"]] == [first["added"][0]["id"]]
    assert [scan["name"] for scan in second["added"]] == ["c.jpg"]
    third = paper.upload(("d.jpg", picture(2)))
    assert (third["added"], len(third["present"]), third["etag"]) == ([], 1, second["etag"])
    assert rows(api) == 2


def test_an_upload_sent_twice_under_one_key_is_done_once(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    key = {"Idempotency-Key": "station-7-0001"}
    first = post(paper, ("a.jpg", picture(1)), **key)
    again = post(paper, ("a.jpg", picture(1)), **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert codes(post(paper, ("a.jpg", picture(2)), **key)) == (422, "idempotency.other_request")
    assert rows(api) == 1


def text_pdf(pages: int, seed: int = 1) -> bytes:
    return pdf([PageSpec(text(70, 700, f"page {page} of {seed}")) for page in range(pages)])


def encrypted_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(text_pdf(1))) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="secret", user="secret"))
    return out.getvalue()


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def test_what_cannot_be_opened_is_refused_and_nothing_of_the_upload_kept(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    refused = [
        ("空.jpg", b"", (422, "intake.empty")),
        ("页.html", b"<html><script>alert(1)</script>", (415, "intake.not_a_scan")),
        ("合同.docx", b"PK\x03\x04" * 500, (415, "intake.not_a_scan")),
        ("合同.pdf", cut(text_pdf(1)), (422, "intake.truncated")),
        ("照片.jpg", cut(picture(1)), (422, "intake.truncated")),
        ("合同.pdf", encrypted_pdf(), (422, "intake.encrypted")),
        ("合同.pdf", b"%PDF-1.7\n" + b"x" * 3000 + b"\n%%EOF\n", (422, "intake.pdf_malformed")),
    ]
    for name, content, expected in refused:
        assert codes(post(paper, ("good.jpg", picture(1)), (name, content), ("more.jpg", picture(2)))) == expected
        assert (kept(api), rows(api), paper.view()["scans"]) == (set(), 0, [])


def test_bounds_of_a_file_and_of_a_document(api: Api) -> None:
    small = api.beside(upload={"max_bytes": 5_000, "max_total_bytes": 10_000, "max_files": 3})
    paper = begun(small.client(Role.CLERK))
    noise = [bytes([seed]) * 3_500 for seed in range(3)]
    pictures = [picture(seed) + trailing for seed, trailing in enumerate(noise)]
    assert codes(post(paper, ("a.jpg", picture(1) + b"x" * 5_000))) == (413, "intake.too_large")
    assert codes(post(paper, *(("a.jpg", content) for content in pictures))) == (413, "intake.document_too_large")
    assert kept(api) == set()
    paper.upload(("a.jpg", pictures[0]), ("b.jpg", pictures[1]))
    assert codes(post(paper, ("c.jpg", pictures[2]))) == (413, "intake.document_too_large")
    assert codes(post(paper, ("c.jpg", picture(4)), ("d.jpg", picture(5)))) == (422, "document.too_many_files")
    paper.upload(("c.jpg", picture(4)))
    assert codes(post(paper, ("d.jpg", picture(5)))) == (422, "document.too_many_files")
    assert rows(api) == 3


def test_bounds_of_pages(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    paper.upload(("a.pdf", text_pdf(200)))
    assert codes(post(paper, ("b.pdf", text_pdf(101, seed=2)))) == (422, "intake.too_many_pages")
    paper.upload(("b.pdf", text_pdf(100, seed=2)))
    assert codes(post(paper, ("c.jpg", picture(1)))) == (422, "intake.too_many_pages")


NO_UPLOADS = [
    ("multipart/form-data; boundary=x", b"", (400, "upload.malformed")),
    ("multipart/form-data", b"--x--", (400, "upload.malformed")),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x--", (400, "upload.malformed")),
    ("multipart/form-data; boundary=x", b"no form at all", (400, "upload.malformed")),
    ("multipart/form-data; boundary=x", b"--x--\r\n", (422, "upload.no_file")),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n' + picture(1),
        (400, "upload.malformed"),
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\nvalue\r\n--x--\r\n',
        (400, "upload.malformed"),
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nvalue\r\n--x--\r\n',
        (400, "upload.malformed"),
    ),
    ("text/plain", picture(1), (400, "upload.malformed")),
    ("application/json", b"{}", (400, "upload.malformed")),
]


def test_bodies_that_are_no_upload(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    for content_type, body, expected in NO_UPLOADS:
        answer = paper.client.post(f"{paper.url}/scans", content=body, headers={"Content-Type": content_type})
        assert codes(answer) == expected, (content_type, body)
    assert (kept(api), rows(api)) == (set(), 0)


def test_stations_upload_and_see_nothing_else(api: Api) -> None:
    clerk = begun(api.client(Role.CLERK))
    station = api.client(Role.STATION)
    paper = Paper(station, clerk.id, clerk.etag)
    body = paper.upload(("a.jpg", picture(1)))
    assert station.get(paper.url).status_code == 403
    assert station.get(body["added"][0]["href"]).status_code == 403
    assert station.get(DOCUMENTS).status_code == 403
    own = begun(station)
    assert Paper(api.client(Role.CLERK), own.id, own.etag).view()["state"] == "draft"
    scan = body["added"][0]["id"]
    assert station.delete(f"{paper.url}/scans/{scan}", headers=paper.matched).status_code == 403
    elsewhere = begun(api.client(Role.CLERK, code=OTHER_CODE))
    assert codes(post(Paper(station, elsewhere.id, ""), ("a.jpg", picture(1)))) == (404, "access.not_found")


def test_nobody_else_uploads_or_reads(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK))
    scan = paper.view()["scans"][0]
    for role, place, expected in (
        (Role.CLERK, {"code": OTHER_CODE}, 404),
        (Role.REVIEWER, {}, 404),
        (Role.PLATFORM_ADMIN, {}, 404),
        (Role.AUDITOR, {}, 403),
    ):
        client = api.client(role, **place)
        assert post(Paper(client, paper.id, ""), ("a.jpg", picture(9))).status_code == expected
        assert client.get(scan["href"]).status_code == (200 if role is Role.AUDITOR else 404)
        assert client.delete(f"{paper.url}/scans/{scan['id']}", headers=paper.matched).status_code == expected
    reads = api.token(Role.CLERK, Scope.DOCUMENTS_READ)
    assert codes(post(Paper(reads, paper.id, ""), ("a.jpg", picture(9)))) == (403, "access.scope")
    assert api.anonymous().get(scan["href"]).status_code == 401
    other = begun(api.client(Role.CLERK, code=OTHER_CODE))
    # Somebody else's scan is not found under one's own document either.
    assert other.client.get(f"{other.url}/scans/{scan['id']}/content").status_code == 404


def test_uploading_after_the_check_makes_it_stale_and_keeps_the_marks(api: Api) -> None:
    paper = ready(api, api.client(Role.CLERK), Light.RED)
    paper.upload(("clearer.jpg", picture(77)))
    view = paper.view()
    assert (view["state"], view["light"], view["check"]["stale"], view["seal"]["stale"]) == ("filled", None, True, True)
    assert set(view["marks"]) == set(KEYS)
    paper.mark()
    assert paper.view()["state"] == "marked"


def test_what_was_filled_in_before_its_pages_came_counts(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    paper.fill()
    assert paper.view()["state"] == "draft"
    assert paper.upload(("a.jpg", picture(1)))["state"] == "filled"


def test_removing_a_scan_takes_its_marks_and_moves_later_ones(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    added = paper.upload(("a.jpg", picture(1)), ("b.pdf", text_pdf(2)), ("c.jpg", picture(2)))["added"]
    paper.fill()
    paper.mark({"uscc": [box(0)], "name": [box(0), box(2)], "scope": [box(1)], "legal_representative": [box(3)]})
    url = f"{paper.url}/scans/{added[1]['id']}"
    assert codes(paper.client.delete(url)) == (428, "precondition.required")
    assert codes(paper.client.delete(url, headers={"If-Match": '"1.1"'})) == (412, "state.changed_meanwhile")
    body = paper.keep(paper.client.delete(url, headers=paper.matched))
    assert (body["marks_dropped"], body["marks_moved"]) == (["name", "scope"], ["legal_representative"])
    view = paper.view()
    assert view["marks"] == {"uscc": [box(0)], "name": [box(0)], "legal_representative": [box(1)]}
    assert [scan["name"] for scan in view["scans"]] == ["a.jpg", "c.jpg"]
    assert view["state"] == "filled"
    # It stays readable: older seals and checks spoke of it.
    assert paper.client.get(added[1]["href"]).content == text_pdf(2)
    assert codes(paper.client.delete(url, headers=paper.matched)) == (404, "access.not_found")
    for scan in view["scans"]:
        paper.keep(paper.client.delete(f"{paper.url}/scans/{scan['id']}", headers=paper.matched))
    left = paper.view()
    assert (left["state"], left["marks"], left["page_count"]) == ("draft", {}, 0)


def test_many_formats(api: Api) -> None:
    paper = begun(api.client(Role.CLERK))
    files: list[tuple[str, bytes]] = []
    for kind in ("PNG", "TIFF", "BMP", "WEBP"):
        out = io.BytesIO()
        more: dict[str, Any] = {"save_all": True, "append_images": [Image.new("L", (9, 9))]} if kind == "TIFF" else {}
        Image.new("L", (20, 10), 7).save(out, kind, **more)
        files.append((f"a.{kind.lower()}", out.getvalue()))
    added = paper.upload(*files)["added"]
    assert [scan["media_type"] for scan in added] == ["image/png", "image/tiff", "image/bmp", "image/webp"]
    assert [scan["pages"] for scan in added] == [1, 2, 1, 1]


def test_tenants_keep_the_same_bytes_for_themselves(api: Api) -> None:
    for code in (COMPANY_CODE, OTHER_CODE):
        begun(api.client(Role.CLERK, code=code)).upload(("a.jpg", picture(1)))
    assert len(list(api.installation.store.tenants())) == 2
