"""Who there is in a demonstration, with passwords that everybody may know: never in an installation with business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.text import Text
from service.accounts.passwords import PasswordParameters, Passwords
from service.accounts.users import create_user
from service.database.accounts import User
from service.database.subjects import Subject
from service.domain.principal import SYSTEM
from service.domain.roles import Role, SubjectRole
from service.review.domains import create_domain
from service.subjects.enterprises import register
from signing.trust.demonstration.folder import DEMONSTRATION_PARTIES

PASSWORD: Final = "Green-Light-2026"
"""Of every user of the demonstration."""
DOMAIN: Final = ("housing", "房屋建筑和市政工程", "Housing and municipal works")
"""Code and names of the regulator domain."""
_THROWAWAY: Final = PasswordParameters(time_cost=1, memory_kib=8, parallelism=1)
"""For the one-time passwords that nobody is told."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the demonstration."""

    login_name: str
    display_name: str
    role: Role
    party: int | None
    """Which of the demonstration's enterprises, from 0."""
    does: Text
    """What to try with it."""


ACCOUNTS: Final = (
    Account("demo.clerk", "演示经办", Role.CLERK, 0, Text("上传、填报、签章、提交", "uploads, fills, seals, submits")),
    Account("demo.enterprise", "演示企管", Role.ENTERPRISE_ADMIN, 0, Text("管理企业用户与人员", "users and people")),
    Account("demo.clerk2", "演示经办二", Role.CLERK, 1, Text("另一家企业的经办", "a clerk of the other enterprise")),
    Account("demo.enterprise2", "演示企管二", Role.ENTERPRISE_ADMIN, 1, Text("另一家企业的管理员", "its admin")),
    Account("demo.reviewer", "演示核验", Role.REVIEWER, None, Text("核验推送的证照", "decides on what was pushed")),
    Account("demo.platform", "演示平台", Role.PLATFORM_ADMIN, None, Text("管理平台", "runs the platform")),
    Account("demo.auditor", "演示审计", Role.AUDITOR, None, Text("查看一切，不能修改", "reads everything")),
    Account("demo.station", "演示采集", Role.STATION, 0, Text("采集站，凭令牌上传", "capture station, by token only")),
)


def is_empty(session: Session) -> bool:
    """Whether nobody works with this database yet."""
    return session.scalar(select(User.id).limit(1)) is None and session.scalar(select(Subject.id).limit(1)) is None


def is_seeded(session: Session) -> bool:
    """Whether the demonstration's users are there."""
    return session.scalar(select(User.id).where(User.login_name == ACCOUNTS[0].login_name)) is not None


def add_accounts(session: Session, passwords: Passwords, at: datetime) -> None:
    """Everything of the demonstration that stands in the database; the caller has found that none of it is there."""
    subjects = [
        register(session, SYSTEM, name=party.name, credit_code=party.credit_code, capacities=list(SubjectRole), at=at)
        for party in DEMONSTRATION_PARTIES
    ]
    code, name, name_en = DOMAIN
    domain = create_domain(session, SYSTEM, code=code, name=name, name_en=name_en, at=at)
    kept, nobodys = passwords.hash(PASSWORD), Passwords(_THROWAWAY)
    for account in ACCOUNTS:
        user, handed = create_user(
            session,
            SYSTEM,
            nobodys,
            at,
            login_name=account.login_name,
            display_name=account.display_name,
            role=account.role,
            subject_id=None if account.party is None else subjects[account.party].id,
            domain_id=domain.id if account.role is Role.REVIEWER else None,
        )
        if handed is not None:
            user.password_hash = kept
            user.must_change_password, user.one_time_until = False, None
