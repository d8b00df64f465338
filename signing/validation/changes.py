"""What the saves after a seal did to the document, and whether the seal allows it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from certlight.text import Text
from signing.validation.history import History
from signing.validation.indication import Indication, SubIndication
from signing.validation.permissions import Permissions, permissions_of
from signing.validation.report import Change, Finding, Modifications
from signing.validation.save import Save
from signing.validation.save_review import review
from signing.validation.second_opinion import explains
from signing.validation.signature_dictionary import refused
from signing.validation.slot import Slot, Structure
from signing.validation.syntax import Malformed
from signing.validation.usage import Usage

MAX_OPINIONS: Final = 64
"""Saves after the first seal that pyHanko is asked about: each takes it longer than the one before, 64 some seconds."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changes:
    """All that happened after one signature."""

    modifications: Modifications
    changes: tuple[Change, ...]
    """In words, oldest first; allowed and forbidden ones."""
    findings: tuple[Finding, ...]
    """``seal.modified``, ``seal.docmdp``, ``seal.fieldmdp`` of forbidden changes; ``seal.unexplained`` where two
    analyses disagree. Empty: nothing stands against it."""


class _Reviews:
    """The saves of one file, each reviewed once: what it did is the same whatever seal it is held against."""

    def __init__(self, history: History, slots: tuple[Slot, ...]) -> None:
        self._history = history
        self._usage = Usage(history)
        self._slots = slots
        self._first = min(slot.revision for slot in slots)
        self._done: dict[int, Save] = {}
        self._explained: dict[int, bool] = {}

    def of(self, index: int) -> Save:
        """What the save ``index`` did."""
        if index not in self._done:
            self._done[index] = review(self._history, self._usage, self._slots, index)
        return self._done[index]

    def is_explained(self, index: int) -> bool:
        """Whether pyHanko, too, can explain it: by what there was when the document was first sealed.

        What later saves added and this one touched is for our own review to notice; comparing with every seal's
        document would take time that grows with their square.
        """
        if self.of(index).wrote_out:
            return True
        if index - self._first > MAX_OPINIONS:
            return False
        if index not in self._explained:
            self._explained[index] = explains(self._history, self._first, index)
        return self._explained[index]


_REVIEWS: Final[WeakKeyDictionary[Structure, _Reviews]] = WeakKeyDictionary()


def changes_after(structure: Structure, slot: Slot) -> Changes:
    """What the saves after ``slot`` changed; never raises.

    After a seal only further seals, validation data (DSS) and document timestamps may be added, whatever the
    permissions of the signature itself say; DocMDP and FieldMDP (ISO 32000-2 §12.8.2) may forbid more
    (docs/decisions/023).
    """
    history = structure.history
    if history is None:
        return Changes(Modifications.FORBIDDEN, (), (_UNKNOWN,))
    try:
        permissions = permissions_of(history, slot) if slot.number else Permissions(None, ())
    except Malformed:
        return Changes(Modifications.FORBIDDEN, (), (_BROKEN_PERMISSIONS,))
    if slot.revision == history.last:
        return Changes(Modifications.NONE, (), ())
    try:
        return _changes(structure, history, slot, permissions)
    except Exception as error:  # Whatever hostile bytes lead to, the answer is a finding.
        _log.info("changes that cannot be analysed: %s", type(error).__name__)
        return Changes(Modifications.FORBIDDEN, (), (_UNKNOWN,))


def _changes(structure: Structure, history: History, slot: Slot, permissions: Permissions) -> Changes:
    reviews = _REVIEWS.setdefault(structure, _Reviews(history, structure.slots))
    found: list[Change] = []
    findings: list[Finding] = []
    for index in range(slot.revision + 1, history.last + 1):
        save = reviews.of(index)
        found += [*_acts(save, permissions, findings), *_blame(save, findings)]
        if not save.blame and not reviews.is_explained(index):
            findings.append(_UNEXPLAINED)
    forbidden = any(not change.allowed for change in found)
    result = Modifications.FORBIDDEN if forbidden else Modifications.ALLOWED if found else Modifications.NONE
    return Changes(result, tuple(found), tuple(dict.fromkeys(findings)))


def _acts(save: Save, permissions: Permissions, findings: list[Finding]) -> list[Change]:
    """What the save did that seals allow in general, held against what this one permits."""
    found = []
    for act in save.acts:
        told = _told(save.new, act.text)
        if permissions.forbids(act):
            findings.append(_over("seal.docmdp", told, _CERTIFIED))
        elif permissions.locks_field(act):
            findings.append(_over("seal.fieldmdp", told, _LOCKED))
        else:
            found.append(Change(save.new, True, told))
            continue
        found.append(Change(save.new, False, told))
    return found


def _blame(save: Save, findings: list[Finding]) -> list[Change]:
    told = [_told(save.new, words) for words in save.blame]
    findings += [_over("seal.modified", words, _ADVICE) for words in told]
    return [Change(save.new, False, words) for words in told]


def _told(revision: int, words: Text) -> Text:
    return Text(f"第 {revision + 1} 次保存：{words.zh}", f"Save {revision + 1}: {words.en}")


def _over(code: str, told: Text, advice: Text) -> Finding:
    return refused(code, Text(f"签章之后，{told.zh}。{advice.zh}", f"After the seal, {told.en}. {advice.en}"))


_ADVICE: Final = Text("请勿采信，并向签章单位索取原件。", "Do not rely on it; ask the signer for the original.")
_CERTIFIED: Final = Text(
    "该签章的认证级别（DocMDP）不允许这样做。请勿采信，并向签章单位索取原件。",
    "The certification level (DocMDP) of the seal does not allow that. Do not rely on it; ask for the original.",
)
_LOCKED: Final = Text(
    "该签章锁定了这个域（FieldMDP）。请勿采信，并向签章单位索取原件。",
    "The seal locked that field (FieldMDP). Do not rely on it; ask for the original.",
)
_UNKNOWN: Final = refused(
    "seal.modified",
    Text(
        "签章之后的改动无法分析。请勿采信，并向签章单位索取原件。",
        "The changes after the seal cannot be analysed. Do not rely on it; ask the signer for the original.",
    ),
)
_BROKEN_PERMISSIONS: Final = refused(
    "seal.docmdp",
    Text(
        "签章的权限声明（DocMDP 或 FieldMDP）无法识别。请向签章单位索取重新签章的文件。",
        "What the seal permits (DocMDP or FieldMDP) cannot be understood. Ask the signer to seal the document again.",
    ),
)
_UNEXPLAINED: Final = Finding(
    "seal.unexplained",
    Text(
        "签章之后的改动，两种分析方法结论不一致，不能确认无害。请向签章单位索取原件。",
        "Two analyses disagree about the changes after the seal; they cannot be called harmless. Ask for the original.",
    ),
    Indication.INDETERMINATE,
    SubIndication.FORMAT_FAILURE,
)
