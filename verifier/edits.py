"""What would have to be changed in the ink for it to read as the entered value, one character at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from extractors.template import KindName
from verifier.confusion import confusable
from verifier.ink import Ink, placed, text_of
from verifier.printed import as_printed

_REWRITTEN: frozenset[KindName] = frozenset(("date", "date_range", "month", "money", "quantity", "days"))


@dataclass(frozen=True, slots=True)
class Edit:
    """One character to replace, to drop (``entered`` empty) or to put in (``read`` empty)."""

    entered: str
    read: str
    confidence: float
    """Of the character read; for a missing one, of its less certain neighbour. 0 to 1."""
    at: int | None
    """Index of the ink that is replaced, or before which something is put in; None where that is unknown."""

    @property
    def look_alike(self) -> bool:
        return bool(self.entered and self.read) and confusable(self.entered, self.read)

    @property
    def case_only(self) -> bool:
        return self.entered.casefold() == self.read.casefold()

    @property
    def punctuation(self) -> bool:
        """True when no letter, digit or sign of value is touched."""
        return all(unicodedata.category(c)[0] in "PZ" for c in self.entered + self.read)


def edits(
    kind: KindName, entered: str, recognised: str, ink: Ink, floor: float, *, garbled: bool = False
) -> tuple[Edit, ...]:
    """Edits that turn what was read into what was entered, both canonical.

    Dates and amounts are compared as printed, so that one wrong digit is one edit. ``floor`` (0 to 1) is the confidence
    of characters whose ink cannot be told; ``garbled`` says that ``recognised`` is raw text, no value of the kind.
    """
    if kind in _REWRITTEN:
        printed = text_of(ink)
        rewritten = as_printed(kind, entered, printed, garbled=garbled)
        if rewritten is not None:
            return _edits(rewritten, printed, tuple(range(len(ink))), ink, floor)
    return _edits(entered, recognised, placed(recognised, ink), ink, floor)


def _edits(entered: str, read: str, places: Sequence[int | None], ink: Ink, floor: float) -> tuple[Edit, ...]:
    def confidence(index: int) -> float:
        place = places[index] if 0 <= index < len(places) else None
        return ink[place].confidence if place is not None else floor

    found: list[Edit] = []
    for op in Levenshtein.editops(read, entered):
        if op.tag == "insert":
            neighbours = [confidence(i) for i in (op.src_pos - 1, op.src_pos) if 0 <= i < len(read)]
            found.append(
                Edit(entered[op.dest_pos], "", min(neighbours, default=floor), _before(op.src_pos, places, len(ink)))
            )
        else:
            new = entered[op.dest_pos] if op.tag == "replace" else ""
            found.append(Edit(new, read[op.src_pos], confidence(op.src_pos), places[op.src_pos]))
    return tuple(edit for edit in found if not (edit.entered + edit.read).isspace())


def _before(position: int, places: Sequence[int | None], total: int) -> int | None:
    if position < len(places):
        return places[position]
    last = places[-1] if places else None
    return last + 1 if last is not None and last < total else None
