"""Two values side by side, with the characters that differ marked in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from certlight.visible import visible
from extractors.reading import Canonical
from verifier.report.plain import one_string
from verifier.verdict import DiffPart, FieldCheck

Side = Literal["entered", "recognised"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of one value.

    ``gap``: nothing stands here, but the other value has characters at this place.
    """

    text: str
    kind: Literal["same", "diff", "gap"]


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the two values of a check are shown.

    The diff is made of normalised values. Where those are the shown values, the marks stand in them; where they are
    not (``2025年3月1日`` against ``2025-03-01``), ``normal_*`` repeat what was compared, with the marks.
    """

    entered: Pieces
    recognised: Pieces
    normal_entered: Pieces = ()
    normal_recognised: Pieces = ()


def compare(check: FieldCheck) -> Comparison:
    """The two values of ``check`` as pieces, every character made visible."""
    differs = any(not part.same for part in check.diff)
    if not differs:
        return Comparison(_plain(check.entered), _plain(check.recognised))
    entered, recognised = pieces(check.diff, "entered"), pieces(check.diff, "recognised")
    if _holds(check.diff, "entered", check.entered) and _holds(check.diff, "recognised", check.recognised):
        return Comparison(entered, recognised)
    return Comparison(_plain(check.entered), _plain(check.recognised), entered, recognised)


def pieces(diff: Sequence[DiffPart], side: Side) -> Pieces:
    """One side of a diff; differing white space is drawn, since a difference nobody sees is none."""
    found = []
    for part in diff:
        text = getattr(part, side)
        if part.same:
            found.append(Piece(visible(text), "same"))
        elif text:
            found.append(Piece(visible(text).replace(" ", "␣").replace("\u3000", "␣").replace("\n", "↵\n"), "diff"))
        else:
            found.append(Piece("", "gap"))
    return tuple(piece for piece in found if piece.text or piece.kind == "gap")


def _plain(value: Canonical | None) -> Pieces:
    text = visible(one_string(value))
    return (Piece(text, "same"),) if text else ()


def _holds(diff: Sequence[DiffPart], side: Side, value: Canonical | None) -> bool:
    return "".join(getattr(part, side) for part in diff) == one_string(value)
