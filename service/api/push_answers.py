"""How pushes are shown: to the enterprise, and to reviewers with all they decide upon."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field

from extractors.catalogue import named
from service.api.conditions import etag
from service.api.document_parts import DomainSummary
from service.api.shapes import Answer, Colour, Moment, Words
from service.database.evidence import Check, Seal
from service.database.pushes import Push
from service.domain.documents import STATE_NAMES, DocumentState
from service.domain.principal import Principal
from service.domain.pushes import PUSHES, PushAction, PushState
from service.domain.pushes import STATE_NAMES as PUSH_STATES
from service.domain.roles import Role
from service.review.finding import PushView

_OF_THE_DESK = frozenset({PushAction.RELEASE, PushAction.APPROVE, PushAction.REJECT, PushAction.REQUEST_REVISION})


class PushedDocument(Answer):
    """What was pushed."""

    id: str
    doc_type: str = Field(examples=["business_license"])
    type_name: Words
    title: str | None = Field(description="The name that lists show.")
    version: int
    state: DocumentState = Field(description="Of that version, now: it may have been superseded meanwhile.")
    state_name: Words
    light: Colour | None
    valid_until: date | None
    href: str = Field(description="The version itself.", examples=["/api/v1/documents/…/versions/1"])


class PushAnswer(Answer):
    """A document before a domain."""

    id: str
    etag: str = Field(description="For the `If-Match` of a decision.", examples=['"3"'])
    subject_id: str
    document: PushedDocument
    domain: DomainSummary
    state: PushState
    state_name: Words
    pushed_at: Moment
    mine: bool = Field(description="On the caller's desk, or decided by the caller.")
    claimed_until: Moment | None = Field(description="End of the caller's own claim; null for others' claims.")
    decided_at: Moment | None
    reason: str | None = Field(description="What the reviewer said; from the decision on.")
    actions: list[PushAction] = Field(description="What the caller may do now.")

    @classmethod
    def of(cls, row: Push, by: Principal) -> Self:
        """For ``by``."""
        return cls(**_values(row, by))


class PushedCheck(Answer):
    """What the check said of the version (智能核验)."""

    id: str
    light: Colour
    checked_at: Moment
    href: str = Field(examples=["/api/v1/documents/…/checks/…"])


class PushedSeal(Answer):
    """The version's seal, and what its validation said when it was taken in."""

    id: str
    signer: str
    level: str = Field(examples=["B-T"])
    sealed_at: Moment
    indication: str | None = Field(examples=["TOTAL-PASSED"])
    href: str = Field(examples=["/api/v1/documents/…/seals/…/content"])


class PushViewAnswer(PushAnswer):
    """A push with all that is decided upon."""

    check: PushedCheck | None
    seal: PushedSeal | None
    history: list[PushAnswer] = Field(
        description="The document's pushes that the caller may see, oldest first, this one among them."
    )

    @classmethod
    def seen(cls, view: PushView, by: Principal) -> PushViewAnswer:
        """For ``by``."""
        base = f"/api/v1/documents/{view.push.document_id}"
        return cls(
            **_values(view.push, by),
            check=None if view.check is None else _check(view.check, base),
            seal=None if view.seal is None else _seal(view.seal, base),
            history=[PushAnswer.of(row, by) for row in view.history],
        )


def _values(row: Push, by: Principal) -> dict[str, Any]:
    # An enterprise's user has no desk; a withdrawn or waiting push is on none.
    mine = by.role is Role.REVIEWER and by.user_id in (row.claimed_by, row.decided_by)
    version = row.version
    actions = [a for a in PUSHES.actions(row.state, by.role) if mine or a not in _OF_THE_DESK]
    return {
        "id": row.id,
        "etag": etag(row.row_version),
        "subject_id": row.subject_id,
        "document": PushedDocument(
            id=row.document_id,
            doc_type=version.document.doc_type,
            type_name=Words.of(named(version.document.doc_type).name.text),
            title=version.title,
            version=version.number,
            state=version.state,
            state_name=Words.of(STATE_NAMES[version.state]),
            light=version.light,
            valid_until=version.valid_until,
            href=f"/api/v1/documents/{row.document_id}/versions/{version.number}",
        ),
        "domain": DomainSummary.model_validate(row.domain),
        "state": row.state,
        "state_name": Words.of(PUSH_STATES[row.state]),
        "pushed_at": row.pushed_at,
        "mine": mine,
        "claimed_until": row.claimed_until if mine else None,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "actions": actions,
    }


def _check(check: Check, base: str) -> PushedCheck:
    href = f"{base}/checks/{check.id}"
    return PushedCheck(id=check.id, light=check.light, checked_at=check.checked_at, href=href)


def _seal(seal: Seal, base: str) -> PushedSeal:
    indication = seal.report.get("indication")
    return PushedSeal(
        id=seal.id,
        signer=seal.signer,
        level=seal.level,
        sealed_at=seal.sealed_at,
        indication=indication if isinstance(indication, str) else None,
        href=f"{base}/seals/{seal.id}/content",
    )
