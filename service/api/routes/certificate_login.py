"""Signing in with an enterprise's CA key: the service asks, the token signs, nobody's password travels."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Request as HttpRequest
from pydantic import Field

from service.accounts.refusals import refusal
from service.accounts.throttle import network_of
from service.api.arrivals import too_many
from service.api.calls import Public
from service.api.doors import Doors, client_address, doors_of
from service.api.session_cookies import begin_session, leave_former_session, remove_cookie, set_cookie
from service.api.session_view import SessionState, session_state_of
from service.api.shapes import Answer, Moment, Request
from service.api.sign_in import cookie_name
from signing.login.challenge import LIFETIME
from signing.login.encoding import base64url
from signing.login.response import CHAIN_CERTIFICATES, SignatureAlgorithm
from signing.login.response import Response as SignedResponse

router = APIRouter(tags=["auth"])
Ways = Annotated[Doors, Depends(doors_of)]
_COOKIE = "login"
"""Ties a challenge to the browser that asked for it."""
_Encoded = Annotated[str, Field(min_length=1, max_length=12_000, pattern=r"^[A-Za-z0-9_-]+$")]


class ChallengeIssued(Answer):
    """What the signing bridge is to sign, and the ticket that comes back with the answer."""

    challenge: str = Field(description="The bytes to sign, base64url without padding: a short text that says so.")
    ticket: str
    expires_at: Moment


class SignedChallenge(Request):
    """What the holder of the key answers; bytes are base64url without padding."""

    ticket: str = Field(min_length=1, max_length=200)
    certificate: _Encoded = Field(description="The signing certificate, DER.")
    chain: tuple[_Encoded, ...] = Field(default=(), max_length=CHAIN_CERTIFICATES, description="What may help, DER.")
    algorithm: SignatureAlgorithm
    signature: _Encoded = Field(description="Over the challenge's bytes.")


@router.post("/auth/certificate/challenge", summary="申请证书登录  Ask for a login challenge")
def begin_certificate_login(call: Public, request: HttpRequest, response: Response, doors: Ways) -> ChallengeIssued:
    """The challenge counts for two minutes, once, in this browser.

    Too many of one address are refused with `request.too_many` (429).
    """
    network = network_of(client_address(request))
    with call.installation.transaction() as session:
        admitted = doors.challenges.begin(session, network, call.at)
    if not admitted:
        raise too_many()
    begun = doors.certificate.begin(call.at)
    set_cookie(response, call.installation, _COOKIE, begun.cookie, lifetime=int(LIFETIME.total_seconds()))
    return ChallengeIssued(
        challenge=base64url(begun.challenge.to_bytes()), ticket=begun.ticket, expires_at=begun.challenge.expires_at
    )


@router.post("/auth/certificate/session", summary="证书登录  Sign in with a certificate")
def sign_in_with_certificate(
    call: Public, body: SignedChallenge, request: HttpRequest, response: Response, doors: Ways
) -> SessionState:
    """Enters as the enterprise whose credit code the certificate carries.

    Refusals: `account.certificate_*`, `login.*` (401), `certificate.*` (422) where the certificate does not stand.
    """
    cookie = request.cookies.get(cookie_name(call.installation, _COOKIE))
    if cookie is None:
        raise refusal("account.certificate_browser", "no cookie")
    signed = SignedResponse.from_json(body.model_dump_json(exclude={"ticket"}).encode())
    opened = doors.certificate.finish(
        signed,
        body.ticket,
        cookie,
        # Programs send none; what a browser sends has been looked at before any route, too.
        origin=request.headers.get("origin") or call.installation.settings.public_url,
        at=call.at,
        user_agent=request.headers.get("user-agent"),
    )
    with call.installation.transaction() as session:
        doors.challenges.succeeded(session, network_of(client_address(request)), call.at)
    leave_former_session(request, call.installation, call.at)
    begin_session(response, call.installation, opened)
    remove_cookie(response, call.installation, _COOKIE)
    return session_state_of(call.installation, opened)
