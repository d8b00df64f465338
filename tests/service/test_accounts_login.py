"""Passwords, sign-in, lockout, sessions, on both databases."""

from __future__ import annotations

import threading
import unicodedata
from collections import Counter
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select

from certlight.errors import CertlightError
from service.accounts.login import PasswordLogin
from service.accounts.passwords import (
    PasswordParameters,
    PasswordRefused,
    Passwords,
    demand_strong,
    one_time_password,
)
from service.accounts.policy import LockoutPolicy
from service.accounts.refusals import AccessRefused, SignInRefused
from service.accounts.sessions import (
    ActiveSession,
    csrf_token,
    demand_csrf,
    forget_sessions,
    renew_session,
    resume_session,
    sign_out,
    sign_out_everywhere,
)
from service.accounts.throttle import forget_attempts, network_of
from service.accounts.users import disable_user, enable_user, reset_password
from service.database.accounts import LoginAttempts, LoginSession, User
from service.database.base import reading, transaction
from service.domain.principal import EVERYTHING, NOTHING, SYSTEM
from service.domain.roles import Role
from tests.service.account_examples import ADDRESS, CHEAP, CHOSEN, MINUTE, NOW, POLICY, Accounts, passwords


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    return Accounts(engine)


def resume(accounts: Accounts, session_id: str, at: datetime = NOW) -> ActiveSession:
    return resume_session(accounts.engine, session_id, POLICY.sessions, at)


# Passwords


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password.short"),
        ("九个字的密码不够长", "password.short"),
        ("x" * 5 + "ab" * 62, "password.long"),
        ("\N{LATIN SMALL LIGATURE FFI}" * 60, "password.long"),
        ("e\u0301" * 600 + "abcdefgh", "password.long"),
        ("13812345678", "password.common"),
        ("１３８１２３４５６７８", "password.common"),
        ("Password123", "password.common"),
        ("ａdmin@123456", "password.common"),
        ("aaaaaaaaaaaaaa", "password.common"),
        ("abcdabcdabcd", "password.common"),
        ("hijklmnopqrst", "password.common"),
        ("zyxwvutsrqpo", "password.common"),
        ("!Wanggong-2026", "password.personal"),
        ("!gnoggnaW-2026", "password.personal"),
        ("我是王工程师啊1234", "password.personal"),
    ],
)
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(PasswordRefused) as caught:
        demand_strong(password, about=("wanggong", "王工", "x"))
    assert caught.value.code == code


@pytest.mark.parametrize("password", [CHOSEN, "correct horse battery", "四个不相关的词语连在一起", "7391650284615973"])
def test_good_passwords_are_taken(password: str) -> None:
    demand_strong(password, about=("wanggong", "王工"))


def test_one_time_passwords_are_strong_and_differ() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        demand_strong(password)


@given(st.text(max_size=60))
def test_a_password_is_the_same_in_full_width(password: str) -> None:
    kept = passwords().hash(password)
    assert passwords().matches(kept, unicodedata.normalize("NFKC", password)) is bool(password)
    assert not passwords().matches(kept, password + "x")


def test_what_is_no_hash_or_no_password_matches_nothing() -> None:
    kept = passwords().hash("")
    for broken in (None, "", "plain", "$argon2id$v=19$m=8,t=1,p=1$broken"):
        assert not passwords().matches(broken, CHOSEN)
    assert not passwords().matches(kept, "")
    assert not passwords().matches(kept, "x" * 100_000)


def test_a_letter_typed_in_two_parts_is_taken_and_known_again() -> None:
    password = "e\u0301a\u0300o\u0302u\u0308n\u0303" * 20
    demand_strong(password)
    assert passwords().matches(passwords().hash(password), password)


# Sign-in


def test_first_the_one_time_password_then_one_of_ones_own(accounts: Accounts) -> None:
    user, first = accounts.user("13812345678")
    opened = accounts.enter(" 138１2345678", first)
    assert opened.active.must_change_password
    assert opened.active.principal.scopes == NOTHING
    changed = accounts.login.change_password(opened.active, first, CHOSEN, address=ADDRESS, at=NOW)
    assert changed.active.principal.scopes == EVERYTHING
    assert changed.session_id != opened.session_id
    with pytest.raises(SignInRefused):
        resume(accounts, opened.session_id)
    assert resume(accounts, changed.session_id).principal.user_id == user.id
    with pytest.raises(SignInRefused):
        accounts.enter("13812345678", first)
    assert not accounts.enter("13812345678").active.must_change_password
    assert [len(accounts.log(f"user.{name}")) for name in ("create", "sign_in", "change_password")] == [1, 2, 1]


def test_a_one_time_password_does_not_wait_for_ever(accounts: Accounts) -> None:
    _, first = accounts.user("clerk")
    accounts.enter("clerk", first, NOW + timedelta(days=6))
    with pytest.raises(SignInRefused):
        accounts.enter("clerk", first, NOW + timedelta(days=7))


def test_refusals_tell_nothing_and_cost_the_same(accounts: Accounts) -> None:
    accounts.settled("locked")
    accounts.settled("right")
    disabled, _ = accounts.settled("disabled")
    accounts.user("station", Role.STATION)
    _, expired = accounts.user("expired")
    with transaction(accounts.engine) as session:
        disable_user(session, SYSTEM, session.get_one(User, disabled.id), NOW)
    at = NOW + timedelta(days=8)
    for _ in range(POLICY.account_lockout.free):
        with pytest.raises(SignInRefused):
            accounts.enter("locked", "wrong", at)
    attempts = [
        ("nobody", CHOSEN),
        ("right", "wrong"),
        ("right", ""),
        ("right", "x" * 10_000),
        ("right", "\ud800"),
        ("locked", CHOSEN),
        ("disabled", CHOSEN),
        ("station", CHOSEN),
        ("expired", expired),
        ("", ""),
        ("a b\x00\ud800", CHOSEN),
        ("x" * 5000, CHOSEN),
    ]
    seen = set()
    for login_name, password in attempts:
        statements: list[str] = []

        def note(*parts: object, into: list[str] = statements) -> None:
            into.append(str(parts[2]))

        event.listen(accounts.engine, "before_cursor_execute", note)
        with (
            patch.object(PasswordHasher, "verify", autospec=True, side_effect=PasswordHasher.verify) as verify,
            pytest.raises(SignInRefused) as caught,
        ):
            accounts.enter(login_name, password, at)
        event.remove(accounts.engine, "before_cursor_execute", note)
        error = caught.value
        seen.add((error.code, error.message, error.remedy, verify.call_count, tuple(statements)))
    assert len(seen) == 1
    assert verify.call_count == 1


def test_parameters_raised_later_are_applied_at_the_next_sign_in(accounts: Accounts) -> None:
    user, _ = accounts.settled("clerk")
    harder = Passwords(PasswordParameters(time_cost=2, memory_kib=16, parallelism=1))
    login = PasswordLogin.of(accounts.engine, harder, POLICY)
    for _ in range(2):
        login.sign_in("clerk", CHOSEN, address=ADDRESS, at=NOW)
        with reading(accounts.engine) as session:
            kept = session.get_one(User, user.id).password_hash
        assert kept is not None
        assert "m=16,t=2,p=1" in kept


def test_a_password_reset_while_it_is_looked_at_does_not_enter(accounts: Accounts) -> None:
    user, _ = accounts.settled("clerk")

    class Slow(Passwords):
        def matches(self, kept: str | None, password: str) -> bool:
            right = super().matches(kept, password)
            with transaction(accounts.engine) as session:
                reset_password(session, SYSTEM, session.get_one(User, user.id), passwords(), NOW)
            return right

    with pytest.raises(SignInRefused):
        PasswordLogin.of(accounts.engine, Slow(CHEAP), POLICY).sign_in("clerk", CHOSEN, address=ADDRESS, at=NOW)


@pytest.mark.parametrize(
    "new", ["short", CHOSEN, "clerk@河水-Laterne", "91420106748871252L!", "江城建工集团有限公司-0731"]
)
def test_a_new_password_has_to_be_good_and_new(accounts: Accounts, new: str) -> None:
    _, opened = accounts.settled("clerk")
    with pytest.raises(PasswordRefused):
        accounts.login.change_password(opened.active, CHOSEN, new, address=ADDRESS, at=NOW)
    accounts.enter("clerk")


def test_weak_choices_lock_nobody_out(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")
    for new in ["short", CHOSEN] * POLICY.account_lockout.free:
        with pytest.raises(PasswordRefused):
            accounts.login.change_password(opened.active, CHOSEN, new, address=ADDRESS, at=NOW)
    accounts.login.change_password(opened.active, CHOSEN, "another good one", address=ADDRESS, at=NOW)


def test_a_changed_password_ends_other_sessions(accounts: Accounts) -> None:
    _, first = accounts.settled("clerk")
    second = accounts.enter("clerk")
    with pytest.raises(SignInRefused):
        accounts.login.change_password(second.active, "wrong", "another good one", address=ADDRESS, at=NOW)
    resume(accounts, first.session_id)
    third = accounts.login.change_password(second.active, CHOSEN, "another good one", address=ADDRESS, at=NOW)
    for ended in (first, second):
        with pytest.raises(SignInRefused):
            resume(accounts, ended.session_id)
    resume(accounts, third.session_id)


def test_a_session_that_ended_changes_no_password(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")
    sign_out(accounts.engine, opened.active, NOW)
    with pytest.raises(SignInRefused):
        accounts.login.change_password(opened.active, CHOSEN, "another good one", address=ADDRESS, at=NOW)
    accounts.enter("clerk")


# Lockout


def test_waiting_grows_and_ends() -> None:
    policy = LockoutPolicy()
    minutes = [policy.delay(failures) / MINUTE for failures in range(12)]
    assert minutes == [0, 0, 0, 0, 0, 0.5, 1, 2, 4, 8, 15, 15]
    assert policy.delay(10**9) == policy.longest


def test_an_account_waits_longer_each_time_and_opens_again(accounts: Accounts) -> None:
    accounts.settled("clerk")
    at = NOW
    for failures in range(1, 9):
        with pytest.raises(SignInRefused):
            accounts.enter("clerk", "wrong", at)
        wait = POLICY.account_lockout.delay(failures)
        if wait:
            with pytest.raises(SignInRefused):
                accounts.enter("clerk", CHOSEN, at + wait - timedelta(seconds=1))
        at += wait
    accounts.enter("clerk", CHOSEN, at)
    # A success forgets them all.
    for _ in range(4):
        with pytest.raises(SignInRefused):
            accounts.enter("clerk", "wrong", at)
    accounts.enter("clerk", CHOSEN, at)


def test_old_failures_are_forgotten(accounts: Accounts) -> None:
    accounts.settled("clerk")
    for day in range(10):
        with pytest.raises(SignInRefused):
            accounts.enter("clerk", "wrong", NOW + timedelta(days=day))
    accounts.enter("clerk", CHOSEN, NOW + timedelta(days=9))


def test_a_lock_ends_no_session_and_locks_nobody_else(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")
    accounts.settled("other")
    for _ in range(6):
        with pytest.raises(SignInRefused):
            accounts.enter("clerk", "wrong")
    resume(accounts, opened.session_id)
    accounts.enter("other")


def test_an_address_waits_too_and_one_good_account_does_not_help_it(accounts: Accounts) -> None:
    accounts.settled("mine")
    free = POLICY.address_lockout.free
    for number in range(free):
        if number % 10 == 0:
            accounts.enter("mine")
        with pytest.raises(SignInRefused):
            accounts.enter(f"guess{number}", "wrong")
    with pytest.raises(SignInRefused):
        accounts.enter("mine")
    accounts.login.sign_in("mine", CHOSEN, address="198.51.100.1", at=NOW)
    accounts.enter("mine", CHOSEN, NOW + POLICY.address_lockout.delay(free))


def test_as_many_guesses_at_one_moment_as_one_after_another(accounts: Accounts) -> None:
    accounts.settled("clerk")
    guesses = 12
    start, looked_at = threading.Barrier(guesses), []

    login = accounts.login
    outcomes: Counter[str] = Counter()

    def guess() -> None:
        start.wait()
        try:
            login.sign_in("clerk", "wrong", address=ADDRESS, at=NOW)
        except CertlightError as error:
            looked_at.append(error.__notes__[0].split()[0])
            outcomes[error.code] += 1

    threads = [threading.Thread(target=guess) for _ in range(guesses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"account.sign_in": guesses}
    assert Counter(looked_at) == {"wrong": POLICY.account_lockout.free, "user": guesses - POLICY.account_lockout.free}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_what_counts_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_counters_keep_no_names_and_are_swept(accounts: Accounts) -> None:
    with pytest.raises(SignInRefused):
        accounts.enter("13812345678", "wrong")
    with transaction(accounts.engine) as session:
        for row in session.scalars(select(LoginAttempts)):
            assert "138" not in row.key or len(row.key) == 64
        assert forget_attempts(session, NOW + timedelta(days=1)) == 0
        assert forget_attempts(session, NOW + timedelta(days=3)) == 2


# Sessions


def test_ids_are_not_in_the_database(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")
    with reading(accounts.engine) as session:
        rows = session.scalars(select(LoginSession)).all()
    assert len(rows) == 1
    assert opened.session_id not in repr(rows[0].__dict__)
    assert opened.session_id not in repr(opened)
    assert opened.csrf_token not in repr(opened)


@pytest.mark.parametrize("wrong", ["", "x", "A" * 43, "A" * 44, "\ud800" * 43, "中" * 43])
def test_other_ids_are_nobodys(accounts: Accounts, wrong: str) -> None:
    accounts.settled("clerk")
    with pytest.raises(SignInRefused):
        resume(accounts, wrong)


def test_idle_sessions_end_and_busy_ones_too(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")
    idle, lifetime = POLICY.sessions.idle, POLICY.sessions.lifetime
    at = NOW
    while at + idle - MINUTE < NOW + lifetime:
        at += idle - MINUTE
        resume(accounts, opened.session_id, at)
    with pytest.raises(SignInRefused):
        resume(accounts, opened.session_id, NOW + lifetime)
    again = accounts.enter("clerk")
    resume(accounts, again.session_id, NOW + idle - timedelta(seconds=1))
    with pytest.raises(SignInRefused):
        resume(accounts, again.session_id, NOW + 2 * idle)


def test_being_seen_is_written_once_a_minute(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")

    def seen(seconds: int) -> float:
        resume(accounts, opened.session_id, NOW + timedelta(seconds=seconds))
        with reading(accounts.engine) as session:
            last = session.scalars(select(LoginSession.last_seen_at)).one()
        return (last - NOW).total_seconds()

    assert [seen(seconds) for seconds in (10, 59, 60, 100, 121)] == [0, 0, 60, 60, 121]


def test_signing_out_here_and_everywhere(accounts: Accounts) -> None:
    _, one = accounts.settled("clerk")
    two, three = accounts.enter("clerk"), accounts.enter("clerk")
    _, others = accounts.settled("other")
    sign_out(accounts.engine, one.active, NOW)
    with pytest.raises(SignInRefused):
        resume(accounts, one.session_id)
    resume(accounts, two.session_id)
    assert sign_out_everywhere(accounts.engine, two.active, NOW) == 2
    with pytest.raises(SignInRefused):
        resume(accounts, three.session_id)
    resume(accounts, others.session_id)


def test_a_renewed_session_has_a_new_id_and_its_old_end(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")
    later = NOW + 10 * MINUTE
    with transaction(accounts.engine) as session:
        renewed = renew_session(session, opened.active, later)
    assert renewed.active.expires_at == opened.active.expires_at
    with pytest.raises(SignInRefused):
        resume(accounts, opened.session_id)
    active = resume(accounts, renewed.session_id, later)
    with pytest.raises(AccessRefused):
        demand_csrf(active, opened.csrf_token, opened.csrf_token)
    demand_csrf(active, renewed.csrf_token, renewed.csrf_token)
    with pytest.raises(SignInRefused), transaction(accounts.engine) as session:
        renew_session(session, opened.active, later)


def test_only_pages_of_the_session_change_anything(accounts: Accounts) -> None:
    _, opened = accounts.settled("clerk")
    _, others = accounts.settled("other")
    active = resume(accounts, opened.session_id)
    for token in (opened.csrf_token, csrf_token(active)):
        demand_csrf(active, token, token)
    foreign, mine = others.csrf_token, opened.csrf_token
    swapped = f"{mine[:22]}.{foreign[23:]}"
    flipped = mine[:-2] + ("A" if mine[-2] != "A" else "B") + mine[-1]
    for cookie, header in [
        (None, mine),
        (mine, None),
        (None, None),
        ("", ""),
        (foreign, foreign),
        (mine, foreign),
        (swapped, swapped),
        (flipped, flipped),
        (mine + "\n", mine + "\n"),
        ("\ud800", mine),
        (mine, csrf_token(active)),
    ]:
        with pytest.raises(AccessRefused) as caught:
            demand_csrf(active, cookie, header)
        assert caught.value.code == "account.csrf"


def test_a_disabled_user_is_out_at_once(accounts: Accounts) -> None:
    user, opened = accounts.settled("clerk")
    with transaction(accounts.engine) as session:
        disable_user(session, SYSTEM, session.get_one(User, user.id), NOW)
    with pytest.raises(SignInRefused):
        resume(accounts, opened.session_id)
    with pytest.raises(SignInRefused):
        accounts.enter("clerk")
    with transaction(accounts.engine) as session:
        enable_user(session, SYSTEM, session.get_one(User, user.id), NOW)
    accounts.enter("clerk")
    with pytest.raises(SignInRefused):
        resume(accounts, opened.session_id)


def test_a_session_opened_while_its_user_was_disabled_is_worth_nothing(accounts: Accounts) -> None:
    user, opened = accounts.settled("clerk")
    with transaction(accounts.engine) as session:
        session.get_one(User, user.id).disabled_at = NOW
    with pytest.raises(SignInRefused):
        resume(accounts, opened.session_id)


def test_the_sweeper_forgets_ended_sessions_only(accounts: Accounts) -> None:
    accounts.settled("clerk")
    accounts.enter("clerk", CHOSEN, NOW + 20 * MINUTE)
    with transaction(accounts.engine) as session:
        assert forget_sessions(session, POLICY.sessions, NOW + 29 * MINUTE) == 0
        assert forget_sessions(session, POLICY.sessions, NOW + 31 * MINUTE) == 1
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1
