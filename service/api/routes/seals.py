"""``/documents/{id}/seals``: sealing in two phases (签章), and the sealed files."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field, SecretStr, StringConstraints
from sqlalchemy.orm import Session

from service.accounts.access import Operation
from service.api.accepted import ACCEPTED, accepted
from service.api.calls import SignedIn
from service.api.files import FILE_RESPONSES, file_answer
from service.api.idempotency import Made
from service.api.shapes import Answer, Moment, Request, RowId
from service.checking.bilingual import spoken
from service.database.evidence import Seal
from service.database.sealings import PreparationState, SealPreparation
from service.documents.finding import find_version
from service.installation import Installation
from service.sealing.asking import ask_for_seal, find_preparation, hand_in
from service.sealing.key_files import opened_key, signed
from service.sealing.refusals import refusal
from service.sealing.validating import find_seal, seals_of
from service.sealing.wishes import Wish
from signing.certificate import Certificate, certificates_in

router = APIRouter(tags=["seals"])
_PDF: Final = "application/pdf"
_Certificate = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
_KeyFile = Annotated[
    SecretStr | None,
    Field(
        default=None,
        max_length=200_000,
        description="For trials only: a PKCS #12 file, base64. Refused in production. Used in memory, kept nowhere.",
    ),
]
_Password = Annotated[SecretStr | None, Field(default=None, max_length=200, description="Of the key file.")]
_MOST_CERTIFICATES: Final = 16
_SEAL: Final = ("id", "signer", "certificate_sha256", "level", "sealed_at", "sealed_by", "sealed_sha256")


class SealOrdered(Request):
    """Whose seal, and how it is to look."""

    certificate: _Certificate | None = Field(
        default=None, description="The token's certificate for signing: PEM, or DER in base64."
    )
    chain: list[_Certificate] = Field(default=[], max_length=8, description="Certificates above it, the same way.")
    key_file: _KeyFile = None
    password: _Password = None
    wish: Wish = Wish()


class SignatureHandedIn(Request):
    """What the key made of ``signed_attributes``; or, for a trial, a key file."""

    signature: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = Field(
        default=None, description="Base64: PKCS #1 v1.5, or ECDSA-Sig-Value (DER), by ``digest_algorithm``."
    )
    key_file: _KeyFile = None
    password: _Password = None


class PreparationAnswer(Answer):
    """A seal on its way."""

    id: str
    state: PreparationState
    version: int
    stale: bool = Field(description="The version was changed since; ask for the seal anew.")
    certificate_sha256: str
    signed_attributes: str | None = Field(
        description="What the key signs, base64; null until ``ready``. The bytes for a token that hashes itself, their "
        "digest for one that does not."
    )
    digest_algorithm: str | None = Field(examples=["sha256"])
    wish: Wish
    created_at: Moment
    expires_at: Moment


class SealLine(Answer):
    """A seal of a version."""

    id: str
    version: int
    signer: str
    certificate_sha256: str
    level: str = Field(examples=["B-T"])
    sealed_at: Moment
    sealed_by: str | None
    sealed_sha256: str
    stale: bool = Field(description="The version was changed since: the seal does not cover what it says now.")
    report: dict[str, Any] = Field(description="``certlight.validate/1`` as it was taken in, in the caller's language.")


class SealList(Answer):
    """All seals of a version, newest first."""

    items: list[SealLine]


@router.post("/documents/{document_id}/seals", status_code=202, responses=ACCEPTED, summary="发起签章  Prepare a seal")
def post_seal(call: SignedIn, document_id: RowId, ordered: SealOrdered) -> JSONResponse:
    """First phase: the document is composed with entries and verdict inside, its seal drawn and placed.

    The job's result names the preparation; fetch it, have ``signed_attributes`` signed by the token, and hand the
    signature in. Another enterprise's certificate is refused at once.
    """
    with call.reading() as session:
        # Whoever may not seal is told that, whatever they send; and opening a key file holds up no transaction.
        find_version(session, call.principal, document_id, Operation.WRITE)
    certificates = _certificates(call.installation, ordered)

    def work(session: Session) -> Made:
        begun = ask_for_seal(
            session, call.principal, call.installation, document_id, certificates, ordered.wish, at=call.at
        )
        return accepted(begun.job)

    return call.create(work)


@router.get(
    "/documents/{document_id}/seal-preparations/{preparation_id}", summary="待签内容  What is there to be signed"
)
def get_preparation(call: SignedIn, document_id: RowId, preparation_id: RowId) -> PreparationAnswer:
    """Poll the job, then ask here once."""
    with call.reading() as session:
        found, version = find_preparation(session, call.principal, document_id, preparation_id, Operation.WRITE)
        return PreparationAnswer(
            **{name: getattr(found, name) for name in PreparationAnswer.model_fields if hasattr(found, name)}
            | {"version": version.number, "stale": found.covers != version.coverage(), "wish": Wish(**found.wish)}
        )


@router.post(
    "/documents/{document_id}/seals/{preparation_id}/signature",
    status_code=202,
    responses=ACCEPTED,
    summary="提交签名  Hand in the signature",
)
def post_signature(
    call: SignedIn, document_id: RowId, preparation_id: RowId, handed_in: SignatureHandedIn
) -> JSONResponse:
    """Second phase: the seal is finished, timestamped where its level asks, and validated; only what passes is kept.

    A wrong signature is refused at once and may be tried again; a preparation becomes one seal.
    """
    with call.reading() as session:
        find_preparation(session, call.principal, document_id, preparation_id, Operation.WRITE)
    sign = _signer(call.installation, handed_in)

    def work(session: Session) -> Made:
        return accepted(hand_in(session, call.principal, document_id, preparation_id, sign, at=call.at).job)

    return call.create(work)


@router.get("/documents/{document_id}/seals", summary="签章记录  Seals of a version")
def get_seals(
    call: SignedIn,
    document_id: RowId,
    version: Annotated[
        int | None, Query(ge=1, le=1_000_000, description="Its number; without it, the version that is worked on.")
    ] = None,
) -> SealList:
    """Newest first; the first counts, where it is not stale."""
    with call.reading() as session:
        found = find_version(session, call.principal, document_id, Operation.READ, number=version)
        now = found.coverage()
        lines = [
            SealLine(
                **{name: getattr(seal, name) for name in _SEAL},
                version=found.number,
                stale=seal.covers != now,
                report=spoken(seal.report, call.language),
            )
            for seal in seals_of(session, found)
        ]
    return SealList(items=lines)


@router.get(
    "/documents/{document_id}/seals/{seal_id}/content",
    summary="已签章的 PDF  The sealed PDF",
    response_class=StreamingResponse,
    responses=FILE_RESPONSES,
)
def get_sealed(
    call: SignedIn,
    document_id: RowId,
    seal_id: RowId,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """Byte for byte as it was sealed, with pages, entries and verdict."""
    with call.reading() as session:
        seal: Seal = find_seal(session, call.principal, document_id, seal_id)
    return file_answer(
        call.installation,
        seal.subject_id,
        seal.sealed_sha256,
        name=f"sealed-{seal.id}.pdf",
        media_type=_PDF,
        if_none_match=if_none_match,
    )


def _certificates(installation: Installation, ordered: SealOrdered) -> list[Certificate]:
    """The certificate to seal with, and those above it.

    Raises CertlightError ``seal.*``, ``key.*``, ``certificate.*``.
    """
    if (ordered.certificate is None) == (ordered.key_file is None):
        raise refusal("seal.certificate_or_key")
    if ordered.key_file is not None:
        key = opened_key(
            installation.settings, _bytes(ordered.key_file.get_secret_value()), _password(ordered.password)
        )
        return [key.certificate, *key.chain]
    found = [each for text in (ordered.certificate or "", *ordered.chain) for each in _parsed(text)]
    if not found:
        raise refusal("seal.certificate_missing")
    return list(dict.fromkeys(found))[:_MOST_CERTIFICATES]


def _parsed(text: str) -> list[Certificate]:
    return certificates_in(text.encode() if "-----BEGIN" in text else _bytes(text))


def _signer(installation: Installation, handed_in: SignatureHandedIn) -> Callable[[SealPreparation], bytes]:
    """Gives the token's signature, or makes one with a key file that is forgotten with this request."""
    if (handed_in.signature is None) == (handed_in.key_file is None):
        raise refusal("seal.key_or_signature")
    if handed_in.key_file is not None:
        content = _bytes(handed_in.key_file.get_secret_value())
        key = opened_key(installation.settings, content, _password(handed_in.password))
        return lambda preparation: signed(key, preparation)
    given = _bytes(handed_in.signature or "")
    return lambda preparation: given


def _password(given: SecretStr | None) -> str:
    return given.get_secret_value() if given is not None else ""


def _bytes(text: str) -> bytes:
    """Of base64, line breaks and all. Raises UsageError ``seal.base64``."""
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise refusal("seal.base64") from None
