"""Traces in a file that no reachable signature explains: stripped seals, hidden objects, second readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from certlight.text import Text
from signing.validation.form import catalog
from signing.validation.history import History
from signing.validation.indication import Indication, SubIndication
from signing.validation.indirect import keys, references
from signing.validation.report import Coverage, Finding
from signing.validation.revisions import Revision
from signing.validation.signature_dictionary import refused
from signing.validation.slot import Slot
from signing.validation.syntax import Name, Ref

_MARK: Final = Name(b"ByteRange")
_USAGE_RIGHTS: Final = (Name(b"UR3"), Name(b"UR"))


@dataclass(frozen=True, slots=True)
class Mark:
    """An object with a /ByteRange, wherever among the bytes it stands: only signatures have one."""

    revision: int
    number: int
    packed: bool
    """It lies in an object stream."""
    count: int
    """How often the key stands in it."""


def marks(history: History) -> list[Mark]:
    """Every /ByteRange of the file, whatever way it is spelled, in objects that count and objects that do not.

    Payloads of streams are not looked into: what stands there is text, not syntax.
    """
    return [mark for revision in history.revisions for mark in _marks(history, revision)]


def stripped_findings(history: History, slots: tuple[Slot, ...], found: list[Mark]) -> list[Finding]:
    """Signatures that are in the file but in no field of its form. Raises Malformed."""
    expected = {(slot.number, slot.revision) for slot in slots}
    lost = [mark for mark in found if mark.packed or mark.count != 1 or (mark.number, mark.revision) not in expected]
    if not lost:
        return []
    return [_USAGE if all(_grants_usage(history, mark) for mark in lost) else _STRIPPED]


def layout_findings(history: History, slots: tuple[Slot, ...]) -> list[Finding]:
    """Bytes and objects by which two readers may come to see two documents. Raises Malformed.

    In what the oldest signature covers they are its signer's own and make the answer uncertain; behind it somebody
    else put them there.
    """
    signed = [slot.revision for slot in slots if slot.coverage is not Coverage.PARTIAL]
    first = min(signed, default=-1)
    problems = [(problem.revision, problem.text) for problem in history.problems]
    known: set[int] = set()
    for revision in history.revisions:
        strays = {body.number for body in revision.strays} | set(_unlisted(history, revision))
        known |= revision.listed
        if strays & known or (strays and revision.index > first >= 0):
            problems.append((revision.index, _HIDDEN))
        if revision.commented and revision.index > first >= 0:
            problems.append((revision.index, _COMMENT))
        if revision.index > first >= 0 and any(section.beside for section in revision.sections):
            problems.append((revision.index, _HYBRID))
        if any(_points_elsewhere(history, revision, number) for number in revision.foreign):
            problems.append((revision.index, _ELSEWHERE))
        if _misses_generation(history, revision):
            problems.append((revision.index, _GENERATION))
    return [_ambiguous(text, behind=first < 0 or revision > first) for revision, text in problems]


def _points_elsewhere(history: History, revision: Revision, number: int) -> bool:
    """Whether the save lists, outside its own bytes, another object than there was: hidden before, or still to come."""
    before = history.definition(number, revision.index - 1) if revision.index else None
    return before is None or before.offsets.get(number) != revision.foreign[number]


def _misses_generation(history: History, revision: Revision) -> bool:
    """Whether a reference names another generation than the object has: some readers follow it, others find nothing."""
    aged = {number: found[0] for number, found in revision.offsets.items() if found[0]}
    for earlier in history.revisions[: revision.index]:
        aged |= {number: found[0] for number, found in earlier.offsets.items() if found[0] and number not in aged}
    return any(
        reference.generation != aged.get(reference.number, 0)
        for _, value in history.everything(revision)
        for reference in references(value)
        if (reference.generation or aged) and history.definition(reference.number, revision.index) is not None
    )


def _marks(history: History, revision: Revision) -> Iterator[Mark]:
    data = history.data
    for body in (*revision.bodies.values(), *revision.strays):
        place = (body.start, body.syntax_end)
        if data.find(_MARK, *place) >= 0 or data.find(b"#", *place) >= 0:
            count = sum(key == _MARK for key in keys(body.value))
            if count:
                yield Mark(revision.index, body.number, False, count)
    for container in _containers(revision):
        for number, value in history.unpack(container, revision.index):
            count = sum(key == _MARK for key in keys(value))
            if count:
                yield Mark(revision.index, number, True, count)


def _unlisted(history: History, revision: Revision) -> Iterator[int]:
    """Objects in the revision's object streams that it does not list there."""
    for container in _containers(revision):
        for index, (number, _) in enumerate(history.unpack(container, revision.index)):
            if revision.packed.get(number) != (container, index):
                yield number


def _containers(revision: Revision) -> set[int]:
    return {container for container, _ in revision.packed.values()} & revision.offsets.keys()


def _grants_usage(history: History, mark: Mark) -> bool:
    """Whether it is the signature by which Adobe's servers unlock features of a form, ISO 32000-1 §12.8.2.3."""
    root = history.revisions[mark.revision].trailer.get(Name(b"Root"))
    granted = catalog(history, mark.revision).get(Name(b"Perms"))
    entries = history.resolve(granted, mark.revision)
    if type(entries) is not dict or mark.count != 1:
        return False
    # Each is an object of its own, or a direct part of what holds it.
    holders = [
        next((holder for holder in (entries[key], granted, root) if isinstance(holder, Ref)), None)
        for key in _USAGE_RIGHTS
        if key in entries
    ]
    return any(holder is not None and holder.number == mark.number for holder in holders)


def _ambiguous(words: Text, *, behind: bool) -> Finding:
    if behind:
        advice = Text("请勿采信，并索取原件。", "Do not rely on it; ask for the original.")
        return refused("seal.ambiguous", Text(f"{words.zh}。{advice.zh}", f"{words.en}. {advice.en}"))
    text = Text(
        f"{words.zh}，不同软件可能看到不同的内容。请要求签章单位重新生成并签章。",
        f"{words.en}: readers may see different documents. Ask the signer to compose and seal it again.",
    )
    return Finding("seal.ambiguous", text, Indication.INDETERMINATE, SubIndication.FORMAT_FAILURE)


_HIDDEN: Final = Text("文件中藏有未列入目录的对象", "Objects are hidden that no table of contents lists")
_ELSEWHERE: Final = Text("有对象被指到文件的另一处", "An object is said to be elsewhere in the file")
_COMMENT: Final = Text("签章之后的对象之间夹有注释", "Comments stand between objects behind a seal")
_HYBRID: Final = Text("签章之后增加了第二套目录", "A second table of contents was added behind a seal")
_GENERATION: Final = Text(
    "有引用的代号与对象不符", "References name another generation than that of the object they mean"
)
_STRIPPED: Final = refused(
    "seal.stripped",
    Text(
        "文件中原有的签章被移除或被替换。请勿采信，并索取原件。",
        "A seal that the file once bore was removed or replaced. Do not rely on it; ask for the original.",
    ),
)
_USAGE: Final = Finding(
    "seal.usage_rights",
    Text(
        "文件带有 Adobe 的使用权限签名（用于启用阅读器功能），它不是签章，不影响验证。",
        "The file bears a usage rights signature, by which Adobe unlocks features of its reader. It is no seal and "
        "does not matter here.",
    ),
    Indication.TOTAL_PASSED,
)
