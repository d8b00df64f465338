"""``/public/certificates``: what anybody is told who has a certificate's unique code; and ``/c/…``, which its QR code
opens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from service.accounts.refusals import NotFound
from service.api.calls import Call, Public
from service.api.shapes import Answer, Moment, Words
from service.certificates.attesting import attest, demand_untouched, public_keys
from service.certificates.finding import Found, look_up
from service.certificates.page import certificate_page, no_certificate_page, page_policy
from service.certificates.standing import NAMES, Standing, standing

router = APIRouter(tags=["public"])
root = APIRouter(tags=["public"])
Code = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        description="As printed; case and spaces do not matter.",
        examples=["CL1.BUSINESSLICENSE.7Q2M9VD0S4T8WX1YZ3KC.001.K"],
    ),
]


class PublicCertificate(Answer):
    """What the public is told."""

    unique_code: str
    state: Standing
    state_name: Words
    as_of: Moment
    revoked_at: Moment | None
    certificate: dict[str, Any] = Field(description="``certlight.certificate/1``, as it was issued.")
    jws: str = Field(description="State and certificate, signed by the platform (JWS, Ed25519).")


class Keys(Answer):
    """A JWK Set (RFC 7517)."""

    keys: list[dict[str, Any]]


@router.get("/public/certificates/{unique_code}", summary="公开查询数字证照  Look up a digital certificate")
def get_public_certificate(call: Public, unique_code: Code) -> PublicCertificate:
    """Nobody has to sign in. A code that was mistyped, or never issued, is answered like any other that is none."""
    made, version = _found(call, unique_code)
    state = standing(made, version, call.at)
    return PublicCertificate(
        unique_code=made.unique_code,
        state=state,
        state_name=Words.of(NAMES[state]),
        as_of=call.at,
        revoked_at=made.revoked_at,
        certificate=made.content,
        jws=attest(call.installation, made, state, at=call.at),
    )


@router.get("/public/keys", summary="数字证照验签公钥  Keys that verify digital certificates")
def get_public_keys(call: Public, response: Response) -> Keys:
    """A JWK Set; a certificate's ``kid`` names its key. The one that signs now comes first."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return Keys(keys=public_keys(call.installation))


@root.get(
    "/c/{unique_code}",
    summary="数字证照页面  Page of a digital certificate",
    response_class=HTMLResponse,
    responses={404: {"description": "There is no such certificate.", "content": {"text/html": {}}}},
)
def get_certificate_page(call: Public, unique_code: Code) -> HTMLResponse:
    """What scanning the QR code shows."""
    headers = {"Content-Security-Policy": page_policy(), "X-Robots-Tag": "noindex"}
    try:
        made, version = _found(call, unique_code)
    except NotFound:
        return HTMLResponse(no_certificate_page(language=call.language), 404, headers)
    state = standing(made, version, call.at)
    demand_untouched(made)
    page = certificate_page(made.content, state, made.revoked_at, at=call.at, language=call.language)
    return HTMLResponse(page, 200, headers)


def _found(call: Call, unique_code: str) -> Found:
    with call.installation.reading() as session:
        return look_up(session, unique_code)
