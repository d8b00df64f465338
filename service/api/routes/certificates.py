"""``/certificates``: digital certificates (数字证照), for their enterprise and for reviewers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StringConstraints

from service.accounts.access import Operation
from service.api.calls import Authorised, SignedIn
from service.api.pages import Windowed
from service.api.shapes import Answer, Moment, Page, Request, RowId, Words
from service.certificates.attesting import attest
from service.certificates.finding import CertificateFilter, Found, find_certificate, list_certificates
from service.certificates.issuing import revoke
from service.certificates.qr import lookup_address, qr_picture
from service.certificates.standing import NAMES, Standing, standing

router = APIRouter(tags=["digital certificates"])


class CertificateAnswer(Answer):
    """A digital certificate, and how it stands at the moment of asking."""

    id: str
    subject_id: str
    document_id: str
    version: int
    doc_type: str = Field(examples=["business_license"])
    type_name: Words
    unique_code: str = Field(examples=["CL1.BUSINESSLICENSE.7Q2M9VD0S4T8WX1YZ3KC.001.K"])
    state: Standing
    state_name: Words
    valid_until: date | None
    issued_at: Moment
    revoked_at: Moment | None
    revocation_reason: str | None
    lookup: str = Field(description="Where anybody can look it up; what its QR code says.")

    @classmethod
    def of(cls, found: Found, call: Authorised) -> CertificateAnswer:
        """As it stands at the moment of the call."""
        return cls(**_values(found, call))


class CertificateViewAnswer(CertificateAnswer):
    """With what it says, signed."""

    content: dict[str, Any] = Field(description="``certlight.certificate/1``: what the public sees of it.")
    sha256: str = Field(description="Of the content in its canonical writing.")
    jws: str = Field(description="Content and state, signed by the platform (JWS, Ed25519; keys: ``/public/keys``).")


class Revocation(Request):
    """Why a certificate is to count no more; the public is not told."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)] = Field(
        examples=["执照已换发"]
    )


def filtered(
    document_id: Annotated[RowId | None, Query()] = None,
    doc_type: Annotated[str | None, Query(pattern=r"^[a-z0-9_]{1,60}$")] = None,
    unique_code: Annotated[str | None, Query(max_length=100)] = None,
) -> CertificateFilter:
    """The dependency: which certificates are asked for."""
    return CertificateFilter(document_id, doc_type, unique_code)


@router.get("/certificates", summary="数字证照列表  List digital certificates")
def get_certificates(
    call: SignedIn, window: Windowed, wanted: Annotated[CertificateFilter, Depends(filtered)]
) -> Page[CertificateAnswer]:
    """From the newest to the oldest: an enterprise sees its own, reviewers those of versions before their domain."""
    place = window.place(str)
    with call.reading() as session:
        after = str(place[0]) if place else None
        rows = list_certificates(session, call.principal, wanted, after=after, limit=window.wanted)
    shown, more = window.cut(rows, lambda row: (row[0].id,))
    return Page(items=[CertificateAnswer.of(row, call) for row in shown], next=more)


@router.get("/certificates/{certificate_id}", summary="数字证照  A digital certificate")
def get_certificate(call: SignedIn, certificate_id: RowId) -> CertificateViewAnswer:
    """What it says, and the platform's signature over it."""
    with call.reading() as session:
        found = find_certificate(session, call.principal, certificate_id, Operation.READ)
    made, version = found
    return CertificateViewAnswer(
        **_values(found, call),
        content=made.content,
        sha256=str(made.sha256),
        jws=attest(call.installation, made, standing(made, version, call.at), at=call.at),
    )


@router.post("/certificates/{certificate_id}/revocation", summary="注销数字证照  Revoke a digital certificate")
def post_revocation(call: SignedIn, certificate_id: RowId, body: Revocation) -> CertificateAnswer:
    """By the enterprise's administrator, for good. The document itself stays in the library."""
    with call.transaction() as session:
        found = find_certificate(session, call.principal, certificate_id, Operation.WRITE, lock=True)
        revoke(session, call.principal, found[0], body.reason, at=call.at)
        return CertificateAnswer.of(found, call)


@router.get(
    "/certificates/{certificate_id}/qr.svg",
    summary="二维码（SVG）  QR code as SVG",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
def get_qr_svg(call: SignedIn, certificate_id: RowId) -> Response:
    """Leads anybody who scans it to the public page of the certificate."""
    return Response(qr_picture(_lookup(call, certificate_id), "svg"), media_type="image/svg+xml")


@router.get(
    "/certificates/{certificate_id}/qr.png",
    summary="二维码（PNG）  QR code as PNG",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
def get_qr_png(call: SignedIn, certificate_id: RowId) -> Response:
    """Leads anybody who scans it to the public page of the certificate."""
    return Response(qr_picture(_lookup(call, certificate_id), "png"), media_type="image/png")


def _lookup(call: Authorised, certificate_id: str) -> str:
    with call.reading() as session:
        made, _ = find_certificate(session, call.principal, certificate_id, Operation.READ)
    return lookup_address(call.installation.settings.public_url, made.unique_code)


def _values(found: Found, call: Authorised) -> dict[str, Any]:
    made, version = found
    state = standing(made, version, call.at)
    return {
        "id": made.id,
        "subject_id": made.subject_id,
        "document_id": made.document_id,
        "version": version.number,
        "doc_type": made.content["doc_type"],
        "type_name": Words(**made.content["name"]),
        "unique_code": made.unique_code,
        "state": state,
        "state_name": Words.of(NAMES[state]),
        "valid_until": version.valid_until,
        "issued_at": made.issued_at,
        "revoked_at": made.revoked_at,
        "revocation_reason": made.revocation_reason,
        "lookup": lookup_address(call.installation.settings.public_url, made.unique_code),
    }
