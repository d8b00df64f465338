"""Versions move through their states in one place, with their log, and against everybody else's changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.light import Light
from service.database.base import reading, transaction
from service.database.documents import Document, DocumentVersion, advance
from service.database.evidence import Check, Scan, Seal
from service.database.library import renew, start, submit, supplement
from service.database.operations import Operation
from service.domain.actors import SYSTEM, Actor
from service.domain.documents import CHECKED, DocumentAction, DocumentState
from service.domain.roles import Role
from tests.service.rows import (
    NOW,
    a_check,
    a_checked,
    a_draft,
    a_seal,
    a_subject,
    a_submitted,
    add_scan,
    clerk_of,
    seal_and_check,
)

LATER = NOW + timedelta(days=1)


def refused(code: str, error: pytest.ExceptionInfo[UsageError]) -> None:
    assert error.value.code == code


def operations(session: Session, version: DocumentVersion) -> list[Operation]:
    found = select(Operation).where(Operation.object_kind == "document_version", Operation.object_id == version.id)
    return list(session.scalars(found.order_by(Operation.seq)))


def test_the_whole_way_to_the_library_and_its_log(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        version = a_submitted(session, subject, clerk, Light.GREEN)
    with reading(engine) as session:
        found = session.get_one(DocumentVersion, version.id)
        assert (found.state, found.light, found.submitted_at) == (DocumentState.SUBMITTED_GREEN, Light.GREEN, NOW)
        log = operations(session, version)
        assert [(o.action, o.before, o.after, o.actor_role) for o in log] == [
            ("document.start", None, "draft", Role.CLERK),
            ("document.upload", "draft", "scanned", Role.CLERK),
            ("document.fill", "scanned", "filled", Role.CLERK),
            ("document.mark", "filled", "marked", Role.CLERK),
            ("document.seal", "marked", "sealed", Role.CLERK),
            ("document.check", "sealed", "checked_green", Role.SYSTEM),
            ("document.submit", "checked_green", "submitted_green", Role.CLERK),
        ]
        assert {o.subject_id for o in log} == {subject.id}
        assert {o.actor_id for o in log} == {clerk.id, None}
        states = select(DocumentVersion.id).where(DocumentVersion.state == DocumentState.SUBMITTED_GREEN)
        assert session.scalars(states).all() == [version.id]


def test_what_the_table_forbids_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        red = a_checked(session, subject, clerk, Light.RED)
    before = red.row_version
    for action, actor, code in (
        (DocumentAction.SUBMIT, clerk, "state.action_impossible"),
        (DocumentAction.FILL, Actor(Role.AUDITOR, "a"), "state.role_forbidden"),
        (DocumentAction.FILL, Actor(Role.PLATFORM_ADMIN, "a"), "state.role_forbidden"),
        (DocumentAction.FILL, Actor(Role.CLERK, "a", "another"), "access.other_tenant"),
        (DocumentAction.UPLOAD, Actor(Role.STATION, "a", "another"), "access.other_tenant"),
    ):
        with transaction(engine) as session:
            version = session.get_one(DocumentVersion, red.id)
            with pytest.raises(UsageError) as error:
                advance(session, version, action, actor, at=LATER)
            refused(code, error)
    with reading(engine) as session:
        found = session.get_one(DocumentVersion, red.id)
        assert (found.state, found.row_version) == (DocumentState.CHECKED_RED, before)
        assert len(operations(session, red)) == 6


def test_a_change_takes_light_and_check_away(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        version = a_checked(session, subject, clerk, Light.GREEN)
        assert version.light is Light.GREEN
        version.entries = {"name": "另一企业"}
        advance(session, version, DocumentAction.FILL, clerk, at=LATER)
        assert (version.state, version.light) == (DocumentState.FILLED, None)


@pytest.mark.parametrize("what", ["entries", "marks", "new_scan", "removed_scan"])
def test_what_changed_after_seal_and_check_is_not_submitted(engine: Engine, what: str) -> None:
    """Even where a caller forgot to say that it changed something."""
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        version = a_checked(session, subject, clerk, Light.GREEN)
    with transaction(engine) as session:
        version = session.get_one(DocumentVersion, version.id)
        if what == "entries":
            version.entries = {"name": "另一企业"}
        elif what == "marks":
            version.marks = {}
        elif what == "new_scan":
            add_scan(session, version, "another page", 1)
        else:
            version.scans[0].removed_at = LATER
        with pytest.raises(UsageError) as error:
            submit(session, version, clerk, at=LATER)
        refused("state.seal_stale", error)
        a_seal_of_now = session.get_one(DocumentVersion, version.id)
        session.refresh(a_seal_of_now, ["scans"])
        a_seal(session, a_seal_of_now)
        with pytest.raises(UsageError) as error:
            submit(session, version, clerk, at=LATER)
        refused("state.check_stale", error)


def test_only_the_newest_check_counts(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        version = a_checked(session, subject, clerk, Light.GREEN)
        a_check(session, version, Light.RED)
        with pytest.raises(UsageError) as error:
            advance(session, version, DocumentAction.SUBMIT, clerk, at=LATER)
        refused("state.check_stale", error)


def test_a_check_of_something_else_is_not_recorded(engine: Engine) -> None:
    """A job read the version, the clerk changed it, the job ends."""
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        version = a_checked(session, subject, clerk, Light.RED)
        covers = version.coverage()
        version.entries = {"name": "另一企业"}
        green = CHECKED[Light.GREEN]
        with pytest.raises(UsageError) as error:
            advance(session, version, DocumentAction.CHECK, SYSTEM, at=LATER, target=green, covers=covers)
        refused("state.changed_meanwhile", error)
        with pytest.raises(ValueError, match="covers"):
            advance(session, version, DocumentAction.SEAL, clerk, at=LATER)


def test_two_who_change_the_same_version(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        version = a_draft(session, subject, clerk)
    seen = version.row_version
    with transaction(engine) as session:
        mine = session.get_one(DocumentVersion, version.id)
        # The state stays and the clock stands still: it is a change all the same.
        advance(session, mine, DocumentAction.FILL, clerk, at=NOW, expected=seen)
    with transaction(engine) as session:
        theirs = session.get_one(DocumentVersion, version.id)
        assert theirs.row_version == seen + 1
        with pytest.raises(UsageError) as error:
            advance(session, theirs, DocumentAction.FILL, clerk, at=LATER, expected=seen)
        refused("state.changed_meanwhile", error)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_two_at_the_same_time_and_the_second_loses(engine: Engine) -> None:
    """Both have read the same version. (On SQLite the second could not even have begun.)"""
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        version = a_draft(session, subject, clerk)

    def second() -> None:
        with transaction(engine) as slow:
            theirs = slow.get_one(DocumentVersion, version.id)
            with transaction(engine) as quick:
                advance(quick, quick.get_one(DocumentVersion, version.id), DocumentAction.FILL, clerk, at=NOW)
            theirs.entries = {"name": "别人"}
            advance(slow, theirs, DocumentAction.FILL, clerk, at=LATER)

    with pytest.raises(UsageError) as error:
        second()
    refused("state.changed_meanwhile", error)
    with reading(engine) as session:
        assert session.get_one(DocumentVersion, version.id).entries == {}
        assert len(operations(session, version)) == 2


def test_supplementing_makes_a_version_that_replaces_the_old_one_when_it_arrives(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        old = a_submitted(session, subject, clerk, Light.YELLOW)
    with transaction(engine) as session:
        new = supplement(session, session.get_one(DocumentVersion, old.id), clerk, at=LATER)
        assert (new.number, new.state, new.key_fields_locked) == (2, DocumentState.FILLED, True)
        assert new.entries == old.entries
        assert new.coverage() == old.coverage()
        advance(session, new, DocumentAction.MARK, clerk, at=LATER, target=DocumentState.MARKED)
        seal_and_check(session, new, clerk, Light.GREEN)
        assert session.get_one(Document, old.document_id).current == 1
        submit(session, new, clerk, at=LATER)
    with reading(engine) as session:
        document = session.get_one(Document, old.document_id)
        assert document.current == 2
        states = [(version.number, version.state) for version in document.versions]
        assert states == [(1, DocumentState.SUPERSEDED), (2, DocumentState.SUBMITTED_GREEN)]
        assert [o.action for o in operations(session, old)][-2:] == ["document.supplement", "document.supersede"]


def test_one_supplement_at_a_time(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        old = a_submitted(session, subject, clerk, Light.YELLOW)
        supplement(session, old, clerk, at=LATER)
        with pytest.raises(UsageError) as error:
            supplement(session, old, clerk, at=LATER)
        refused("state.supplement_open", error)


def test_the_database_holds_one_open_version_and_one_in_the_library(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        old = a_submitted(session, subject, clerk, Light.YELLOW)
        made = supplement(session, old, clerk, at=LATER)
    for statement in (
        f"UPDATE document_versions SET state = 'submitted_green' WHERE id = '{made.id}'",
        f"UPDATE document_versions SET state = 'sealed' WHERE id = '{old.id}'",
    ):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(statement))


def test_a_green_document_is_renewed_by_another_one(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        old = a_submitted(session, subject, clerk, Light.GREEN)
        with pytest.raises(UsageError) as error:
            supplement(session, old, clerk, at=LATER)
        refused("state.action_impossible", error)
        new = renew(session, old, "business_license@2", clerk, at=LATER)
        assert (new.state, new.entries, new.document.replaces_id) == (DocumentState.DRAFT, {}, old.document_id)
        add_scan(session, new, "new page")
        advance(session, new, DocumentAction.UPLOAD, clerk, at=LATER)
        advance(session, new, DocumentAction.FILL, clerk, at=LATER)
        seal_and_check(session, new, clerk, Light.YELLOW)
        assert old.state is DocumentState.SUBMITTED_GREEN
        submit(session, new, clerk, at=LATER)
        assert (old.state, new.state) == (DocumentState.SUPERSEDED, DocumentState.SUBMITTED_YELLOW)


def test_a_submission_that_fails_supersedes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        clerk = clerk_of(subject)
        old = a_submitted(session, subject, clerk, Light.YELLOW)
        new = supplement(session, old, clerk, at=LATER)

    def fail() -> None:
        with transaction(engine) as session:
            version = session.get_one(DocumentVersion, new.id)
            advance(session, version, DocumentAction.MARK, clerk, at=LATER, target=DocumentState.MARKED)
            seal_and_check(session, version, clerk, Light.GREEN)
            version.entries = {"name": "改"}
            submit(session, version, clerk, at=LATER)

    with pytest.raises(UsageError) as error:
        fail()
    refused("state.seal_stale", error)
    with reading(engine) as session:
        assert session.get_one(DocumentVersion, old.id).state is DocumentState.SUBMITTED_YELLOW


def test_who_may_start_a_document(engine: Engine) -> None:
    with transaction(engine) as session:
        subject, other = a_subject(session, 1), a_subject(session, 2)
        for actor, code in (
            (clerk_of(other), "access.other_tenant"),
            (Actor(Role.REVIEWER, "r", domain_id="d"), "state.role_forbidden"),
            (Actor(Role.AUDITOR, "a"), "state.role_forbidden"),
        ):
            with pytest.raises(UsageError) as error:
                start(session, subject.id, "business_license", "business_license@1", actor, at=NOW)
            refused(code, error)
        start(
            session, subject.id, "business_license", "business_license@1", Actor(Role.STATION, "s", subject.id), at=NOW
        )


@pytest.mark.parametrize("table", ["documents", "document_versions", "scans", "checks", "seals", "subjects"])
def test_history_is_not_deleted(engine: Engine, table: str) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        a_submitted(session, subject, clerk_of(subject), Light.GREEN)
    with pytest.raises(Exception, match="kept as they are"), engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize(("table", "change"), [("checks", "light = 'green'"), ("seals", "signer = 'x'")])
def test_checks_and_seals_are_not_changed(engine: Engine, table: str, change: str) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        a_checked(session, subject, clerk_of(subject), Light.RED)
    with pytest.raises(Exception, match="kept as they are"), engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {change}"))
    with reading(engine) as session:
        assert session.scalars(select(Check.light)).all() == [Light.RED]
        assert session.scalars(select(Seal.signer)).all() == ["企业"]


def test_removed_scans_are_no_pages_but_stay(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        version = a_draft(session, subject, clerk_of(subject))
        for position, page in ((1, "second"), (0, "first"), (2, "third")):
            add_scan(session, version, page, position)
        session.flush()
        session.refresh(version, ["scans"])
        assert [scan.position for scan in version.scans] == [0, 1, 2]
        version.scans[1].removed_at = LATER
        session.flush()
        session.refresh(version, ["scans"])
        assert [scan.position for scan in version.scans] == [0, 2]
        assert len(session.scalars(select(Scan)).all()) == 3
