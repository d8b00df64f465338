"""Pushes to regulator domains (推送核验), and the one function that moves a push from state to state."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from certlight.errors import UsageError
from certlight.text import Text
from service.database.base import Base, Id, OwnId, Versioned
from service.database.documents import DocumentVersion
from service.database.engine import is_unique_violation
from service.database.failures import changed_meanwhile
from service.database.operations import record
from service.domain.actors import SYSTEM, Actor
from service.domain.documents import IN_LIBRARY
from service.domain.pushes import PUSHES, PushAction, PushState
from service.domain.roles import ENTERPRISE

_OWN_DESK: Final = frozenset({PushAction.RELEASE, PushAction.APPROVE, PushAction.REJECT, PushAction.REQUEST_REVISION})
"""What only the reviewer does who has the push on the desk."""
_DECISIONS: Final = frozenset({PushAction.APPROVE, PushAction.REJECT, PushAction.REQUEST_REVISION})
_WITH_REASON: Final = frozenset({PushAction.REJECT, PushAction.REQUEST_REVISION})
_UNDECIDED: Final = "state IN ('claimed', 'waiting')"


class Domain(Base):
    """A regulator's domain (应用领域), whose reviewers verify what is pushed to it."""

    __tablename__ = "domains"

    id: Mapped[OwnId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """In Chinese."""
    name_en: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    """Whether anything may be pushed to it; what was pushed before is still decided on."""
    created_at: Mapped[datetime]


class Push(Versioned, Base):
    """A version of the library, sent to a domain."""

    __tablename__ = "pushes"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    document_id: Mapped[Id] = mapped_column(ForeignKey("documents.id"))
    version_id: Mapped[Id] = mapped_column(ForeignKey("document_versions.id"))
    domain_id: Mapped[Id] = mapped_column(ForeignKey("domains.id"))
    _state: Mapped[PushState] = mapped_column("state", default=PushState.WAITING)
    pushed_at: Mapped[datetime]
    pushed_by: Mapped[Id | None]
    claimed_by: Mapped[Id | None]
    claimed_until: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[Id | None]
    reason: Mapped[str | None]
    domain: Mapped[Domain] = relationship()
    version: Mapped[DocumentVersion] = relationship()

    __table_args__ = (
        Index(
            "uq_pushes_undecided",
            "version_id",
            "domain_id",
            unique=True,
            sqlite_where=text(_UNDECIDED),
            postgresql_where=text(_UNDECIDED),
        ),
        Index(None, "domain_id", "state", "id"),
        Index(None, "state", "claimed_until"),
        Index(None, "subject_id", "id"),
        Index(None, "document_id", "id"),
        Index(None, "version_id", "id"),
    )

    @hybrid_property
    def state(self) -> PushState:
        """Where it stands; only :func:`advance` changes it."""
        return self._state


def push(session: Session, version: DocumentVersion, domain: Domain, actor: Actor, *, at: datetime) -> Push:
    """Send a version of the library to a domain.

    Raises UsageError ``push.not_in_library``, ``push.twice`` while the domain has it already, ``state.role_forbidden``,
    ``access.other_tenant``.
    """
    actor.demand_subject(version.subject_id)
    if actor.role not in ENTERPRISE:
        raise UsageError(
            "state.role_forbidden",
            Text("您的角色不能推送。", "Your role may not push."),
            Text("请由有权限的用户操作。", "Have somebody do it who may."),
        )
    if version.state not in IN_LIBRARY or not domain.active:
        raise UsageError(
            "push.not_in_library",
            Text("只能将已入库的证照推送到正在使用的领域。", "Only what is in the library goes to a domain in use."),
            Text("请先提交证照，再选择推送领域。", "Submit the document first, then choose a domain."),
        )
    undecided = select(Push.id).where(
        Push.subject_id == version.subject_id,
        Push.version_id == version.id,
        Push.domain_id == domain.id,
        Push.state.in_((PushState.WAITING, PushState.CLAIMED)),
    )
    if session.scalars(undecided).first() is not None:
        raise _twice()
    made = Push(
        subject_id=version.subject_id,
        document_id=version.document_id,
        version_id=version.id,
        domain_id=domain.id,
        pushed_at=at,
        pushed_by=actor.id,
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        # Somebody else of the enterprise pushed it in this moment.
        raise (_twice() if is_unique_violation(error) else error) from error
    _record(session, made, "push.push", actor, at, None)
    return made


def _twice() -> UsageError:
    return UsageError(
        "push.twice",
        Text("该证照已推送到此领域，正在等待核验。", "This domain has it already and has yet to decide."),
        Text("请等待核验结果，或先撤回。", "Wait for the decision, or withdraw it first."),
    )


def advance(
    session: Session,
    pushed: Push,
    action: PushAction,
    actor: Actor,
    *,
    at: datetime,
    until: datetime | None = None,
    reason: str | None = None,
    expected: int | None = None,
) -> PushState:
    """Do ``action`` to a push and record it; nothing else in the product writes a push's state.

    Claiming needs ``until``, when the claim ends; rejecting and sending back need a ``reason`` for the enterprise.
    Only the reviewer who claimed it decides. ``expected`` is the ``row_version`` that the user saw.

    Raises UsageError ``state.action_impossible``, ``state.role_forbidden``, ``state.changed_meanwhile``,
    ``push.claimed_by_other``, ``push.reason_missing``, ``access.other_tenant``; ValueError for a claim without an end,
    and for taking back one that has not ended.
    """
    actor.demand_subject(pushed.subject_id)
    actor.demand_domain(pushed.domain_id)
    if expected is not None and expected != pushed.row_version:
        raise changed_meanwhile()
    before = pushed.state
    after = PUSHES.step(before, action, actor.role)
    _demand(pushed, action, actor, at, until, reason)
    pushed._state = after
    if action is PushAction.CLAIM:
        pushed.claimed_by, pushed.claimed_until = actor.id, until
    elif after is PushState.WAITING:
        pushed.claimed_by = pushed.claimed_until = None
    elif action in _DECISIONS:
        pushed.claimed_until = None
        pushed.decided_at, pushed.decided_by, pushed.reason = at, actor.id, reason
    flag_modified(pushed, "claimed_until")
    _record(session, pushed, f"push.{action}", actor, at, before)
    session.flush()
    return after


def _demand(
    pushed: Push, action: PushAction, actor: Actor, at: datetime, until: datetime | None, reason: str | None
) -> None:
    if action is PushAction.CLAIM and (until is None or until <= at or actor.id is None):
        raise ValueError("a claim is somebody's and ends")
    if action is PushAction.EXPIRE and (pushed.claimed_until is None or pushed.claimed_until > at):
        raise ValueError("the claim has not ended")
    if action in _OWN_DESK and pushed.claimed_by != actor.id:
        raise UsageError(
            "push.claimed_by_other",
            Text("该证照由其他审核人领取。", "Another reviewer has claimed it."),
            Text("请领取下一件。", "Claim the next one."),
        )
    if action in _WITH_REASON and not (reason or "").strip():
        raise UsageError(
            "push.reason_missing",
            Text("请填写审核意见。", "Say why."),
            Text("请写明企业需要改正的内容。", "Tell the enterprise what to put right."),
        )


def _record(session: Session, pushed: Push, action: str, actor: Actor, at: datetime, before: str | None) -> None:
    details = {"document": pushed.document_id, "version": pushed.version_id, "domain": pushed.domain_id}
    record(
        session,
        actor,
        action,
        "push",
        pushed.id,
        at=at,
        subject_id=pushed.subject_id,
        before=before,
        after=pushed.state,
        details=details,
    )


def claim_next(session: Session, domain_id: str, actor: Actor, *, at: datetime, until: datetime) -> Push | None:
    """Put the push that waits longest in the domain on the reviewer's desk; None when none waits.

    Two reviewers who ask at the same time get two pushes. Raises UsageError as :func:`advance` does.
    """
    waiting = select(Push).where(Push.domain_id == domain_id, Push.state == PushState.WAITING)
    found = session.scalars(waiting.order_by(Push.id).limit(1).with_for_update(skip_locked=True)).first()
    if found is not None:
        advance(session, found, PushAction.CLAIM, actor, at=at, until=until)
    return found


def take_back_expired(session: Session, *, at: datetime) -> int:
    """Put pushes whose claims ended back into the queue; returns how many. For the sweeper, over all domains."""
    ended = select(Push).where(Push.state == PushState.CLAIMED, Push.claimed_until <= at)
    found = session.scalars(ended.with_for_update(skip_locked=True)).all()
    for pushed in found:
        advance(session, pushed, PushAction.EXPIRE, SYSTEM, at=at)
    return len(found)
