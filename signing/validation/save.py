"""One save after the first, under review: what it changed, what of that is explained, what it is blamed for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from certlight.text import Text
from signing.validation.form import FormField, Page
from signing.validation.history import History
from signing.validation.indirect import references
from signing.validation.revisions import Revision
from signing.validation.slot import Slot
from signing.validation.syntax import Name, Ref, Value
from signing.validation.usage import Usage, same


class Deed(StrEnum):
    """What a save may do after a seal."""

    SEAL = "seal"
    """A further seal in a field that this save adds."""
    SEAL_PREPARED = "seal-prepared"
    """A further seal in a field that was there, empty."""
    TIMESTAMP = "timestamp"
    """A document timestamp."""
    EVIDENCE = "evidence"
    """Certificates and revocation information in the document security store."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a save did and may do, subject to what earlier seals permit."""

    deed: Deed
    text: Text
    field_name: str = ""


@dataclass(slots=True, eq=False)
class Save:
    """The state of one review. ``changed`` are the objects that the save defines, each to be explained."""

    history: History
    usage: Usage
    slots: tuple[Slot, ...]
    revision: Revision
    changed: set[int]
    explained: set[int] = field(default_factory=set)
    acts: list[Act] = field(default_factory=list)
    blame: list[Text] = field(default_factory=list)
    """Every forbidden change, in words that follow “save N:”."""
    touched: bool = False
    """Document information, metadata or the declared version was brought up to date, as signing software does."""
    wrote_out: bool = False
    """Pages were written with the attributes that they inherit, as pypdf does."""

    @property
    def new(self) -> int:
        """Index of the save."""
        return self.revision.index

    @property
    def old(self) -> int:
        """Index of the one before."""
        return self.revision.index - 1

    def accuse(self, zh: str, en: str) -> None:
        """Blame the save once for this."""
        words = Text(zh, en)
        if words not in self.blame:
            self.blame.append(words)

    def is_new(self, number: int) -> bool:
        """Whether the save defines an object that was not there before."""
        return number in self.changed and self.history.definition(number, self.old) is None

    def is_overwritten(self, number: int) -> bool:
        """Whether the save defines an object anew."""
        return number in self.changed and self.history.definition(number, self.old) is not None

    def before(self, value: Value) -> Value:
        """``value`` resolved as of the save before."""
        return self.history.resolve(value, self.old)

    def after(self, value: Value) -> Value:
        """``value`` resolved as of this save."""
        return self.history.resolve(value, self.new)

    def same(self, old: Value, new: Value) -> bool:
        """Whether two values are the same object."""
        return same(self.history.data, old, new)

    def differing(self, old: dict[Name, Value], new: dict[Name, Value]) -> set[Name]:
        """Keys whose values are not the same."""
        return {
            key
            for key in old.keys() | new.keys()
            if key not in old or key not in new or not self.same(old[key], new[key])
        }

    def explain(self, old: Value, new: Value, users: set[int]) -> bool:
        """Accept the object that ``new`` refers to, if it does: a new one, or ``old`` itself in its place.

        An object that other objects than ``users`` refer to may not change: it would change them, too.
        """
        if not isinstance(new, Ref):
            return True
        if self.is_new(new.number):
            self.explained.add(new.number)
        elif self.is_overwritten(new.number) and not self.is_rewritten(new.number):
            if old != new or not self.usage.users(new.number, self.old) <= users:
                return False
            self.explained.add(new.number)
        return True

    def is_rewritten(self, number: int) -> bool:
        """Whether the save writes the object again as it was."""
        return self.same(*(self.history.object(number, index) for index in (self.old, self.new)))

    def explain_new(self, value: Value, *, but: frozenset[Name] = frozenset()) -> None:
        """Accept every new object that hangs below ``value`` through new objects only."""
        entries = {key: item for key, item in value.items() if key not in but} if type(value) is dict else value
        pending = [reference.number for reference in references(entries)]
        while pending:
            number = pending.pop()
            if number not in self.explained and self.is_new(number):
                self.explained.add(number)
                pending.extend(reference.number for reference in references(self.history.object(number, self.new)))

    def fields(self, revision: int) -> list[FormField]:
        """All fields as of ``revision``."""
        return self.usage.fields(revision)

    def pages(self, revision: int) -> dict[int, Page]:
        """Object number → page, as of ``revision``."""
        return self.usage.pages(revision)
