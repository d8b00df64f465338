"""The life of one version of a document, from draft to library (seed 001: 证照的状态).

A document has versions; each goes this way once. What is in the library is never changed: supplementing and superseding
start another version or document, and the old one stays visible with its history. That a document has expired is
a matter of the day one looks, not of its state.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from certlight.light import Light
from certlight.text import Text
from service.domain.machine import Machine, Transition
from service.domain.roles import ENTERPRISE, Role


class DocumentState(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    SCANNED = "scanned"
    """Has pages, no entries yet."""
    FILLED = "filled"
    """Has entries; marks are still missing or were made stale by new pages."""
    MARKED = "marked"
    SEALED = "sealed"
    """Pages, entries and marks as they are now are covered by a valid seal."""
    CHECKED_RED = "checked_red"
    CHECKED_YELLOW = "checked_yellow"
    CHECKED_GREEN = "checked_green"
    SUBMITTED_YELLOW = "submitted_yellow"
    """In the library, waiting for people to verify it."""
    SUBMITTED_GREEN = "submitted_green"
    """In the library, passed."""
    SUPERSEDED = "superseded"
    """Replaced by a later version or document; still visible."""
    DISCARDED = "discarded"
    """Given up before it entered the library; still visible to its enterprise."""


class DocumentAction(StrEnum):
    """What may be done to a version."""

    UPLOAD = "upload"
    REMOVE_SCAN = "remove_scan"
    EXTRACT = "extract"
    FILL = "fill"
    MARK = "mark"
    SEAL = "seal"
    CHECK = "check"
    SUBMIT = "submit"
    SUPPLEMENT = "supplement"
    """Start a new version of a yellow document in which only fields that are not key may change."""
    RENEW = "renew"
    """Start a new document that is to replace this one."""
    SUPERSEDE = "supersede"
    """The successor has entered the library."""
    DISCARD = "discard"


CHECKED: Final = {
    Light.RED: DocumentState.CHECKED_RED,
    Light.YELLOW: DocumentState.CHECKED_YELLOW,
    Light.GREEN: DocumentState.CHECKED_GREEN,
}
"""What a check leads to."""
IN_LIBRARY: Final = frozenset({DocumentState.SUBMITTED_YELLOW, DocumentState.SUBMITTED_GREEN})
FINAL: Final = frozenset({DocumentState.SUPERSEDED, DocumentState.DISCARDED})

_S, _A = DocumentState, DocumentAction
_EDITABLE: Final = (
    _S.DRAFT,
    _S.SCANNED,
    _S.FILLED,
    _S.MARKED,
    _S.SEALED,
    _S.CHECKED_RED,
    _S.CHECKED_YELLOW,
    _S.CHECKED_GREEN,
)
"""Before the library everything may still be changed; a change makes seal and check stale."""
_WITH_PAGES: Final = tuple(state for state in _EDITABLE if state is not _S.DRAFT)
_CAPTURE: Final = ENTERPRISE | {Role.STATION}
_SYSTEM: Final = frozenset({Role.SYSTEM})


def _row(
    state: DocumentState, action: DocumentAction, *leads_to: DocumentState, roles: frozenset[Role] = ENTERPRISE
) -> Transition[DocumentState, DocumentAction]:
    return Transition(state, action, frozenset(leads_to), roles)


def _rows() -> Iterator[Transition[DocumentState, DocumentAction]]:
    for state in _EDITABLE:
        # New pages shift what marks and entries refer to: both are kept, and have to be confirmed again.
        after = _S.SCANNED if state in (_S.DRAFT, _S.SCANNED) else _S.FILLED
        yield _row(state, _A.UPLOAD, after, roles=_CAPTURE)
        # Manual mode fills in before anything is uploaded.
        yield _row(state, _A.FILL, _S.DRAFT if state is _S.DRAFT else _S.FILLED)
        yield _row(state, _A.DISCARD, _S.DISCARDED)
    for state in _WITH_PAGES:
        yield _row(state, _A.REMOVE_SCAN, _S.DRAFT, _S.SCANNED, _S.FILLED)
        yield _row(state, _A.EXTRACT, _S.SCANNED if state is _S.SCANNED else _S.FILLED, roles=ENTERPRISE | _SYSTEM)
        if state is not _S.SCANNED:
            yield _row(state, _A.MARK, _S.FILLED, _S.MARKED)
    for state in (_S.FILLED, _S.MARKED, _S.SEALED, _S.CHECKED_RED, _S.CHECKED_YELLOW, _S.CHECKED_GREEN):
        # Some types are sealed without marks; which ones is the template's business.
        yield _row(state, _A.SEAL, _S.SEALED)
    for state in (_S.SEALED, _S.CHECKED_RED, _S.CHECKED_YELLOW, _S.CHECKED_GREEN):
        yield _row(state, _A.CHECK, *CHECKED.values(), roles=ENTERPRISE | _SYSTEM)
    yield _row(_S.CHECKED_YELLOW, _A.SUBMIT, _S.SUBMITTED_YELLOW)
    yield _row(_S.CHECKED_GREEN, _A.SUBMIT, _S.SUBMITTED_GREEN)
    yield _row(_S.SUBMITTED_YELLOW, _A.SUPPLEMENT, _S.SUBMITTED_YELLOW)
    for state in (_S.SUBMITTED_YELLOW, _S.SUBMITTED_GREEN):
        yield _row(state, _A.RENEW, state)
        yield _row(state, _A.SUPERSEDE, _S.SUPERSEDED, roles=_SYSTEM)


STATE_NAMES: Final = {
    _S.DRAFT: Text("草稿", "a draft"),
    _S.SCANNED: Text("已上传", "scanned"),
    _S.FILLED: Text("已填写", "filled in"),
    _S.MARKED: Text("已标记", "marked"),
    _S.SEALED: Text("已签章", "sealed"),
    _S.CHECKED_RED: Text("核验红灯", "checked red"),
    _S.CHECKED_YELLOW: Text("核验黄灯", "checked yellow"),
    _S.CHECKED_GREEN: Text("核验绿灯", "checked green"),
    _S.SUBMITTED_YELLOW: Text("已入库（待人工核验）", "in the library, to be verified"),
    _S.SUBMITTED_GREEN: Text("已入库", "in the library"),
    _S.SUPERSEDED: Text("已被替代", "superseded"),
    _S.DISCARDED: Text("已作废", "discarded"),
}
ACTION_NAMES: Final = {
    _A.UPLOAD: Text("上传电子件", "add scans to"),
    _A.REMOVE_SCAN: Text("删除电子件", "remove scans from"),
    _A.EXTRACT: Text("智能识别", "extract"),
    _A.FILL: Text("填写", "fill in"),
    _A.MARK: Text("标记", "mark"),
    _A.SEAL: Text("签章", "seal"),
    _A.CHECK: Text("智能核验", "check"),
    _A.SUBMIT: Text("提交", "submit"),
    _A.SUPPLEMENT: Text("补充完善", "supplement"),
    _A.RENEW: Text("更新", "renew"),
    _A.SUPERSEDE: Text("替代", "supersede"),
    _A.DISCARD: Text("作废", "discard"),
}

DOCUMENTS: Final = Machine(_rows(), STATE_NAMES, ACTION_NAMES)
"""The one table; nothing else decides what may happen to a version."""
