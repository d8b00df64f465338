"""What a save did to the document security store: ETSI EN 319 142-1 §5.4.2, ISO 32000-2 §12.8.4.3."""

from __future__ import annotations

import re
from typing import Final

from certlight.text import Text
from signing.validation.form import catalog
from signing.validation.indirect import Stream
from signing.validation.save import Act, Deed, Save
from signing.validation.signature_dictionary import is_whole_der
from signing.validation.syntax import Malformed, Name, Ref, Value

_STORE: Final = Name(b"DSS")
_VRI: Final = Name(b"VRI")
_ARRAYS: Final = tuple(Name(key) for key in (b"Certs", b"CRLs", b"OCSPs"))
_TYPE: Final = Name(b"Type")
_STORE_KEYS: Final = frozenset({_TYPE, _VRI, *_ARRAYS})
_VRI_ARRAYS: Final = tuple(Name(key) for key in (b"Cert", b"CRL", b"OCSP"))
_VRI_KEYS: Final = frozenset({_TYPE, Name(b"TU"), Name(b"TS"), *_VRI_ARRAYS})
_FINGERPRINT: Final = re.compile(rb"[0-9A-F]{40}")


class _Forbidden(Exception):
    """The store is not what the standard lets it be."""


def review_evidence(save: Save) -> None:
    """Additions to the store; every stream in it has to be one DER value and nothing that could be drawn."""
    root = save.history.revisions[save.new].trailer[Name(b"Root")]
    old, new = (catalog(save.history, index).get(_STORE) for index in (save.old, save.new))
    explained = len(save.explained)
    try:
        _review_store(save, old, new, {root.number} if isinstance(root, Ref) else set())
    except _Forbidden:
        save.accuse("验证资料（DSS）的存放处被改作他用", "the store of validation data was misused")
        return
    if len(save.explained) > explained or not save.same(old, new):
        text = Text(
            "新增验证资料（证书、吊销信息）", "validation data was added (certificates, revocation information)"
        )
        save.acts.append(Act(Deed.EVIDENCE, text))


def is_left_over(save: Save, number: int) -> bool:
    """Whether a new object that nothing refers to is a harmless remainder.

    Acrobat and pyHanko leave parts of a store, PDFBox a cross-reference stream that it does not use. None of them is
    ever drawn: nothing refers to it, and nothing that is added later may.
    """
    value = save.history.object(number, save.new)
    if isinstance(value, Stream) and value.entries.get(_TYPE) == Name(b"XRef"):
        return True
    if not any(act.deed is Deed.EVIDENCE for act in save.acts):
        return False
    if type(value) is list:
        return all(isinstance(item, Ref) for item in value)
    if type(value) is dict:
        return all(key in _VRI_KEYS | _STORE_KEYS or _FINGERPRINT.fullmatch(key) for key in value)
    return isinstance(value, Stream) and is_whole_der(save.history.payload(number, save.new))


def _review_store(save: Save, old: Value, new: Value, users: set[int]) -> None:
    before, after = save.before(old), save.after(new)
    if after is None:
        _demand(before is None)
        return
    before = {} if before is None else before
    _demand(type(before) is dict and type(after) is dict and after.keys() <= _STORE_KEYS)
    _demand(save.explain(old, new, users))
    users = users | {old.number} if isinstance(old, Ref) else users
    for key in _ARRAYS:
        _review_array(save, before.get(key), after.get(key), users)
    _review_index(save, before.get(_VRI), after.get(_VRI), users)


def _review_index(save: Save, old: Value, new: Value, users: set[int]) -> None:
    before, after = save.before(old), save.after(new)
    if after is None:
        _demand(before is None)
        return
    before = {} if before is None else before
    _demand(type(before) is dict and type(after) is dict and save.explain(old, new, users))
    for key in after.keys() - {_TYPE}:
        if key in before and save.same(before[key], after[key]):
            continue
        entry = save.after(after[key])
        _demand(bool(_FINGERPRINT.fullmatch(key)) and type(entry) is dict and entry.keys() <= _VRI_KEYS)
        _demand(save.explain(None, after[key], set()))
        for name in _VRI_ARRAYS:
            _review_array(save, None, entry.get(name), set())
        _review_stream(save, entry.get(Name(b"TS")))


def _review_array(save: Save, old: Value, new: Value, users: set[int]) -> None:
    items = save.after(new)
    if items is None:
        return
    _demand(type(items) is list and save.explain(old, new, users))
    for item in items:
        _demand(isinstance(item, Ref))
        _review_stream(save, item)


def _review_stream(save: Save, item: Value) -> None:
    if not isinstance(item, Ref) or item.number not in save.changed:
        return
    _demand(isinstance(save.after(item), Stream) and save.explain(None, item, set()))
    try:
        _demand(is_whole_der(save.history.payload(item.number, save.new)))
    except Malformed as error:
        raise _Forbidden from error


def _demand(condition: bool) -> None:
    if not condition:
        raise _Forbidden
