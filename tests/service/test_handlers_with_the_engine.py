"""The real engine: read once, then sealed and checked without being asked again; verdicts stay what they are."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

import samples
from extractors.catalogue import templates
from pipeline.flow import Desk, verify
from pipeline.intake.intake import take
from service.checking.bilingual import spoken
from service.database.base import open_database
from service.database.documents import DocumentVersion
from service.database.evidence import Check
from service.database.migrations.upgrade import migrate
from service.database.readings import Extraction, ReadingPart
from service.domain.documents import DocumentState
from service.domain.jobs import JobKind
from service.readings.answers import packed, unpacked
from service.readings.engine import RememberingEngine
from service.sealing.wishes import Place, Wish
from tests.one_engine import real_engine
from tests.service.test_handlers_sealing import sealed_by
from tests.service.work import Counting, an_owner, filled, uploaded, works
from tests.signing import sealed
from verifier.claim import parse_claim
from verifier.report import verify_json

pytestmark = pytest.mark.engine
SET = Path(samples.__file__).parent / "set"
CORNER = Wish(placement=Place(page=0, x=4, y=4, width=20))
"""Margin or frame of every sample."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """The work is the engine's; one kind of database is enough for it."""
    engine = open_database(f"sqlite:///{tmp_path / 'rows.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def claimed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SET / f"{name}.correct.claim.json").read_text(encoding="utf-8"))
    return found


def test_from_scan_to_green_the_engine_is_asked_once(database: Engine, tmp_path: Path) -> None:
    counting = Counting(real_engine())
    at_work = works(database, tmp_path, counting, now=datetime(2026, 11, 1, 4, tzinfo=UTC))
    owner = an_owner(at_work)
    scan = (SET / "licence.jpg").read_bytes()
    document_id, version_id = uploaded(at_work, owner, [("licence.jpg", scan)])
    began = time.perf_counter()
    at_work.do(JobKind.READ, {"version_id": version_id}, owner.subject_id)
    first, asked = time.perf_counter() - began, counting.asked
    began = time.perf_counter()
    at_work.do(JobKind.READ, {"version_id": version_id}, owner.subject_id)
    again = time.perf_counter() - began
    assert asked > 0
    assert counting.asked == asked
    assert again < first / 2
    with at_work.installation.reading() as session:
        fields = session.scalars(select(Extraction)).first().document["fields"]  # type: ignore[union-attr]
        size = session.scalars(select(ReadingPart.size)).one()
    print(f"read {first:.2f} s, again {again:.2f} s, {asked} questions, {size} bytes kept")  # noqa: T201
    claim = claimed("licence")
    assert {code for code, value in claim["entered"].items() if value} <= set(fields)
    # Confirmed as suggested: the marks are the regions that were found, except of what only a seal says.
    found = {code: fields[code] for code in claim["entered"]}
    marks = {code: f["regions"] for code, f in found.items() if f["regions"] and f["source"] != "seal"}
    filled(at_work, owner, version_id, claim["entered"], marks)
    before = counting.asked
    trial = at_work.do(JobKind.CHECK, {"version_id": version_id, "trial": True}, owner.subject_id)
    assert trial["light"] == "green", trial
    once = counting.asked
    result = sealed_by(at_work, owner, document_id, sealed.p12(), CORNER)
    check = at_work.do(JobKind.CHECK, {"version_id": version_id}, owner.subject_id)
    assert counting.asked == once, "sealing and checking after the trial ask nothing"
    assert once - before <= len(marks), "marks whose boxes are not wholly known lines"
    assert check["light"] == "green"
    assert result["level"] == "B-B"
    with at_work.installation.reading() as session:
        assert session.get_one(DocumentVersion, version_id).state is DocumentState.CHECKED_GREEN
        row = session.get_one(Check, check["check_id"])
        with take([("licence.jpg", scan)]) as document:
            asked_claim = parse_claim(
                json.dumps({"doc_type": "business_license", "entered": claim["entered"], "marks": marks}), templates()
            )
            plain = verify(document, asked_claim, Desk(real_engine()), datetime(2026, 11, 1).date())
        kept = spoken(row.verdict, "zh")
        kept.pop("seal_light")
        assert kept == json.loads(json.dumps(verify_json([plain.result])["documents"][0]))


@pytest.mark.parametrize(
    ("name", "file"), [("licence-photo", "licence-photo.jpg"), ("contract-scan", "contract-scan.pdf")]
)
def test_a_verdict_from_memory_is_the_same_verdict(name: str, file: str) -> None:
    with take([SET / file]) as document:
        claim = parse_claim((SET / f"{name}.correct.claim.json").read_bytes(), templates(), document.page_count)
        day = datetime(2026, 11, 1).date()
        first = RememberingEngine(real_engine())
        fresh = verify(document, claim, Desk(first), day)
        counting = Counting(real_engine())
        second = RememberingEngine(counting, unpacked(packed(first.fresh)))
        remembered = verify(document, claim, Desk(second), day)
    assert counting.asked == 0
    assert remembered.result.verdict == fresh.result.verdict
    for language in ("zh", "en"):
        assert verify_json([remembered.result], language) == verify_json([fresh.result], language)
