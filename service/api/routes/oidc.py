"""Signing in through the identity provider of the settings; without one these addresses do not exist."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi import Request as HttpRequest
from fastapi.responses import RedirectResponse

from service.accounts.oidc import LIFETIME, OidcLogin
from service.accounts.refusals import refusal
from service.api.calls import Public
from service.api.doors import Doors, doors_of
from service.api.session_cookies import begin_session, leave_former_session, remove_cookie, set_cookie
from service.api.sign_in import cookie_name

router = APIRouter(tags=["auth"])
HOME: Final = "/"
"""The page that everybody comes back to; no parameter can send a browser anywhere else."""
_COOKIE: Final = "oidc"
_Redirected: Final[dict[int | str, dict[str, Any]]] = {303: {"description": "去往另一页 · to another page"}}
_Text = Annotated[str | None, Query(max_length=4000)]


def oidc_login(doors: Annotated[Doors, Depends(doors_of)]) -> OidcLogin:
    """The dependency. Raises NotFound ``account.oidc_off``."""
    if doors.oidc is None:
        raise refusal("account.oidc_off")
    return doors.oidc


Oidc = Annotated[OidcLogin, Depends(oidc_login)]


@router.get(
    "/auth/oidc/start",
    status_code=303,
    response_class=RedirectResponse,
    responses=_Redirected,
    summary="统一身份认证登录  Sign in through the identity provider",
)
def begin_oidc_login(call: Public, oidc: Oidc) -> RedirectResponse:
    """Sends the browser to the provider. Counts for ten minutes, in this browser."""
    begun = oidc.begin(call.at)
    response = RedirectResponse(begun.address, 303)
    # Lax: the browser comes back from the provider's page.
    lifetime = int(LIFETIME.total_seconds())
    set_cookie(response, call.installation, _COOKIE, begun.cookie, lifetime=lifetime, strict=False)
    return response


@router.get(
    "/auth/oidc/callback",
    status_code=303,
    response_class=RedirectResponse,
    responses=_Redirected,
    summary="统一身份认证返回  Back from the identity provider",
)
def finish_oidc_login(
    call: Public,
    oidc: Oidc,
    request: HttpRequest,
    state: _Text = None,
    code: _Text = None,
    error: _Text = None,
    iss: _Text = None,
) -> RedirectResponse:
    """Opens a session of the user whom the provider names, and sends the browser home.

    Nobody is created: a name that no user has is refused with `account.oidc_user` (401).
    """
    cookie = request.cookies.get(cookie_name(call.installation, _COOKIE))
    if cookie is None or state is None:
        raise refusal("account.oidc_state", "no cookie or no state")
    if code is None:
        raise refusal("account.oidc_refused", "the provider gave no code" if error else "no code")
    opened = oidc.finish(cookie, state, code, iss, call.at, user_agent=request.headers.get("user-agent"))
    leave_former_session(request, call.installation, call.at)
    response = RedirectResponse(HOME, 303)
    begin_session(response, call.installation, opened)
    remove_cookie(response, call.installation, _COOKIE)
    return response
