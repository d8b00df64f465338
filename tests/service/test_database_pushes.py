"""Pushes: claimed by one reviewer at a time, decided by that one, and recorded."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from certlight.errors import UsageError
from certlight.light import Light
from service.database.base import reading, transaction
from service.database.documents import DocumentVersion
from service.database.operations import Operation
from service.database.pushes import Domain, Push, advance, claim_next, push, take_back_expired
from service.database.subjects import Subject
from service.domain.actors import SYSTEM, Actor
from service.domain.pushes import PushAction, PushState
from service.domain.roles import Role
from tests.service.rows import NOW, a_checked, a_domain, a_subject, a_submitted, clerk_of, reviewer_of

UNTIL = NOW + timedelta(minutes=30)


class Desk:
    """An enterprise with versions in the library, pushed to one domain with two reviewers."""

    def __init__(self, engine: Engine, pushes: int = 1) -> None:
        self.engine = engine
        with transaction(engine) as session:
            self.subject: Subject = a_subject(session)
            self.domain: Domain = a_domain(session)
            self.clerk = clerk_of(self.subject)
            self.first, self.second = reviewer_of(self.domain), reviewer_of(self.domain)
            self.versions = [a_submitted(session, self.subject, self.clerk, Light.GREEN) for _ in range(pushes)]
            self.pushes = [push(session, version, self.domain, self.clerk, at=NOW) for version in self.versions]

    def act(self, action: PushAction, actor: Actor, **more: object) -> Push:
        with transaction(self.engine) as session:
            pushed = session.get_one(Push, self.pushes[0].id)
            advance(session, pushed, action, actor, **({"at": NOW} | more))  # type: ignore[arg-type]
        return pushed


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def code_of(desk: Desk, action: PushAction, actor: Actor, **more: object) -> str:
    with pytest.raises(UsageError) as refused:
        desk.act(action, actor, **more)
    return refused.value.code


def test_from_the_library_to_the_decision_and_its_log(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        claimed = claim_next(session, desk.domain.id, desk.first, at=NOW, until=UNTIL)
        assert claimed is not None
        assert (claimed.id, claimed.claimed_by, claimed.claimed_until) == (desk.pushes[0].id, desk.first.id, UNTIL)
    decided = desk.act(PushAction.REJECT, desk.first, reason="公章不清晰")
    assert (decided.state, decided.decided_by, decided.decided_at) == (PushState.REJECTED, desk.first.id, NOW)
    assert (decided.reason, decided.claimed_until) == ("公章不清晰", None)
    with reading(desk.engine) as session:
        log = session.scalars(select(Operation).where(Operation.object_kind == "push").order_by(Operation.seq)).all()
        assert [(o.action, o.before, o.after, o.actor_role, o.subject_id) for o in log] == [
            ("push.push", None, "waiting", Role.CLERK, desk.subject.id),
            ("push.claim", "waiting", "claimed", Role.REVIEWER, desk.subject.id),
            ("push.reject", "claimed", "rejected", Role.REVIEWER, desk.subject.id),
        ]


@pytest.mark.parametrize("light", [Light.RED, Light.YELLOW, Light.GREEN])
def test_only_what_is_in_the_library_is_pushed(engine: Engine, light: Light) -> None:
    with transaction(engine) as session:
        subject, domain = a_subject(session), a_domain(session)
        version = a_checked(session, subject, clerk_of(subject), light)
        with pytest.raises(UsageError) as refused:
            push(session, version, domain, clerk_of(subject), at=NOW)
        assert refused.value.code == "push.not_in_library"


def test_who_may_push_where(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        version = session.get_one(DocumentVersion, desk.versions[0].id)
        closed = a_domain(session, "closed")
        closed.active = False
        other = clerk_of(a_subject(session, 2))
        for domain, actor, code in (
            (desk.domain, desk.clerk, "push.twice"),
            (desk.domain, other, "access.other_tenant"),
            (desk.domain, desk.first, "state.role_forbidden"),
            (closed, desk.clerk, "push.not_in_library"),
        ):
            with pytest.raises(UsageError) as refused:
                push(session, version, domain, actor, at=NOW)
            assert refused.value.code == code
        push(session, version, a_domain(session, "another"), desk.clerk, at=NOW)


def test_the_database_holds_one_undecided_push_to_a_domain(desk: Desk) -> None:
    first = desk.pushes[0]
    columns = "subject_id, document_id, version_id, domain_id, row_version, pushed_at"
    source = f"SELECT 'x', 'waiting', {columns} FROM pushes WHERE id = '{first.id}'"
    copy = f"INSERT INTO pushes (id, state, {columns}) {source}"
    with pytest.raises(IntegrityError), desk.engine.begin() as connection:
        connection.execute(text(copy))


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_two_who_push_it_at_the_same_time(desk: Desk) -> None:
    """Neither sees the other's push, which is not committed yet."""
    desk.act(PushAction.WITHDRAW, desk.clerk)
    start = threading.Barrier(2, timeout=20)
    codes: list[str] = []

    def run() -> None:
        try:
            with transaction(desk.engine) as session:
                version = session.get_one(DocumentVersion, desk.versions[0].id)
                start.wait()
                push(session, version, desk.domain, desk.clerk, at=NOW)
            codes.append("pushed")
        except UsageError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["push.twice", "pushed"]


def test_a_decided_version_may_be_pushed_again(desk: Desk) -> None:
    desk.act(PushAction.WITHDRAW, desk.clerk)
    with transaction(desk.engine) as session:
        version = session.get_one(DocumentVersion, desk.versions[0].id)
        assert push(session, version, desk.domain, desk.clerk, at=NOW).state is PushState.WAITING


def test_only_the_reviewer_who_claimed_it_decides(desk: Desk) -> None:
    desk.act(PushAction.CLAIM, desk.first, until=UNTIL)
    for action in (PushAction.RELEASE, PushAction.APPROVE, PushAction.REJECT, PushAction.REQUEST_REVISION):
        assert code_of(desk, action, desk.second, reason="x") == "push.claimed_by_other"
    assert code_of(desk, PushAction.CLAIM, desk.second, until=UNTIL) == "state.action_impossible"
    assert code_of(desk, PushAction.WITHDRAW, desk.clerk) == "state.action_impossible"
    assert desk.act(PushAction.APPROVE, desk.first).state is PushState.APPROVED


def test_reviewers_of_other_domains_and_other_enterprises_are_kept_out(desk: Desk) -> None:
    stranger = Actor(Role.REVIEWER, "r", domain_id="elsewhere")
    assert code_of(desk, PushAction.CLAIM, stranger, until=UNTIL) == "access.other_tenant"
    assert code_of(desk, PushAction.WITHDRAW, Actor(Role.CLERK, "c", "elsewhere")) == "access.other_tenant"


@pytest.mark.parametrize("action", [PushAction.REJECT, PushAction.REQUEST_REVISION])
@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_the_enterprise_is_told_why(desk: Desk, action: PushAction, reason: str | None) -> None:
    desk.act(PushAction.CLAIM, desk.first, until=UNTIL)
    assert code_of(desk, action, desk.first, reason=reason) == "push.reason_missing"


def test_a_claim_ends(desk: Desk) -> None:
    with pytest.raises(ValueError, match="ends"):
        desk.act(PushAction.CLAIM, desk.first)
    desk.act(PushAction.CLAIM, desk.first, until=UNTIL)
    with pytest.raises(ValueError, match="not ended"):
        desk.act(PushAction.EXPIRE, SYSTEM, at=UNTIL - timedelta(seconds=1))
    with transaction(desk.engine) as session:
        assert take_back_expired(session, at=UNTIL - timedelta(seconds=1)) == 0
        assert take_back_expired(session, at=UNTIL) == 1
    assert code_of(desk, PushAction.APPROVE, desk.first) == "state.action_impossible"
    found = desk.act(PushAction.CLAIM, desk.second, until=UNTIL)
    assert found.claimed_by == desk.second.id


def test_a_released_push_waits_again(desk: Desk) -> None:
    desk.act(PushAction.CLAIM, desk.first, until=UNTIL)
    released = desk.act(PushAction.RELEASE, desk.first)
    assert (released.state, released.claimed_by, released.claimed_until) == (PushState.WAITING, None, None)


def test_what_changed_meanwhile_is_not_decided(desk: Desk) -> None:
    seen = desk.pushes[0].row_version
    desk.act(PushAction.CLAIM, desk.first, until=UNTIL, expected=seen)
    assert code_of(desk, PushAction.APPROVE, desk.first, expected=seen) == "state.changed_meanwhile"


def test_the_oldest_comes_first_and_none_when_none_waits(engine: Engine) -> None:
    desk = Desk(engine, pushes=2)
    with transaction(engine) as session:
        got = [claim_next(session, desk.domain.id, desk.first, at=NOW, until=UNTIL) for _ in range(3)]
        assert [made and made.id for made in got] == [desk.pushes[0].id, desk.pushes[1].id, None]
        assert (
            claim_next(session, "elsewhere", Actor(Role.REVIEWER, "r", domain_id="elsewhere"), at=NOW, until=UNTIL)
            is None
        )


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_push_that_somebody_is_claiming_is_passed_over(engine: Engine) -> None:
    desk = Desk(engine, pushes=2)
    with transaction(engine) as slow:
        first = claim_next(slow, desk.domain.id, desk.first, at=NOW, until=UNTIL)
        with transaction(engine) as quick:
            second = claim_next(quick, desk.domain.id, desk.second, at=NOW, until=UNTIL)
    assert [made and made.id for made in (first, second)] == [desk.pushes[0].id, desk.pushes[1].id]


def test_reviewers_who_ask_at_once_get_different_pushes(engine: Engine) -> None:
    desk = Desk(engine, pushes=8)
    start = threading.Barrier(8)
    got: list[str | None] = []
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            start.wait()
            with transaction(engine) as session:
                claimed = claim_next(session, desk.domain.id, reviewer_of(desk.domain), at=NOW, until=UNTIL)
            got.append(claimed.id if claimed else None)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(str(name) for name in got) == sorted(made.id for made in desk.pushes)
