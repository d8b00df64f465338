"""A session as its page is told of it."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response
from pydantic import Field

from service.accounts.refusals import AccessRefused
from service.accounts.sessions import ActiveSession, Opened, csrf_token, demand_csrf
from service.api.document_parts import DomainSummary
from service.api.session_cookies import set_cookie
from service.api.shapes import Answer, Moment
from service.api.sign_in import cookie_name
from service.database.accounts import User
from service.database.pushes import Domain
from service.database.subjects import Subject
from service.domain.principal import Via
from service.domain.roles import Role
from service.installation import Installation


class Oneself(Answer):
    """The user who is signed in."""

    id: str
    login_name: str = Field(examples=["13800000000"])
    display_name: str = Field(examples=["王工"])
    role: Role


class OwnSubject(Answer):
    """The enterprise somebody acts for."""

    id: str
    name: str = Field(examples=["江城建工集团有限公司"])
    credit_code: str = Field(examples=["91420106748871252L"])


class SessionState(Answer):
    """Who is signed in, and what their page needs to know."""

    user: Oneself
    subject: OwnSubject | None = Field(description="Of enterprise roles.")
    domain: DomainSummary | None = Field(description="Of reviewers.")
    via: Via
    csrf_token: str = Field(description="To be sent as X-CSRF-Token; the same as in the csrf cookie.")
    must_change_password: bool
    password_until: Moment | None = Field(description="When a password given by an administrator stops to count.")
    expires_at: Moment = Field(description="The session's end, however busy.")
    idle_seconds: int = Field(description="Without a request for so long, it ends before.", examples=[1800])


def session_state_of(installation: Installation, opened: Opened) -> SessionState:
    """Of a session just opened; its cookies are set beside."""
    return _state(installation, opened.active, opened.csrf_token)


def session_state(
    installation: Installation, active: ActiveSession, request: Request, response: Response
) -> SessionState:
    """Of a session that goes on: its CSRF token stays, since other pages of it use it, or is set anew."""
    carried = request.cookies.get(cookie_name(installation, "csrf"))
    try:
        demand_csrf(active, carried, carried)
    except AccessRefused:
        carried = None
    if carried is None:
        carried = csrf_token(active)
        set_cookie(response, installation, "csrf", carried, strict=False, readable=True)
    return _state(installation, active, carried)


def _state(installation: Installation, active: ActiveSession, token: str) -> SessionState:
    with installation.reading() as session:
        user = session.get_one(User, active.user.id)
        subject = session.get(Subject, user.subject_id) if user.subject_id else None
        domain = session.get(Domain, user.domain_id) if user.domain_id else None
        until: datetime | None = user.one_time_until
        return SessionState(
            user=Oneself.model_validate(user),
            subject=OwnSubject.model_validate(subject) if subject else None,
            domain=DomainSummary.model_validate(domain) if domain else None,
            via=active.principal.via,
            csrf_token=token,
            must_change_password=active.must_change_password,
            password_until=until,
            expires_at=active.expires_at,
            idle_seconds=int(installation.accounts.sessions.idle.total_seconds()),
        )
