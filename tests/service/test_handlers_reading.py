"""Smart mode as a job: what is kept, what is not touched, and that nothing is read twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from certlight.errors import CertlightError
from extractors.engines.null import NullEngine
from service.checking.bilingual import spoken
from service.database.documents import DocumentVersion, advance
from service.database.evidence import Scan
from service.database.readings import Extraction, PageImage, ReadingPart
from service.domain.documents import DocumentAction, DocumentState
from service.domain.jobs import JobKind
from service.readings.page_images import page_images
from tests.service.work import Counting, an_owner, uploaded, works
from tests.test_flow import CODE, LICENCE, scan

READ = JobKind.READ


def test_what_was_read_is_kept_for_people_to_confirm(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner = an_owner(at_work)
    _, version_id = uploaded(at_work, owner, [("a.png", scan()), ("b.png", scan(LICENCE[:3]))])
    result = at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    assert result["doc_type"] == "business_license"
    assert result["expected_type"] is True
    with at_work.installation.reading() as session:
        found = session.scalars(select(Extraction)).one()
        version = session.get_one(DocumentVersion, version_id)
        zh, en = spoken(found.document, "zh"), spoken(found.document, "en")
        assert zh["fields"]["uscc"]["value"] == CODE
        assert zh["fields"]["uscc"]["regions"]
        assert (zh["type_name"], en["type_name"]) == ("营业执照", "Business licence") or zh["type_name"] != en[
            "type_name"
        ]
        assert version.entries == {}
        assert version.state is DocumentState.SCANNED
        assert [scan.pages for scan in version.scans] == [1, 1]
        images = page_images(session, version)
        assert [(image.page, image.width, image.height) for image in images] == [(0, 850, 1150), (1, 850, 1150)]
        for image in images:
            assert at_work.installation.store.size(owner.subject_id, image.sha256) == image.size
    assert ("read", 2, 2) in at_work.told


def test_reading_again_asks_the_engine_nothing(engine: Engine, tmp_path: Path) -> None:
    counting = Counting(NullEngine(LICENCE))
    at_work = works(engine, tmp_path, counting)
    owner = an_owner(at_work)
    _, version_id = uploaded(at_work, owner, [("a.png", scan())])
    at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    first = counting.asked
    assert first > 0
    at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    _, another = uploaded(at_work, owner, [("renamed.png", scan())])
    at_work.do(READ, {"version_id": another}, owner.subject_id)
    assert counting.asked == first
    with at_work.installation.reading() as session:
        assert len(session.scalars(select(ReadingPart)).all()) == 1
        assert len(session.scalars(select(PageImage)).all()) == 1
        documents = session.scalars(select(Extraction.document)).all()
        assert len(documents) == 3
        assert documents[0]["fields"] == documents[1]["fields"] == documents[2]["fields"]


def test_a_page_more_is_the_only_one_that_is_read(engine: Engine, tmp_path: Path) -> None:
    counting = Counting(NullEngine(LICENCE))
    at_work = works(engine, tmp_path, counting)
    owner = an_owner(at_work)
    _, one = uploaded(at_work, owner, [("a.png", scan())])
    at_work.do(READ, {"version_id": one}, owner.subject_id)
    alone = counting.asked
    _, two = uploaded(at_work, owner, [("a.png", scan()), ("b.png", scan(LICENCE[:4]))])
    at_work.do(READ, {"version_id": two}, owner.subject_id)
    assert alone < counting.asked < 3 * alone
    before = counting.asked
    at_work.do(READ, {"version_id": two}, owner.subject_id)
    assert counting.asked == before


def test_another_enterprise_learns_nothing_of_it(engine: Engine, tmp_path: Path) -> None:
    counting = Counting(NullEngine(LICENCE))
    at_work = works(engine, tmp_path, counting)
    owner, other = an_owner(at_work), an_owner(at_work, "别家有限公司", "91210200MA0UXYEG2P")
    _, version_id = uploaded(at_work, owner, [("a.png", scan())])
    _, theirs = uploaded(at_work, other, [("a.png", scan())])
    at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    first = counting.asked
    at_work.do(READ, {"version_id": theirs}, other.subject_id)
    assert counting.asked == 2 * first
    with pytest.raises(CertlightError) as refused:
        at_work.do(READ, {"version_id": theirs}, owner.subject_id)
    assert refused.value.code == "access.not_found"


def test_another_type_than_the_document_s_is_told(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner = an_owner(at_work)
    _, version_id = uploaded(at_work, owner, [("a.png", scan())], "safety_production_license")
    result = at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    assert (result["doc_type"], result["expected_type"]) == ("business_license", False)
    with at_work.installation.reading() as session:
        found = session.scalars(select(Extraction)).one()
        assert found.doc_type == "business_license"
        assert found.document["doc_type"] == "safety_production_license"


def test_pages_added_while_it_was_read_fail_the_job(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner = an_owner(at_work)
    _, version_id = uploaded(at_work, owner, [("a.png", scan())])
    finish = at_work.prepared(at_work.enqueued(READ, {"version_id": version_id}, owner.subject_id))
    with at_work.installation.transaction() as session:
        version = session.get_one(DocumentVersion, version_id)
        old = version.scans[0]
        session.add(
            Scan(
                subject_id=owner.subject_id,
                version_id=version_id,
                position=1,
                sha256="0" * 64,
                name="b.png",
                media_type=old.media_type,
                size=1,
                uploaded_at=old.uploaded_at,
            )
        )
        advance(session, version, DocumentAction.UPLOAD, owner.clerk, at=at_work.installation.clock())
    with pytest.raises(CertlightError) as refused:
        finish()
    assert refused.value.code == "state.changed_meanwhile"
    with at_work.installation.reading() as session:
        assert session.scalars(select(Extraction)).all() == []


def test_a_memory_with_a_gap_reads_again(engine: Engine, tmp_path: Path) -> None:
    counting = Counting(NullEngine(LICENCE))
    at_work = works(engine, tmp_path, counting)
    owner = an_owner(at_work)
    _, version_id = uploaded(at_work, owner, [("a.png", scan())])
    at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    first = counting.asked
    with at_work.installation.reading() as session:
        (part,) = session.scalars(select(ReadingPart)).all()
    (path,) = [path for path in tmp_path.rglob(f"*{part.sha256[4:]}*") if path.is_file()]
    path.write_bytes(b"damaged")
    at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    assert counting.asked == 2 * first
    at_work.do(READ, {"version_id": version_id}, owner.subject_id)
    assert counting.asked == 2 * first, "putting the answers again healed them"
