"""Validating seals: a document's own again (再次验章), and any PDF by anybody (公开验章)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from service.accounts.refusals import refusal
from service.accounts.throttle import network_of
from service.api.accepted import ACCEPTED, JobError, accepted
from service.api.calls import Call, Public, SignedIn
from service.api.doors import Doors, client_address, doors_of
from service.api.idempotency import Made
from service.api.shapes import Answer, Colour, Moment, RowId
from service.api.uploads import receive_files
from service.checking.bilingual import spoken
from service.database.jobs import Job
from service.database.sealings import Validation
from service.domain.jobs import ENDED, JobState
from service.sealing.receiving import PublicFile
from service.sealing.validating import (
    ask_for_validation,
    ask_in_public,
    demand_room,
    find_seal,
    newest_validation,
    public_validation,
)

router = APIRouter(tags=["seals"])
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/pdf": _FILE,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": False,
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 1,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
        },
    }
}


class ValidationAnswer(Answer):
    """What the seals of a file were found to be."""

    indication: str = Field(examples=["TOTAL-PASSED"])
    light: Colour
    validated_at: Moment
    report: dict[str, Any] = Field(description="``certlight.validate/1``, in the caller's language.")

    @classmethod
    def of(cls, row: Validation, call: Call) -> ValidationAnswer | None:
        """None while it is not known."""
        if row.report is None or row.validated_at is None or row.light is None:
            return None
        return cls(
            indication=row.indication or "",
            light=row.light,
            validated_at=row.validated_at,
            report=spoken(row.report, call.language),
        )


class PublicValidation(Answer):
    """A validation that anybody asked for. Whoever has its number may see it, until it is forgotten."""

    id: str
    state: Literal["waiting", "done", "failed"]
    sha256: str = Field(description="Of the file.")
    asked_at: Moment
    expires_at: Moment = Field(description="Answer and file are forgotten then.")
    result: ValidationAnswer | None
    error: JobError | None

    @classmethod
    def of(cls, session: Session, row: Validation, call: Call) -> PublicValidation:
        """As it stands."""
        result = ValidationAnswer.of(row, call)
        job = session.get(Job, row.job_id) if row.job_id is not None else None
        over = job is None or (job.state in ENDED and job.state is not JobState.DONE)
        state: Literal["waiting", "done", "failed"] = "done" if result else "failed" if over else "waiting"
        failed = state == "failed" and job is not None and job.error is not None
        return cls(
            id=row.id,
            state=state,
            sha256=row.sha256,
            asked_at=row.asked_at,
            expires_at=row.expires_at or row.asked_at,
            result=result,
            error=JobError.model_validate(job.error) if failed and job is not None else None,
        )


@router.post(
    "/documents/{document_id}/seals/{seal_id}/validation",
    status_code=202,
    responses=ACCEPTED,
    summary="再次验章  Validate the sealed file today",
)
def post_validation(call: SignedIn, document_id: RowId, seal_id: RowId) -> JSONResponse:
    """Integrity, trust, revocation and time as they stand now; the seal's own report stays what it was."""
    return call.create(
        lambda session: accepted(ask_for_validation(session, call.principal, document_id, seal_id, at=call.at))
    )


@router.get("/documents/{document_id}/seals/{seal_id}/validation", summary="最近一次验章结果  What was found last")
def get_validation(call: SignedIn, document_id: RowId, seal_id: RowId) -> ValidationAnswer:
    """404 until it was asked for and done once."""
    with call.reading() as session:
        seal = find_seal(session, call.principal, document_id, seal_id)
        row = newest_validation(session, seal)
        answer = ValidationAnswer.of(row, call) if row is not None else None
    if answer is None:
        raise refusal("access.not_found", "never validated")
    return answer


@router.post(
    "/public/validations",
    status_code=202,
    response_model=PublicValidation,
    summary="公开验章  Validate any sealed PDF",
    openapi_extra=_BODY,
)
async def post_public_validation(
    request: Request, call: Public, doors: Annotated[Doors, Depends(doors_of)]
) -> JSONResponse:
    """Without signing in. The answer is what the file and the trusted authorities tell, nothing of this platform's
    documents; it is seen by whoever has its number, and forgotten with the file after two hours."""
    network = _network(request, call)
    await run_in_threadpool(_demand_room, call, network)
    most = call.installation.settings.upload.max_bytes
    with doors.arrivals.of(network), PublicFile(call.installation.store, most) as file:
        await receive_files(request, file)
        blob = await run_in_threadpool(file.keep)

    def asked() -> JSONResponse:
        with call.installation.transaction() as session:
            row = ask_in_public(session, blob.sha256, network, at=call.at)
            answer = PublicValidation.of(session, row, call)
        return Made(202, answer, {"Location": f"/api/v1/public/validations/{answer.id}"}).response()

    return await run_in_threadpool(asked)


@router.get("/public/validations/{validation_id}", summary="公开验章结果  How a public validation stands")
def get_public_validation(call: Public, validation_id: RowId) -> PublicValidation:
    """Ask again while it is ``waiting``."""
    with call.installation.reading() as session:
        return PublicValidation.of(session, public_validation(session, validation_id, at=call.at), call)


def _network(request: Request, call: Call) -> str:
    """Whoever asks, for counting: not the address itself, which is somebody's."""
    key = call.installation.keys("public-validation/1")[0]
    return hmac.new(key, network_of(client_address(request)).encode(), hashlib.sha256).hexdigest()


def _demand_room(call: Call, network: str) -> None:
    with call.installation.reading() as session:
        demand_room(session, network, call.at)
