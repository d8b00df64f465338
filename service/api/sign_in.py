"""Who a request is from: an API token in the Authorization header, or the session of a browser's cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from service.accounts.refusals import refusal
from service.accounts.sessions import ActiveSession, demand_csrf, resume_session
from service.accounts.tokens import recognise_token
from service.domain.principal import Principal
from service.installation import Installation

CSRF_HEADER: Final = "X-CSRF-Token"
SESSION_SCHEME: Final = APIKeyCookie(
    name="certlight-session", scheme_name="session", description="A browser's session.", auto_error=False
)
TOKEN_SCHEME: Final = HTTPBearer(
    scheme_name="token", bearerFormat="clt_…", description="An API token of a program or station.", auto_error=False
)
"""For the OpenAPI document alone: see :mod:`service.api.description`. What a request carries is read below."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(installation: Installation, word: str) -> str:
    """``session`` or ``csrf``. ``__Host-`` cookies (RFC 6265bis) need https, which loopback trials do without."""
    secure = installation.settings.public_url.startswith("https:")
    return f"{'__Host-' if secure else ''}certlight-{word}"


def signed_in(request: Request, installation: Installation, at: datetime) -> Principal:
    """Whoever sends the request; with a token, no cookie is looked at.

    Raises SignInRefused ``account.token``, ``account.session``, AccessRefused ``account.csrf`` and, until a password
    that an administrator gave has been changed, ``access.password_first``.
    """
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise refusal("account.token", "another scheme")
        return recognise_token(installation.engine, credentials.strip(), at)
    active = session_of(request, installation, at)
    if active.must_change_password:
        raise refusal("access.password_first")
    return active.principal


def session_of(request: Request, installation: Installation, at: datetime) -> ActiveSession:
    """The session of a browser; a request that changes something must come from its page.

    Raises SignInRefused ``account.session``, AccessRefused ``account.csrf``.
    """
    carried = request.cookies.get(cookie_name(installation, "session"))
    if carried is None:
        raise refusal("account.session", "no cookie")
    active = resume_session(installation.engine, carried, installation.accounts.sessions, at)
    if request.method not in _SAFE:
        cookie = request.cookies.get(cookie_name(installation, "csrf"))
        demand_csrf(active, cookie, request.headers.get(CSRF_HEADER))
    return active


def in_session(request: Request, _session: Annotated[object, Security(SESSION_SCHEME)] = None) -> ActiveSession:
    """The dependency of routes about the session itself: no token will do, and a password may wait to be changed."""
    installation: Installation = request.app.state.installation
    return session_of(request, installation, installation.clock())


InSession = Annotated[ActiveSession, Depends(in_session)]
