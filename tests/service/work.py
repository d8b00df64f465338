"""A worker's work without a worker: a job's handler, and its effect in one transaction, the way the runner does it."""

from __future__ import annotations

import atexit
import functools
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, select

from extractors.engines.null import NullEngine, ScriptedLine
from extractors.engines.protocol import Effort, OcrEngine, OrientationScores, Recognition
from extractors.geometry import Quad
from extractors.page import BgrImage
from pipeline.seals.process import SealProcess
from service.database.base import new_id
from service.database.documents import DocumentVersion, advance
from service.database.evidence import Scan
from service.database.jobs import Job
from service.database.library import start
from service.database.subjects import Subject
from service.domain.actors import Actor
from service.domain.documents import DocumentAction, DocumentState
from service.domain.jobs import JobKind
from service.handlers.tools import Workshop
from service.installation import Installation
from service.jobs.queue import enqueue
from service.jobs.task import Task
from service.settings import Settings
from service.storage import open_store
from service.worker.registry import handler_of
from signing.trust.store import TrustStore
from tests.signing import pki
from tests.signing.pki import NOW


class Counting:
    """Answers as ``engine`` does, and counts what it is asked."""

    def __init__(self, engine: OcrEngine) -> None:
        self.engine = engine
        self.asked = 0

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def models(self) -> Any:
        return self.engine.models

    def orientation(self, image: BgrImage) -> OrientationScores:
        self.asked += 1
        return self.engine.orientation(image)

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        self.asked += 1
        return self.engine.detect(image, effort)

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        self.asked += 1
        return self.engine.recognise(image, quads, effort)


@dataclass
class Works:
    """An installation whose clock stands, with tools and no queue."""

    installation: Installation
    tools: Workshop
    told: list[tuple[str, int, int]] = field(default_factory=list)

    def enqueued(self, kind: JobKind, payload: dict[str, Any], subject_id: str | None, **more: Any) -> str:
        with self.installation.transaction() as session:
            at = self.installation.clock()
            return enqueue(session, kind, at=at, subject_id=subject_id, payload=payload, **more).id

    def prepared(self, job_id: str) -> Callable[[], dict[str, Any]]:
        """The slow part of a job done; what is returned applies its effect and gives the job's result."""
        with self.installation.reading() as session:
            job = session.get_one(Job, job_id)
            task = Task(
                job.id,
                job.kind,
                job.subject_id,
                job.object_kind,
                job.object_id,
                dict(job.payload),
                job.created_by,
                1,
                self.installation,
                self.tools,
                lambda stage, done, total: self.told.append((stage, done, total)),
            )
        effect = handler_of(task.kind)(task)

        def applied() -> dict[str, Any]:
            with self.installation.transaction() as session:
                return dict(effect(session, self.installation.clock()))

        return applied

    def done(self, job_id: str) -> dict[str, Any]:
        """The whole job."""
        return self.prepared(job_id)()

    def do(self, kind: JobKind, payload: dict[str, Any], subject_id: str | None, **more: Any) -> dict[str, Any]:
        return self.done(self.enqueued(kind, payload, subject_id, **more))


@functools.cache
def confined() -> SealProcess:
    """One for all tests of a process: starting it takes a second."""
    process = SealProcess()
    atexit.register(process.close)
    return process


def files_trusted(folder: Path) -> TrustStore:
    """The test PKI's root and lists, as files."""
    anchors, lists = folder / "root.pem", []
    folder.mkdir(parents=True, exist_ok=True)
    anchors.write_bytes(pki.cert("root").der)
    for issuer in ("root", "interm"):
        path = folder / f"{issuer}.crl"
        path.write_bytes(pki.crl(issuer))
        lists.append(path)
    return TrustStore.of_files([anchors], lists)


def works(
    database: Engine, folder: Path, engine: OcrEngine | Sequence[ScriptedLine] = (), now: datetime = NOW
) -> Works:
    """An installation over ``database``; without an engine, one that reads these lines."""
    settings = Settings(data_dir=folder, secret_key=SecretStr("0123456789abcdefghijklmnopqrstuvwxyz-_"))
    (folder / "incoming").mkdir(exist_ok=True)
    store: list[TrustStore] = []

    def trust() -> TrustStore:
        if not store:
            store.append(files_trusted(folder / "trust-files"))
        return store[0]

    installation = Installation(settings, database, open_store(settings), trust, clock=lambda: now)
    ocr = NullEngine(engine) if isinstance(engine, list | tuple) else engine
    return Works(installation, Workshop(ocr, confined()))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Owner:
    """An enterprise and its clerk."""

    subject_id: str
    clerk: Actor


def uploaded(
    works: Works, owner: Owner, files: Sequence[tuple[str, bytes]], doc_type: str = "business_license"
) -> tuple[str, str]:
    """A document with these files: its id, and its version's."""
    at = works.installation.clock()
    blobs = [works.installation.store.put(io.BytesIO(data), 1 << 26, owner.subject_id) for _, data in files]
    with works.installation.transaction() as session:
        version = start(session, owner.subject_id, doc_type, f"{doc_type}@1", owner.clerk, at=at)
        for position, ((name, _), blob) in enumerate(zip(files, blobs, strict=True)):
            session.add(
                Scan(
                    id=new_id(),
                    subject_id=owner.subject_id,
                    version_id=version.id,
                    position=position,
                    sha256=blob.sha256,
                    name=name,
                    media_type=blob.media_type,
                    size=blob.size,
                    uploaded_at=at,
                )
            )
        advance(session, version, DocumentAction.UPLOAD, owner.clerk, at=at)
        return version.document_id, version.id


def filled(
    works: Works, owner: Owner, version_id: str, entries: dict[str, Any], marks: dict[str, Any] | None = None
) -> None:
    """Entries and marks written down, the version marked."""
    at = works.installation.clock()
    with works.installation.transaction() as session:
        version = session.scalars(select(DocumentVersion).where(DocumentVersion.id == version_id)).one()
        version.entries = entries
        advance(session, version, DocumentAction.FILL, owner.clerk, at=at)
        version.marks = marks or {}
        advance(session, version, DocumentAction.MARK, owner.clerk, at=at, target=DocumentState.MARKED)


def an_owner(works: Works, name: str = pki.COMPANY, code: str = pki.COMPANY_CODE) -> Owner:
    """An enterprise with a clerk who is a user."""
    from service.database.accounts import User
    from service.domain.roles import Role

    with works.installation.transaction() as session:
        subject = Subject(name=name, credit_code=code, created_at=works.installation.clock())
        session.add(subject)
        session.flush()
        user = User(
            id=new_id(),
            login_name=f"clerk-{code}".lower(),
            display_name="王工",
            role=Role.CLERK,
            subject_id=subject.id,
            created_at=works.installation.clock(),
        )
        session.add(user)
        session.flush()
        return Owner(subject.id, Actor(Role.CLERK, user.id, subject.id))
