"""What a save did to trailer, catalog and metadata: the frame of the document, ISO 32000-2 §7.5.5, §7.7.2, §14.3."""

from __future__ import annotations

import re
from typing import Final

from signing.validation.form import Entries, catalog
from signing.validation.indirect import Stream
from signing.validation.metadata_update import INFORMATION_KEYS, PACKET_KEYS, same_packet
from signing.validation.save import Save
from signing.validation.syntax import Name, Ref, Value

_ROOT, _INFO, _ID = Name(b"Root"), Name(b"Info"), Name(b"ID")
_BOOKKEEPING: Final = frozenset(
    Name(key) for key in (b"Prev", b"Size", b"XRefStm", b"Type", b"W", b"Index", b"Length", b"Filter", b"DecodeParms")
)
_EXTENSIONS, _VERSION, _METADATA = Name(b"Extensions"), Name(b"Version"), Name(b"Metadata")
_ELSEWHERE: Final = frozenset({Name(b"AcroForm"), Name(b"DSS"), _EXTENSIONS, _VERSION, _METADATA})
"""Keys of the catalog that have their own rules."""
_EXTENSION: Final = frozenset(
    Name(key) for key in (b"Type", b"BaseVersion", b"ExtensionLevel", b"ExtensionRevision", b"URL")
)
_VERSIONS: Final = re.compile(rb"1\.[4-7]|2\.0")


def review_frame(save: Save) -> None:
    """Trailer, catalog, information dictionary and XMP packet."""
    old, new = (save.history.revisions[index].trailer for index in (save.old, save.new))
    known = {_INFO, _ID} | _BOOKKEEPING
    if _ROOT not in new or not save.same(old.get(_ROOT), new[_ROOT]):
        save.accuse("文件的总目录被换掉", "the root of the whole document was replaced")
        return
    for key in sorted(key for key in new.keys() - known if not save.same(old.get(key), new[key])):
        shown = key.decode("latin-1")
        save.accuse(f"文件尾部的“{shown}”一项被改动", f"the entry {shown} of the file's trailer was changed")
    if not _same_origin(save, old, new):
        save.accuse("文件的标识被改动", "the file's identifier was changed")
    _review_information(save, old.get(_INFO), new.get(_INFO))
    _review_catalog(save, new[_ROOT])


def _same_origin(save: Save, old: Entries, new: Entries) -> bool:
    """The first half of /ID says which document this is, §14.4."""
    ids = [value if type(value) is list and value else [None] for value in (save.before(old.get(_ID)), new.get(_ID))]
    return ids[0][0] is None or save.same(ids[0][0], ids[1][0])


def _review_information(save: Save, old: Value, new: Value) -> None:
    before, after = save.before(old), save.after(new)
    before = {} if before is None else before
    if type(before) is not dict or type(after or {}) is not dict:
        save.accuse("文档属性被改动", "the document's information was changed")
    elif after is None:
        if before:
            save.accuse("文档属性被删除", "the document's information was removed")
    elif not save.differing(before, after) <= INFORMATION_KEYS or not save.explain(old, new, set()):
        save.accuse(
            "文档属性（标题、作者等）被改动", "the document's information, such as title or author, was changed"
        )
    elif isinstance(new, Ref) and new.number in save.changed:
        save.touched = True


def _review_catalog(save: Save, root: Value) -> None:
    old, new = catalog(save.history, save.old), catalog(save.history, save.new)
    for key in sorted(save.differing(old, new) - _ELSEWHERE):
        shown = key.decode("latin-1")
        save.accuse(f"文档目录的“{shown}”一项被改动", f"the entry {shown} of the document catalog was changed")
    if not _is_later(old.get(_VERSION), new.get(_VERSION)):
        save.accuse("文档的 PDF 版本被改动", "the document's PDF version was changed")
    users = {root.number} if isinstance(root, Ref) else set()
    if not _extends(save, old.get(_EXTENSIONS), new.get(_EXTENSIONS), users):
        save.accuse("文档目录的扩展声明被改动", "the developer extensions of the document were changed")
    save.touched |= bool(save.differing(old, new) & {_VERSION, _EXTENSIONS})
    _review_packet(save, old.get(_METADATA), new.get(_METADATA), users)
    if isinstance(root, Ref):
        save.explained.add(root.number)


def _is_later(old: Value, new: Value) -> bool:
    if new is None:
        return old is None
    before = bytes(old) if isinstance(old, Name) else b""
    return isinstance(new, Name) and (bytes(new) == before or (bool(_VERSIONS.fullmatch(new)) and bytes(new) > before))


def _extends(save: Save, old: Value, new: Value, users: set[int]) -> bool:
    """Extensions may be added, §7.12: they declare, and draw nothing."""
    before, after = save.before(old), save.after(new)
    if after is None:
        return before is None
    before = {} if before is None else before
    if type(before) is not dict or type(after) is not dict or not save.explain(old, new, users):
        return False
    return before.keys() <= after.keys() and all(_is_extension(after[key]) for key in save.differing(before, after))


def _is_extension(value: Value) -> bool:
    """One declaration, or an array of them."""
    return all(
        type(each) is dict
        and each.keys() <= _EXTENSION
        and all(type(item) in (int, bytes, Name) for item in each.values())
        for each in (value if type(value) is list else [value])
    )


def _review_packet(save: Save, old: Value, new: Value, users: set[int]) -> None:
    """The XMP packet may be written anew where it says the same."""
    if save.same(old, new) and not (isinstance(new, Ref) and new.number in save.changed):
        return
    before, after = save.before(old), save.after(new)
    try:
        good = (
            isinstance(new, Ref)
            and isinstance(after, Stream)
            and after.entries.keys() <= PACKET_KEYS
            and (before is None or (isinstance(before, Stream) and isinstance(old, Ref)))
            and save.explain(old, new, users)
            and same_packet(
                save.history.payload(old.number, save.old) if isinstance(old, Ref) and before is not None else None,
                save.history.payload(new.number, save.new),
            )
        )
    except (ValueError, SyntaxError, KeyError, TypeError):  # SyntaxError: lxml's is one.
        good = False
    if good:
        save.touched = True
    else:
        save.accuse("文档元数据（XMP）被改动", "the document's XMP metadata was changed")
