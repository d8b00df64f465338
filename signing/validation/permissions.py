"""What a signature itself forbids to be done after it: DocMDP and FieldMDP, ISO 32000-2 §12.8.2.2 and §12.8.2.4."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from signing.validation.form import Entries, array, catalog, dictionary, fields, text
from signing.validation.history import History
from signing.validation.save import Act, Deed
from signing.validation.slot import Slot
from signing.validation.syntax import Malformed, Name, Ref, Value

_NO_CHANGES = 1
_DEFAULT_LEVEL = 2
_METHOD, _PARAMETERS, _LEVEL = Name(b"TransformMethod"), Name(b"TransformParams"), Name(b"P")
_ACTION, _NAMES = Name(b"Action"), Name(b"Fields")


@dataclass(frozen=True, slots=True)
class Lock:
    """Fields that nobody may change any more."""

    action: bytes
    """All, Include or Exclude."""
    names: tuple[str, ...]

    def covers(self, field_name: str) -> bool:
        """Whether the field, or one above it, is locked."""
        named = any(field_name == name or field_name.startswith(f"{name}.") for name in self.names)
        return {b"All": True, b"Include": named}.get(self.action, not named)


@dataclass(frozen=True, slots=True)
class Permissions:
    """``level`` 1: nothing but validation data and timestamps; 2 and 3: also seals in fields that were prepared; None:
    not restricted. ``locks`` are about fields."""

    level: int | None
    locks: tuple[Lock, ...]

    def forbids(self, act: Act) -> bool:
        """Whether the level does not allow the act."""
        if act.deed in (Deed.EVIDENCE, Deed.TIMESTAMP):
            return False
        return self.level is not None and (self.level == _NO_CHANGES or act.deed is Deed.SEAL)

    def locks_field(self, act: Act) -> bool:
        """Whether a lock covers the field that the act fills; the invisible fields of timestamps are exempt."""
        return act.deed in (Deed.SEAL, Deed.SEAL_PREPARED) and any(lock.covers(act.field_name) for lock in self.locks)


def permissions_of(history: History, slot: Slot) -> Permissions:
    """What ``slot`` permits, by its signature, by its field's /Lock and by the catalog's /Perms. Raises Malformed."""
    levels: list[int] = []
    locks: list[Lock] = []
    for method, parameters in _transforms(history, slot):
        if method == b"DocMDP":
            levels.append(_level(history, slot, parameters.get(_LEVEL, _DEFAULT_LEVEL)))
        elif method == b"FieldMDP":
            locks.append(_lock(history, slot, parameters))
    for field in fields(history, slot.revision):
        value = field.entries.get(Name(b"Lock"))
        if value is not None and field.entries.get(Name(b"V")) == Ref(slot.number, 0):
            entries = dictionary(history, value, slot.revision)
            if _ACTION in entries:
                locks.append(_lock(history, slot, entries))
            if _LEVEL in entries:
                levels.append(_level(history, slot, entries[_LEVEL]))
    granted = history.resolve(catalog(history, slot.revision).get(Name(b"Perms")), slot.revision)
    if type(granted) is dict and granted.get(Name(b"DocMDP")) == Ref(slot.number, 0) and not levels:
        levels.append(_DEFAULT_LEVEL)
    return Permissions(min(levels, default=None), tuple(locks))


def _transforms(history: History, slot: Slot) -> Iterator[tuple[bytes, Entries]]:
    signature = dictionary(history, Ref(slot.number, 0), slot.revision)
    for item in array(history, signature.get(Name(b"Reference")), slot.revision):
        entries = dictionary(history, item, slot.revision)
        method = history.resolve(entries.get(_METHOD), slot.revision)
        parameters = history.resolve(entries.get(_PARAMETERS), slot.revision)
        if not isinstance(method, Name) or type(parameters or {}) is not dict:
            raise Malformed("a signature reference without a method")
        yield bytes(method), parameters or {}


def _level(history: History, slot: Slot, value: Value) -> int:
    level = history.resolve(value, slot.revision)
    if type(level) is not int or level not in (1, 2, 3):
        raise Malformed("a DocMDP level other than 1, 2 and 3")
    return level


def _lock(history: History, slot: Slot, entries: Entries) -> Lock:
    action = history.resolve(entries.get(_ACTION), slot.revision)
    if action not in (b"All", b"Include", b"Exclude"):
        raise Malformed("a field lock without an action")
    names = [history.resolve(item, slot.revision) for item in array(history, entries.get(_NAMES), slot.revision)]
    return Lock(bytes(action), tuple(map(text, names)))
