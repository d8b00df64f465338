"""Character by character: what is the same in two values, and what stands against what."""

from __future__ import annotations

from rapidfuzz.distance import Indel, Levenshtein

from extractors.reading import Canonical
from verifier.verdict import DiffPart


def joined(value: Canonical | None) -> str:
    """A value as one string; the entries of a list with 、 between them."""
    if value is None:
        return ""
    return value if isinstance(value, str) else "、".join(value)


def diff(entered: str, recognised: str) -> tuple[DiffPart, ...]:
    """The runs of both values, in order; joining either side of all parts gives that value back."""
    return tuple(
        DiffPart(op.tag == "equal", entered[op.src_start : op.src_end], recognised[op.dest_start : op.dest_end])
        for op in Levenshtein.opcodes(entered, recognised)
    )


def similarity(one: str, other: str) -> float:
    """1 for equal strings, 0 for strings without a common character in order."""
    return float(Indel.normalized_similarity(one, other))


def edit_share(one: str, other: str) -> float:
    """Edits needed to turn one into the other, as a share of the longer, 0 to 1."""
    return float(Levenshtein.normalized_distance(one, other))
