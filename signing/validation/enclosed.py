"""The entries that travel inside the file, as the first seal found them and as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pyhanko.pdf_utils.reader import HistoricalResolver

from certlight.errors import InputRefused
from certlight.text import Text
from signing.composition.extract import enclosure_in
from signing.enclosure import Enclosure, Party
from signing.validation.filled import Filled
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding, Kind
from signing.validation.slot import Structure


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The embedded JSON of the first sealed revision, and what is wrong with it."""

    data: bytes | None = field(default=None, repr=False)
    parties: tuple[Party, ...] = ()
    findings: tuple[Finding, ...] = ()


def enclosed(structure: Structure, every: Sequence[Filled]) -> Enclosed:
    """The enclosure that the first seal covers; the last revision must still hold the same."""
    seals = [filled for filled in every if filled.slot.kind is Kind.SEAL and filled.slot.embedded is not None]
    if structure.reader is None or not seals:
        return Enclosed()
    try:
        first = enclosure_in(HistoricalResolver(structure.reader, seals[0].revision))
        last = enclosure_in(structure.reader)
        parties = Enclosure.from_json(first).parties if first is not None else ()
    except InputRefused as refused:
        return Enclosed(findings=(_damaged(refused.message),))
    changed = (_CHANGED,) if last != first else ()
    return Enclosed(first, parties, changed)


def _damaged(why: Text) -> Finding:
    return Finding("seal.enclosure", why, Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


_CHANGED: Final = Finding(
    "seal.enclosure_changed",
    Text(
        "内嵌的填报数据在签章之后被更换、增加或删除。请勿采信，并向签章单位索取原件。",
        "The embedded entries were replaced, added or removed after the seal. Do not rely on them.",
    ),
    Indication.TOTAL_FAILED,
    SubIndication.FORMAT_FAILURE,
)
