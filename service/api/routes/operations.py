"""``/operations``: the operation log (操作记录), and whether it is whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from service.accounts.access import Kind, sight
from service.accounts.refusals import refusal
from service.api.calls import SignedIn
from service.api.pages import Windowed
from service.api.shapes import Answer, Moment, Page, Since, Words
from service.audit.chain import BEGINNING, FAULTS, STRETCH, Head, verify_stretch
from service.audit.log import LogFilter, entries
from service.audit.words import action_words
from service.database.operations import Operation
from service.domain.roles import Role

router = APIRouter(tags=["operations"])


Word = Annotated[str, Query(min_length=1, max_length=60, pattern=r"^[a-z0-9_.-]+$")]
Uuid = Annotated[str, Query(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]


class OperationAnswer(Answer):
    """Who did what to which object, when, and what came of it: identifiers only."""

    seq: int = Field(description="Place in the chain, from 1.", examples=[42])
    at: Moment
    actor_role: Role
    actor_id: str | None = Field(description="The user; null for the platform itself.")
    subject_id: str | None
    object_kind: str = Field(examples=["document_version"])
    object_id: str
    action: str = Field(examples=["document.submit"])
    action_name: Words
    before: str | None = Field(description="State before.", examples=["checked_green"])
    after: str | None = Field(description="State after.", examples=["submitted_green"])
    details: dict[str, Any]
    previous: str = Field(description="Hash of the entry before.")
    hash: str = Field(description="SHA-256 of this entry, as docs/decisions/027 says.")

    @classmethod
    def of(cls, row: Operation) -> OperationAnswer:
        """As it was recorded, with the action in words."""
        values = {name: getattr(row, name) for name in cls.model_fields if name != "action_name"}
        return cls(**values, action_name=Words.of(action_words(row.action)))


class HeadAnswer(Answer):
    """A place in the chain."""

    seq: int
    hash: str


class BreakAnswer(Answer):
    """Where the chain breaks first."""

    seq: int
    fault: str = Field(examples=["altered"])
    message: Words


class VerificationAnswer(Answer):
    """What walking a part of the chain found."""

    whole: bool = Field(description="Nothing is wrong in the part that was walked.")
    complete: bool = Field(description="The end was reached; otherwise go on with ``after`` set to ``next``.")
    intact: int = Field(description="Entries that hold, of those walked.")
    after: HeadAnswer
    head: HeadAnswer = Field(description="The last entry that holds: keep it elsewhere.")
    end: HeadAnswer = Field(description="Where the chain ends by the database's own word.")
    next: str | None = Field(description="``after`` of the next request; null when there is none.")
    broken: BreakAnswer | None


def filtered(
    object_kind: Word | None = None,
    object_id: Annotated[str | None, Query(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")] = None,
    actor_id: Uuid | None = None,
    actor_role: Role | None = None,
    subject_id: Uuid | None = None,
    action: Annotated[
        str | None,
        Query(
            max_length=60,
            pattern=r"^[a-z0-9_]+\.[a-z0-9_]*$",
            description="``document.submit``, or ``document.`` for all actions of that kind.",
        ),
    ] = None,
    since: Since | None = None,
    until: Annotated[Since | None, Query(description="Not included.")] = None,
) -> LogFilter:
    """The dependency: which entries are asked for."""
    return LogFilter(object_kind, object_id, actor_id, actor_role, subject_id, action, since, until)


LogFiltered = Annotated[LogFilter, Depends(filtered)]


@router.get("/operations", summary="操作记录  Operation log")
def list_operations(call: SignedIn, window: Windowed, wanted: LogFiltered) -> Page[OperationAnswer]:
    """Entries the caller may see, newest first: an enterprise its own, reviewers those of what stands before their
    domain, auditors all."""
    place = window.place(int)
    query = entries(call.principal, wanted, before=None if place is None else int(place[0] or 0))
    with call.reading() as session:
        rows = session.scalars(query.limit(window.wanted)).all()
        shown, more = window.cut(rows, lambda row: (row.seq,))
        return Page(items=[OperationAnswer.of(row) for row in shown], next=more)


@router.get("/operations/verification", summary="核验操作记录链  Verify the chain of the operation log")
def verify_operations(
    call: SignedIn,
    after: Annotated[
        str | None,
        Query(max_length=83, description="``seq:hash`` of a head kept from before; without it, from the beginning."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=STRETCH, description="Entries to walk.")] = STRETCH,
) -> VerificationAnswer:
    """For auditors, who see the whole log. A long chain is walked in stretches: repeat with ``next`` until
    ``complete``."""
    if not sight(call.principal, Kind.OPERATION_LOG).everything:
        raise refusal("access.forbidden", "sees a part of the log only")
    known = BEGINNING if after is None else Head.parse(after)
    with call.reading() as session:
        found = verify_stretch(session, known, limit)
    broken = found.broken
    return VerificationAnswer(
        whole=broken is None,
        complete=found.complete,
        intact=found.intact,
        after=HeadAnswer.model_validate(found.after),
        head=HeadAnswer.model_validate(found.head),
        end=HeadAnswer.model_validate(found.end),
        next=None if broken is not None or found.complete else str(found.head),
        broken=None
        if broken is None
        else BreakAnswer(seq=broken.seq, fault=broken.fault, message=Words.of(FAULTS[broken.fault])),
    )
