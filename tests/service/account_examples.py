"""Accounts for tests: enterprises, users of every role, and password hashing that costs nothing."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from service.accounts.login import PasswordLogin
from service.accounts.passwords import PasswordParameters, Passwords
from service.accounts.policy import AccountPolicy
from service.accounts.sessions import Opened
from service.accounts.users import create_user
from service.database.accounts import User
from service.database.base import reading, transaction
from service.database.operations import Operation
from service.database.pushes import Domain
from service.database.subjects import Subject
from service.domain.actors import OF_A_SUBJECT
from service.domain.principal import EVERYTHING, SYSTEM, Principal, Via
from service.domain.roles import Role
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE, OTHER_COMPANY

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADDRESS = "203.0.113.7"
CHOSEN = "河水-Laterne-47-向北"
"""A password somebody chose."""
CHEAP = PasswordParameters(time_cost=1, memory_kib=8, parallelism=1)
POLICY = AccountPolicy(passwords=CHEAP)


@functools.cache
def passwords() -> Passwords:
    return Passwords(CHEAP)


@dataclass
class Accounts:
    """A database with two enterprises and two domains, and what tests do in it."""

    engine: Engine
    subjects: dict[str, str] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with transaction(self.engine) as session:
            companies = ((COMPANY, COMPANY_CODE), (OTHER_COMPANY, OTHER_CODE))
            subjects = [Subject(name=name, credit_code=code, created_at=NOW) for name, code in companies]
            domains = [Domain(code=code, name=code, created_at=NOW) for code in ("housing", "water")]
            session.add_all([*subjects, *domains])
            session.flush()
            self.subjects = {subject.credit_code: subject.id for subject in subjects}
            self.domains = {domain.code: domain.id for domain in domains}

    @property
    def login(self) -> PasswordLogin:
        return PasswordLogin.of(self.engine, passwords(), POLICY)

    def user(
        self, login_name: str, role: Role = Role.CLERK, *, code: str = COMPANY_CODE, by: Principal = SYSTEM
    ) -> tuple[User, str]:
        """A new user of ``role`` (of the enterprise ``code``), and the one-time password; empty for stations."""
        with transaction(self.engine) as session:
            user, password = create_user(
                session,
                by,
                passwords(),
                NOW,
                login_name=login_name,
                display_name="王工",
                role=role,
                subject_id=self.subjects[code] if role in OF_A_SUBJECT else None,
                domain_id=self.domains["housing"] if role is Role.REVIEWER else None,
            )
        return user, password or ""

    def settled(self, login_name: str, role: Role = Role.CLERK, *, code: str = COMPANY_CODE) -> tuple[User, Opened]:
        """A user who has signed in and chosen a password: :data:`CHOSEN`."""
        user, first = self.user(login_name, role, code=code)
        opened = self.enter(login_name, first)
        opened = self.login.change_password(opened.active, first, CHOSEN, address=ADDRESS, at=NOW)
        return user, opened

    def enter(self, login_name: str, password: str = CHOSEN, at: datetime = NOW) -> Opened:
        return self.login.sign_in(login_name, password, address=ADDRESS, at=at)

    def log(self, action: str) -> list[Operation]:
        """The entries of the operation log about ``action``."""
        with reading(self.engine) as session:
            return list(session.scalars(select(Operation).where(Operation.action == action).order_by(Operation.seq)))


def principal_of(user: User, via: Via = Via.PASSWORD) -> Principal:
    return Principal(user.id, user.role, user.subject_id, user.domain_id, EVERYTHING, via)
