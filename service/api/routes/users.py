"""Users: made by administrators, never deleted; a one-time password is shown once."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field
from sqlalchemy.orm import Session

from service.accounts import users as accounts
from service.accounts.access import Operation, demand
from service.accounts.passwords import Passwords
from service.api.calls import Authorised, SignedIn
from service.api.conditions import Expected, etag
from service.api.doors import Doors, doors_of
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.shapes import Answer, Moment, Page, Request, RowId
from service.database.accounts import User
from service.database.failures import changed_meanwhile
from service.domain.actors import OF_A_SUBJECT
from service.domain.roles import Role

router = APIRouter(tags=["users"])
Ways = Annotated[Doors, Depends(doors_of)]
UserId = Annotated[RowId, Path(description="编号 · identifier")]
_LoginName = Annotated[str, Field(min_length=1, max_length=200, examples=["13800000000"])]
_DisplayName = Annotated[str, Field(min_length=1, max_length=200, examples=["王工"])]


class UserView(Answer):
    """A user, for whoever may see them."""

    id: str
    etag: str = Field(description="For `If-Match`.", examples=['"3"'])
    login_name: str = Field(examples=["13800000000"])
    display_name: str = Field(examples=["王工"])
    role: Role
    subject_id: str | None = Field(description="The enterprise, of enterprise roles and stations.")
    domain_id: str | None = Field(description="The regulator domain, of reviewers.")
    disabled_at: Moment | None
    must_change_password: bool
    one_time_until: Moment | None = Field(description="When a one-time password that waits to be used stops to count.")
    created_at: Moment

    @classmethod
    def of(cls, user: User) -> UserView:
        """A row."""
        taken = {name: getattr(user, name) for name in cls.model_fields if name != "etag"}
        return cls(**taken, etag=etag(_state(user)))


class NewUser(Request):
    """A user to be; without ``subject_id`` of the enterprise of whoever asks."""

    login_name: _LoginName
    display_name: _DisplayName
    role: Role
    subject_id: RowId | None = None
    domain_id: RowId | None = None


class UserChange(Request):
    """What is to be different; what is not named stays."""

    display_name: _DisplayName | None = None
    role: Role | None = None
    disabled: bool | None = None


class PasswordReset(Request):
    """How to reset a password."""

    revoke_tokens: bool = Field(default=False, description="账号曾被他人使用时，一并撤销其令牌 · after misuse")


class UserMade(Answer):
    """A new user and the password to hand over, which is shown this once; stations have none."""

    user: UserView
    one_time_password: str | None = Field(examples=["k7mw-p3xd-9rtb-hq5v"])


class PasswordMade(Answer):
    """The password to hand over, shown this once; it has to be changed at the first sign-in."""

    one_time_password: str = Field(examples=["k7mw-p3xd-9rtb-hq5v"])
    one_time_until: Moment


@router.get("/users", summary="用户列表  Users")
def list_users(
    call: SignedIn,
    window: Windowed,
    role: Annotated[Role | None, Query()] = None,
    subject_id: Annotated[RowId | None, Query(description="企业 · enterprise")] = None,
    disabled: Annotated[bool | None, Query(description="已停用 · disabled ones, or the others")] = None,
) -> Page[UserView]:
    """Oldest first. Administrators see those of their enterprise or of the platform, all others themselves."""
    with call.reading() as session:
        found = accounts.list_users(
            session,
            call.principal,
            after=window.after_id(),
            limit=window.wanted,
            role=role,
            subject_id=subject_id,
            disabled=disabled,
        )
    shown, more = window.cut(found, lambda user: (user.id,))
    return Page(items=[UserView.of(user) for user in shown], next=more)


@router.post("/users", status_code=201, summary="新建用户  Make a user", response_model=UserMade)
def create_user(call: SignedIn, body: NewUser, doors: Ways) -> Response:
    """The one-time password counts for seven days and is shown in this answer alone.

    Sent again under its `Idempotency-Key`, the request is answered `idempotency.spent` (409).
    """
    subject_id = body.subject_id or (call.principal.subject_id if body.role in OF_A_SUBJECT else None)
    with doors.one_of_many():
        return call.create(lambda session: _made(session, call, body, subject_id, doors.passwords), secret=True)


@router.get("/users/{user_id}", summary="用户  A user")
def read_user(call: SignedIn, user_id: UserId, response: Response) -> UserView:
    """With the ETag that a change needs."""
    with call.reading() as session:
        user = accounts.user_by_id(session, call.principal, user_id)
        response.headers["ETag"] = etag(_state(user))
        return UserView.of(user)


@router.patch("/users/{user_id}", summary="修改用户  Change a user")
def change_user(call: SignedIn, user_id: UserId, expected: Expected, body: UserChange, response: Response) -> UserView:
    """Another name or role, or disabled: sessions end where the role changes or the user is disabled."""
    by, at = call.principal, call.at
    with call.transaction() as session:
        user = accounts.user_by_id(session, by, user_id, for_update=True)
        demand(by, Operation.WRITE, accounts.resource_of(user))
        if _state(user) != expected:
            raise changed_meanwhile()
        if body.display_name is not None:
            accounts.rename_user(session, by, user, body.display_name, at)
        if body.role is not None:
            accounts.change_role(session, by, user, body.role, at)
        if body.disabled is not None:
            (accounts.disable_user if body.disabled else accounts.enable_user)(session, by, user, at)
        response.headers["ETag"] = etag(_state(user))
        return UserView.of(user)


@router.post(
    "/users/{user_id}/password-reset",
    status_code=201,
    summary="重置密码  Reset a password",
    response_model=PasswordMade,
)
def reset_password(call: SignedIn, user_id: UserId, body: PasswordReset, doors: Ways) -> Response:
    """All sessions of the user end; the new password counts once, for seven days, and is shown in this answer alone."""

    def work(session: Session) -> Made:
        user = accounts.user_by_id(session, call.principal, user_id, for_update=True)
        password = accounts.reset_password(
            session, call.principal, user, doors.passwords, call.at, revoke_tokens=body.revoke_tokens
        )
        until = call.at + accounts.ONE_TIME_LIFETIME
        return Made(201, PasswordMade(one_time_password=password, one_time_until=until))

    with doors.one_of_many():
        return call.create(work, secret=True)


def _made(session: Session, call: Authorised, body: NewUser, subject_id: str | None, passwords: Passwords) -> Made:
    user, password = accounts.create_user(
        session,
        call.principal,
        passwords,
        call.at,
        login_name=body.login_name,
        display_name=body.display_name,
        role=body.role,
        subject_id=subject_id,
        domain_id=body.domain_id,
    )
    made = UserMade(user=UserView.of(user), one_time_password=password)
    return Made(201, made, {"Location": f"/api/v1/users/{user.id}"})


def _state(user: User) -> int:
    """What stands for a row version here: a number that is another one when anything that can be edited is."""
    parts = (user.id, user.display_name, user.role.value, str(user.disabled_at is not None))
    return 1 + int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:7])
