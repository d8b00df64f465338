"""A library of ten thousand documents for one enterprise, written straight into the database."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import insert, select

from certlight.light import Light
from service.database.base import new_id, open_database, transaction
from service.database.documents import Document, DocumentVersion
from service.database.evidence import Check, Scan, Seal
from service.database.subjects import Subject
from service.domain.documents import DocumentState

_TYPES: Final = (
    "business_license",
    "construction_qualification",
    "safety_production_license",
    "contract",
    "bid_notice",
)
_STATES: Final = (
    (DocumentState.SUBMITTED_GREEN, Light.GREEN),
    (DocumentState.SUBMITTED_GREEN, Light.GREEN),
    (DocumentState.SUBMITTED_YELLOW, Light.YELLOW),
    (DocumentState.CHECKED_RED, Light.RED),
    (DocumentState.FILLED, None),
)
_BATCH: Final = 2000
_FIELDS: Final = 12


def seed_documents(database: str, credit_code: str, count: int) -> list[str]:
    """``count`` documents with version, scan, check and seal each; their identifiers."""
    random = Random(20_261_122)
    engine = open_database(database)
    made: list[str] = []
    try:
        with transaction(engine) as session:
            subject = session.scalars(select(Subject.id).where(Subject.credit_code == credit_code)).one()
        while len(made) < count:
            tables = _rows(subject, min(_BATCH, count - len(made)), random)
            with transaction(engine) as session:
                for table, rows in tables.items():
                    session.execute(insert(table), rows)
            made += [row["id"] for row in tables[Document]]
    finally:
        engine.dispose()
    return made


def _rows(subject: str, count: int, random: Random) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {Document: [], DocumentVersion: [], Scan: [], Check: [], Seal: []}
    for _ in range(count):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(300 * 86400))
        state, light = random.choice(_STATES)
        document, version = new_id(), new_id()
        sha256 = hashlib.sha256(document.encode()).hexdigest()
        kind, number = random.choice(_TYPES), f"D{random.randrange(10**9):09d}"
        found[Document].append(
            {"id": document, "subject_id": subject, "doc_type": kind, "number": number, "current": 1, "created_at": at}
        )
        found[DocumentVersion].append(
            {
                "id": version,
                "subject_id": subject,
                "document_id": document,
                "number": 1,
                "_state": state,
                "light": light,
                "title": f"武汉市第{random.randrange(10_000)}号材料",
                "valid_until": date(2026, 6, 1) + timedelta(days=random.randrange(900)),
                "template": f"{kind}@1",
                "entries": {f"field_{i}": "机械设备租赁、防水防腐保温工程、土石方工程" for i in range(_FIELDS)},
                "marks": {f"field_{i}": [{"page": 0, "box": [1.5, 2.0, 30.0, 40.0]}] for i in range(_FIELDS)},
                "key_fields_locked": False,
                "created_at": at,
                "changed_at": at + timedelta(minutes=9),
                "submitted_at": at + timedelta(minutes=10) if state.value.startswith("submitted") else None,
                "row_version": 7,
            }
        )
        common = {"subject_id": subject, "version_id": version}
        found[Scan].append(
            {
                **common,
                "id": new_id(),
                "position": 0,
                "sha256": sha256,
                "name": "扫描件.jpg",
                "media_type": "image/jpeg",
                "size": 480_000,
                "pages": 1,
                "uploaded_at": at,
            }
        )
        if light is not None:
            found[Check].append(
                {
                    **common,
                    "id": new_id(),
                    "covers": sha256,
                    "light": light,
                    "verdict": {"light": light.word, "checks": []},
                    "provenance": {},
                    "checked_at": at,
                }
            )
            found[Seal].append(
                {
                    **common,
                    "id": new_id(),
                    "covers": sha256,
                    "sealed_sha256": sha256,
                    "signer": "武汉华通园林绿化有限公司",
                    "certificate_sha256": sha256,
                    "level": "B-T",
                    "report": {"indication": "TOTAL-PASSED", "light": "green", "signatures": []},
                    "sealed_at": at,
                }
            )
    return found
