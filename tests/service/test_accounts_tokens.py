"""API tokens and users: made, recognised, changed, ended; by whom, and what the operation log keeps of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from service.accounts.refusals import AccessRefused, NotFound, SignInRefused
from service.accounts.sessions import resume_session
from service.accounts.tokens import TokenText, create_token, list_tokens, recognise_token, revoke_token, rotate_token
from service.accounts.users import (
    change_role,
    create_user,
    disable_user,
    enable_user,
    list_users,
    normal_login_name,
    reset_password,
    user_by_id,
    user_named,
)
from service.database.accounts import ApiToken, User
from service.database.base import reading, transaction
from service.database.operations import Operation
from service.domain.principal import SYSTEM, Principal, Scope, Via
from service.domain.roles import Role
from tests.service.account_examples import CHOSEN, NOW, POLICY, Accounts, passwords, principal_of
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

DAY = timedelta(days=1)


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    return Accounts(engine)


def token_for(
    accounts: Accounts, owner: User, *scopes: Scope, by: Principal = SYSTEM, name: str = "夜间批量", **more: timedelta
) -> TokenText:
    with transaction(accounts.engine) as session:
        _, made = create_token(
            session, by, session.get_one(User, owner.id), NOW, POLICY, name=name, scopes=scopes, **more
        )
    return made


# The text


@given(st.text(max_size=120))
def test_no_other_text_is_a_token(text: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        TokenText.parse(text)
    assert caught.value.code == "account.token"
    assert text[:20] not in str(caught.value.__notes__) or len(text) < 8


@given(st.binary(min_size=5, max_size=5), st.binary(min_size=32, max_size=32))
def test_a_token_has_one_writing(prefix: bytes, secret: bytes) -> None:
    token = TokenText(prefix.hex(), secret.hex())
    assert TokenText.parse(str(token)) == token
    assert token.secret not in repr(token)
    for other in (
        str(token).upper(),
        str(token) + "\n",
        " " + str(token),
        str(token)[:-1],
        str(token) + "0",
        str(token).replace("clt_", "clt-", 1),
        str(token).replace("_", "＿"),
    ):
        with pytest.raises(SignInRefused):
            TokenText.parse(other)


def test_fresh_tokens_differ() -> None:
    assert len({str(TokenText.fresh()) for _ in range(100)}) == 100


# Recognising


def test_a_token_acts_as_its_user_within_its_scopes(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    token = token_for(accounts, clerk, Scope.DOCUMENTS_READ, Scope.BATCH)
    found = recognise_token(accounts.engine, str(token), NOW)
    assert found == Principal(
        clerk.id, Role.CLERK, clerk.subject_id, None, frozenset({Scope.DOCUMENTS_READ, Scope.BATCH}), Via.TOKEN
    )
    with reading(accounts.engine) as session:
        row = session.scalars(select(ApiToken)).one()
    assert token.secret not in repr(row.__dict__)
    assert (row.prefix, row.secret_digest) == (token.prefix, token.digest)


def test_other_secrets_are_refused_alike(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    token = token_for(accounts, clerk, Scope.BATCH)
    other = TokenText.fresh()
    seen = set()
    for wrong in (other, TokenText(token.prefix, other.secret), TokenText(other.prefix, token.secret), "clt_x", ""):
        with pytest.raises(SignInRefused) as caught:
            recognise_token(accounts.engine, str(wrong), NOW)
        seen.add((caught.value.code, caught.value.message, caught.value.remedy))
    assert len(seen) == 1


def test_tokens_end(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    token = token_for(accounts, clerk, Scope.BATCH, lifetime=DAY)
    recognise_token(accounts.engine, str(token), NOW + DAY - timedelta(seconds=1))
    with pytest.raises(SignInRefused):
        recognise_token(accounts.engine, str(token), NOW + DAY)
    lasting = token_for(accounts, clerk, Scope.BATCH)
    with transaction(accounts.engine) as session:
        revoke_token(session, SYSTEM, lasting.prefix, NOW)
        revoke_token(session, SYSTEM, lasting.prefix, NOW)
    with pytest.raises(SignInRefused):
        recognise_token(accounts.engine, str(lasting), NOW)
    assert len(accounts.log("token.revoke")) == 1


def test_a_disabled_users_tokens_wait(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    token = token_for(accounts, clerk, Scope.BATCH)
    with transaction(accounts.engine) as session:
        disable_user(session, SYSTEM, session.get_one(User, clerk.id), NOW)
    with pytest.raises(SignInRefused):
        recognise_token(accounts.engine, str(token), NOW)
    with pytest.raises(UsageError, match=r"account\.disabled"):
        token_for(accounts, clerk, Scope.BATCH)
    with transaction(accounts.engine) as session:
        enable_user(session, SYSTEM, session.get_one(User, clerk.id), NOW)
    recognise_token(accounts.engine, str(token), NOW)


def test_a_new_role_takes_scopes_away(accounts: Accounts) -> None:
    admin, _ = accounts.user("somebody", Role.PLATFORM_ADMIN)
    token = token_for(accounts, admin, Scope.BATCH)
    with transaction(accounts.engine) as session:
        change_role(session, SYSTEM, session.get_one(User, admin.id), Role.AUDITOR, NOW)
    with pytest.raises(SignInRefused):
        recognise_token(accounts.engine, str(token), NOW)


def test_use_is_written_once_a_minute(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    token = token_for(accounts, clerk, Scope.BATCH)
    written = []

    def note(*parts: object) -> None:
        if str(parts[2]).startswith("UPDATE api_tokens"):
            written.append(parts[2])

    event.listen(accounts.engine, "before_cursor_execute", note)
    for seconds in range(0, 130, 10):
        recognise_token(accounts.engine, str(token), NOW + timedelta(seconds=seconds))
    assert len(written) == 3
    with reading(accounts.engine) as session:
        assert session.scalars(select(ApiToken.last_used_at)).one() == NOW + timedelta(minutes=2)


# Making


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.STATION, Scope.DOCUMENTS_READ),
        (Role.STATION, Scope.DOCUMENTS_WRITE),
        (Role.STATION, Scope.SESSION),
        (Role.CLERK, Scope.SESSION),
        (Role.REVIEWER, Scope.DOCUMENTS_WRITE),
        (Role.AUDITOR, Scope.BATCH),
        (Role.PLATFORM_ADMIN, Scope.DOCUMENTS_READ),
    ],
)
def test_scopes_that_a_role_cannot_have(accounts: Accounts, role: Role, scope: Scope) -> None:
    user, _ = accounts.user("somebody", role)
    with pytest.raises(UsageError, match=r"account\.token_scopes"):
        token_for(accounts, user, scope)
    with pytest.raises(UsageError, match=r"account\.token_scopes"):
        token_for(accounts, user)


def test_names_and_lifetimes_have_bounds(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    for name in ("", " ", "x" * 101, "a\nb", "a\u202eb"):
        with pytest.raises(UsageError, match=r"account\.token_name"):
            token_for(accounts, clerk, Scope.BATCH, name=name)
    for lifetime in (timedelta(), -DAY, POLICY.token_lifetime + DAY):
        with pytest.raises(UsageError, match=r"account\.token_lifetime"):
            token_for(accounts, clerk, Scope.BATCH, lifetime=lifetime)


def test_tokens_are_for_oneself_and_for_stations(accounts: Accounts) -> None:
    admin, clerk, other = (
        accounts.user("admin", Role.ENTERPRISE_ADMIN)[0],
        accounts.user("clerk")[0],
        accounts.user("other", Role.ENTERPRISE_ADMIN, code=OTHER_CODE)[0],
    )
    station, _ = accounts.user("station", Role.STATION)
    by_admin, by_clerk, by_other = principal_of(admin), principal_of(clerk), principal_of(other)
    token_for(accounts, station, Scope.STATION_UPLOAD, by=by_admin)
    token_for(accounts, clerk, Scope.BATCH, by=by_clerk)
    token_for(accounts, admin, Scope.BATCH, by=by_admin)
    for by, owner, refused in (
        (by_admin, clerk, AccessRefused),
        (by_clerk, admin, NotFound),
        (by_clerk, station, NotFound),
        (by_other, clerk, NotFound),
        (by_other, station, NotFound),
    ):
        with pytest.raises(refused):
            token_for(accounts, owner, Scope.STATION_UPLOAD, by=by)
    with reading(accounts.engine) as session:
        assert [owner.id for _, owner in list_tokens(session, by_admin)] == [station.id, clerk.id, admin.id]
        assert [owner.id for _, owner in list_tokens(session, by_clerk)] == [clerk.id]
        assert list_tokens(session, by_other) == []


def test_only_who_sees_a_token_ends_it(accounts: Accounts) -> None:
    admin, other = (
        accounts.user("admin", Role.ENTERPRISE_ADMIN)[0],
        accounts.user("other", Role.ENTERPRISE_ADMIN, code=OTHER_CODE)[0],
    )
    auditor, _ = accounts.user("auditor", Role.AUDITOR)
    token = token_for(accounts, admin, Scope.BATCH)
    for by, refused in ((other, NotFound), (auditor, AccessRefused)):
        with pytest.raises(refused), transaction(accounts.engine) as session:
            revoke_token(session, principal_of(by), token.prefix, NOW)
    with pytest.raises(NotFound, match=r"account\.token_unknown"), transaction(accounts.engine) as session:
        revoke_token(session, SYSTEM, "0" * 10, NOW)
    recognise_token(accounts.engine, str(token), NOW)


def test_a_rotated_token_is_another_of_the_same_kind(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    old = token_for(accounts, clerk, Scope.BATCH, lifetime=7 * DAY)
    with transaction(accounts.engine) as session:
        row, new = rotate_token(session, SYSTEM, old.prefix, NOW + DAY, POLICY)
    assert (row.name, row.scopes, row.expires_at) == ("夜间批量", ["batch"], NOW + 8 * DAY)
    with pytest.raises(SignInRefused):
        recognise_token(accounts.engine, str(old), NOW + DAY)
    recognise_token(accounts.engine, str(new), NOW + DAY)


# Users


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 13812345678 ", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("Wang.Gong@JC", "wang.gong@jc"),
        ("王工程", "王工程"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
    ],
)
def test_login_names_have_one_writing(typed: str, kept: str) -> None:
    assert normal_login_name(typed) == kept


@given(st.text(max_size=80))
def test_a_login_name_once_normal_stays(typed: str) -> None:
    try:
        name = normal_login_name(typed)
    except UsageError:
        return
    assert normal_login_name(name) == name
    assert 3 <= len(name) <= 64


@pytest.mark.parametrize("typed", ["", "ab", "x" * 65, "a b c", "a\nbc", "abc/..", "a\u200bbc", "abc\x00", "\ud800abc"])
def test_what_is_no_login_name(typed: str) -> None:
    with pytest.raises(UsageError, match=r"account\.login_name"):
        normal_login_name(typed)


def test_login_names_are_taken_once(accounts: Accounts) -> None:
    accounts.user("Clerk")
    with pytest.raises(UsageError, match=r"account\.login_name_taken"):
        accounts.user("ｃlerk", code=OTHER_CODE)
    assert len(accounts.log("user.create")) == 1


@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.CLERK, COMPANY_CODE), (Role.ENTERPRISE_ADMIN, OTHER_CODE), (Role.AUDITOR, OTHER_CODE)],
)
def test_a_credit_code_is_its_enterprises_own_name(accounts: Accounts, role: Role, code: str) -> None:
    with pytest.raises(UsageError, match=r"account\.login_name_reserved"):
        accounts.user(COMPANY_CODE.lower(), role, code=code)
    accounts.user(COMPANY_CODE, Role.ENTERPRISE_ADMIN)


def make(accounts: Accounts, by: Principal, role: Role, subject_id: str | None = None) -> None:
    with transaction(accounts.engine) as session:
        create_user(
            session, by, passwords(), NOW, login_name="new", display_name="新", role=role, subject_id=subject_id
        )


def test_roles_have_the_tenant_they_need(accounts: Accounts) -> None:
    subject = accounts.subjects[COMPANY_CODE]
    for role, tenant in ((Role.CLERK, None), (Role.AUDITOR, subject), (Role.REVIEWER, subject)):
        with pytest.raises(UsageError, match=r"account\.role"):
            make(accounts, SYSTEM, role, tenant)
    with pytest.raises(AccessRefused):
        make(accounts, SYSTEM, Role.SYSTEM)
    with pytest.raises(NotFound):
        make(accounts, SYSTEM, Role.CLERK, "no-such-enterprise")


def test_the_database_holds_the_same(accounts: Accounts) -> None:
    subject, domain = accounts.subjects[COMPANY_CODE], accounts.domains["water"]
    for number, (role, subject_id, domain_id, password) in enumerate(
        [
            (Role.CLERK, None, None, None),
            (Role.CLERK, subject, domain, None),
            (Role.REVIEWER, subject, None, None),
            (Role.REVIEWER, None, None, None),
            (Role.AUDITOR, None, domain, None),
            (Role.PLATFORM_ADMIN, subject, None, None),
            (Role.SYSTEM, None, None, None),
            (Role.STATION, subject, None, "hash"),
            (Role.CLERK, "no-such-enterprise", None, None),
        ]
    ):
        user = User(login_name=f"u{number}", display_name="x", role=role, created_at=NOW)
        user.subject_id, user.domain_id, user.password_hash = subject_id, domain_id, password
        with pytest.raises(IntegrityError), Session(accounts.engine) as session, session.begin():
            session.add(user)


def test_users_are_never_deleted(accounts: Accounts) -> None:
    accounts.user("clerk")
    with pytest.raises(DBAPIError), accounts.engine.begin() as connection:
        connection.execute(text("DELETE FROM users"))


def test_an_enterprises_admin_rules_there_and_nowhere_else(accounts: Accounts) -> None:
    admin, other = (
        accounts.user("admin", Role.ENTERPRISE_ADMIN)[0],
        accounts.user("other", Role.CLERK, code=OTHER_CODE)[0],
    )
    by = principal_of(admin)
    made, _ = accounts.user("made", Role.CLERK, by=by)
    with pytest.raises(NotFound):
        accounts.user("elsewhere", Role.CLERK, code=OTHER_CODE, by=by)
    with pytest.raises(NotFound):
        make(accounts, by, Role.PLATFORM_ADMIN)
    with reading(accounts.engine) as session:
        assert {user.id for user in list_users(session, by)} == {admin.id, made.id}
        for find in (lambda: user_by_id(session, by, other.id), lambda: user_named(session, by, "other")):
            with pytest.raises(NotFound, match=r"account\.unknown"):
                find()
        assert user_named(session, by, "MADE").id == made.id
    for change in (
        lambda session, user: disable_user(session, by, user, NOW),
        lambda session, user: enable_user(session, by, user, NOW),
        lambda session, user: change_role(session, by, user, Role.ENTERPRISE_ADMIN, NOW),
        lambda session, user: reset_password(session, by, user, passwords(), NOW),
    ):
        with pytest.raises(NotFound), transaction(accounts.engine) as session:
            change(session, session.get_one(User, other.id))
        with transaction(accounts.engine) as session:
            change(session, session.get_one(User, made.id))
    with pytest.raises(AccessRefused), transaction(accounts.engine) as session:
        change_role(session, by, session.get_one(User, made.id), Role.PLATFORM_ADMIN, NOW)


def test_a_clerk_changes_nobody_not_even_the_clerk(accounts: Accounts) -> None:
    clerk, _ = accounts.user("clerk")
    with transaction(accounts.engine) as session:
        user = session.get_one(User, clerk.id)
        with pytest.raises(AccessRefused):
            change_role(session, principal_of(clerk), user, Role.ENTERPRISE_ADMIN, NOW)
        assert [found.id for found in list_users(session, principal_of(clerk))] == [clerk.id]


def test_another_role_ends_sessions(accounts: Accounts) -> None:
    clerk, opened = accounts.settled("clerk")
    with transaction(accounts.engine) as session:
        change_role(session, SYSTEM, session.get_one(User, clerk.id), Role.ENTERPRISE_ADMIN, NOW)
    with pytest.raises(SignInRefused):
        resume_session(accounts.engine, opened.session_id, POLICY.sessions, NOW)
    assert accounts.enter("clerk").active.principal.role is Role.ENTERPRISE_ADMIN
    (entry,) = accounts.log("user.change_role")
    assert (entry.before, entry.after, entry.subject_id) == ("clerk", "enterprise_admin", clerk.subject_id)
    for role in (Role.STATION, Role.AUDITOR):
        with pytest.raises(UsageError, match=r"account\.role"), transaction(accounts.engine) as session:
            change_role(session, SYSTEM, session.get_one(User, clerk.id), role, NOW)


def test_a_reset_password_is_for_once_and_ends_what_is_open(accounts: Accounts) -> None:
    clerk, opened = accounts.settled("clerk")
    token = token_for(accounts, clerk, Scope.BATCH)
    with transaction(accounts.engine) as session:
        once = reset_password(session, SYSTEM, session.get_one(User, clerk.id), passwords(), NOW)
    with pytest.raises(SignInRefused):
        resume_session(accounts.engine, opened.session_id, POLICY.sessions, NOW)
    with pytest.raises(SignInRefused):
        accounts.enter("clerk", CHOSEN)
    assert accounts.enter("clerk", once).active.must_change_password
    recognise_token(accounts.engine, str(token), NOW)
    with transaction(accounts.engine) as session:
        reset_password(session, SYSTEM, session.get_one(User, clerk.id), passwords(), NOW, revoke_tokens=True)
    with pytest.raises(SignInRefused):
        recognise_token(accounts.engine, str(token), NOW)


def test_stations_have_no_password_to_reset(accounts: Accounts) -> None:
    station, once = accounts.user("station", Role.STATION)
    assert once == ""
    with pytest.raises(UsageError, match=r"account\.no_password"), transaction(accounts.engine) as session:
        reset_password(session, SYSTEM, session.get_one(User, station.id), passwords(), NOW)


def test_the_log_tells_who_and_keeps_no_secret(accounts: Accounts) -> None:
    admin, _ = accounts.user("13812345678", Role.ENTERPRISE_ADMIN)
    by = principal_of(admin)
    clerk, once = accounts.user("13987654321", by=by)
    accounts.enter("13987654321", once)
    token = token_for(accounts, admin, Scope.BATCH, by=by)
    with transaction(accounts.engine) as session:
        disable_user(session, by, session.get_one(User, clerk.id), NOW)
        revoke_token(session, by, token.prefix, NOW)
    with reading(accounts.engine) as session:
        entries = session.scalars(select(Operation).order_by(Operation.seq)).all()
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("user.create", None),
        ("user.create", admin.id),
        ("user.sign_in", clerk.id),
        ("token.create", admin.id),
        ("user.disable", admin.id),
        ("token.revoke", admin.id),
    ]
    assert {entry.subject_id for entry in entries} == {admin.subject_id}
    written = " ".join(repr(entry.__dict__) for entry in entries)
    for secret in ("13812345678", "13987654321", once, token.secret, "王工"):
        assert secret not in written


def test_one_name_for_two_users_at_one_moment(accounts: Accounts) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def create() -> None:
        start.wait()
        try:
            accounts.user("same")
            outcomes.append("made")
        except UsageError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["account.login_name_taken"] * 3 + ["made"]
