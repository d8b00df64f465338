"""The chain of the operation log: made by whoever writes at once, and broken by every kind of tampering."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from service.audit import chain
from service.audit.chain import AuditReport, Break, Head, head_of, verify
from service.database.base import open_database, reading, transaction
from service.database.operations import ChainHead, Operation, record
from service.domain.actors import SYSTEM, Actor
from service.domain.operations import GENESIS, Entry, digest
from service.domain.roles import Role
from tests.service.rows import NOW, a_subject

ENTRIES = 7


def note(session: Session, number: int) -> None:
    actor = Actor(Role.CLERK, f"user-{number}", "subject") if number % 2 else SYSTEM
    details = {"number": number, "说明": ["一", None, True, {"x": -number}]}
    at = NOW + timedelta(microseconds=number)
    record(session, actor, "test.note", "thing", f"thing-{number}", at=at, after="noted", details=details)


@pytest.fixture
def log(engine: Engine) -> Engine:
    """A log of seven entries, in transactions of different sizes."""
    for numbers in ((1,), (2, 3, 4), (5,), (6, 7)):
        with transaction(engine) as session:
            for number in numbers:
                note(session, number)
    return engine


def audit(engine: Engine, known: Head | None = None) -> AuditReport:
    with reading(engine) as session:
        return verify(session, known)


@contextmanager
def unguarded(engine: Engine) -> Iterator[Connection]:
    """What somebody can do who owns the database: the triggers away."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("operation_log", "operation_log_head"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        yield connection


def test_an_empty_log_is_whole(engine: Engine) -> None:
    assert audit(engine) == AuditReport(0, 0, Head(0, GENESIS), None)


def test_entries_come_back_as_they_were_recorded_and_hold(log: Engine) -> None:
    report = audit(log)
    assert (report.whole, report.intact, report.present) == (True, ENTRIES, ENTRIES)
    with reading(log) as session:
        operations = session.scalars(select(Operation).order_by(Operation.seq)).all()
        assert head_of(session) == report.head
    assert [operation.object_id for operation in operations] == [f"thing-{n}" for n in range(1, 8)]
    previous = GENESIS
    for operation in operations:
        number = operation.seq
        actor = ("clerk", f"user-{number}") if number % 2 else ("system", None)
        details = {"number": number, "说明": ["一", None, True, {"x": -number}]}
        at = NOW + timedelta(microseconds=number)
        expected = Entry(
            at, Role(actor[0]), actor[1], None, "thing", f"thing-{number}", "test.note", None, "noted", details
        )
        assert operation.entry() == expected
        assert operation.previous == previous
        assert operation.hash == digest(expected, number, previous)
        previous = operation.hash
    assert report.head == Head(ENTRIES, previous)


def test_what_is_rolled_back_is_not_in_the_log(log: Engine) -> None:
    with suppress(LookupError), transaction(log) as session:
        note(session, 8)
        raise LookupError
    with transaction(log) as session:
        note(session, 9)
    report = audit(log)
    assert (report.whole, report.intact) == (True, ENTRIES + 1)


def test_entries_of_a_savepoint_go_with_it(log: Engine) -> None:
    with transaction(log) as session:
        note(session, 8)
        kept = session.begin_nested()
        note(session, 9)
        inner = session.begin_nested()
        note(session, 10)
        inner.rollback()
        kept.commit()
        lost = session.begin_nested()
        within = session.begin_nested()
        note(session, 11)
        within.commit()
        lost.rollback()
        note(session, 12)
    with reading(log) as session:
        found = session.scalars(
            select(Operation.object_id).where(Operation.seq > ENTRIES).order_by(Operation.seq)
        ).all()
    assert found == ["thing-8", "thing-9", "thing-12"]
    assert audit(log).whole


def test_an_entry_that_cannot_be_kept_keeps_its_change_out_as_well(log: Engine) -> None:
    def change_and_note(details: dict[str, Any]) -> None:
        with transaction(log) as session:
            a_subject(session)
            record(session, SYSTEM, "test.note", "thing", "x", at=NOW, details=details)

    with pytest.raises(ValueError, match="details"):
        change_and_note({"score": 0.5})
    with reading(log) as session:
        assert session.execute(text("SELECT count(*) FROM subjects")).scalar_one() == 0


@pytest.mark.parametrize("statement", ["UPDATE operation_log SET after = 'x'", "DELETE FROM operation_log"])
def test_the_database_refuses_to_change_the_log(log: Engine, statement: str) -> None:
    with pytest.raises(Exception, match="kept as they are"), log.begin() as connection:
        connection.execute(text(statement))
    assert audit(log).whole


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_the_database_refuses_to_empty_the_log(log: Engine) -> None:
    with pytest.raises(Exception, match="kept as they are"), log.begin() as connection:
        connection.execute(text("TRUNCATE operation_log"))


@dataclass(frozen=True)
class Tampering:
    name: str
    statements: tuple[str, ...]
    found: Break
    intact: int


TAMPERINGS = [
    *(
        Tampering(column, (f"UPDATE operation_log SET {column} = {value} WHERE seq = 4",), Break(4, "altered"), 3)
        for column, value in {
            "at": "'2020-01-01 00:00:00.000000'",
            "actor_role": "'auditor'",
            "actor_id": "'somebody'",
            "subject_id": "'somebody'",
            "object_kind": "'x'",
            "object_id": "'x'",
            "action": "'x'",
            "before": "'x'",
            "after": "NULL",
            "details": "'{}'",
            "previous": f"'{'a' * 64}'",
            "hash": f"'{'a' * 64}'",
        }.items()
    ),
    Tampering(
        "no_entry_at_all", ("UPDATE operation_log SET details = '[1]' WHERE seq = 4",), Break(4, "unreadable"), 3
    ),
    Tampering(
        "a_float", ("UPDATE operation_log SET details = '{\"a\": 0.5}' WHERE seq = 4",), Break(4, "unreadable"), 3
    ),
    Tampering("deleted_first", ("DELETE FROM operation_log WHERE seq = 1",), Break(2, "missing"), 0),
    Tampering("deleted_in_the_middle", ("DELETE FROM operation_log WHERE seq = 4",), Break(5, "missing"), 3),
    Tampering(
        "deleted_and_closed_up",
        (
            "DELETE FROM operation_log WHERE seq = 4",
            *(f"UPDATE operation_log SET seq = {n} WHERE seq = {n + 1}" for n in (4, 5, 6)),
        ),
        Break(4, "altered"),
        3,
    ),
    Tampering(
        "reordered",
        (
            "UPDATE operation_log SET seq = 100 WHERE seq = 3",
            "UPDATE operation_log SET seq = 3 WHERE seq = 4",
            "UPDATE operation_log SET seq = 4 WHERE seq = 100",
        ),
        Break(3, "altered"),
        2,
    ),
    Tampering("deleted_tail", ("DELETE FROM operation_log WHERE seq > 5",), Break(6, "cut_off"), 5),
    Tampering("deleted_everything", ("DELETE FROM operation_log",), Break(1, "cut_off"), 0),
    Tampering("head_deleted", ("DELETE FROM operation_log_head",), Break(7, "head_altered"), 7),
    Tampering("head_set_back", ("UPDATE operation_log_head SET seq = 5",), Break(7, "head_altered"), 7),
    Tampering("head_of_another", (f"UPDATE operation_log_head SET hash = '{'b' * 64}'",), Break(7, "head_altered"), 7),
]


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_tampering_is_found_where_it_was_done(log: Engine, tampering: Tampering) -> None:
    with unguarded(log) as connection:
        for statement in tampering.statements:
            connection.exec_driver_sql(statement)
    report = audit(log)
    assert report.broken == tampering.found
    assert report.intact == tampering.intact
    assert report.head.seq == tampering.intact


@pytest.mark.parametrize("batch", [1, 3, 7, 8])
def test_the_place_does_not_depend_on_how_many_are_read_at_a_time(
    log: Engine, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(chain, "BATCH", batch)
    assert audit(log).intact == ENTRIES
    with unguarded(log) as connection:
        connection.execute(text("UPDATE operation_log SET action = 'x' WHERE seq = 6"))
    assert audit(log).broken == Break(6, "altered")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE operation_log SET at = 'yesterday' WHERE seq = 6",
        "UPDATE operation_log SET details = '{' WHERE seq = 6",
        "UPDATE operation_log SET details = '{\"a\": NaN}' WHERE seq = 6",
        "UPDATE operation_log SET action = CAST(x'ff00' AS TEXT) WHERE seq = 6",
    ],
)
def test_what_sqlite_holds_and_nobody_can_read_is_a_break(log: Engine, statement: str) -> None:
    with unguarded(log) as connection:
        connection.exec_driver_sql(statement)
    report = audit(log)
    assert (report.broken, report.intact) == (Break(6, "unreadable"), 5)


def forge(connection: Connection, first: int, last: int = ENTRIES) -> None:
    """Alter an entry and compute the hashes anew, from it to ``last``, and the head's where that is the end."""
    with Session(connection) as session:
        previous = session.get_one(Operation, first - 1).hash
        connection.execute(text(f"UPDATE operation_log SET action = 'forged' WHERE seq = {first}"))
        some = select(Operation).where(Operation.seq.between(first, last)).order_by(Operation.seq)
        for operation in session.scalars(some).all():
            made = digest(operation.entry(), operation.seq, previous)
            values = {"previous": previous, "hash": made, "seq": operation.seq}
            change = "UPDATE operation_log SET previous = :previous, hash = :hash WHERE seq = :seq"
            connection.execute(text(change), values)
            previous = made
        connection.execute(text("UPDATE operation_log_head SET hash = :hash WHERE seq = :seq"), values)


@pytest.mark.parametrize("last", [3, 5])
def test_an_entry_whose_own_hash_was_computed_anew_no_longer_leads_to_the_next(log: Engine, last: int) -> None:
    with unguarded(log) as connection:
        forge(connection, 3, last)
    assert audit(log).broken == Break(last + 1, "unlinked")


def test_a_head_kept_elsewhere_finds_what_was_computed_anew(log: Engine) -> None:
    kept = audit(log).head
    assert audit(log, kept).whole
    with transaction(log) as session:
        note(session, 8)
    assert audit(log, kept).whole
    with unguarded(log) as connection:
        forge(connection, 3, ENTRIES + 1)
    assert audit(log).whole
    assert audit(log, kept).broken == Break(7, "not_the_known_chain")


def test_a_head_kept_elsewhere_finds_a_tail_cut_off_with_its_head(log: Engine) -> None:
    kept = audit(log).head
    with unguarded(log) as connection:
        connection.execute(text("DELETE FROM operation_log WHERE seq > 5"))
        last = connection.execute(text("SELECT hash FROM operation_log WHERE seq = 5")).scalar_one()
        connection.execute(text("UPDATE operation_log_head SET seq = 5, hash = :hash"), {"hash": last})
    assert audit(log).whole
    assert audit(log, kept).broken == Break(6, "not_the_known_chain")


def test_a_head_of_nothing_is_that_of_every_chain(log: Engine) -> None:
    assert audit(log, Head(0, GENESIS)).whole
    assert audit(log, Head(0, "a" * 64)).broken == Break(0, "not_the_known_chain")


def test_heads_are_written_and_read() -> None:
    head = Head(12, "0123456789abcdef" * 4)
    assert Head.parse(f" {head}\n") == head
    for wrong in (
        "",
        "12",
        head.hash,
        f"{head}0",
        f"-1:{head.hash}",
        f"１:{head.hash}",
        str(head).upper().replace("A", "G"),
    ):
        with pytest.raises(UsageError) as refused:
            Head.parse(wrong)
        assert refused.value.code == "audit.head_malformed"


def _all_at_once(threads: int, work: Callable[[int], None]) -> None:
    start = threading.Barrier(threads)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except BaseException as error:
            failures.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert failures == []


def test_eight_writers_make_one_chain(database_url: str, engine: Engine) -> None:
    """Each with connections of its own, as processes have them; every third transaction is rolled back."""
    transactions = 12

    def write(number: int) -> None:
        own = open_database(database_url)
        for turn in range(transactions):
            with suppress(LookupError), transaction(own) as session:
                for part in range(2):
                    note(session, number * 1000 + turn * 10 + part)
                if turn % 3 == 2:
                    raise LookupError("rolled back")
        own.dispose()

    _all_at_once(8, write)
    report = audit(engine)
    assert (report.whole, report.intact) == (True, 8 * 8 * 2)
    with reading(engine) as session:
        names = session.scalars(select(Operation.object_id).order_by(Operation.seq)).all()
    # Entries of one transaction stand together, in their order.
    assert [(int(a.split("-")[1]) + 1) for a in names[::2]] == [int(b.split("-")[1]) for b in names[1::2]]


def test_writers_that_lock_rows_in_opposite_order_of_the_log_do_not_block_each_other(engine: Engine) -> None:
    """The head is locked last: one that records first and changes a row later must not wait for its opposite."""
    with transaction(engine) as session:
        subject = a_subject(session).id
    rename = text("UPDATE subjects SET name = :name WHERE id = :id")
    arrived = threading.Barrier(2, timeout=20) if engine.dialect.name == "postgresql" else None

    def work(number: int) -> None:
        with transaction(engine) as session:
            if number == 0:
                note(session, 1)
            else:
                session.execute(rename, {"name": "乙", "id": subject})
            if arrived is not None:
                arrived.wait()
            if number == 0:
                session.execute(rename, {"name": "甲", "id": subject})
            else:
                note(session, 2)

    _all_at_once(2, work)
    assert audit(engine).intact == 2


def test_auditing_sees_one_state_while_others_write(log: Engine) -> None:
    with reading(log) as session:
        assert session.execute(select(ChainHead.seq)).scalar_one() == ENTRIES
        with transaction(log) as other:
            note(other, 8)
        report = verify(session)
    assert (report.whole, report.intact) == (True, ENTRIES)
    assert audit(log).intact == ENTRIES + 1


def test_the_log_refers_to_nothing(engine: Engine) -> None:
    """It has to be readable, and verifiable, without any other table."""
    assert inspect(engine).get_foreign_keys("operation_log") == []
