"""Signing in with an enterprise's CA key, on both databases; challenges in the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from certlight.errors import CertlightError, InputRefused, UsageError
from service.accounts.certificates import Begun, CertificateLogin, block_certificate, give_certificate
from service.accounts.challenges import DatabaseChallengeStore
from service.accounts.refusals import AccessRefused, NotFound, SignInRefused
from service.accounts.sessions import Opened, resume_session
from service.accounts.users import disable_user, reset_password
from service.database.accounts import LoginChallenge, User, UserCertificate
from service.database.base import reading, transaction
from service.database.subjects import Subject
from service.domain.principal import EVERYTHING, SYSTEM, Via
from service.domain.roles import Role
from signing.login.answer import answer
from signing.login.challenge import LIFETIME, Challenge
from signing.login.refusals import LoginRefused
from tests.service.account_examples import NOW, POLICY, Accounts, passwords, principal_of
from tests.signing import pki
from tests.signing.login_examples import MATERIAL, ORIGIN, SECRET, SERVICE, HeldKey, challenge, held
from tests.signing.pki import COMPANY_CODE, OTHER_CODE

SOON = NOW + timedelta(seconds=20)
ATTACK = "https://cloud.example.cn.evil.example"


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    return Accounts(engine)


@pytest.fixture
def login(accounts: Accounts) -> CertificateLogin:
    return CertificateLogin(accounts.engine, POLICY.sessions, SERVICE, ORIGIN, MATERIAL, SECRET)


def enter(login: CertificateLogin, key: HeldKey | None = None, at: datetime = NOW) -> Opened:
    """An honest login from beginning to end."""
    begun = login.begin(at)
    response = answer(begun.challenge.to_bytes(), key or held(), origin=ORIGIN)
    return login.finish(response, begun.ticket, begun.cookie, origin=ORIGIN, at=at + timedelta(seconds=20))


def users(accounts: Accounts) -> list[User]:
    with reading(accounts.engine) as session:
        return list(session.scalars(select(User).order_by(User.id)))


# Which user that is


def test_the_first_login_makes_the_enterprises_own_account(accounts: Accounts, login: CertificateLogin) -> None:
    opened = enter(login)
    (user,) = users(accounts)
    assert (user.login_name, user.role, user.password_hash) == (
        COMPANY_CODE.lower(),
        Role.ENTERPRISE_ADMIN,
        None,
    )
    principal = resume_session(accounts.engine, opened.session_id, POLICY.sessions, SOON).principal
    assert principal == replace(principal_of(user, Via.CERTIFICATE), scopes=EVERYTHING)
    assert principal.subject_id == accounts.subjects[COMPANY_CODE]
    enter(login)
    enter(login, held("company-ec"))
    assert [found.id for found in users(accounts)] == [user.id]
    counts = [len(accounts.log(f"user.{name}")) for name in ("create", "bind_certificate", "sign_in")]
    assert counts == [1, 2, 3]


def test_an_account_named_by_the_credit_code_is_used(accounts: Accounts, login: CertificateLogin) -> None:
    made, _ = accounts.user(COMPANY_CODE, Role.ENTERPRISE_ADMIN)
    accounts.user("13812345678", Role.ENTERPRISE_ADMIN)
    opened = enter(login)
    assert opened.active.principal.user_id == made.id
    # A password that waits to be changed is no business of the key.
    assert opened.active.principal.scopes == EVERYTHING


def test_each_enterprise_enters_as_itself(accounts: Accounts, login: CertificateLogin) -> None:
    ours, theirs = enter(login), enter(login, held("other"))
    assert ours.active.principal.subject_id == accounts.subjects[COMPANY_CODE]
    assert theirs.active.principal.subject_id == accounts.subjects[OTHER_CODE]
    assert ours.active.user.id != theirs.active.user.id


def test_a_second_token_may_belong_to_a_clerk(accounts: Accounts, login: CertificateLogin) -> None:
    enter(login)
    before = enter(login, held("company-ec"))
    clerk, _ = accounts.user("clerk")
    sha256 = held("company-ec").certificate.sha256
    with transaction(accounts.engine) as session:
        give_certificate(session, before.active.principal, sha256, session.get_one(User, clerk.id), SOON)
    with pytest.raises(SignInRefused):
        resume_session(accounts.engine, before.session_id, POLICY.sessions, SOON)
    assert enter(login, held("company-ec")).active.principal.user_id == clerk.id
    assert enter(login).active.principal.user_id != clerk.id


def test_certificates_stay_within_their_enterprise(accounts: Accounts, login: CertificateLogin) -> None:
    ours, theirs = enter(login), enter(login, held("other"))
    clerk, _ = accounts.user("clerk")
    foreign, _ = accounts.user("foreign", code=OTHER_CODE)
    station, _ = accounts.user("station", Role.STATION)
    sha256 = held().certificate.sha256

    def give(by: Opened, user: User, certificate: str = sha256) -> Callable[[], None]:
        def attempt() -> None:
            with transaction(accounts.engine) as session:
                give_certificate(session, by.active.principal, certificate, session.get_one(User, user.id), SOON)

        return attempt

    for attempt, refused, code in (
        (give(ours, foreign), NotFound, "access.not_found"),
        (give(theirs, foreign), NotFound, "account.certificate_unknown"),
        (give(ours, station), UsageError, "account.role"),
        (give(ours, clerk, "0" * 64), NotFound, "account.certificate_unknown"),
    ):
        with pytest.raises(refused) as caught:
            attempt()
        assert caught.value.code == code
    with pytest.raises(UsageError, match=r"account\.role"), transaction(accounts.engine) as session:
        give_certificate(session, SYSTEM, sha256, session.get_one(User, foreign.id), SOON)


# Who does not enter


def refused_code(attempt: Callable[[], object]) -> str:
    with pytest.raises(CertlightError) as caught:
        attempt()
    return caught.value.code


def test_an_unknown_or_inactive_enterprise_does_not_enter(accounts: Accounts, login: CertificateLogin) -> None:
    with transaction(accounts.engine) as session:
        session.scalars(select(Subject).where(Subject.credit_code == OTHER_CODE)).one().active = False
        session.scalars(select(Subject).where(Subject.credit_code == COMPANY_CODE)).one().credit_code = "9" * 18
    for label in ("company", "other"):
        assert refused_code(lambda label=label: enter(login, held(label))) == "account.certificate_enterprise"  # type: ignore[misc]
    assert users(accounts) == []


def test_a_disabled_account_does_not_enter_by_certificate_either(accounts: Accounts, login: CertificateLogin) -> None:
    user = enter(login).active.user
    with transaction(accounts.engine) as session:
        disable_user(session, SYSTEM, session.get_one(User, user.id), SOON)
    assert refused_code(lambda: enter(login)) == "account.certificate_account"
    assert refused_code(lambda: enter(login, held("company-ec"))) == "account.certificate_account"
    with reading(accounts.engine) as session:
        assert session.scalar(select(func.count()).select_from(UserCertificate)) == 1


def test_a_blocked_certificate_is_out_at_once_and_the_others_stay(accounts: Accounts, login: CertificateLogin) -> None:
    lost, kept = enter(login), enter(login, held("company-ec"))
    sha256 = held().certificate.sha256
    with transaction(accounts.engine) as session:
        block_certificate(session, kept.active.principal, sha256, SOON)
    with pytest.raises(SignInRefused):
        resume_session(accounts.engine, lost.session_id, POLICY.sessions, SOON)
    resume_session(accounts.engine, kept.session_id, POLICY.sessions, SOON)
    assert refused_code(lambda: enter(login)) == "account.certificate_blocked"
    enter(login, held("company-ec"))
    with transaction(accounts.engine) as session:
        block_certificate(session, kept.active.principal, sha256, SOON, blocked=False)
    enter(login)
    with pytest.raises(SignInRefused):
        resume_session(accounts.engine, lost.session_id, POLICY.sessions, SOON)


def test_what_the_database_says_counts_whatever_came_before(accounts: Accounts, login: CertificateLogin) -> None:
    opened = enter(login)
    foreign, _ = accounts.user("foreign", code=OTHER_CODE)
    sha256 = held().certificate.sha256
    with transaction(accounts.engine) as session:
        session.get_one(UserCertificate, sha256).blocked_at = SOON
    with pytest.raises(SignInRefused):
        resume_session(accounts.engine, opened.session_id, POLICY.sessions, SOON)
    with transaction(accounts.engine) as session:
        certificate = session.get_one(UserCertificate, sha256)
        certificate.blocked_at, certificate.user_id = None, foreign.id
    assert refused_code(lambda: enter(login)) == "account.certificate_account"


def test_who_may_block(accounts: Accounts, login: CertificateLogin) -> None:
    enter(login)
    clerk, _ = accounts.user("clerk")
    auditor, _ = accounts.user("auditor", Role.AUDITOR)
    theirs = enter(login, held("other")).active.principal
    for by, refused in (
        (principal_of(clerk), NotFound),
        (theirs, NotFound),
        (principal_of(auditor), AccessRefused),
    ):
        with pytest.raises(refused), transaction(accounts.engine) as session:
            block_certificate(session, by, held().certificate.sha256, SOON)


@pytest.mark.parametrize("label", ["company-expired", "company-revoked", "company-wrong-ku", "company-future"])
def test_a_certificate_that_does_not_stand_enters_nobody(
    accounts: Accounts, login: CertificateLogin, label: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        enter(login, held(label))
    assert caught.value.code.startswith("certificate.")
    assert users(accounts) == []


def test_a_foreign_authority_enters_nobody(accounts: Accounts, login: CertificateLogin) -> None:
    with pytest.raises(InputRefused):
        enter(login, held("company", "foreign"))
    assert users(accounts) == []


# The exchange


def test_an_answer_counts_once(accounts: Accounts, login: CertificateLogin) -> None:
    begun = login.begin(NOW)
    response = answer(begun.challenge.to_bytes(), held(), origin=ORIGIN)
    login.finish(response, begun.ticket, begun.cookie, origin=ORIGIN, at=SOON)
    with pytest.raises(LoginRefused) as caught:
        login.finish(response, begun.ticket, begun.cookie, origin=ORIGIN, at=SOON)
    assert caught.value.code == "login.challenge"


def test_an_answer_counts_in_the_browser_that_asked(accounts: Accounts, login: CertificateLogin) -> None:
    begun, others = login.begin(NOW), login.begin(NOW)
    response = answer(begun.challenge.to_bytes(), held(), origin=ORIGIN)
    for cookie in ("", others.cookie, begun.cookie + "x", "中", "\ud800", begun.ticket):
        with pytest.raises(SignInRefused) as caught:
            login.finish(response, begun.ticket, cookie, origin=ORIGIN, at=SOON)
        assert caught.value.code == "account.certificate_browser"
    # A wrong cookie spends nothing: somebody else's try must not end an honest login.
    login.finish(response, begun.ticket, begun.cookie, origin=ORIGIN, at=SOON)
    assert begun.cookie not in repr(begun)
    assert SECRET.hex() not in repr(login)
    assert repr(SECRET)[2:10] not in repr(login)


def test_an_answer_from_another_site_or_too_late_enters_nobody(accounts: Accounts, login: CertificateLogin) -> None:
    for origin, at, code in (
        (ATTACK, SOON, "login.origin"),
        (ORIGIN, NOW + LIFETIME, "login.challenge"),
    ):
        begun = login.begin(NOW)
        response = answer(begun.challenge.to_bytes(), held(), origin=ORIGIN)
        with pytest.raises(LoginRefused) as caught:
            login.finish(response, begun.ticket, begun.cookie, origin=origin, at=at)
        assert caught.value.code == code
    assert users(accounts) == []


def test_a_short_secret_is_a_defect(accounts: Accounts) -> None:
    with pytest.raises(ValueError, match="secret"):
        CertificateLogin(accounts.engine, POLICY.sessions, SERVICE, ORIGIN, MATERIAL, b"short")


def test_first_logins_at_one_moment_make_one_account(accounts: Accounts, login: CertificateLogin) -> None:
    keys = [held(), held(), held("company-ec"), held("company-ec")]
    prepared = [(begun := login.begin(NOW), answer(begun.challenge.to_bytes(), key, origin=ORIGIN)) for key in keys]
    start, entered, failed = threading.Barrier(len(keys)), [], []

    def finish(begun: Begun, response) -> None:  # type: ignore[no-untyped-def]
        start.wait()
        try:
            entered.append(login.finish(response, begun.ticket, begun.cookie, origin=ORIGIN, at=SOON))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=finish, args=each) for each in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({opened.active.user.id for opened in entered}) == len(users(accounts)) == 1
    assert len(entered) == 4
    assert len(accounts.log("user.create")) == 1
    assert len(accounts.log("user.bind_certificate")) == 2


def test_a_reset_password_ends_certificate_sessions_but_not_the_key(
    accounts: Accounts, login: CertificateLogin
) -> None:
    opened = enter(login)
    with transaction(accounts.engine) as session:
        reset_password(session, SYSTEM, session.get_one(User, opened.active.user.id), passwords(), SOON)
    with pytest.raises(SignInRefused):
        resume_session(accounts.engine, opened.session_id, POLICY.sessions, SOON)
    enter(login)


# The store


def held_count(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(LoginChallenge)) or 0


def test_a_challenge_is_taken_once(engine: Engine) -> None:
    store = DatabaseChallengeStore(engine)
    one = challenge(1)
    store.put(one.id, one)
    store.put(one.id, one)
    assert held_count(engine) == 1
    assert DatabaseChallengeStore(engine).take(one.id) == one
    assert store.take(one.id) is None
    assert store.take("unknown") is None


def test_threads_take_each_challenge_once(engine: Engine) -> None:
    store = DatabaseChallengeStore(engine)
    challenges = [challenge(number) for number in range(20)]
    for each in challenges:
        store.put(each.id, each)
    taken: list[Challenge] = []
    start = threading.Barrier(2)

    def take() -> None:
        start.wait()
        taken.extend(found for each in challenges if (found := store.take(each.id)) is not None)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found.nonce for found in taken) == [each.nonce for each in challenges]


def test_expired_challenges_go_and_a_flood_pushes_the_oldest_out(engine: Engine) -> None:
    store = DatabaseChallengeStore(engine, capacity=5)
    flood = [challenge(number, issued=pki.NOW + timedelta(seconds=number)) for number in range(12)]
    for each in flood:
        store.put(each.id, each)
        assert held_count(engine) <= 5
    assert store.take(flood[-1].id) == flood[-1]
    assert store.take(flood[8].id) == flood[8]
    assert store.take(flood[0].id) is None
    later = challenge(99, issued=pki.NOW + timedelta(minutes=30))
    store.put(later.id, later)
    assert held_count(engine) == 1
