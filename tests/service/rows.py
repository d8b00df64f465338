"""Rows that tests start from: an enterprise, its clerk, a document on its way to the library."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from certlight.light import Light
from service.database.base import new_id
from service.database.documents import DocumentVersion, advance
from service.database.evidence import Check, Scan, Seal
from service.database.library import start, submit
from service.database.pushes import Domain
from service.database.subjects import Subject
from service.domain.actors import SYSTEM, Actor
from service.domain.documents import CHECKED, DocumentAction, DocumentState
from service.domain.roles import Role

NOW = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)


def sha(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def a_subject(session: Session, number: int = 1) -> Subject:
    subject = Subject(name=f"企业{number}", credit_code=f"91210100MA{number:08d}", created_at=NOW)
    session.add(subject)
    session.flush()
    return subject


def a_domain(session: Session, code: str = "housing") -> Domain:
    domain = Domain(code=code, name="建设工程招标投标领域", created_at=NOW)
    session.add(domain)
    session.flush()
    return domain


def clerk_of(subject: Subject) -> Actor:
    return Actor(Role.CLERK, new_id(), subject.id)


def reviewer_of(domain: Domain) -> Actor:
    return Actor(Role.REVIEWER, new_id(), domain_id=domain.id)


def add_scan(session: Session, version: DocumentVersion, content: str, position: int = 0) -> Scan:
    scan = Scan(
        subject_id=version.subject_id,
        version_id=version.id,
        position=position,
        sha256=sha(content),
        name="执照.jpg",
        media_type="image/jpeg",
        size=len(content),
        uploaded_at=NOW,
    )
    session.add(scan)
    return scan


def a_seal(session: Session, version: DocumentVersion) -> Seal:
    seal = Seal(
        subject_id=version.subject_id,
        version_id=version.id,
        covers=version.coverage(),
        sealed_sha256=sha("sealed"),
        signer="企业",
        certificate_sha256=sha("certificate"),
        level="B-T",
        report={},
        sealed_at=NOW,
    )
    session.add(seal)
    return seal


def a_check(session: Session, version: DocumentVersion, light: Light) -> Check:
    check = Check(
        subject_id=version.subject_id,
        version_id=version.id,
        covers=version.coverage(),
        light=light,
        verdict={"light": light.word},
        provenance={},
        checked_at=NOW,
    )
    session.add(check)
    return check


def a_draft(session: Session, subject: Subject, clerk: Actor) -> DocumentVersion:
    return start(session, subject.id, "business_license", "business_license@1", clerk, at=NOW)


def seal_and_check(session: Session, version: DocumentVersion, clerk: Actor, light: Light) -> None:
    """From filled to checked."""
    session.refresh(version, ["scans"])
    a_seal(session, version)
    advance(session, version, DocumentAction.SEAL, clerk, at=NOW, covers=version.coverage())
    a_check(session, version, light)
    target = CHECKED[light]
    advance(session, version, DocumentAction.CHECK, SYSTEM, at=NOW, target=target, covers=version.coverage())


def a_checked(session: Session, subject: Subject, clerk: Actor, light: Light) -> DocumentVersion:
    """A version with one scan and one entry, sealed and checked."""
    version = a_draft(session, subject, clerk)
    add_scan(session, version, "page")
    advance(session, version, DocumentAction.UPLOAD, clerk, at=NOW)
    version.entries = {"name": "企业"}
    advance(session, version, DocumentAction.FILL, clerk, at=NOW)
    version.marks = {"name": [{"page": 0, "box": [1.5, 2.0, 30, 40]}]}
    advance(session, version, DocumentAction.MARK, clerk, at=NOW, target=DocumentState.MARKED)
    seal_and_check(session, version, clerk, light)
    return version


def a_submitted(session: Session, subject: Subject, clerk: Actor, light: Light) -> DocumentVersion:
    version = a_checked(session, subject, clerk, light)
    submit(session, version, clerk, at=NOW)
    return version
