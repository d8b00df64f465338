"""Signing in with a password, the session, and changing the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi import Request as HttpRequest
from pydantic import Field

from service.accounts.sessions import sign_out, sign_out_everywhere
from service.api.calls import Public
from service.api.doors import Doors, client_address, doors_of
from service.api.session_cookies import begin_session, end_session, leave_former_session
from service.api.session_view import SessionState, session_state, session_state_of
from service.api.shapes import Request
from service.api.sign_in import InSession

router = APIRouter(tags=["auth"])
Ways = Annotated[Doors, Depends(doors_of)]


class Credentials(Request):
    """What somebody types to sign in."""

    login_name: str = Field(min_length=1, max_length=200, examples=["13800000000"], description="登录名，可为手机号")
    password: str = Field(
        min_length=1,
        max_length=1024,
        repr=False,
        examples=["correct-horse-battery"],
        json_schema_extra={"format": "password"},
    )


class PasswordChange(Request):
    """The present password and the one that takes its place."""

    current: str = Field(min_length=1, max_length=1024, repr=False, json_schema_extra={"format": "password"})
    new: str = Field(
        min_length=1,
        max_length=1024,
        repr=False,
        json_schema_extra={"format": "password"},
        description="10 至 128 个字符，不含登录名、姓名、单位代码",
    )


@router.post("/auth/session", summary="密码登录  Sign in with a password")
def sign_in(call: Public, body: Credentials, request: HttpRequest, response: Response, doors: Ways) -> SessionState:
    """Sets the cookies of a session; one the browser had before ends.

    Wrong name, wrong password, locked and disabled are one refusal, `account.sign_in` (401). After several failures
    attempts have to wait. Where `must_change_password` is true, everything but `POST /auth/password` is refused with
    `access.password_first` until it is done.
    """
    with doors.one_of_many():
        opened = doors.password.sign_in(
            body.login_name,
            body.password,
            address=client_address(request),
            at=call.at,
            user_agent=request.headers.get("user-agent"),
        )
    leave_former_session(request, call.installation, call.at)
    begin_session(response, call.installation, opened)
    return session_state_of(call.installation, opened)


@router.get("/auth/session", summary="当前会话  The session")
def read_session(call: Public, active: InSession, request: HttpRequest, response: Response) -> SessionState:
    """Who is signed in, in which role, for which enterprise or domain, and the CSRF token for changing requests."""
    return session_state(call.installation, active, request, response)


@router.delete("/auth/session", status_code=204, summary="退出登录  Sign out")
def end_own_session(
    call: Public,
    active: InSession,
    response: Response,
    everywhere: Annotated[bool, Query(description="同时退出其他浏览器 · all other browsers, too")] = False,
) -> None:
    """Ends the session here, or everywhere."""
    if everywhere:
        sign_out_everywhere(call.installation.engine, active, call.at)
    else:
        sign_out(call.installation.engine, active, call.at)
    end_session(response, call.installation)


@router.post("/auth/password", summary="修改密码  Change the password")
def change_password(
    call: Public, active: InSession, body: PasswordChange, request: HttpRequest, response: Response, doors: Ways
) -> SessionState:
    """The session goes on under a new id and new cookies; all other sessions of the user end.

    A weak choice is refused with `password.*` (422), a wrong current password with `account.sign_in` (401).
    """
    with doors.one_of_many():
        opened = doors.password.change_password(
            active, body.current, body.new, address=client_address(request), at=call.at
        )
    begin_session(response, call.installation, opened)
    return session_state_of(call.installation, opened)
