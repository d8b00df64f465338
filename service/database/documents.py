"""Documents (证照) and their versions, and the one function that moves a version from state to state."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from certlight.errors import UsageError
from certlight.light import Light
from certlight.text import Text
from service.database.base import Base, Id, OwnId, Versioned
from service.database.evidence import Scan, covered_by_check, covered_by_seal
from service.database.failures import changed_meanwhile
from service.database.operations import record
from service.domain.actors import Actor
from service.domain.coverage import coverage
from service.domain.documents import CHECKED, DOCUMENTS, FINAL, IN_LIBRARY, DocumentAction, DocumentState

_LIGHTS: Final = {state: light for light, state in CHECKED.items()}
_CHANGES: Final = frozenset(
    {
        DocumentAction.UPLOAD,
        DocumentAction.REMOVE_SCAN,
        DocumentAction.EXTRACT,
        DocumentAction.FILL,
        DocumentAction.MARK,
    }
)
"""Actions after which seal and check no longer speak of the version as it is."""
_OPEN: Final = ", ".join(sorted(f"'{state}'" for state in DocumentState if state not in FINAL | IN_LIBRARY))
_LIBRARY: Final = ", ".join(sorted(f"'{state}'" for state in IN_LIBRARY))


class Document(Base):
    """One certificate or contract of an enterprise, through all its versions."""

    __tablename__ = "documents"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    doc_type: Mapped[str]
    number: Mapped[str | None]
    """The certificate's own number, once known."""
    current: Mapped[int] = mapped_column(default=1)
    """Number of the version that lists show."""
    replaces_id: Mapped[Id | None] = mapped_column(ForeignKey("documents.id"))
    """The document that this one is to replace when it enters the library (renewed)."""
    person_id: Mapped[Id | None] = mapped_column(ForeignKey("people.id"))
    """Whose certificate it is, where it is a person's."""
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    versions: Mapped[list[DocumentVersion]] = relationship(
        back_populates="document", order_by="DocumentVersion.number", foreign_keys="DocumentVersion.document_id"
    )

    __table_args__ = (
        Index(None, "subject_id", "doc_type", "id"),
        Index(None, "subject_id", "id"),
        Index(None, "subject_id", "number"),
        Index(None, "person_id"),
        Index(None, "replaces_id"),
    )


class DocumentVersion(Versioned, Base):
    """What a document says at one time: pages, entries, marks, and how far it came."""

    __tablename__ = "document_versions"

    id: Mapped[OwnId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subjects.id"))
    document_id: Mapped[Id] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    _state: Mapped[DocumentState] = mapped_column("state", default=DocumentState.DRAFT)
    light: Mapped[Light | None]
    """What the last check said, while it still speaks of the version as it is."""
    title: Mapped[str | None]
    """The name that lists show."""
    valid_until: Mapped[date | None]
    template: Mapped[str]
    """``business_license@1``: what the entries and marks refer to."""
    entries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key_fields_locked: Mapped[bool] = mapped_column(default=False)
    """Supplementing: only fields that are not key may change."""
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    document: Mapped[Document] = relationship(back_populates="versions")
    scans: Mapped[list[Scan]] = relationship(
        order_by=(Scan.position, Scan.id),
        primaryjoin=lambda: and_(Scan.version_id == DocumentVersion.id, Scan.removed_at.is_(None)),
    )

    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        Index(None, "subject_id", "state", "id"),
        Index(None, "subject_id", "submitted_at", "id"),
        Index(None, "subject_id", "light", "id"),
        Index(None, "subject_id", "valid_until", "id"),
        Index(None, "subject_id", "changed_at", "id"),
        Index(
            "uq_document_versions_open",
            "document_id",
            unique=True,
            sqlite_where=text(f"state IN ({_OPEN})"),
            postgresql_where=text(f"state IN ({_OPEN})"),
        ),
        Index(
            "uq_document_versions_in_library",
            "document_id",
            unique=True,
            sqlite_where=text(f"state IN ({_LIBRARY})"),
            postgresql_where=text(f"state IN ({_LIBRARY})"),
        ),
    )

    @hybrid_property
    def state(self) -> DocumentState:
        """Where it stands; only :func:`advance` changes it."""
        return self._state

    def coverage(self) -> str:
        """The hash that a seal and a check of the version as it is carry."""
        return coverage([scan.sha256 for scan in self.scans], self.entries, self.marks)


def advance(
    session: Session,
    version: DocumentVersion,
    action: DocumentAction,
    actor: Actor,
    *,
    at: datetime,
    target: DocumentState | None = None,
    expected: int | None = None,
    covers: str | None = None,
    details: dict[str, Any] | None = None,
) -> DocumentState:
    """Do ``action`` to a version and record it; nothing else in the product writes a version's state.

    The caller changes entries, marks and scans in the same transaction, before this call or after it. ``target`` says
    where the action's result decides (a check's light); ``expected`` is the ``row_version`` that the user saw;
    ``covers`` is the hash of what was sealed or checked, and has to be that of the version as it is. A version enters
    the library only with a seal and a check of what it says now.

    Raises UsageError ``state.action_impossible``, ``state.role_forbidden``, ``state.changed_meanwhile``,
    ``state.seal_stale``, ``state.check_stale``, ``access.other_tenant``; ValueError for a target or a missing hash that
    no user can be blamed for.
    """
    actor.demand_subject(version.subject_id)
    if expected is not None and expected != version.row_version:
        raise changed_meanwhile()
    before = version.state
    after = DOCUMENTS.step(before, action, actor.role, target)
    if action in (DocumentAction.SEAL, DocumentAction.CHECK):
        if covers is None:
            raise ValueError(f"{action} has to say what it covers")
        session.flush()
        session.expire(version, ["scans"])
        if covers != version.coverage():
            raise changed_meanwhile()
    if action is DocumentAction.SUBMIT:
        _demand_fresh(session, version)
        version.submitted_at = at
        version.document.current = version.number
    version._state = after
    if action in _CHANGES or action is DocumentAction.SEAL:
        version.light = None
    elif action is DocumentAction.CHECK:
        version.light = _LIGHTS[after]
    version.changed_at = at
    # Counts as a change even where the state stays and the clock stood still.
    flag_modified(version, "changed_at")
    record(
        session,
        actor,
        f"document.{action}",
        "document_version",
        version.id,
        at=at,
        subject_id=version.subject_id,
        before=before,
        after=after,
        details={"document": version.document_id, "number": version.number}
        | ({"covers": covers} if covers else {})
        | (details or {}),
    )
    session.flush()
    return after


def _demand_fresh(session: Session, version: DocumentVersion) -> None:
    session.flush()
    session.expire(version, ["scans"])
    now = version.coverage()
    if covered_by_seal(session, version) != now:
        raise UsageError(
            "state.seal_stale",
            Text("签章后内容已改动，或尚未签章。", "It was changed after it was sealed, or never sealed."),
            Text("请重新签章后再提交。", "Seal it again, then submit."),
        )
    if covered_by_check(session, version, _LIGHTS[version.state]) != now:
        raise UsageError(
            "state.check_stale",
            Text("核验后内容已改动，或核验结果不符。", "It was changed after it was checked."),
            Text("请重新核验后再提交。", "Check it again, then submit."),
        )
