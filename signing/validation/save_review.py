"""What one save did: every object that it defines is explained as part of something allowed, or it is blamed."""

from __future__ import annotations

from signing.validation.blame import blame_for
from signing.validation.history import History
from signing.validation.save import Save
from signing.validation.save_catalog import review_frame
from signing.validation.save_evidence import is_left_over, review_evidence
from signing.validation.save_form import review_form
from signing.validation.slot import Slot
from signing.validation.syntax import Malformed
from signing.validation.usage import Usage


def review(history: History, usage: Usage, slots: tuple[Slot, ...], index: int) -> Save:
    """The review of the save ``index`` ≥ 1; its ``acts`` and ``blame`` are the result. Never raises Malformed."""
    revision = history.revisions[index]
    elsewhere = {number for number, (container, _) in revision.packed.items() if container not in revision.offsets}
    save = Save(history, usage, slots, revision, revision.listed - elsewhere)
    try:
        _review_table(save, elsewhere)
        review_frame(save)
        review_form(save)
        review_evidence(save)
        _review_rest(save)
    except Malformed:
        save.accuse("新增的内容无法解析", "what it added cannot be parsed")
    if not save.acts and not save.blame:
        if save.touched:
            save.accuse("文档属性被改动", "the document's information was changed")
        else:
            save.accuse(
                "没有新增签章、时间戳或验证资料", "neither a seal nor a timestamp nor validation data was added"
            )
    return save


def _review_table(save: Save, elsewhere: set[int]) -> None:
    """Objects re-pointed, deleted, aged, or planted before: ways to change a document without writing over it."""
    history, revision = save.history, save.revision
    for number, place in revision.foreign.items():
        before = history.definition(number, save.old)
        if before is None or before.offsets.get(number) != place:
            save.accuse(*blame_for(save, number))
    for number in elsewhere:
        before = history.definition(number, save.old)
        if before is None or before.packed.get(number) != revision.packed[number]:
            save.accuse(*blame_for(save, number))
    own = revision.streams
    if any(history.definition(number, save.old) is not None for number in own | revision.freed):
        save.accuse("原有的对象被删除或顶替", "objects that were there were deleted or displaced")
    if any(generation for generation, _ in revision.offsets.values()):
        save.accuse("原有的对象以另一代号重新定义", "objects were defined anew under another generation")
    fresh = {number for number in save.changed | own if history.definition(number, save.old) is None}
    if save.usage.ever_named(fresh, save.old):
        save.accuse("签章前预先埋下的引用被填上了内容", "references planted before the seal were given their content")


def _review_rest(save: Save) -> None:
    """The streams that hold other objects are explained by these; nothing else may be left."""
    for container in {container for container, _ in save.revision.packed.values()}:
        if save.is_new(container):
            save.explained.add(container)
    left = sorted(save.changed - save.explained)
    for number in left:
        if not save.is_new(number) and not save.is_rewritten(number):
            save.accuse(*blame_for(save, number))
    if not save.blame and not all(is_left_over(save, number) for number in filter(save.is_new, left)):
        save.accuse("新增了与签章无关的内容", "content was added that belongs to no seal")
