"""Documents over HTTP as a page handles them, and what jobs would do to them, for tests."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from httpx import Response
from PIL import Image
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from certlight.light import Light
from service.accounts.access import Operation
from service.database.base import transaction
from service.database.documents import DocumentVersion, advance
from service.database.evidence import Check, Seal
from service.documents.finding import find_version
from service.domain.actors import SYSTEM, Actor
from service.domain.documents import CHECKED, DocumentAction
from service.domain.principal import SYSTEM as PLATFORM
from service.domain.roles import Role
from tests.service.account_examples import NOW
from tests.service.api_client import Api
from tests.service.rows import sha

DOCUMENTS = "/api/v1/documents"
ENTRIES = {
    "uscc": "91210100MA2A3B4C5D",
    "name": "辽宁某某建设工程有限公司",
    "company_type": "有限责任公司",
    "legal_representative": "张三",
}
KEYS = ("uscc", "name", "legal_representative")


def picture(seed: int = 0, size: tuple[int, int] = (64, 48)) -> bytes:
    """A small JPEG, different for every seed."""
    out = io.BytesIO()
    Image.new("RGB", size, (seed % 256, seed // 256 % 256, 90)).save(out, "JPEG")
    return out.getvalue()


def box(page: int = 0, x: float = 10.0) -> dict[str, Any]:
    return {"page": page, "box": [x, 20.0, x + 100.5, 60.0]}


@dataclass
class Paper:
    """One document in somebody's hands."""

    client: TestClient
    id: str
    etag: str

    @property
    def url(self) -> str:
        return f"{DOCUMENTS}/{self.id}"

    def keep(self, answer: Response, status: int = 200) -> dict[str, Any]:
        """The body of an answer that has to be good; its tag is the next change's."""
        assert answer.status_code == status, answer.text
        self.etag = answer.headers.get("etag", self.etag)
        body: dict[str, Any] = answer.json()
        return body

    @property
    def matched(self) -> dict[str, str]:
        return {"If-Match": self.etag}

    def view(self) -> dict[str, Any]:
        return self.keep(self.client.get(self.url))

    def upload(self, *files: tuple[str, bytes]) -> dict[str, Any]:
        return self.keep(self.client.post(f"{self.url}/scans", files=[("files", file) for file in files]), 201)

    def fill(self, entries: dict[str, Any] | None = None) -> dict[str, Any]:
        body = {"entries": ENTRIES if entries is None else entries}
        return self.keep(self.client.put(f"{self.url}/entries", json=body, headers=self.matched))

    def mark(self, marks: dict[str, Any] | None = None) -> dict[str, Any]:
        body = {"marks": {code: [box()] for code in KEYS} if marks is None else marks}
        return self.keep(self.client.put(f"{self.url}/marks", json=body, headers=self.matched))

    def submit(self) -> dict[str, Any]:
        return self.keep(self.client.post(f"{self.url}/submission", headers=self.matched), 201)


def begun(client: TestClient, doc_type: str = "business_license") -> Paper:
    """A new draft."""
    answer = client.post(DOCUMENTS, json={"doc_type": doc_type})
    assert answer.status_code == 201, answer.text
    return Paper(client, answer.json()["id"], answer.headers["etag"])


def checked(api: Api, paper: Paper, light: Light, *, at: datetime = NOW) -> None:
    """Seal and check the version that is worked on, as jobs do."""
    with transaction(api.engine) as session:
        version = find_version(session, PLATFORM, paper.id, Operation.READ)
        seal_and_check(session, version, light, at)
    paper.view()


def seal_and_check(session: Session, version: DocumentVersion, light: Light, at: datetime) -> None:
    session.add(
        Seal(
            subject_id=version.subject_id,
            version_id=version.id,
            covers=version.coverage(),
            sealed_sha256=sha("sealed"),
            signer="企业",
            certificate_sha256=sha("certificate"),
            level="B-T",
            report={},
            sealed_at=at,
        )
    )
    clerk = Actor(Role.CLERK, version.created_by, version.subject_id)
    advance(session, version, DocumentAction.SEAL, clerk, at=at, covers=version.coverage())
    session.add(
        Check(
            subject_id=version.subject_id,
            version_id=version.id,
            covers=version.coverage(),
            light=light,
            verdict={"light": light.word, "checks": []},
            provenance={},
            checked_at=at,
        )
    )
    advance(session, version, DocumentAction.CHECK, SYSTEM, at=at, target=CHECKED[light], covers=version.coverage())


def ready(api: Api, client: TestClient, light: Light = Light.GREEN, seed: int = 0, **entries: Any) -> Paper:
    """A document with a scan, entries and marks, sealed and checked."""
    paper = begun(client)
    paper.upload(("执照.jpg", picture(seed)))
    paper.fill({**ENTRIES, **entries})
    paper.mark()
    checked(api, paper, light)
    return paper
