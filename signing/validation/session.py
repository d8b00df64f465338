"""What the reports of one file's signatures share: digests, evidence, chains, and the times proved by timestamps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from signing.trust.material import Purpose
from signing.validation.chain import Chains, Control
from signing.validation.digests import Digests
from signing.validation.evidence import Evidence, gather
from signing.validation.filled import Filled
from signing.validation.policy import ValidationPolicy
from signing.validation.report import Finding
from signing.validation.slot import Structure
from signing.validation.timestamps import Timestamp, judge
from signing.validation.wholeness import Wholeness


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """A document timestamp that may be believed: whatever the file held in its revision existed at its time."""

    filled: Filled
    control: Control

    @property
    def time(self) -> datetime:
        """When."""
        return self.control.time


class Session:
    """One validation. Nothing here outlives it but what the caches of parsed evidence keep."""

    def __init__(self, pdf: bytes, policy: ValidationPolicy, structure: Structure, every: Sequence[Filled]) -> None:
        self.policy = policy
        self.structure = structure
        self.every = tuple(every)
        self.digests = Digests(pdf, (f.slot.byte_range for f in every if f.sound and f.slot.byte_range is not None))

    @cached_property
    def evidence(self) -> Evidence:
        """Of the trust store and the file."""
        signed = [(filled.revision, one) for filled in self.every for one in filled.everything_signed()]
        return gather(self.policy.trust, self.structure.reader, signed)

    @cached_property
    def broken_company(self) -> tuple[Finding, ...]:
        """What is wrong with certificates and evidence in the file, whether or not they are relied upon."""
        anchors = (anchor.certificate for anchor in self.policy.trust.anchors)
        return Wholeness((*anchors, *self.evidence.certificates)).findings(self.evidence)

    @cached_property
    def seal_chains(self) -> Chains:
        """Chains of those who seal."""
        return Chains(self.policy.trust, Purpose.SEAL, self.evidence, self.policy.at)

    @cached_property
    def timestamp_chains(self) -> Chains:
        """Chains of time-stamping authorities."""
        return Chains(self.policy.trust, Purpose.TIMESTAMP, self.evidence, self.policy.at)

    @cached_property
    def _climbed(self) -> tuple[dict[int, Timestamp], tuple[Rung, ...]]:
        """The judgements on the document timestamps, from the newest down: each is proved by those after it."""
        judged: dict[int, Timestamp] = {}
        rungs: list[Rung] = []
        for filled in reversed(self.every):
            token = filled.token
            if token is None or not filled.sound:
                continue
            proofs = [rung.control for rung in covering(rungs, filled)]
            found = judge(token, partial(self.digest_of, filled), self.timestamp_chains, proofs, self.policy.at)
            judged[filled.slot.index] = found
            if found.valid:
                rungs.append(Rung(filled, Control(token.time, self.evidence.known_by(filled.revision))))
        return judged, tuple(rungs)

    def document_timestamp(self, filled: Filled) -> Timestamp | None:
        """The judgement on a document timestamp; None where its form is not sound."""
        return self._climbed[0].get(filled.slot.index)

    def above(self, filled: Filled) -> tuple[Rung, ...]:
        """The believed document timestamps that cover all of ``filled``, newest first."""
        return covering(self._climbed[1], filled)

    def digest_of(self, filled: Filled, algorithm: str) -> bytes | None:
        """Digest of what the ByteRange covers; None for an algorithm that is not known here."""
        byte_range = filled.slot.byte_range
        return None if byte_range is None else self.digests.of(byte_range, algorithm)


def covering(rungs: Iterable[Rung], filled: Filled) -> tuple[Rung, ...]:
    """Those of ``rungs`` whose ByteRange reaches beyond that of ``filled``, signature and all."""
    return tuple(rung for rung in rungs if _end(rung.filled) > _end(filled))


def _end(filled: Filled) -> int:
    byte_range = filled.slot.byte_range
    return 0 if byte_range is None else byte_range[2] + byte_range[3]
