"""Memories end: those nobody used for long, and the oldest where there are too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from service.database.base import transaction
from service.database.readings import Extraction, PageImage, ReadingPart
from service.readings.keeping import forget, forget_extractions
from service.readings.memory import Kept, write_down
from service.readings.page_images import Drawn, remember_pages
from tests.service.rows import NOW, a_draft, a_subject, clerk_of, sha

DAY = timedelta(days=1)


def part(session: Session, subject_id: str, content: str, size: int, used: timedelta) -> None:
    kept = Kept(subject_id, sha("engine"), (sha("scan"),), (), sha(content), size)
    write_down(session, kept, NOW - used)


def left(session: Session) -> set[str]:
    return set(session.scalars(select(ReadingPart.sha256)))


def test_what_is_not_used_is_forgotten(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        part(session, subject.id, "old", 10, 91 * DAY)
        part(session, subject.id, "used", 10, 91 * DAY)
        part(session, subject.id, "young", 10, DAY)
        write_down(session, Kept(subject.id, sha("engine"), (), (sha("used"),)), NOW)
        page = Drawn(0, 10, 20, 0, sha("page"), 5)
        remember_pages(session, subject.id, [sha("scan")], [page], NOW - 91 * DAY)
        remember_pages(session, subject.id, [sha("other")], [page], NOW)
    with transaction(engine) as session:
        assert forget(session, NOW) == 2
        assert left(session) == {sha("used"), sha("young")}
        assert len(session.scalars(select(PageImage)).all()) == 1


def test_a_tenant_has_so_much_room_and_no_more(engine: Engine) -> None:
    with transaction(engine) as session:
        one, two = a_subject(session, 1), a_subject(session, 2)
        for age in range(5):
            part(session, one.id, f"one {age}", 100, age * DAY)
            part(session, two.id, f"two {age}", 10, age * DAY)
    with transaction(engine) as session:
        assert forget(session, NOW, room=250) == 3
        assert left(session) == {sha("one 0"), sha("one 1"), *(sha(f"two {age}") for age in range(5))}


def test_the_same_answers_are_written_down_once(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        for _ in range(2):
            part(session, subject.id, "same", 10, DAY)
        pages = [Drawn(number, 10, 20, 0, sha(f"page {number}"), 5) for number in range(3)]
        remember_pages(session, subject.id, [sha("scan")], pages, NOW)
        remember_pages(session, subject.id, [sha("scan")], pages[:2], NOW)
        assert len(session.scalars(select(ReadingPart)).all()) == 1
        assert len(session.scalars(select(PageImage)).all()) == 2


def test_of_what_smart_mode_found_the_newest_stays(engine: Engine) -> None:
    # Their age is that of their identifiers, which the real clock gave.
    now = datetime.now(UTC)
    with transaction(engine) as session:
        subject = a_subject(session)
        one, two = (a_draft(session, subject, clerk_of(subject)) for _ in range(2))
        for version, light in ((one, "first"), (one, "second"), (two, "only"), (one, "third")):
            session.add(
                Extraction(
                    subject_id=subject.id,
                    version_id=version.id,
                    scans=sha("scans"),
                    doc_type=light,
                    type_confidence=1.0,
                    document={},
                    extracted_at=now,
                )
            )
            session.flush()
    with transaction(engine) as session:
        assert forget_extractions(session, now + 29 * DAY) == 0
        assert forget_extractions(session, now + 31 * DAY) == 2
        assert set(session.scalars(select(Extraction.doc_type))) == {"only", "third"}
