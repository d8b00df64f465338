"""A browser's two cookies: the session's id, which no script reads, and the CSRF token, which the page sends back."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response

from service.accounts.refusals import SignInRefused
from service.accounts.sessions import Opened, resume_session, sign_out
from service.api.sign_in import cookie_name
from service.installation import Installation


def set_cookie(
    response: Response,
    installation: Installation,
    word: str,
    value: str,
    *,
    lifetime: int | None = None,
    strict: bool = True,
    readable: bool = False,
) -> None:
    """One of the service's cookies, for this host alone; without ``lifetime`` (seconds) it ends with the browser."""
    name = cookie_name(installation, word)
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path="/",
        secure=name.startswith("__Host-"),
        httponly=not readable,
        samesite="strict" if strict else "lax",
    )


def remove_cookie(response: Response, installation: Installation, word: str) -> None:
    """Have the browser forget it."""
    name = cookie_name(installation, word)
    response.delete_cookie(name, path="/", secure=name.startswith("__Host-"))


def begin_session(response: Response, installation: Installation, opened: Opened) -> None:
    """The cookies of a session just opened. Lax: a link in a mail leads into the session; changes need the token."""
    set_cookie(response, installation, "session", opened.session_id, strict=False)
    set_cookie(response, installation, "csrf", opened.csrf_token, strict=False, readable=True)


def end_session(response: Response, installation: Installation) -> None:
    """Both cookies gone."""
    remove_cookie(response, installation, "session")
    remove_cookie(response, installation, "csrf")


def leave_former_session(request: Request, installation: Installation, at: datetime) -> None:
    """End the session that the browser had before it signed in anew: its cookie is about to be replaced."""
    carried = request.cookies.get(cookie_name(installation, "session"))
    if carried is None:
        return
    try:
        former = resume_session(installation.engine, carried, installation.accounts.sessions, at)
    except SignInRefused:
        return
    sign_out(installation.engine, former, at)
