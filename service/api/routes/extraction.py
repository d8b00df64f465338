"""``/documents/{id}/extraction``: smart mode (智能模式), its result for people to confirm."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from certlight.text import Language
from extractors.catalogue import templates
from service.accounts.access import Operation
from service.api.accepted import ACCEPTED, accepted
from service.api.calls import SignedIn
from service.api.shapes import Answer, Moment, RowId, Words
from service.checking.asking import ask_for_extraction, last_extraction
from service.checking.bilingual import spoken
from service.database.readings import Extraction, PageImage
from service.documents.finding import find_version
from service.readings.memory import scans_digest
from service.readings.page_images import page_images

router = APIRouter(tags=["smart mode and checks"])


class StraightPage(Answer):
    """A page as people see it; boxes are pixels of it, origin at the top left."""

    index: int
    width: int
    height: int
    rotation: int = Field(description="Degrees the upload was turned clockwise to stand upright.")
    href: str = Field(examples=["/api/v1/documents/019aa1b2-0000-7e4f-8a5b-6c7d8e9f0a1b/pages/0"])


class Suggestion(Answer):
    """What can be put as entries and as marks, once somebody has looked at it."""

    entries: dict[str, Any] = Field(examples=[{"uscc": "91420106748871252L"}])
    marks: dict[str, Any] = Field(examples=[{"uscc": [{"page": 0, "box": [410.0, 212.5, 690.0, 248.0]}]}])


class ExtractionAnswer(Answer):
    """What smart mode found last. Nothing of it counts before it was put as entries and marks."""

    id: str
    version: int = Field(description="Number of the document's version that was read.")
    fresh: bool = Field(description="The version has the very scans that were read.")
    extracted_at: Moment
    doc_type: str = Field(description="The document's own type; the fields are those of its form.")
    recognised_type: str | None = Field(description="What the pages look like; null: nothing known.")
    recognised_name: Words | None
    type_confidence: float = Field(description="Of what was recognised, 0 to 1.")
    expected_type: bool = Field(description="False: these are the pages of another document. Ask before going on.")
    suggestion: Suggestion
    pages: list[StraightPage]
    document: dict[str, Any] = Field(description="The document of ``certlight.read/1``, in the caller's language.")


@router.post(
    "/documents/{document_id}/extraction",
    status_code=202,
    responses=ACCEPTED,
    summary="智能识别  Read the pages (smart mode)",
)
def post_extraction(call: SignedIn, document_id: RowId) -> JSONResponse:
    """Reads the scans: type, fields with confidences and regions, straightened pages. No entry changes; fetch the
    result when the job is done, have it confirmed, and put it. The same scans are read once: again takes a moment."""
    return call.create(lambda session: accepted(ask_for_extraction(session, call.principal, document_id, at=call.at)))


@router.get("/documents/{document_id}/extraction", summary="智能识别结果  What smart mode found last")
def get_extraction(call: SignedIn, document_id: RowId) -> ExtractionAnswer:
    """404 until the version that is worked on was read once."""
    with call.reading() as session:
        version = find_version(session, call.principal, document_id, Operation.READ)
        found = last_extraction(session, version)
        fresh = found.scans == scans_digest([scan.sha256 for scan in version.scans])
        images = page_images(session, version) if fresh else []
        return _answer(found, version.number, fresh, images, document_id, call.language)


def _answer(
    found: Extraction, number: int, fresh: bool, images: list[PageImage], document_id: str, language: Language
) -> ExtractionAnswer:
    document = spoken(found.document, language)
    fields: dict[str, Any] = document["fields"]
    recognised = templates().get(found.doc_type) if found.doc_type is not None else None
    return ExtractionAnswer(
        id=found.id,
        version=number,
        fresh=fresh,
        extracted_at=found.extracted_at,
        doc_type=document["doc_type"],
        recognised_type=found.doc_type,
        recognised_name=None if recognised is None else Words.of(recognised.name.text),
        type_confidence=found.type_confidence,
        expected_type=found.doc_type == document["doc_type"],
        suggestion=Suggestion(
            entries={code: field["value"] for code, field in fields.items() if field["value"] is not None},
            # What a seal's ring says stands on no line that a box could be drawn around.
            marks={code: f["regions"] for code, f in fields.items() if f["regions"] and f["source"] != "seal"},
        ),
        pages=[
            StraightPage(
                index=image.page,
                width=image.width,
                height=image.height,
                rotation=image.rotation,
                href=f"/api/v1/documents/{document_id}/pages/{image.page}",
            )
            for image in images
        ],
        document=document,
    )
